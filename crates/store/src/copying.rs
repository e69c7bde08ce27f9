//! Copying a whole store into one of another kind, and proving that the copy is the same.
//!
//! Each backend gives its tables as rows in the order of their keys ([`Dump`]) and takes them
//! ([`Load`]); [`tables`] says which tables and columns there are, the same for all. A row is plain
//! values, so that whatever a backend holds comes along word by word, also what this program would
//! refuse to write today. When all is loaded, both sides are read again and compared.
//!
//! | module | answers |
//! |---|---|
//! | [`row`] | what a table, a row and a value are |
//! | [`tables`] | which tables there are |
//! | [`stream`] | how rows go from one side to the other in bounded memory |
//! | [`compare`] | where two stores differ |
//! | [`keys`] | which master keys a store needs |
//! | [`seals`] | whether everything that is sealed opens |
//! | [`trails`] | whether the audit trails hold |

pub mod compare;
pub mod keys;
#[cfg(feature = "test-kit")]
pub mod pile;
pub mod row;
pub mod seals;
pub mod stream;
pub mod tables;
pub mod trails;

use async_trait::async_trait;

pub use self::compare::Difference;
pub use self::row::{Cell, Column, Kind, Row, Table};
pub use self::stream::{Rows, Sender};
pub use self::tables::TABLES;

use crate::StoreError;

/// A store whose rows can be read as they are. Nobody writes to it as long as this is there.
#[async_trait]
pub trait Dump: Send + Sync {
    /// How many rows a table has.
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError>;

    /// All rows of a table, in the order of its key. One table is read at a time.
    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError>;
}

/// A store that takes rows as they are. Nobody else uses it as long as this is there.
#[async_trait]
pub trait Load: Dump {
    /// Marks the store as an unfinished copy, which from now on nobody opens, and removes whatever
    /// an earlier copy has left in it. A conflict where the store holds anything else.
    async fn begin(&self) -> Result<(), StoreError>;

    /// Adds rows of a table.
    async fn add(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError>;

    /// Sets what follows from the rows, such as where numbers go on.
    async fn settle(&self) -> Result<(), StoreError>;

    /// Makes all of it durable and takes the mark away: from now on it can be opened.
    async fn complete(&self) -> Result<(), StoreError>;
}

/// What a copy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Rows by table, in the order of [`TABLES`].
    pub rows: Vec<(&'static str, u64)>,
}

impl Copied {
    /// All rows.
    pub fn total(&self) -> u64 {
        self.rows.iter().map(|(_, rows)| rows).sum()
    }

    /// The rows of one table.
    pub fn of(&self, table: &str) -> u64 {
        self.rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows)
    }
}

/// Why there is no copy that can be used. The target stays marked as unfinished.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the two stores failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The two are not the same; at most [`compare::MAX_DIFFERENCES`] are told.
    #[error("the copy differs from its source: {}", told(.0))]
    Differs(Vec<Difference>),
    /// The audit trail of the copy does not hold, and so neither does that of the source.
    #[error("the audit trail {0}")]
    Trail(String),
}

fn told(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Copies everything, compares it, verifies the audit trails and makes the copy usable. `progress` is
/// told how many rows of how many are done; each is done twice, since it is compared.
pub async fn copy(
    from: &dyn Dump,
    to: &dyn Load,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Copied, CopyError> {
    let copied = Copied { rows: counts(from).await? };
    let total = copied.total() * 2;
    let mut done = 0;
    let mut advance = |rows: u64| {
        done += rows;
        progress(done, total);
    };
    to.begin().await?;
    for table in TABLES {
        load(table, from, to, &mut advance).await?;
    }
    to.settle().await?;
    let mut differences = Vec::new();
    for table in TABLES {
        compare::table(table, from, to, &mut differences, &mut advance).await?;
    }
    if !differences.is_empty() {
        return Err(CopyError::Differs(differences));
    }
    if let Some(broken) = trails::broken(to).await? {
        return Err(CopyError::Trail(broken));
    }
    to.complete().await?;
    Ok(copied)
}

async fn counts(from: &dyn Dump) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut rows = Vec::new();
    for table in TABLES {
        rows.push((table.name, from.count(table).await?));
    }
    Ok(rows)
}

async fn load(
    table: &'static Table,
    from: &dyn Dump,
    to: &dyn Load,
    advance: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    let mut rows = from.rows(table).await?;
    while let Some(batch) = rows.batch().await? {
        let count = batch.len() as u64;
        to.add(table, batch).await?;
        advance(count);
    }
    Ok(())
}
