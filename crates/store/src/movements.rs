//! Movements, what their sources said, and the change feed.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_model::{MergeReason, Movement, MovementStatus, Observation, SourceKind};
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, ImportId, MovementId, SourceId, TenantId,
};
use cartola_primitives::{Date, Timestamp};

use crate::StoreError;
pub use crate::encoding::movement::MovementList;

/// A movement with what the store alone needs to know of it. `Text` as in [`Movement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovementRow<Text = String> {
    /// The movement.
    pub movement: Movement<Text>,
    /// What allows it to be served.
    pub consents: ConsentSetId,
    /// The other side.
    pub counterparty: Option<Sealed>,
}

/// What one source said about one movement: the n of n:1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its id.
    pub id: SourceId,
    /// The movement that it tells of.
    pub movement: MovementId,
    /// The import that brought it.
    pub import: ImportId,
    /// The consent under which it came.
    pub consent: ConsentId,
    /// Where in the file it stands.
    pub place: String,
    /// How far the source is trusted.
    pub source: SourceKind,
    /// The day on which the institution made the source.
    pub as_of: Date,
    /// When we received it; of what an institution was asked for, when it was asked.
    pub received_at: Timestamp,
    /// Why it counts as this movement.
    pub reason: MergeReason,
    /// What it said; absent where it is the absence of the line that tells something.
    pub says: Option<Arc<Observation>>,
}

/// A movement with all that its sources said, oldest evidence first.
#[derive(Debug, Clone)]
pub struct Attested {
    /// The movement.
    pub row: MovementRow,
    /// Its sources, by id.
    pub sources: Vec<SourceRow>,
}

/// An id that was once, or is again, somebody else's: a merge or its undoing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AliasRow {
    /// The id that was split off or merged away.
    pub alias: MovementId,
    /// The movement that it belonged to.
    pub movement: MovementId,
    /// When that was so recorded.
    pub at: Timestamp,
    /// Whether the alias now lives on its own (the merge was undone).
    pub undone: bool,
}

/// Where a page of movements begins: strictly beyond this one in the order asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MovementKey {
    /// Booking day.
    pub booked_on: Date,
    /// Id, which orders the movements of a day.
    pub id: MovementId,
}

/// Which way a list of movements runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// Which movements are asked for.
#[derive(Debug, Clone)]
pub struct MovementQuery {
    /// Of one account only.
    pub account: Option<AccountId>,
    /// Booked on this day or later.
    pub from: Option<Date>,
    /// Booked on this day or earlier.
    pub to: Option<Date>,
    /// With at least this signed amount, in minor units.
    pub min_amount: Option<i64>,
    /// With at most this signed amount, in minor units.
    pub max_amount: Option<i64>,
    /// Whose glosa contains this text, blind to case and accents (`cartola_model::glosa::fold`).
    pub text: Option<String>,
    /// In this status; when absent, all but removed ones.
    pub status: Option<MovementStatus>,
    /// In this order.
    pub order: Order,
    /// Beyond this one.
    pub after: Option<MovementKey>,
    /// At most so many, see [`crate::page_size`].
    pub limit: usize,
    /// Decides which consents hold.
    pub now: Timestamp,
}

/// Movements looked at for one page, at most. A page whose filter lets little through ends here
/// with fewer rows and says where to go on.
pub const MAX_SCAN: usize = 20_000;

/// A page of movements.
#[derive(Debug, Clone)]
pub struct MovementPage {
    /// The movements.
    pub rows: MovementList,
    /// Where to go on, if there may be more.
    pub next: Option<MovementKey>,
}

/// How a movement changed, as a client that follows the feed needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedChange {
    /// It is new, or back.
    Added,
    /// It says something else.
    Modified,
    /// It is gone.
    Removed,
}

impl FeedChange {
    /// The stable number in storage.
    pub const fn code(self) -> u8 {
        match self {
            Self::Added => 1,
            Self::Modified => 2,
            Self::Removed => 3,
        }
    }

    /// The change of that number.
    pub const fn of_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Added),
            2 => Some(Self::Modified),
            3 => Some(Self::Removed),
            _ => None,
        }
    }
}

/// One entry of the change feed.
#[derive(Debug, Clone)]
pub struct FeedEntry {
    /// Its position; positions of a tenant rise by one in order of commit.
    pub position: u64,
    /// What happened.
    pub change: FeedChange,
    /// To which movement.
    pub movement: MovementId,
    /// Of which account.
    pub account: AccountId,
    /// The movement as it is now; absent when it is removed, or no consent holds.
    pub row: Option<MovementRow>,
}

/// Reads of movements.
#[async_trait]
pub trait Movements: Send + Sync {
    /// A page of movements that some holding consent allows.
    async fn movements(
        &self,
        tenant: TenantId,
        query: &MovementQuery,
    ) -> Result<MovementPage, StoreError>;

    /// One movement with its sources, removed ones included, if a consent holds.
    async fn movement(
        &self,
        tenant: TenantId,
        id: MovementId,
        now: Timestamp,
    ) -> Result<Option<Attested>, StoreError>;

    /// All movements of an account booked on those days, removed ones and those without holding
    /// consent included, by day and id: what ingest compares with.
    async fn window(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<Attested>, StoreError>;

    /// The movements of the last day before `day` on which the account has any that is not
    /// removed, by id, without removed ones: what the balance chain goes on from.
    async fn day_before(
        &self,
        tenant: TenantId,
        account: AccountId,
        day: Date,
    ) -> Result<Vec<MovementRow>, StoreError>;

    /// Entries of the feed after a position, in order.
    async fn feed(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<FeedEntry>, StoreError>;

    /// The last position that the feed has given out; 0 before the first. It never goes back, also
    /// where the entry itself is forgotten.
    async fn feed_end(&self, tenant: TenantId) -> Result<u64, StoreError>;

    /// Aliases that name this movement on either side.
    async fn aliases(&self, tenant: TenantId, id: MovementId) -> Result<Vec<AliasRow>, StoreError>;
}
