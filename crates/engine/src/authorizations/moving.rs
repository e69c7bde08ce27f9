//! What moves phones and authorizations on: the new state, the audit entry, and what follows.

use cartola_crypto::Sealed;
use cartola_model::audit::AuditEvent;
use cartola_model::authorization::CancelCause;
use cartola_model::{AuthorizationStanding, AuthorizationState, EnrolmentState};
use cartola_primitives::id::TenantId;
use cartola_store::authorizations::{
    AuthorizationChange, AuthorizationFilter, AuthorizationProgress, AuthorizationRow,
    EnrolmentChange, EnrolmentProgress, EnrolmentRow,
};
use cartola_store::{Command, MAX_PAGE};

use super::by::{By, about};
use super::screens;
use crate::{Engine, EngineError};

impl Engine {
    /// Moves an enrolment on, and gives it as it is then. A phone that approves nothing any more has no
    /// PIN.
    pub(super) async fn moving_enrolment(
        &self,
        tenant: TenantId,
        by: &By,
        row: &EnrolmentRow,
        state: EnrolmentState,
    ) -> Result<(Vec<Command>, EnrolmentRow), EngineError> {
        let mut phone = row.standing.phone.clone();
        if state.is_final()
            && let Some(mut opened) = self.opened_phone(tenant, row).await?
        {
            opened.pin = None;
            let now = self.now();
            let key = self.vault().key_of(tenant, Some(row.person), self.minter(), now).await?;
            phone = Some(self.sealed_phone((tenant, row.id), &key, &opened)?);
        }
        let (change, after) = self.changed_enrolment(tenant, row, state, phone);
        let event = Command::Audit(enrolment_event(by, row, state));
        Ok((vec![change, event], after))
    }

    /// The change of an enrolment in its version, and the enrolment as it is then.
    pub(super) fn changed_enrolment(
        &self,
        tenant: TenantId,
        row: &EnrolmentRow,
        state: EnrolmentState,
        phone: Option<Sealed>,
    ) -> (Command, EnrolmentRow) {
        let same = row.standing.state.standing() == state.standing();
        let changed_at = if same { row.standing.changed_at } else { self.instant(tenant) };
        let standing = EnrolmentProgress { state, changed_at, phone };
        let (id, expected) = (row.id, row.version);
        let change = EnrolmentChange { id, expected, standing: standing.clone() };
        let after = EnrolmentRow { standing, version: expected + 1, ..row.clone() };
        (Command::ChangeEnrolment(Box::new(change)), after)
    }

    /// Moves an authorization on, and gives it as it is then. What is to follow does once it is pending
    /// no more.
    pub(super) fn moving_authorization(
        &self,
        tenant: TenantId,
        by: &By,
        row: &AuthorizationRow,
        (state, signature): (AuthorizationState, Option<Sealed>),
    ) -> (Vec<Command>, AuthorizationRow) {
        let before = &row.standing;
        let standing = AuthorizationProgress {
            state,
            changed_at: self.instant(tenant),
            signature: signature.or_else(|| before.signature.clone()),
            continuation: None,
        };
        let (id, expected) = (row.id, row.version);
        let change = AuthorizationChange { id, expected, standing: standing.clone() };
        let mut commands = vec![
            Command::ChangeAuthorization(Box::new(change)),
            Command::Audit(authorization_event(by, row, state)),
        ];
        let next = before.continuation.clone();
        commands.extend(next.map(|next| Command::EnqueueJob(self.continued(next))));
        (commands, AuthorizationRow { standing, version: expected + 1, ..row.clone() })
    }

    /// Cancels all that waits for a phone that approves nothing any more, and writes down as expired
    /// what nobody can decide any more for another reason. What waits for it in spite of that, since it
    /// was asked for at this very moment, cannot be approved either, and expires.
    pub(super) async fn cancelling_all_of(
        &self,
        tenant: TenantId,
        by: &By,
        phone: &EnrolmentRow,
        cause: CancelCause,
    ) -> Result<Vec<Command>, EngineError> {
        let mut commands = Vec::new();
        for standing in [AuthorizationStanding::Pending, AuthorizationStanding::Approved] {
            let filter = AuthorizationFilter {
                person: Some(phone.person),
                standing: Some(standing),
                ..AuthorizationFilter::default()
            };
            let page = self.store().authorizations(tenant, filter, None, MAX_PAGE).await?;
            for row in page.rows.iter().filter(|row| row.enrolment == phone.id) {
                if let Ok(state) = row.standing.state.cancel(cause, self.now()) {
                    commands.extend(self.moving_authorization(tenant, by, row, (state, None)).0);
                } else {
                    commands.extend(self.expiring(tenant, row));
                }
            }
        }
        Ok(commands)
    }

    /// Writes down that an authorization's time is over, where it is and nobody has done so.
    pub(super) fn expiring(&self, tenant: TenantId, row: &AuthorizationRow) -> Vec<Command> {
        let Ok(state) = row.standing.state.expire(self.now()) else { return Vec::new() };
        self.moving_authorization(tenant, &By::clock(), row, (state, None)).0
    }
}

/// What the audit trail has of a phone: which, and never whose.
pub(super) fn enrolment_event(by: &By, row: &EnrolmentRow, state: EnrolmentState) -> AuditEvent {
    let action = format!("enrolment.{}", state.standing().name());
    let event = by
        .event(&action, row.id)
        .with("screen", screens::ENROLMENT)
        .with("proof", row.proof.name());
    by.told(match state {
        EnrolmentState::Blocked { cause, .. } => event.with("cause", cause.name()),
        _ => event,
    })
}

/// What it has of an authorization: kind of operation, screen, phone and who asked.
pub(super) fn authorization_event(
    by: &By,
    row: &AuthorizationRow,
    state: AuthorizationState,
) -> AuditEvent {
    let action = format!("authorization.{}", state.standing().name());
    let screen = match state {
        AuthorizationState::Approved { .. } | AuthorizationState::Denied { .. } => {
            screens::DECISION
        }
        _ => row.kind.screen(),
    };
    let event = about(by.event(&action, row.id), row, screen);
    by.told(match state {
        AuthorizationState::Cancelled { cause, .. } => event.with("cause", cause.name()),
        _ => event,
    })
}
