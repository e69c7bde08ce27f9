//! The error of every state machine.

/// A state machine was asked for a step that its present state does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {subject} that is {from} cannot become {to}")]
pub struct InvalidTransition {
    /// What the machine describes, such as `consent`.
    pub subject: &'static str,
    /// The present state.
    pub from: &'static str,
    /// The state that was asked for.
    pub to: &'static str,
}
