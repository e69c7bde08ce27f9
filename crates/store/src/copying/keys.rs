//! Which master keys a store needs to be opened.

use std::collections::BTreeSet;

use cartola_crypto::{MasterKeyId, WrappedKey};

use super::tables::{DATA_KEY, INSTALLATION_SECRET, SIGNING_KEY};
use super::{Cell, Dump};
use crate::StoreError;

/// The secret of the installation of that name, if it is there.
pub async fn secret(store: &dyn Dump, name: &str) -> Result<Option<WrappedKey>, StoreError> {
    let table = &INSTALLATION_SECRET;
    let mut rows = store.rows(table).await?;
    let mut found = None;
    while let Some(row) = rows.next().await? {
        if row.0[table.place("name")].text() == Some(name) {
            let master = master(&row.0[table.place("wrapped_master")])?;
            let bytes = row.0[table.place("wrapped")].bytes().ok_or_else(damaged)?.to_vec();
            found = Some(WrappedKey { master, bytes });
        }
    }
    Ok(found)
}

/// The master keys that wrapped any of its keys.
pub async fn masters(store: &dyn Dump) -> Result<BTreeSet<MasterKeyId>, StoreError> {
    let mut masters = BTreeSet::new();
    for table in [&INSTALLATION_SECRET, &SIGNING_KEY, &DATA_KEY] {
        let place = table.place("wrapped_master");
        let mut rows = store.rows(table).await?;
        while let Some(row) = rows.next().await? {
            masters.insert(master(&row.0[place])?);
        }
    }
    Ok(masters)
}

fn master(cell: &Cell) -> Result<MasterKeyId, StoreError> {
    let bytes = cell.bytes().and_then(|bytes| bytes.try_into().ok());
    bytes.map(MasterKeyId::from_bytes).ok_or_else(damaged)
}

fn damaged() -> StoreError {
    StoreError::corrupt("a stored key is damaged")
}
