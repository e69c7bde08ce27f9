//! What is known of asking institutions: how the last reading of a link went, and how often a
//! person's credentials were refused.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{Failure, InstitutionId, RecordKinds};
use cartola_primitives::id::{ConsentId, LinkId, PersonId, TenantId};
use cartola_primitives::{Date, Timestamp};

use crate::StoreError;

/// What a reading asks of an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadScope {
    /// Of the customer's accounts.
    pub accounts: AccountScope,
    /// What is told as a whole.
    pub records: RecordKinds,
}

/// What a reading asks of accounts. A later variant holds what an earlier one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountScope {
    /// Nothing.
    Nothing,
    /// Which accounts there are.
    Accounts,
    /// The accounts and their balances.
    Balances,
    /// The accounts, their balances, and their movements of some days, both ends included.
    Movements {
        /// The first day.
        from: Date,
        /// The last day.
        to: Date,
    },
}

impl ReadScope {
    /// Which accounts there are.
    pub const ACCOUNTS: Self = Self::of_accounts(AccountScope::Accounts);

    /// The accounts and their balances.
    pub const BALANCES: Self = Self::of_accounts(AccountScope::Balances);

    /// The accounts, their balances, and their movements of some days, both ends included.
    pub const fn movements(from: Date, to: Date) -> Self {
        Self::of_accounts(AccountScope::Movements { from, to })
    }

    /// What is told as a whole, and nothing of accounts.
    pub const fn records(records: RecordKinds) -> Self {
        Self { accounts: AccountScope::Nothing, records }
    }

    /// Whether nothing is asked for.
    pub fn is_nothing(self) -> bool {
        self.accounts == AccountScope::Nothing && self.records.is_empty()
    }

    /// The same of accounts, and these beside.
    #[must_use]
    pub const fn with_records(self, records: RecordKinds) -> Self {
        Self { records, ..self }
    }

    /// Whether a reading of this scope tells everything that one of the other would.
    pub fn covers(&self, other: &Self) -> bool {
        self.accounts.covers(other.accounts) && self.records.covers(other.records)
    }

    const fn of_accounts(accounts: AccountScope) -> Self {
        Self { accounts, records: RecordKinds::NONE }
    }
}

impl AccountScope {
    fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Movements { from, to }, Self::Movements { from: other_from, to: other_to }) => {
                from <= other_from && to >= other_to
            }
            _ => self.rank() >= other.rank(),
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Accounts => 1,
            Self::Balances => 2,
            Self::Movements { .. } => 3,
        }
    }
}

/// How the last reading of a link went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingRow {
    /// The link.
    pub link: LinkId,
    /// The link's version when it was read: another one may sign in with other credentials.
    pub link_version: u32,
    /// The consent under which it was read.
    pub mandate: ConsentId,
    /// What was asked for.
    pub scope: ReadScope,
    /// When the institution began to be asked.
    pub began_at: Timestamp,
    /// When that was over.
    pub ended_at: Timestamp,
    /// What came of it.
    pub outcome: Result<ReadingFigures, Failure>,
}

/// What a reading came to, over all accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadingFigures {
    /// Accounts.
    pub accounts: u64,
    /// Lines read.
    pub read: u64,
    /// Movements that nobody had told of before.
    pub new: u64,
    /// Lines that told of a movement that was known.
    pub duplicates: u64,
    /// Known movements that now say something else.
    pub amended: u64,
    /// Known movements that the institution no longer has.
    pub removed: u64,
    /// Products that were told of as a whole.
    pub records: u64,
}

/// A person's attempts to sign in at an institution, whatever they came through. Absent as long as
/// nothing went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInsRow {
    /// Where.
    pub institution: InstitutionId,
    /// Whose.
    pub person: PersonId,
    /// Wrong credentials in a row.
    pub refused: u32,
    /// Attempts that were begun and of which nobody has said how they ended.
    pub open: u32,
    /// When the last one was begun.
    pub last_at: Timestamp,
    /// Until when the institution is not asked, since credentials may be wrong or their holder is
    /// locked out.
    pub locked_until: Option<Timestamp>,
    /// Until when the institution said that it is not to be asked, for whatever other reason.
    pub waits_until: Option<Timestamp>,
    /// Keyed digest of the credentials that were refused last, and when that was.
    pub refused_secret: Option<(Digest, Timestamp)>,
    /// Keyed digest of the credentials that were tried last without anybody saying how that ended.
    pub open_secret: Option<Digest>,
    /// Raised at each change, 1 for the first.
    pub version: u32,
}

/// Reads of what is known of asking institutions.
#[async_trait]
pub trait Asking: Send + Sync {
    /// The last reading of a link.
    async fn reading(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<ReadingRow>, StoreError>;

    /// A person's attempts at an institution.
    async fn sign_ins(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: PersonId,
    ) -> Result<Option<SignInsRow>, StoreError>;
}
