//! Consent: what allows data to be kept and served.

use cartola_primitives::{Date, Span, Timestamp, santiago};
use serde::{Deserialize, Serialize};

use crate::{InvalidTransition, RecordKind, RecordKinds};

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

/// Months for which a consent holds at most from when it was given or renewed (NCG 514 as of the Anexo
/// N° 3: at most 36 months for data).
pub const MAX_TERM_MONTHS: i32 = 36;

/// The last instant until which a consent may hold that is given or renewed now: the end of the day 36
/// months later, in Santiago.
pub fn latest_end(now: Timestamp) -> Timestamp {
    santiago::end_of_day(last_day(santiago::today(now)))
}

/// The last day on which a consent may hold that is given today.
pub(crate) fn last_day(today: Date) -> Date {
    today.checked_add(Span::new().months(MAX_TERM_MONTHS)).unwrap_or(Date::MAX)
}

/// Which data a consent is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentData {
    /// Accounts with their balances and movements.
    pub accounts: bool,
    /// What is told as a whole, by product.
    pub records: RecordKinds,
}

impl ConsentData {
    /// What accounts, balances and movements are called together.
    pub const ACCOUNTS: &'static str = "movements";

    /// What the product of a stable name is called in front of the person whose it is, in Spanish.
    pub fn spanish(name: &str) -> Option<&'static str> {
        match name {
            Self::ACCOUNTS => Some("Cuentas, saldos y movimientos"),
            name => RecordKind::parse(name).map(RecordKind::spanish),
        }
    }

    /// The products by their stable names, in order.
    pub fn names(self) -> Vec<&'static str> {
        let accounts = self.accounts.then_some(Self::ACCOUNTS);
        accounts.into_iter().chain(self.records.iter().map(RecordKind::name)).collect()
    }

    /// The data of those names; nothing where one is unknown, or there is none.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut data = Self { accounts: false, records: RecordKinds::NONE };
        for name in names {
            match name {
                Self::ACCOUNTS => data.accounts = true,
                name => data.records = data.records.with(RecordKind::parse(name)?),
            }
        }
        (data.accounts || !data.records.is_empty()).then_some(data)
    }

    /// As it is stored: the names with commas between them.
    pub fn written(self) -> String {
        self.names().join(",")
    }

    /// Whether it is about accounts, balances and movements, where `data` is what a consent says; about
    /// all there is where it says nothing.
    pub fn has_accounts(data: Option<Self>) -> bool {
        data.is_none_or(|data| data.accounts)
    }

    /// The same for what is told as a whole.
    pub fn has_records(data: Option<Self>, kind: RecordKind) -> bool {
        data.is_none_or(|data| data.records.contains(kind))
    }

    /// Whether all of the other is part of it.
    pub const fn covers(self, other: Self) -> bool {
        (self.accounts || !other.accounts) && self.records.covers(other.records)
    }
}

/// Where a consent stands. Granted, perhaps renewed or suspended → revoked or expired, and never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// In force until its end, or until it is revoked.
    Granted {
        /// When it was given.
        at: Timestamp,
        /// When it ends by itself; a file import has no end.
        expires_at: Option<Timestamp>,
    },
    /// The person has asked that nothing be done with their data: as long as that holds, it allows
    /// nothing (Ley 19.628, art. 8 ter).
    Suspended {
        /// When it had been given.
        granted_at: Timestamp,
        /// When it ends by itself all the same.
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
            Self::Suspended { expires_at, .. } if expires_at.is_none_or(|end| now < end) => {
                "suspended"
            }
            Self::Granted { .. } | Self::Suspended { .. } | Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Whether it allows anything at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        match self {
            Self::Granted { expires_at, .. } => expires_at.is_none_or(|end| now < end),
            Self::Suspended { .. } | Self::Revoked { .. } | Self::Expired { .. } => false,
        }
    }

    /// When it was given.
    pub const fn granted_at(&self) -> Timestamp {
        match *self {
            Self::Granted { at, .. } => at,
            Self::Suspended { granted_at, .. }
            | Self::Revoked { granted_at, .. }
            | Self::Expired { granted_at, .. } => granted_at,
        }
    }

    /// When it ends by itself; absent where it has no end, or has come to it.
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Granted { expires_at, .. } | Self::Suspended { expires_at, .. } => expires_at,
            Self::Revoked { .. } | Self::Expired { .. } => None,
        }
    }

    /// When it was withdrawn, or ended by itself; absent as long as it has not by `now`.
    pub fn ended_at(&self, now: Timestamp) -> Option<Timestamp> {
        match *self {
            Self::Granted { expires_at, .. } | Self::Suspended { expires_at, .. } => {
                expires_at.filter(|end| *end <= now)
            }
            Self::Revoked { at, .. } | Self::Expired { at, .. } => Some(at),
        }
    }

    /// Lets it allow nothing for a while.
    pub fn suspend(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at, expires_at } if self.holds(now) => {
                Ok(Self::Suspended { granted_at: at, expires_at })
            }
            _ => Err(self.refused(now, "suspended")),
        }
    }

    /// Lets it allow again what it allowed, for as long as it would have.
    pub fn resume(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Suspended { granted_at, expires_at: Some(end) } if end <= now => {
                Ok(Self::Expired { granted_at, at: end })
            }
            Self::Suspended { granted_at, expires_at } => {
                Ok(Self::Granted { at: granted_at, expires_at })
            }
            _ => Err(self.refused(now, "granted")),
        }
    }

    /// Lets it end earlier than it would.
    pub fn shorten(self, now: Timestamp, until: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at, expires_at }
                if self.holds(now) && until > now && expires_at.is_none_or(|end| until <= end) =>
            {
                Ok(Self::Granted { at, expires_at: Some(until) })
            }
            _ => Err(self.refused(now, "shortened")),
        }
    }

    fn refused(&self, now: Timestamp, to: &'static str) -> InvalidTransition {
        InvalidTransition { subject: "consent", from: self.name(now), to }
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
            Self::Suspended { granted_at, .. } => Ok(Self::Revoked { granted_at, at }),
            _ => Err(InvalidTransition { subject: "consent", from: self.name(at), to: "revoked" }),
        }
    }

    /// Records that its term has run out.
    pub fn expire(self, now: Timestamp) -> Result<Self, InvalidTransition> {
        match self {
            Self::Granted { at, expires_at: Some(end) } if end <= now => {
                Ok(Self::Expired { granted_at: at, at: end })
            }
            Self::Suspended { granted_at, expires_at: Some(end) } if end <= now => {
                Ok(Self::Expired { granted_at, at: end })
            }
            _ => Err(InvalidTransition { subject: "consent", from: self.name(now), to: "expired" }),
        }
    }
}
