//! Reading and proving the audit trail.

use cartola_crypto::{ChainBreak, ChainHead, Entry, Verifier};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::audit::AuditRow;

use crate::access::Subject;
use crate::{Engine, EngineError};

/// Entries that are read at a time while verifying.
const VERIFIED_AT_A_TIME: usize = 1_000;

/// One entry, opened.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// As it stands in the chain.
    pub row: AuditRow,
    /// What it says.
    pub event: AuditEvent,
}

/// What verifying a tenant's chain found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The tenant.
    pub tenant: TenantId,
    /// Entries that were read and found right.
    pub entries: u64,
    /// When the last of them was written.
    pub last_at: Option<Timestamp>,
    /// The chain's recorded end.
    pub head: ChainHead,
    /// Where it is broken, if it is.
    pub broken: Option<ChainBreak>,
}

impl Engine {
    /// Entries after a place, in order.
    pub async fn audit(
        &self,
        who: &Principal,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, EngineError> {
        self.note_access(who, "audit.read", Subject::list("audit"));
        let rows = self.store().audit(who.tenant, after, limit).await?;
        rows.into_iter().map(open).collect()
    }

    /// Reads a tenant's whole chain and proves that nothing in it was changed, left out, put in
    /// another order, or cut off at its end, measured by the head that the same store records:
    /// whoever can rewrite the store can rewrite both, unless a head is kept elsewhere.
    pub async fn verify_audit(
        &self,
        tenant: TenantId,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Verified, EngineError> {
        // The head first: the chain may grow while it is read, and is proven up to here.
        let head = self.store().audit_head(tenant).await?;
        let head = head.map_or_else(|| ChainHead::start(tenant), ChainHead::from);
        let mut found = Verified { tenant, head, entries: 0, last_at: None, broken: None };
        let mut verifier = Verifier::from_genesis(tenant);
        while found.entries < head.sequence {
            let left = usize::try_from(head.sequence - found.entries).unwrap_or(usize::MAX);
            let limit = left.min(VERIFIED_AT_A_TIME);
            let rows = self.store().audit(tenant, found.entries, limit).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if let Err(broken) = verifier.take(&entry(row)) {
                    found.broken = Some(broken);
                    return Ok(found);
                }
                found.entries = row.sequence;
                found.last_at = Some(row.at);
            }
            progress(found.entries);
        }
        found.broken = verifier.finish(&head).err();
        Ok(found)
    }
}

fn entry(row: &AuditRow) -> Entry<&[u8]> {
    Entry { sequence: row.sequence, at: row.at, body: row.body.as_bytes(), hash: row.hash }
}

fn open(row: AuditRow) -> Result<Recorded, EngineError> {
    let event = serde_json::from_str(&row.body).map_err(EngineError::Content)?;
    Ok(Recorded { row, event })
}
