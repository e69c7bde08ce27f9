//! A phone that was given a key pair, as its holder uses it.

use cartola_model::{AuthorizationStanding, Principal};
use cartola_primitives::id::AuthorizationId;
use cartola_store::MAX_PAGE;
use cartola_store::authorizations::AuthorizationFilter;

use super::content::SealedPhone;
use super::errors::{DecideError, EnrolError};
use super::token::{SentSecret, parse_phone_secret};
use super::{Decided, Decision, Enrolment, EnrolmentRow, Phone};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// The phone that keeps a secret, with what waits for it; nothing where it is the secret of none.
    pub async fn phone(&self, secret: &str) -> Result<Option<Phone>, EngineError> {
        let Some((sent, row)) = self.holder(secret).await? else { return Ok(None) };
        let tenant = sent.tenant;
        let filter = AuthorizationFilter {
            person: Some(row.person),
            standing: Some(AuthorizationStanding::Pending),
            ..AuthorizationFilter::default()
        };
        let page = self.store().authorizations(tenant, filter, None, MAX_PAGE).await?;
        let mut pending = Vec::new();
        for asked in page.rows.into_iter().rev().filter(|asked| asked.enrolment == row.id) {
            let shown = self.shown_authorization(tenant, asked).await?;
            if shown.state().standing() == AuthorizationStanding::Pending {
                pending.push(shown);
            }
        }
        let rut = self.rut_of_person(tenant, row.person).await?;
        Ok(Some(Phone { enrolment: self.shown_enrolment(tenant, row).await?, rut, pending }))
    }

    /// Takes a decision of whoever holds a phone. Its proof is the phone's secret.
    pub async fn decide_on_phone(
        &self,
        secret: &str,
        id: AuthorizationId,
        decision: &Decision<'_>,
    ) -> Result<Decided, DecideError> {
        let sent = parse_phone_secret(secret).ok_or(DecideError::OtherPhone)?;
        let who = Principal::named(sent.tenant, None);
        self.decide_authorization(&who, id, decision).await
    }

    /// Blocks the phone that its holder holds.
    pub async fn block_own_phone(&self, secret: &str) -> Result<Enrolment, EnrolError> {
        let (sent, row) = self.holder(secret).await?.ok_or(EnrolError::Unknown)?;
        let actor = row.id.to_string();
        until_settled(|| self.block_phone_once(sent.tenant, &actor, row.id)).await
    }

    /// The phone of a secret whose public half is kept.
    async fn holder(
        &self,
        secret: &str,
    ) -> Result<Option<(SentSecret, EnrolmentRow)>, EngineError> {
        let Some(sent) = parse_phone_secret(secret) else { return Ok(None) };
        let row = self.store().enrolment(sent.tenant, sent.enrolment).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(phone) = self.opened_phone(sent.tenant, &row).await? else { return Ok(None) };
        Ok(is_of(&sent, &phone).then_some((sent, row)))
    }
}

fn is_of(sent: &SentSecret, phone: &SealedPhone) -> bool {
    sent.secret.public().jwk() == phone.key
}
