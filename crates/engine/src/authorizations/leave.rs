//! Leave to do an operation: what every use case asks for that moves a person's money.
//!
//! There is one way in. Where the installation requires approvals of such operations
//! ([`super::Rules::required`]), they are done with one alone, or where there is no reason to ask. The
//! commands that come back go into the very unit that does the operation.

use cartola_model::authorization::{OperationError, Transfer};
use cartola_model::{Operation, Principal};
use cartola_primitives::id::{AuthorizationId, PersonId, TenantId};
use cartola_primitives::{Rut, Timestamp};
use cartola_store::Command;
use cartola_store::authorizations::KnownPayee;

use super::Reason;
use super::errors::UseError;
use super::used::Use;
use crate::payments::PaymentOrder;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Why there is no leave to do an operation. Nothing of it is done then.
#[derive(Debug, thiserror::Error)]
pub enum LeaveError {
    /// The person has to approve it on their phone first.
    #[error("the person has to approve this operation on their phone first")]
    Needed(Vec<Reason>),
    /// What is to be done cannot be shown as it is, so nobody can approve it.
    #[error(transparent)]
    Operation(OperationError),
    /// The approval is none for this operation.
    #[error(transparent)]
    Approval(UseError),
}

/// Leave to do an operation.
#[derive(Default)]
pub(crate) struct Leave {
    /// What uses it up, for the unit that does the operation.
    pub commands: Vec<Command>,
    /// What gave it; absent where nobody had to be asked.
    pub by: Option<AuthorizationId>,
}

/// Why there is none, or why that is not known.
pub(crate) enum NoLeave {
    Refused(LeaveError),
    Engine(EngineError),
}

impl From<EngineError> for NoLeave {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl Engine {
    /// The operation that a payment is, as its payer approves it; nothing where nobody is paid.
    pub fn operation_of_payment(&self, order: &PaymentOrder<'_>) -> Option<Operation> {
        let to = order.payee.as_ref().or(self.merchant())?.clone();
        Some(Operation::Transfer(Transfer {
            institution: order.institution.clone(),
            from: order.from.clone(),
            to,
            amount: order.amount,
            comment: order.comment.clone(),
        }))
    }

    /// Leave for a person's operation: by the approval that came with it, or without one where none is
    /// required. `rut` is absent where nobody knows whose money it is, who can approve nothing.
    pub(crate) async fn leave(
        &self,
        who: &Principal,
        rut: Option<Rut>,
        operation: &Operation,
        approval: Option<&str>,
    ) -> Result<Leave, NoLeave> {
        let refused = |error| Err(NoLeave::Refused(error));
        if let (Some(token), Some(rut)) = (approval, rut) {
            return match self.using(who, &Use { token, rut, operation }).await {
                Ok((row, commands)) => Ok(Leave { commands, by: Some(row.id) }),
                Err(UseError::Engine(error)) => Err(NoLeave::Engine(error)),
                Err(error) => refused(LeaveError::Approval(error)),
            };
        }
        if approval.is_some() {
            return refused(LeaveError::Approval(UseError::Unknown));
        }
        if !self.requires_approval(who.tenant, operation.kind()) {
            return Ok(Leave::default());
        }
        let reasons = match rut {
            Some(rut) => self.reasons_to_ask(who, rut, operation).await?,
            None => vec![Reason::FirstTime],
        };
        if reasons.is_empty() {
            return Ok(Leave::default());
        }
        match operation.check() {
            Ok(()) => refused(LeaveError::Needed(reasons)),
            Err(error) => refused(LeaveError::Operation(error)),
        }
    }

    /// Keeps whom a person has paid, in the form of [`Operation::payees`], for the unit that says that the
    /// money has moved.
    pub(crate) fn keeping_payee(
        &self,
        tenant: TenantId,
        person: PersonId,
        payee: &str,
        (authorization, since): (AuthorizationId, Timestamp),
    ) -> Command {
        let payee = self.vault().digest(purpose::PAYEE, tenant, payee.as_bytes());
        Command::KeepPayee(KnownPayee { person, payee, authorization, since })
    }
}
