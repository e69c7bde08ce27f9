//! What a person allowed and paid, as it is kept of them: for whoever answers them.

use cartola_model::{ConsentState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{PaymentId, PersonId};
use cartola_store::consents::ConsentRow;
use cartola_store::payments::PaymentRow;
use cartola_store::{MAX_PAGE, Page};

use super::kept::ACTION;
use crate::access::Subject;
use crate::payments::PaymentTold;
use crate::{Engine, EngineError};

/// A consent as it is kept.
pub struct KeptConsent {
    /// The row.
    pub row: ConsentRow,
    /// Until when it holds, or was to hold, by itself; absent where it has no end of its own, or that is not
    /// known of one that was withdrawn.
    pub expires_at: Option<Timestamp>,
}

/// A payment as it is kept.
pub struct KeptPayment {
    /// The row.
    pub row: PaymentRow,
    /// What its bank is told; absent where no key opens that any more.
    pub told: Option<PaymentTold>,
}

impl Engine {
    /// Every consent of a person, by id, however it stands.
    pub async fn kept_consents(
        &self,
        who: &Principal,
        person: PersonId,
    ) -> Result<Vec<KeptConsent>, EngineError> {
        self.note_access(who, ACTION, Subject::one(person));
        let rows = self.all_consents_of(who.tenant, person).await?;
        let is_withdrawn = |row: &&ConsentRow| matches!(row.state, ConsentState::Revoked { .. });
        let withdrawn = rows.iter().filter(is_withdrawn).map(|row| row.id).collect();
        let terms = self.terms_of(who.tenant, &withdrawn).await?;
        let with_term = |row: ConsentRow| {
            let expires_at = match row.state {
                ConsentState::Granted { expires_at, .. }
                | ConsentState::Suspended { expires_at, .. } => expires_at,
                ConsentState::Expired { at, .. } => Some(at),
                ConsentState::Revoked { .. } => terms.get(&row.id).copied(),
            };
            KeptConsent { row, expires_at }
        };
        Ok(rows.into_iter().map(with_term).collect())
    }

    /// Payments of a person, by age. What is others' is not opened.
    pub async fn kept_payments(
        &self,
        who: &Principal,
        person: PersonId,
        after: Option<PaymentId>,
    ) -> Result<Page<KeptPayment, PaymentId>, EngineError> {
        self.note_access(who, ACTION, Subject::one(person));
        let page = self.store().payments(who.tenant, None, after, MAX_PAGE).await?;
        let mut rows = Vec::new();
        for row in page.rows.into_iter().filter(|row| row.person == Some(person)) {
            let told = self.payment_told(who, &row).await?;
            rows.push(KeptPayment { row, told });
        }
        Ok(Page { rows, next: page.next })
    }
}
