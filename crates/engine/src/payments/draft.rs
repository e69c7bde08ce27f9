//! What a payment begins as, whichever way it was asked for.

use cartola_crypto::DataKey;
use cartola_model::audit::AuditEvent;
use cartola_model::{AccountNumber, EndToEndId, PaymentState, Principal, TransferPayee};
use cartola_primitives::Money;
use cartola_primitives::id::{AuthorizationId, PaymentId};
use cartola_store::payments::{PaymentCase, PaymentProgress, PaymentRow};
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use super::jobs::{StepArguments, StepKind};
use super::order::SealedOrder;
use crate::imports::granted_event;
use crate::links::{Mandate, SealedSecret};
use crate::readings::Next;
use crate::{Engine, EngineError};

/// A payment that is wanted, once it is known who signs in.
pub(crate) struct Draft<'a> {
    pub id: PaymentId,
    pub case: PaymentCase,
    pub amount: Money,
    pub from: Option<&'a AccountNumber>,
    pub payee: &'a TransferPayee,
    pub comment: Option<&'a str>,
    pub mandate: &'a Mandate<'a>,
    pub secret: &'a SealedSecret,
    pub next: Option<&'a Next>,
    /// By what its payer approved it.
    pub approved: Option<AuthorizationId>,
    pub turn: Turn,
}

/// When a payment is begun. Of those that follow each other, one is under way at a time.
#[derive(Clone, Copy)]
pub(crate) enum Turn {
    /// Now.
    Now {
        /// Whose turn it is once this one has ended.
        then: Option<PaymentId>,
    },
    /// Once the one before it has ended.
    Later {
        /// Whose turn it is once this one has ended.
        then: Option<PaymentId>,
    },
}

impl Turn {
    const fn then(self) -> Option<PaymentId> {
        match self {
            Self::Now { then } | Self::Later { then } => then,
        }
    }
}

/// Through which link the bank is asked, and under which key what is the payer's is sealed.
pub(crate) struct Through<'a> {
    pub key: &'a DataKey,
    pub link: &'a LinkRow,
}

impl Engine {
    /// Adds a payment to a unit: its mandate, the payment, and its first step where it is its turn.
    pub(crate) fn draft_payment(
        &self,
        who: &Principal,
        through: &Through<'_>,
        draft: &Draft<'_>,
        work: &mut UnitOfWork,
    ) -> Result<PaymentRow, EngineError> {
        let mandate = self.mandate_row(who.tenant, draft.mandate, through.link, work.at);
        let (at, link) = (work.at, through.link);
        let row = PaymentRow {
            id: draft.id,
            institution: link.institution.clone(),
            person: link.person,
            link: link.id,
            mandate: mandate.id,
            amount: draft.amount,
            end_to_end: EndToEndId::from_bytes(self.vault().random()),
            case: draft.case,
            created_at: at,
            standing: self.first_standing(who, through, draft, work)?,
            version: 1,
        };
        let event = AuditEvent::once("payment.requested", who.actor, row.id);
        work.push(Command::Audit(granted_event(who, &mandate)));
        work.push(Command::AddConsent(mandate));
        work.push(Command::Audit(event.with("institution", &row.institution)));
        if let Turn::Now { .. } = draft.turn {
            let arguments = StepArguments::of(who, &row, row.version);
            let of = (who.tenant, self.now());
            let job = self.step_order(StepKind::Submit, &row, through.key, of, &arguments)?;
            work.push(Command::EnqueueJob(job));
        }
        work.push(Command::AddPayment(Box::new(row.clone())));
        Ok(row)
    }

    fn first_standing(
        &self,
        who: &Principal,
        through: &Through<'_>,
        draft: &Draft<'_>,
        work: &UnitOfWork,
    ) -> Result<PaymentProgress, EngineError> {
        let (tenant, key) = (who.tenant, through.key);
        let sealed = SealedOrder {
            from: draft.from.map(|number| number.written().to_owned()),
            to: draft.payee.clone(),
            comment: draft.comment.map(str::to_owned),
            then: draft.turn.then(),
            approved: draft.approved,
            route: None,
        };
        let order = PaymentRow::order_place(tenant, &draft.id);
        let credentials = PaymentRow::credentials_place(tenant, &draft.id);
        Ok(PaymentProgress {
            state: PaymentState::Requested,
            changed_at: work.at,
            order: self.vault().seal_record(key, &order, &sealed)?,
            credentials: Some(self.vault().seal_record(key, &credentials, draft.secret)?),
            page: None,
            bank_reference: None,
            continuation: self.continuation(tenant, key, draft.next)?,
        })
    }
}
