//! Links: a person's or company's data at one institution, as one tenant sees it.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ConsentState, InvalidTransition};

/// Where a link's data comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkSource {
    /// Statement files that the tenant imports.
    Files,
    /// The institution itself, asked with the credentials that we keep.
    Credentials,
    /// The institution itself, asked with the credentials that came with each call.
    Calls,
}

impl LinkSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Files, Self::Credentials, Self::Calls];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Credentials => "credentials",
            Self::Calls => "calls",
        }
    }

    /// The source of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

/// Where a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Takes data.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// Ended by the tenant.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

/// Where a link stands for whoever is told: it takes data while it was not ended and its mandate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkStanding {
    /// Takes data.
    Active {
        /// Since when.
        since: Timestamp,
    },
    /// The person wants nothing done with their data for now: nothing is read until that is over.
    Suspended {
        /// Since when it was active.
        since: Timestamp,
    },
    /// Its mandate has run out.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The link was ended, or its mandate was withdrawn.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

impl LinkStanding {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Active { .. } => "active",
            Self::Suspended { .. } => "suspended",
            Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Since when it stands so; of one that is suspended, since when it was active.
    pub const fn since(&self) -> Timestamp {
        match *self {
            Self::Active { since } | Self::Suspended { since } => since,
            Self::Expired { at } | Self::Revoked { at } => at,
        }
    }
}

impl LinkState {
    /// Where the link stands where no mandate says otherwise.
    pub const fn standing(self) -> LinkStanding {
        match self {
            Self::Active { since } => LinkStanding::Active { since },
            Self::Revoked { at } => LinkStanding::Revoked { at },
        }
    }

    /// Where it stands at `now` under its mandate: a term that has run out counts at once, whether or
    /// not anybody has recorded it yet.
    pub fn under(self, mandate: Option<&ConsentState>, now: Timestamp) -> LinkStanding {
        let (Self::Active { since }, Some(mandate)) = (self, mandate) else {
            return self.standing();
        };
        match *mandate {
            ConsentState::Revoked { at, .. } => LinkStanding::Revoked { at },
            ConsentState::Expired { at, .. } => LinkStanding::Expired { at },
            ConsentState::Granted { expires_at: Some(end), .. }
            | ConsentState::Suspended { expires_at: Some(end), .. }
                if end <= now =>
            {
                LinkStanding::Expired { at: end }
            }
            ConsentState::Suspended { .. } => LinkStanding::Suspended { since },
            ConsentState::Granted { .. } => LinkStanding::Active { since },
        }
    }

    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Active { .. } => "active",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Begins the link again: whoever ended it may come back. One that is active stays as it is.
    #[must_use]
    pub const fn resume(self, at: Timestamp) -> Self {
        match self {
            Self::Active { .. } => self,
            Self::Revoked { .. } => Self::Active { since: at },
        }
    }

    /// Ends the link.
    pub fn revoke(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Active { .. } => Ok(Self::Revoked { at }),
            Self::Revoked { .. } => {
                Err(InvalidTransition { subject: "link", from: self.name(), to: "revoked" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use cartola_primitives::{SignedDuration, Timestamp};

    use super::{LinkStanding, LinkState};
    use crate::ConsentState;

    #[test]
    fn a_link_stands_as_its_mandate_lets_it() {
        let (since, now) =
            (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + SignedDuration::from_hours(9));
        let (before, later) =
            (now - SignedDuration::from_hours(1), now + SignedDuration::from_hours(1));
        let active = LinkState::Active { since };
        let granted = |expires_at| ConsentState::Granted { at: since, expires_at };
        let suspended = |expires_at| ConsentState::Suspended { granted_at: since, expires_at };
        for (mandate, standing) in [
            (granted(None), LinkStanding::Active { since }),
            (granted(Some(later)), LinkStanding::Active { since }),
            (granted(Some(now)), LinkStanding::Expired { at: now }),
            (suspended(None), LinkStanding::Suspended { since }),
            (suspended(Some(later)), LinkStanding::Suspended { since }),
            (suspended(Some(before)), LinkStanding::Expired { at: before }),
            (
                ConsentState::Expired { granted_at: since, at: before },
                LinkStanding::Expired { at: before },
            ),
            (
                ConsentState::Revoked { granted_at: since, at: before },
                LinkStanding::Revoked { at: before },
            ),
        ] {
            assert_eq!(active.under(Some(&mandate), now), standing);
            let ended = LinkState::Revoked { at: before };
            assert_eq!(ended.under(Some(&mandate), now), LinkStanding::Revoked { at: before });
        }
        assert_eq!(active.under(None, now), LinkStanding::Active { since });
    }
}
