//! Where two stores differ, row by row.

use std::cmp::Ordering;
use std::fmt;

use super::{Dump, Row, Rows, Table};
use crate::StoreError;

/// Differences that are told; who has so many looks for their cause and not for the rest.
pub const MAX_DIFFERENCES: usize = 20;

/// Rows between two reports of progress.
const STEP: u64 = 1_000;

/// A row that is not the same on both sides. Says which, and nothing of what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row's key, in words.
    pub key: String,
    /// What is wrong with it.
    pub kind: DifferenceKind,
}

/// How a row differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The copy does not have it.
    Missing,
    /// The source does not have it.
    Extra,
    /// Both have it, with other values in these columns.
    Changed(Vec<&'static str>),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, key, kind } = self;
        write!(formatter, "{table} ({key}) ")?;
        match kind {
            DifferenceKind::Missing => formatter.write_str("is not in the copy"),
            DifferenceKind::Extra => formatter.write_str("is in the copy alone"),
            DifferenceKind::Changed(columns) => {
                write!(formatter, "has another {}", columns.join(", "))
            }
        }
    }
}

/// Compares a table, until there are too many differences.
pub async fn table(
    table: &'static Table,
    from: &dyn Dump,
    to: &dyn Dump,
    differences: &mut Vec<Difference>,
    advance: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    if differences.len() >= MAX_DIFFERENCES {
        return Ok(());
    }
    let mut sides = Sides::open(from.rows(table).await?, to.rows(table).await?).await?;
    let mut since = 0;
    while differences.len() < MAX_DIFFERENCES {
        let Some((ours, theirs)) = sides.next(table).await? else { break };
        differences.extend(difference(table, ours.as_ref(), theirs.as_ref()));
        since += u64::from(ours.is_some());
        if since == STEP {
            advance(std::mem::take(&mut since));
        }
    }
    advance(since);
    Ok(())
}

/// Two streams in the order of one key.
struct Sides {
    from: Rows,
    to: Rows,
    ours: Option<Row>,
    theirs: Option<Row>,
}

impl Sides {
    async fn open(mut from: Rows, mut to: Rows) -> Result<Self, StoreError> {
        let (ours, theirs) = (from.next().await?, to.next().await?);
        Ok(Self { from, to, ours, theirs })
    }

    /// The next row of either side or, where the key is the same, of both.
    async fn next(
        &mut self,
        table: &Table,
    ) -> Result<Option<(Option<Row>, Option<Row>)>, StoreError> {
        let order = match (&self.ours, &self.theirs) {
            (None, None) => return Ok(None),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(ours), Some(theirs)) => table.key(ours).cmp(table.key(theirs)),
        };
        let (mut ours, mut theirs) = (None, None);
        if order != Ordering::Greater {
            ours = self.ours.take();
            self.ours = self.from.next().await?;
        }
        if order != Ordering::Less {
            theirs = self.theirs.take();
            self.theirs = self.to.next().await?;
        }
        Ok(Some((ours, theirs)))
    }
}

fn difference(table: &Table, ours: Option<&Row>, theirs: Option<&Row>) -> Option<Difference> {
    let kind = match (ours, theirs) {
        (Some(_), None) => DifferenceKind::Missing,
        (None, Some(_)) => DifferenceKind::Extra,
        (Some(ours), Some(theirs)) if ours != theirs => {
            let columns = table.names().zip(ours.0.iter().zip(&theirs.0));
            let changed = columns.filter(|(_, (ours, theirs))| ours != theirs);
            DifferenceKind::Changed(changed.map(|(name, _)| name).collect())
        }
        _ => return None,
    };
    let row = ours.or(theirs)?;
    let key = table.names().zip(table.key(row)).map(|(name, cell)| format!("{name} {cell}"));
    Some(Difference { table: table.name, key: key.collect::<Vec<_>>().join(", "), kind })
}
