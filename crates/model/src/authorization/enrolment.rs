//! An enrolment: one phone on which a person approves operations.
//!
//! A person has one active phone at most. A new one takes the place of the one before, as Mi Pass does
//! ("the previous registration is automatically removed"). A phone that was blocked stays so; the
//! person enrols again.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::InvalidTransition;

/// Wrong PINs in a row after which a phone is blocked: the threshold of all wrong passwords.
pub const MAX_WRONG_PINS: u32 = 3;

/// Where an enrolment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EnrolmentState {
    /// Who they are was validated. The phone is to take its code.
    Pending {
        /// Until when.
        until: Timestamp,
    },
    /// The phone approves.
    Active {
        /// Since when.
        since: Timestamp,
        /// Wrong PINs in a row.
        wrong_pins: u32,
    },
    /// Nothing is approved on it any more. Final.
    Blocked {
        /// Since when.
        at: Timestamp,
        /// Why.
        cause: BlockCause,
    },
    /// Another phone was enrolled. Final.
    Replaced {
        /// When.
        at: Timestamp,
    },
    /// No phone took its code, or another code was given out. Final.
    Lapsed {
        /// When that was over.
        at: Timestamp,
    },
}

/// Why a phone was blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockCause {
    /// Too many wrong PINs.
    WrongPin,
    /// It was lost or stolen, or its holder wants it no more, or was erased.
    Lost,
}

impl BlockCause {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongPin => "wrong_pin",
            Self::Lost => "lost",
        }
    }
}

/// A state without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnrolmentStanding {
    /// [`EnrolmentState::Pending`].
    Pending,
    /// [`EnrolmentState::Active`].
    Active,
    /// [`EnrolmentState::Blocked`].
    Blocked,
    /// [`EnrolmentState::Replaced`].
    Replaced,
    /// [`EnrolmentState::Lapsed`].
    Lapsed,
}

impl EnrolmentStanding {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::Active, Self::Blocked, Self::Replaced, Self::Lapsed];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Replaced => "replaced",
            Self::Lapsed => "lapsed",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }

    /// Whether nothing follows. Of the others, a person has one of each at most.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Blocked | Self::Replaced | Self::Lapsed)
    }
}

/// What became of a wrong PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinOutcome {
    /// So many more are borne.
    Counted {
        /// How many.
        left: u32,
    },
    /// The phone is blocked.
    Blocked,
}

impl EnrolmentState {
    /// Its name without its data.
    pub const fn standing(&self) -> EnrolmentStanding {
        match self {
            Self::Pending { .. } => EnrolmentStanding::Pending,
            Self::Active { .. } => EnrolmentStanding::Active,
            Self::Blocked { .. } => EnrolmentStanding::Blocked,
            Self::Replaced { .. } => EnrolmentStanding::Replaced,
            Self::Lapsed { .. } => EnrolmentStanding::Lapsed,
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        self.standing().is_final()
    }

    /// Wrong PINs that the phone still bears; none where it approves nothing.
    pub const fn pins_left(&self) -> u32 {
        match self {
            Self::Active { wrong_pins, .. } => MAX_WRONG_PINS.saturating_sub(*wrong_pins),
            _ => 0,
        }
    }

    /// As it stands at that instant, be it written down or not that its time has passed.
    #[must_use]
    pub fn seen_at(self, now: Timestamp) -> Self {
        match self {
            Self::Pending { until } if now >= until => Self::Lapsed { at: until },
            other => other,
        }
    }

    /// A phone took the code, in time.
    pub fn activate(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Pending { .. } => Ok(Self::Active { since: at, wrong_pins: 0 }),
            other => Err(other.refused(EnrolmentStanding::Active)),
        }
    }

    /// The right PIN was typed on the phone: wrong ones before it count no more.
    pub const fn right_pin(self) -> Result<Self, InvalidTransition> {
        match self {
            Self::Active { since, .. } => Ok(Self::Active { since, wrong_pins: 0 }),
            other => Err(other.refused(EnrolmentStanding::Active)),
        }
    }

    /// A wrong PIN was typed on the phone.
    pub const fn wrong_pin(self, at: Timestamp) -> Result<(Self, PinOutcome), InvalidTransition> {
        match self {
            Self::Active { since, wrong_pins } => {
                let wrong_pins = wrong_pins + 1;
                if wrong_pins >= MAX_WRONG_PINS {
                    let cause = BlockCause::WrongPin;
                    return Ok((Self::Blocked { at, cause }, PinOutcome::Blocked));
                }
                let left = MAX_WRONG_PINS - wrong_pins;
                Ok((Self::Active { since, wrong_pins }, PinOutcome::Counted { left }))
            }
            other => Err(other.refused(EnrolmentStanding::Blocked)),
        }
    }

    /// The phone was lost. One that was not enrolled yet never will be.
    pub fn block(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(at) {
            Self::Active { .. } => Ok(Self::Blocked { at, cause: BlockCause::Lost }),
            Self::Pending { .. } => Ok(Self::Lapsed { at }),
            other => Err(other.refused(EnrolmentStanding::Blocked)),
        }
    }

    /// Another phone takes its place, or another code does.
    pub fn supersede(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Active { .. } => Ok(Self::Replaced { at }),
            // One whose time was over lapsed then.
            Self::Pending { until } => Ok(Self::Lapsed { at: at.min(until) }),
            other => Err(other.refused(EnrolmentStanding::Replaced)),
        }
    }

    /// No phone took the code in time.
    pub fn lapse(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self.seen_at(now) {
            lapsed @ Self::Lapsed { .. } if !self.is_final() => Ok(lapsed),
            _ => Err(self.refused(EnrolmentStanding::Lapsed)),
        }
    }

    const fn refused(&self, to: EnrolmentStanding) -> InvalidTransition {
        InvalidTransition { subject: "phone", from: self.standing().name(), to: to.name() }
    }
}

/// By what a person's identity was validated before their phone was enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityProof {
    /// Their bank let them in a short while ago, with their own credentials.
    Bank,
    /// A service of the state that knows people did so, such as ClaveÚnica.
    State,
    /// The tenant validated it, and keeps the proof, whose hash is kept here.
    Tenant,
}

impl IdentityProof {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Bank, Self::State, Self::Tenant];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::State => "state",
            Self::Tenant => "tenant",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proof| proof.name() == name)
    }
}

/// Who made the key of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrigin {
    /// The phone: its private half never left it, and what it signed nobody else could have.
    Phone,
    /// This gateway, for a phone that makes none: it had the private half when it made it, and has it
    /// whenever the phone sends it along. What is signed with it shows what the gateway was told.
    Gateway,
}

impl KeyOrigin {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Gateway => "gateway",
        }
    }
}
