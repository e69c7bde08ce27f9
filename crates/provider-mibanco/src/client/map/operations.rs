//! Cash that was put aside, and the log of Mi Pass.

use cartola_model::Record;
use cartola_model::records::{self, AuthorizationDecision, WithdrawalState};
use cartola_primitives::Money;

use super::told::{Told, each};
use crate::wire::{
    AuthorizationEvent, Authorizations, Decision, OperationStatus, Withdrawal, Withdrawals,
};

impl Told for Withdrawals {
    fn nothing() -> Option<Record> {
        Some(Record::Withdrawals(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.withdrawals, withdrawal).map(Record::Withdrawals)
    }
}

fn withdrawal(told: Withdrawal) -> records::Withdrawal {
    records::Withdrawal {
        reference: told.operation_id,
        rut: told.to_rut,
        amount: Money::new(told.amount, told.currency),
        state: match told.status {
            OperationStatus::Available => Some(WithdrawalState::Available),
            OperationStatus::Claimed => Some(WithdrawalState::Claimed),
            OperationStatus::Expired => Some(WithdrawalState::Expired),
            OperationStatus::Cancelled => Some(WithdrawalState::Cancelled),
            _ => None,
        },
        created_at: told.created_at,
        expires_at: told.expires_at,
        ended_at: told.ended_at,
        claimed_by: told.claimed_by,
    }
}

impl Told for Authorizations {
    fn nothing() -> Option<Record> {
        Some(Record::AuthorizationEvents(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.authorizations, event).map(Record::AuthorizationEvents)
    }
}

fn event(told: AuthorizationEvent) -> records::AuthorizationEvent {
    records::AuthorizationEvent {
        reference: told.operation_id,
        operation: told.operation.word().to_owned(),
        device_fingerprint: told.device_fingerprint,
        decided_at: told.decided_at,
        decision: match told.decision {
            Decision::Approved => Some(AuthorizationDecision::Approved),
            Decision::Denied => Some(AuthorizationDecision::Denied),
            Decision::Rejected => Some(AuthorizationDecision::Rejected),
            Decision::Expired => Some(AuthorizationDecision::Expired),
            Decision::Other(_) => None,
        },
        amount: told.amount.zip(told.currency).map(|(minor, currency)| Money::new(minor, currency)),
    }
}
