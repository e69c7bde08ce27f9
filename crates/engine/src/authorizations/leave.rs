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
use super::used::{Use, UsedBy};
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

/// On what an operation is to be done.
#[derive(Debug, Clone, Copy)]
pub enum LeaveBy<'a> {
    /// The rules ask for no approval. It is looked at again.
    NotNeeded,
    /// The token of an approval, or the id of one that was decided on the gateway's own page.
    Token(&'a str),
    /// An approval that was asked for this operation.
    Approved(AuthorizationId),
}

impl<'a> LeaveBy<'a> {
    /// By what came along with a call, if anything did.
    pub fn token(sent: Option<&'a str>) -> Self {
        sent.map_or(Self::NotNeeded, Self::Token)
    }
}

/// Of whom an approval is asked where there is a [`Reason`] to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// Of those of whom the installation requires one ([`super::Rules::required`]).
    WhereRequired,
    /// Of everybody: so a facade has it whose protocol asks.
    Always,
}

/// An operation that is to be done.
pub(crate) struct Sought<'a> {
    /// Whose; absent where nobody knows whose money it is, who can approve nothing.
    pub rut: Option<Rut>,
    pub operation: &'a Operation,
    pub by: LeaveBy<'a>,
    pub asking: Asking,
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
    /// asked for.
    pub(crate) async fn leave(
        &self,
        who: &Principal,
        sought: &Sought<'_>,
    ) -> Result<Leave, NoLeave> {
        match sought.by {
            LeaveBy::NotNeeded => self.leave_unasked(who, sought).await,
            LeaveBy::Token(token) => self.leave_by(who, sought, (token, UsedBy::Whoever)).await,
            LeaveBy::Approved(id) => {
                let token = self.approval_token(who.tenant, &id);
                self.leave_by(who, sought, (token.expose(), UsedBy::WhatFollows)).await
            }
        }
    }

    async fn leave_by(
        &self,
        who: &Principal,
        sought: &Sought<'_>,
        (token, by): (&str, UsedBy),
    ) -> Result<Leave, NoLeave> {
        let used = match sought.rut {
            Some(rut) => {
                let wanted = Use { token, rut, operation: sought.operation };
                self.using(who, &wanted, by).await
            }
            None => Err(UseError::Unknown),
        };
        match used {
            Ok((row, commands)) => Ok(Leave { commands, by: Some(row.id) }),
            Err(UseError::Engine(error)) => Err(NoLeave::Engine(error)),
            Err(error) => Err(NoLeave::Refused(LeaveError::Approval(error))),
        }
    }

    async fn leave_unasked(
        &self,
        who: &Principal,
        &Sought { rut, operation, asking, .. }: &Sought<'_>,
    ) -> Result<Leave, NoLeave> {
        let required = self.requires_approval(who.tenant, operation.kind());
        if asking == Asking::WhereRequired && !required {
            return Ok(Leave::default());
        }
        let reasons = match rut {
            Some(rut) => self.reasons_to_ask(who, rut, operation).await?,
            None => vec![Reason::FirstTime],
        };
        if reasons.is_empty() {
            return Ok(Leave::default());
        }
        Err(NoLeave::Refused(match operation.check() {
            Ok(()) => LeaveError::Needed(reasons),
            Err(error) => LeaveError::Operation(error),
        }))
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
