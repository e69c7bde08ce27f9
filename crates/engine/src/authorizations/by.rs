//! Who moves a phone or an authorization on, as the audit trail has it.

use cartola_model::Principal;
use cartola_model::audit::AuditEvent;

use super::content::SealedPhone;
use super::{AuthorizationRow, EnrolmentRow};

/// Through what a phone's holder decides that holds its secret and uses the gateway's own page.
pub(super) const PAGE: &str = "page";

/// Who in the audit trail ends what is over.
const CLOCK: &str = "clock";

/// An actor, and what else is told of what they do.
#[derive(Clone)]
pub(super) struct By {
    pub actor: String,
    details: Vec<(&'static str, String)>,
}

impl By {
    /// Whoever asked.
    pub fn of(who: &Principal) -> Self {
        Self::new(who.actor.to_string())
    }

    /// A time that is over.
    pub fn clock() -> Self {
        Self::new(CLOCK.to_owned())
    }

    /// The phone that was enrolled, or that decided, with its key; and through whom that came.
    pub fn phone(row: &EnrolmentRow, phone: &SealedPhone, through: &str) -> Self {
        Self::new(row.id.to_string())
            .with("through", through.to_owned())
            .with("key", phone.thumbprint.clone())
            .with("key_origin", phone.origin.name().to_owned())
    }

    /// Through whom a decision came that is nobody's yet.
    pub fn through(sender: &str) -> Self {
        Self::new(sender.to_owned())
    }

    const fn new(actor: String) -> Self {
        Self { actor, details: Vec::new() }
    }

    /// With a further detail. It must hold no personal data.
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.details.push((name, value));
        self
    }

    /// An event that happened once to a phone, or by it.
    pub fn event(&self, action: &str, subject: impl ToString) -> AuditEvent {
        AuditEvent::once(action, &self.actor, subject)
    }

    /// The event with what else is told.
    pub fn told(&self, event: AuditEvent) -> AuditEvent {
        let details = self.details.iter();
        details.fold(event, |event, (name, value)| event.with(name, value))
    }
}

/// What the audit trail has of an authorization, whatever becomes of it: the kind of operation and the
/// phone, and never what it says.
pub(super) fn about(event: AuditEvent, row: &AuthorizationRow, screen: &str) -> AuditEvent {
    event
        .with("operation", row.kind.name())
        .with("screen", screen)
        .with("device", row.enrolment)
        .with("channel", &row.channel)
}
