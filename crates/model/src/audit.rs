//! What the audit trail records. Entries carry ids and counts, never personal data, so that the
//! trail can be kept and exported without a key.

use serde::{Deserialize, Serialize};

/// The screen of a bank's customer that shows balances, as the trail names it; of what is read as a whole
/// see [`crate::RecordKind::screen`].
pub const SCREEN_OF_BALANCES: &str = "Saldos";

/// The one that shows movements.
pub const SCREEN_OF_MOVEMENTS: &str = "Últimos movimientos";

/// One thing that happened, before the store gives it its place in the tenant's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// What was done, as `resource.verb`, such as `consent.revoked`.
    pub action: String,
    /// The credential's id, or `operator`.
    pub actor: String,
    /// The id of what it was done to.
    pub subject: String,
    /// How many times, for accesses that are gathered before they are written.
    pub count: u64,
    /// Further ids and figures, in fixed order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
}

impl AuditEvent {
    /// An event that happened once.
    #[expect(clippy::needless_pass_by_value, reason = "ids and literals read best as they are")]
    pub fn once(action: &str, actor: impl ToString, subject: impl ToString) -> Self {
        Self {
            action: action.to_owned(),
            actor: actor.to_string(),
            subject: subject.to_string(),
            count: 1,
            details: Vec::new(),
        }
    }

    /// Adds a detail. The value must hold no personal data.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "ids and literals read best as they are")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }
}
