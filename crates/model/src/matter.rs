//! Matters: what a person asks of whoever keeps their data, and breaches of it, each with its deadline.
//!
//! | matter | rule (Ley 19.628 as amended by Ley 21.719) | answered within |
//! |---|---|---|
//! | access, rectification, erasure, opposition, portability | arts. 5 to 9, 11 | 30 calendar days, once 30 more |
//! | block | art. 8 ter, 11 | 2 working days; nothing may be done with the data meanwhile |
//! | breach | art. 14 sexies | "without undue delay": the law has no figure, [`BREACH_HOURS`] is practice |

use cartola_primitives::{SignedDuration, Timestamp, calendar, santiago};
use serde::{Deserialize, Serialize};

use crate::InvalidTransition;

/// Calendar days within which a request is answered, and by which that may be put off once.
pub const ANSWER_DAYS: i64 = 30;

/// Working days within which a request to block is answered.
pub const BLOCK_DAYS: i32 = 2;

/// Hours within which a breach is to be told to the Agency.
pub const BREACH_HOURS: i64 = 72;

/// What a matter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// The person wants to know what is kept of them.
    Access,
    /// They say that something is wrong.
    Rectification,
    /// They want it erased.
    Erasure,
    /// They oppose what is done with it.
    Opposition,
    /// They want a copy for somebody else.
    Portability,
    /// They want nothing done with it for a while.
    Block,
    /// Somebody has had data, or may have, who was not to.
    Breach,
}

impl MatterKind {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Access,
        Self::Rectification,
        Self::Erasure,
        Self::Opposition,
        Self::Portability,
        Self::Block,
        Self::Breach,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Opposition => "opposition",
            Self::Portability => "portability",
            Self::Block => "block",
            Self::Breach => "breach",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// When one that is opened now is to be answered.
    pub fn due(self, opened_at: Timestamp) -> Timestamp {
        let today = santiago::today(opened_at);
        match self {
            Self::Breach => opened_at + SignedDuration::from_hours(BREACH_HOURS),
            Self::Block => {
                let last = calendar::add_bank_days(today, BLOCK_DAYS).unwrap_or(today);
                santiago::end_of_day(last)
            }
            _ => later(opened_at),
        }
    }
}

/// The end of the day so many calendar days later.
fn later(from: Timestamp) -> Timestamp {
    let days = SignedDuration::from_hours(24 * ANSWER_DAYS);
    santiago::end_of_day(santiago::today(from).saturating_add(days))
}

/// Where a matter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterState {
    /// To be answered.
    Open,
    /// To be answered, later than at first.
    Extended,
    /// What was asked is done, or is being done for as long as it is wanted (a block).
    Granted,
    /// Erased but for what a law says is to be kept, until when is the matter's date; then the rest.
    Retained,
    /// It is not done, and why is said.
    Denied,
    /// The person wants it no more.
    Withdrawn,
    /// Over: a breach was dealt with, a block was lifted.
    Closed,
}

impl MatterState {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Open,
        Self::Extended,
        Self::Granted,
        Self::Retained,
        Self::Denied,
        Self::Withdrawn,
        Self::Closed,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Extended => "extended",
            Self::Granted => "granted",
            Self::Retained => "retained",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether somebody waits for an answer.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Extended)
    }

    /// Whether a block that stands so holds: from the moment it is asked for until it is denied, withdrawn
    /// or lifted.
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Open | Self::Extended | Self::Granted)
    }

    /// Moves on; refused where that does not follow.
    pub fn to(self, next: Self, kind: MatterKind) -> Result<Self, InvalidTransition> {
        let follows = match (self, next) {
            (Self::Open, Self::Extended) => !matches!(kind, MatterKind::Block | MatterKind::Breach),
            (Self::Open | Self::Extended, Self::Granted | Self::Denied | Self::Withdrawn) => {
                kind != MatterKind::Breach
            }
            (Self::Open | Self::Extended, Self::Retained) | (Self::Retained, Self::Granted) => {
                kind == MatterKind::Erasure
            }
            (Self::Granted, Self::Closed) => kind == MatterKind::Block,
            (Self::Open, Self::Closed) => kind == MatterKind::Breach,
            _ => false,
        };
        let refused = InvalidTransition { subject: "matter", from: self.name(), to: next.name() };
        if follows { Ok(next) } else { Err(refused) }
    }

    /// Puts an answer off, once: until when it is then due.
    pub fn extend(
        self,
        kind: MatterKind,
        due_at: Timestamp,
    ) -> Result<(Self, Timestamp), InvalidTransition> {
        Ok((self.to(Self::Extended, kind)?, later(due_at - SignedDuration::from_secs(1))))
    }
}

#[cfg(test)]
mod tests {
    use super::{MatterKind, MatterState};
    use cartola_primitives::{Timestamp, date, santiago};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn deadlines_are_those_of_the_law() {
        let opened = at("2026-12-04T15:00:00Z");
        let month = santiago::end_of_day(date(2027, 1, 3));
        assert_eq!(MatterKind::Access.due(opened), month);
        // A Friday before the 8th of December, a holiday: Monday and Wednesday.
        assert_eq!(MatterKind::Block.due(opened), santiago::end_of_day(date(2026, 12, 9)));
        assert_eq!(MatterKind::Breach.due(opened), at("2026-12-07T15:00:00Z"));
        let extended = MatterState::Open.extend(MatterKind::Access, month).expect("once");
        assert_eq!(extended, (MatterState::Extended, santiago::end_of_day(date(2027, 2, 2))));
        extended.0.extend(MatterKind::Access, extended.1).expect_err("twice");
        MatterState::Open.extend(MatterKind::Block, opened).expect_err("a block waits for nobody");
    }

    #[test]
    fn names_are_read_again() {
        for kind in MatterKind::ALL {
            assert_eq!(MatterKind::parse(kind.name()), Some(kind));
        }
        for state in MatterState::ALL {
            assert_eq!(MatterState::parse(state.name()), Some(state));
        }
    }

    #[test]
    fn what_is_decided_stays_decided() {
        for kind in MatterKind::ALL {
            for next in MatterState::ALL {
                for last in [MatterState::Denied, MatterState::Withdrawn, MatterState::Closed] {
                    last.to(next, kind).expect_err("it is over");
                }
            }
        }
    }
}
