//! Accounts and their balances.

use async_trait::async_trait;
use cartola_crypto::{Digest, Sealed};
use cartola_model::{AccountKind, BalanceKind, InstitutionId};
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, ImportId, LinkId, PersonId, TenantId,
};
use cartola_primitives::{Currency, Date, Money, Timestamp};

use crate::{Page, StoreError};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The link that told of it first.
    pub link: LinkId,
    /// The institution.
    pub institution: InstitutionId,
    /// What it is.
    pub kind: AccountKind,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// Keyed digest of institution, kind, currency and digits without leading zeros. Unique within
    /// the tenant.
    pub identity: Digest,
    /// The last digits, for people to recognise it by.
    pub mask: String,
    /// Number and holder's name.
    pub sealed: Sealed,
    /// The holder, where known.
    pub person: Option<PersonId>,
    /// What allows it to be shown.
    pub consents: ConsentSetId,
    /// Raised by each ingest, so that two ingests of one account cannot both build on the same
    /// past.
    pub version: u32,
    /// Since when we know it.
    pub created_at: Timestamp,
}

/// A balance as it was read under one consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceRow {
    /// Whose.
    pub account: AccountId,
    /// What it counts.
    pub kind: BalanceKind,
    /// The day for which it was given.
    pub as_of: Date,
    /// How much.
    pub amount: Money,
    /// When it was received; of what an institution was asked for, when it was asked.
    pub received_at: Timestamp,
    /// Which import read it first.
    pub import: ImportId,
    /// What allows it to be shown.
    pub consent: ConsentId,
}

/// Where a balance stands among those of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceKey {
    /// What it counts.
    pub kind: BalanceKind,
    /// Its day.
    pub as_of: Date,
    /// Under which consent it was read.
    pub consent: ConsentId,
}

impl BalanceRow {
    /// Where it stands.
    pub const fn key(&self) -> BalanceKey {
        BalanceKey { kind: self.kind, as_of: self.as_of, consent: self.consent }
    }
}

/// Reads of accounts and balances. `now` decides which consents hold; what none allows is as if it
/// were not there.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The account of that id.
    async fn account(
        &self,
        tenant: TenantId,
        id: AccountId,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, StoreError>;

    /// The account of that identity, whether or not a consent holds: ingest must find it again.
    async fn account_by_identity(
        &self,
        tenant: TenantId,
        identity: &Digest,
    ) -> Result<Option<AccountRow>, StoreError>;

    /// Accounts, by id.
    async fn accounts(
        &self,
        tenant: TenantId,
        after: Option<AccountId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page<AccountRow, AccountId>, StoreError>;

    /// The accounts that a link has told of, by id; [`crate::MAX_PAGE`] of them at most.
    async fn accounts_of(
        &self,
        tenant: TenantId,
        link: LinkId,
        now: Timestamp,
    ) -> Result<Vec<AccountRow>, StoreError>;

    /// The latest reading of each kind of balance; of two for the same day, the one that was
    /// received later, and of these the later import's.
    async fn balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<BalanceRow>, StoreError>;
}
