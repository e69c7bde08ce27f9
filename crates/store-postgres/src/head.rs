//! Where a tenant's feed and audit trail end.

use cartola_crypto::{ChainHash, ChainHead};
use cartola_primitives::id::TenantId;
use cartola_store::{Command, StoreError, UnitOfWork};

use crate::columns::Columns;
use crate::value::{Value, values};

/// Holds the row until the transaction ends.
pub const HOLD: &str = "SELECT feed_position, audit_sequence, audit_hash FROM tenant_head \
    WHERE tenant = $1 FOR UPDATE";
/// For units that move neither feed nor audit trail, whether there is such a tenant at all: they need
/// not wait for one that does.
pub const LOOK: &str =
    "SELECT feed_position, audit_sequence, audit_hash FROM tenant_head WHERE tenant = $1";
pub const SET: &str = "UPDATE tenant_head SET feed_position = $2, audit_sequence = $3, \
    audit_hash = $4 WHERE tenant = $1";

/// The ends of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last feed position given out; 0 before the first.
    pub feed: u64,
    /// The end of the audit chain.
    pub audit: ChainHead,
}

impl Head {
    /// Those of a tenant that begins.
    pub fn start(tenant: TenantId) -> Self {
        Self { feed: 0, audit: ChainHead::start(tenant) }
    }
}

/// Whether a unit moves one of them.
pub fn is_moved_by(work: &UnitOfWork) -> bool {
    work.commands.iter().any(|command| {
        matches!(
            command,
            Command::AddMovements(_) | Command::ChangeMovements(_) | Command::Audit(_)
        )
    })
}

/// The ends, of the columns of [`HOLD`].
pub fn read(tenant: TenantId, columns: &mut Columns<'_>) -> Result<Head, StoreError> {
    let (feed, sequence) = (columns.number()?, columns.number()?);
    let audit = match columns.optional_bytes()? {
        None => ChainHead::start(tenant),
        Some(hash) => {
            let hash = hash.try_into().map_err(|_| crate::columns::damaged())?;
            ChainHead { sequence, hash: ChainHash::from_bytes(hash) }
        }
    };
    Ok(Head { feed, audit })
}

/// The values of [`SET`].
pub fn values(tenant: TenantId, head: &Head) -> Vec<Value> {
    let hash = (head.audit.sequence > 0).then(|| head.audit.hash.as_bytes().to_vec());
    values![&tenant, head.feed, head.audit.sequence, hash]
}
