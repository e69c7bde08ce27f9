//! Consent: what allows data to be kept and served.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use crate::InvalidTransition;

/// How a consent came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentKind {
    /// The tenant imported a statement file of its own keeping; the file's hash is the evidence.
    FileImport,
    /// The tenant called a facade with a person's credentials or token.
    TenantMandate,
}

impl ConsentKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::FileImport, Self::TenantMandate];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FileImport => "file_import",
            Self::TenantMandate => "tenant_mandate",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a consent stands. Granted, perhaps renewed → revoked or expired, and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// In force until its end, or until it is revoked.
    Granted {
        /// When it was given.
        at: Timestamp,
        /// When it ends by itself; a file import has no end.
        expires_at: Option<Timestamp>,
    },
    /// Withdrawn.
    Revoked {
        /// When it had been given.
        granted_at: Timestamp,
        /// When it was withdrawn.
        at: Timestamp,
    },
    /// Ended by its own term.
    Expired {
        /// When it had been given.
        granted_at: Timestamp,
        /// When it ended.
        at: Timestamp,
    },
}

impl ConsentState {
    /// The stable name of the state at `now`: a term that has run out counts at once, whether or
    /// not anybody has recorded it yet.
    pub fn name(&self, now: Timestamp) -> &'static str {
        match self {
            Self::Granted { .. } if self.holds(now) => "granted",
            Self::Granted { .. } | Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Whether it allows anything at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        match self {
            Self::Granted { expires_at, .. } => expires_at.is_none_or(|end| now < end),
            Self::Revoked { .. } | Self::Expired { .. } => false,
        }
    }

    /// When it was given.
    pub const fn granted_at(&self) -> Timestamp {
        match *self {
            Self::Granted { at, .. } => at,
            Self::Revoked { granted_at, .. } | Self::Expired { granted_at, .. } => granted_at,
        }
    }

    /// Lets it hold until a later end than its own; absent is no end.
    pub fn renew(
        self,
        now: Timestamp,
        until: Option<Timestamp>,
    ) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at, expires_at }
                if self.holds(now)
                    && until.is_none_or(|until| expires_at.is_some_and(|end| until >= end)) =>
            {
                Ok(Self::Granted { at, expires_at: until })
            }
            _ => Err(InvalidTransition { subject: "consent", from: self.name(now), to: "renewed" }),
        }
    }

    /// Withdraws it.
    pub fn revoke(self, at: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at: granted_at, .. } if self.holds(at) => {
                Ok(Self::Revoked { granted_at, at })
            }
            _ => Err(InvalidTransition { subject: "consent", from: self.name(at), to: "revoked" }),
        }
    }

    /// Records that its term has run out.
    pub fn expire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at, expires_at: Some(end) } if end <= now => {
                Ok(Self::Expired { granted_at: at, at: end })
            }
            _ => Err(InvalidTransition { subject: "consent", from: self.name(now), to: "expired" }),
        }
    }
}
