//! When a message is tried again.

use cartola_primitives::randomness::jitter;
use cartola_primitives::{Randomness, SignedDuration, Timestamp};
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How long each attempt comes after the one before. After the last, a message is given up.
pub const SCHEDULE: [SignedDuration; 10] = [
    SignedDuration::ZERO,
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// The longest that a receiver can ask us to wait.
pub const MAX_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// When the next attempt is due after `attempts` of them, the last one now; nothing after the last
/// of the schedule. A receiver's wish puts it off, and never brings it forward.
pub fn next_attempt(
    attempts: u32,
    now: Timestamp,
    wish: Option<Timestamp>,
    randomness: &dyn Randomness,
) -> Option<Timestamp> {
    let wait = *SCHEDULE.get(usize::try_from(attempts).ok()?)?;
    let due = now.checked_add(wait + jitter(wait, randomness)).ok()?;
    let latest = now.checked_add(MAX_RETRY_AFTER).ok()?;
    Some(wish.map_or(due, |wish| due.max(wish.min(latest))))
}

/// When a receiver would like to be called again: `Retry-After`, seconds or a date (RFC 9110
/// §10.2.3). What is neither is no wish.
pub fn wish(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return now.checked_add(SignedDuration::from_secs(i64::from(seconds))).ok();
    }
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp())
}
