use std::fmt;

use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use super::{ChainHash, ChainHead, link};

/// An entry as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<Body = Vec<u8>> {
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// When it happened, exactly as it was linked.
    pub at: Timestamp,
    /// What happened, exactly as it was linked.
    pub body: Body,
    /// The hash that was stored with it.
    pub hash: ChainHash,
}

/// Where a chain does not hold, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "audit entry {sequence} {kind}; compare it with a backup or with an exported audit, everything \
     before it is proven"
)]
pub struct ChainBreak {
    /// The entry that was altered, is missing, or stands out of order.
    pub sequence: u64,
    /// What is wrong with it.
    pub kind: BreakKind,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakKind {
    /// Its content, instant or hash was changed, or it was put in.
    Altered,
    /// It is not there.
    Missing,
    /// It is there, but twice or not in its turn.
    Reordered,
}

impl fmt::Display for BreakKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Altered => "was altered or put in",
            Self::Missing => "is missing",
            Self::Reordered => "is not in its turn",
        })
    }
}

/// Checks a chain entry by entry, in constant memory.
#[derive(Debug, Clone)]
pub struct Verifier {
    tenant: TenantId,
    head: ChainHead,
}

impl Verifier {
    /// Goes on after `start`, the last entry that is already trusted.
    pub fn new(tenant: TenantId, start: impl Into<ChainHead>) -> Self {
        Self { tenant, head: start.into() }
    }

    /// Goes through the tenant's chain from its first entry.
    pub fn from_genesis(tenant: TenantId) -> Self {
        Self::new(tenant, ChainHead::start(tenant))
    }

    /// The last entry that was proven.
    pub fn head(&self) -> ChainHead {
        self.head
    }

    /// Takes the next entry. After a break the head stays before it.
    ///
    /// A leap ahead is [`BreakKind::Missing`]; only [`verify`], which sees what comes later, can
    /// tell that the entry left out comes after.
    pub fn take<Body: AsRef<[u8]>>(&mut self, entry: &Entry<Body>) -> Result<(), ChainBreak> {
        let Entry { sequence, at, body, hash } = entry;
        match sequence.checked_sub(self.head.sequence) {
            None | Some(0) => Err(broken(*sequence, BreakKind::Reordered)),
            Some(1)
                if link(&self.head.hash, self.tenant, *sequence, *at, body.as_ref()) == *hash =>
            {
                self.head = ChainHead { sequence: *sequence, hash: *hash };
                Ok(())
            }
            Some(1) => Err(broken(*sequence, BreakKind::Altered)),
            Some(_) => Err(broken(self.head.sequence + 1, BreakKind::Missing)),
        }
    }

    /// Ends at `expected`, a head kept elsewhere. Entries cut off at the end are
    /// [`BreakKind::Missing`], further ones are [`BreakKind::Altered`] (put in): read only up to
    /// the expected head where the chain may have grown since.
    pub fn finish(self, expected: &ChainHead) -> Result<ChainHead, ChainBreak> {
        let Self { head, .. } = self;
        if head == *expected {
            Ok(head)
        } else if head.sequence < expected.sequence {
            Err(broken(head.sequence + 1, BreakKind::Missing))
        } else if head.sequence > expected.sequence {
            Err(broken(expected.sequence + 1, BreakKind::Altered))
        } else {
            Err(broken(head.sequence, BreakKind::Altered))
        }
    }
}

/// Proves that `entries` follow `start` without change, gap or disorder, and says where they end.
/// Whether that is the true end, only [`Verifier::finish`] can tell.
pub fn verify<Body: AsRef<[u8]>>(
    tenant: TenantId,
    start: impl Into<ChainHead>,
    entries: impl IntoIterator<Item = Entry<Body>>,
) -> Result<ChainHead, ChainBreak> {
    let mut verifier = Verifier::new(tenant, start);
    let mut entries = entries.into_iter();
    while let Some(entry) = entries.next() {
        verifier.take(&entry).map_err(|found| explain(found, &mut entries))?;
    }
    Ok(verifier.head())
}

/// An entry left out that comes later is not missing.
fn explain<Body>(found: ChainBreak, later: &mut impl Iterator<Item = Entry<Body>>) -> ChainBreak {
    let ChainBreak { sequence, kind } = found;
    if kind == BreakKind::Missing && later.any(|entry| entry.sequence == sequence) {
        return broken(sequence, BreakKind::Reordered);
    }
    found
}

fn broken(sequence: u64, kind: BreakKind) -> ChainBreak {
    ChainBreak { sequence, kind }
}
