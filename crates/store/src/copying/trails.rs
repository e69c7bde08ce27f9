//! Whether the audit trails of all tenants hold, from their rows alone.

use std::collections::BTreeMap;

use cartola_crypto::{ChainHash, ChainHead, Entry, Verifier};
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use super::tables::{AUDIT, TENANT_HEAD};
use super::{Dump, Row, Table};
use crate::StoreError;

/// Why a trail does not hold, if one does not.
pub async fn broken(store: &dyn Dump) -> Result<Option<String>, StoreError> {
    let mut ends = ends(store).await?;
    let mut rows = store.rows(&AUDIT).await?;
    let mut trail: Option<(TenantId, Verifier)> = None;
    while let Some(row) = rows.next().await? {
        let (tenant, entry) = read_entry(&row)?;
        let mut verifier = match trail.take() {
            Some((of, verifier)) if of == tenant => verifier,
            before => {
                if let Some(broken) = ended(before, &mut ends) {
                    return Ok(Some(broken));
                }
                Verifier::from_genesis(tenant)
            }
        };
        if let Err(broken) = verifier.take(&entry) {
            return Ok(Some(format!("of {tenant}: {broken}")));
        }
        trail = Some((tenant, verifier));
    }
    if let Some(broken) = ended(trail, &mut ends) {
        return Ok(Some(broken));
    }
    // Of tenants that have no entry, none may be recorded.
    let cut = ends.into_iter().find(|(_, end)| end.sequence > 0);
    Ok(cut.map(|(tenant, _)| format!("of {tenant} has none of the entries that it had")))
}

fn ended(
    trail: Option<(TenantId, Verifier)>,
    ends: &mut BTreeMap<TenantId, ChainHead>,
) -> Option<String> {
    let (tenant, verifier) = trail?;
    let end = ends.remove(&tenant).unwrap_or_else(|| ChainHead::start(tenant));
    verifier.finish(&end).err().map(|broken| format!("of {tenant}: {broken}"))
}

async fn ends(store: &dyn Dump) -> Result<BTreeMap<TenantId, ChainHead>, StoreError> {
    let mut rows = store.rows(&TENANT_HEAD).await?;
    let mut ends = BTreeMap::new();
    while let Some(row) = rows.next().await? {
        let fields = Fields { table: &TENANT_HEAD, row: &row };
        let tenant = fields.tenant()?;
        let end = match fields.bytes("audit_hash") {
            None => ChainHead::start(tenant),
            Some(_) => ChainHead {
                sequence: fields.number("audit_sequence")?,
                hash: fields.hash("audit_hash")?,
            },
        };
        ends.insert(tenant, end);
    }
    Ok(ends)
}

fn read_entry(row: &Row) -> Result<(TenantId, Entry<&[u8]>), StoreError> {
    let fields = Fields { table: &AUDIT, row };
    let body = row.0[AUDIT.place("body")].text().ok_or_else(damaged)?.as_bytes();
    let at = row.0[AUDIT.place("at")].integer().ok_or_else(damaged)?;
    let at = Timestamp::from_microsecond(at).map_err(|error| damaged().caused_by(error))?;
    let (sequence, hash) = (fields.number("sequence")?, fields.hash("hash")?);
    Ok((fields.tenant()?, Entry { sequence, at, body, hash }))
}

struct Fields<'row> {
    table: &'static Table,
    row: &'row Row,
}

impl Fields<'_> {
    fn bytes(&self, column: &str) -> Option<&[u8]> {
        self.row.0[self.table.place(column)].bytes()
    }

    fn array<const N: usize>(&self, column: &str) -> Result<[u8; N], StoreError> {
        self.bytes(column).and_then(|bytes| bytes.try_into().ok()).ok_or_else(damaged)
    }

    fn tenant(&self) -> Result<TenantId, StoreError> {
        self.array("tenant").map(TenantId::from_bytes)
    }

    fn hash(&self, column: &str) -> Result<ChainHash, StoreError> {
        self.array(column).map(ChainHash::from_bytes)
    }

    fn number(&self, column: &str) -> Result<u64, StoreError> {
        let number = self.row.0[self.table.place(column)].integer();
        number.and_then(|number| number.try_into().ok()).ok_or_else(damaged)
    }
}

fn damaged() -> StoreError {
    StoreError::corrupt("a row of the audit trail is damaged")
}
