//! Links: a person's or company's data at one institution, as one tenant sees it.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::InvalidTransition;

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

impl LinkState {
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
