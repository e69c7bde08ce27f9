//! What moves a checkout on: its new state, the audit entry, and at its end what follows.

use cartola_model::audit::AuditEvent;
use cartola_model::{CheckoutState, Principal};
use cartola_store::checkouts::{CheckoutChange, CheckoutProgress, CheckoutRow};
use cartola_store::{Command, UnitOfWork};

use crate::Engine;

impl Engine {
    pub(super) fn moving_checkout(
        &self,
        who: &Principal,
        row: &CheckoutRow,
        state: CheckoutState,
    ) -> Vec<Command> {
        let (is_final, before) = (state.is_final(), row.standing.continuation.clone());
        let standing = CheckoutProgress {
            state,
            changed_at: UnitOfWork::new(who.tenant, self.now()).at,
            continuation: before.clone().filter(|_| !is_final),
        };
        let change = CheckoutChange { id: row.id, expected: row.version, standing };
        let mut commands = vec![
            Command::ChangeCheckout(Box::new(change)),
            Command::Audit(event(who, row, &state)),
        ];
        if is_final {
            commands.extend(before.map(|next| Command::EnqueueJob(self.continued(next))));
        }
        commands
    }
}

fn event(who: &Principal, row: &CheckoutRow, state: &CheckoutState) -> AuditEvent {
    let action = format!("checkout.{}", state.standing().name());
    let event = AuditEvent::once(&action, who.actor, row.id).with("version", row.version + 1);
    match (state, state.payment()) {
        (CheckoutState::Failed { reason, .. }, _) => event.with("failure", reason.name()),
        (_, Some(payment)) => event.with("payment", payment),
        (_, None) => event,
    }
}
