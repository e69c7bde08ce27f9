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

use super::screens;
use crate::{Engine, EngineError};

impl Engine {
    /// Moves an enrolment on. A phone that approves nothing any more has no PIN.
    pub(super) async fn moving_enrolment(
        &self,
        tenant: TenantId,
        actor: &str,
        row: &EnrolmentRow,
        state: EnrolmentState,
    ) -> Result<Vec<Command>, EngineError> {
        let mut phone = row.standing.phone.clone();
        if state.is_final()
            && let Some(mut opened) = self.opened_phone(tenant, row).await?
        {
            opened.pin = None;
            let now = self.now();
            let key = self.vault().key_of(tenant, Some(row.person), self.minter(), now).await?;
            phone = Some(self.sealed_phone((tenant, row.id), &key, &opened)?);
        }
        Ok(vec![
            self.changed_enrolment(tenant, row, state, phone),
            Command::Audit(enrolment_event(actor, row, state)),
        ])
    }

    pub(super) fn changed_enrolment(
        &self,
        tenant: TenantId,
        row: &EnrolmentRow,
        state: EnrolmentState,
        phone: Option<Sealed>,
    ) -> Command {
        let same = row.standing.state.standing() == state.standing();
        let changed_at = if same { row.standing.changed_at } else { self.instant(tenant) };
        let standing = EnrolmentProgress { state, changed_at, phone };
        let (id, expected) = (row.id, row.version);
        Command::ChangeEnrolment(Box::new(EnrolmentChange { id, expected, standing }))
    }

    /// Moves an authorization on. What is to follow does once it is pending no more.
    pub(super) fn moving_authorization(
        &self,
        tenant: TenantId,
        actor: &str,
        row: &AuthorizationRow,
        (state, signature): (AuthorizationState, Option<Sealed>),
    ) -> Vec<Command> {
        let before = &row.standing;
        let standing = AuthorizationProgress {
            state,
            changed_at: self.instant(tenant),
            signature: signature.or_else(|| before.signature.clone()),
            continuation: None,
        };
        let (id, expected) = (row.id, row.version);
        let change = AuthorizationChange { id, expected, standing };
        let mut commands = vec![
            Command::ChangeAuthorization(Box::new(change)),
            Command::Audit(authorization_event(actor, row, state)),
        ];
        let next = before.continuation.clone();
        commands.extend(next.map(|next| Command::EnqueueJob(self.continued(next))));
        commands
    }

    /// Cancels all that waits for a phone that approves nothing any more, but one that is dealt with
    /// already. What waits for it in spite of that, since it was asked for at this very moment, cannot
    /// be approved either, and expires.
    pub(super) async fn cancelling_all_of(
        &self,
        tenant: TenantId,
        actor: &str,
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
                    commands.extend(self.moving_authorization(tenant, actor, row, (state, None)));
                }
            }
        }
        Ok(commands)
    }
}

/// What the audit trail has of a phone: which, and never whose.
pub(super) fn enrolment_event(
    actor: &str,
    row: &EnrolmentRow,
    state: EnrolmentState,
) -> AuditEvent {
    let action = format!("enrolment.{}", state.standing().name());
    let event = AuditEvent::once(&action, actor, row.id)
        .with("screen", screens::ENROLMENT)
        .with("proof", row.proof.name());
    match state {
        EnrolmentState::Blocked { cause, .. } => event.with("cause", cause.name()),
        _ => event,
    }
}

/// What it has of an authorization: kind of operation, screen, phone and who asked.
pub(super) fn authorization_event(
    actor: &str,
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
    let event = AuditEvent::once(&action, actor, row.id)
        .with("operation", row.kind.name())
        .with("screen", screen)
        .with("device", row.enrolment)
        .with("channel", &row.channel);
    match state {
        AuthorizationState::Cancelled { cause, .. } => event.with("cause", cause.name()),
        _ => event,
    }
}
