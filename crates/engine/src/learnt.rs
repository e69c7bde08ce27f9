//! What whoever runs the gateway has learnt at a bank, by other means than its connection, of what is in
//! doubt: a payment ([`crate::payments`]) or an instruction ([`crate::instructions`]).
//!
//! Doubt is ended by the bank's word alone
//! ([ADR 0017](../../../docs/adr/0017-what-a-bank-may-have-heard-is-written-down-first.md)). This is that
//! word too, told by telephone or read on the bank's screen; the trail says who brought it, and has the
//! hash of what shows it.

use cartola_crypto::ContentHash;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;

use crate::EngineError;
use crate::retry::MaybeConflict;

/// Longest note of what shows it, in characters.
pub const MAX_NOTE: usize = 1_000;

/// Why a doubt is not ended.
#[derive(Debug, thiserror::Error)]
pub enum LearntError {
    /// There is none of that id.
    #[error("there is no payment or instruction of that id in this tenant")]
    Unknown,
    /// What the bank has heard of it is known, or is being learnt from the bank.
    #[error(
        "it is `{state}`: only what is `in_doubt`, or is being given up, is ended by what was learnt \
         at the bank"
    )]
    Known {
        /// How it stands.
        state: &'static str,
    },
    /// None of that kind ends so.
    #[error(
        "a {kind} does not end so: withdrawals are `claimed`, `expired` or `failed`, all else is \
         `completed` or `failed`"
    )]
    OtherEnd {
        /// What it is.
        kind: &'static str,
    },
    /// It would have ended before it was begun, or later than now.
    #[error(
        "it cannot have come to that end at {at}: that is between {begun_at}, when it was begun, and \
         {now}, which is now"
    )]
    OtherTime {
        /// When it is said to have.
        at: Timestamp,
        /// When it was asked for.
        begun_at: Timestamp,
        /// What time it is.
        now: Timestamp,
    },
    /// Nothing shows it.
    #[error("what shows it has 1 to {MAX_NOTE} characters")]
    Note,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for LearntError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

pub(crate) fn check_note(note: &str) -> Result<(), LearntError> {
    let is_sound = (1..=MAX_NOTE).contains(&note.chars().count()) && !note.trim().is_empty();
    is_sound.then_some(()).ok_or(LearntError::Note)
}

/// An end is between the beginning and now. Banks tell whole seconds: one in the second of the beginning is
/// not before it.
pub(crate) fn check_time(
    at: Option<Timestamp>,
    begun_at: Timestamp,
    now: Timestamp,
) -> Result<(), LearntError> {
    match at {
        Some(at) if at.as_second() < begun_at.as_second() || at > now => {
            Err(LearntError::OtherTime { at, begun_at, now })
        }
        _ => Ok(()),
    }
}

/// What the trail has of it beside the state that follows: what was thought before, and the hash of what
/// shows it, which whoever ended it keeps.
pub(crate) fn learnt_event(
    event: AuditEvent,
    (before, after): (&str, &str),
    note: &str,
) -> AuditEvent {
    let hash = ContentHash::of(note.as_bytes()).hex();
    event.with("before", before).with("state", after).with("note_sha256", hash)
}
