//! Wrapped keys.

use std::path::Path;

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};
use cartola_store::rotation::not_active;
use cartola_store::vault::{DataKeyRow, LOOKUP_KEY};
use cartola_store::{StoreError, Vault};
use rusqlite::{Connection, params};

use crate::columns::{Columns, bytes_or_empty, damaged};
use crate::error::Doing;
use crate::rows::first;
use crate::unit::Unit;
use crate::{Options, SqliteStore, folder, migrate, pragmas};

const BY_ID: &str = "SELECT id, subject, wrapped_master, wrapped, created_at FROM data_key \
    WHERE tenant = ?1 AND id = ?2";
const BY_SUBJECT: &str = "SELECT id, subject, wrapped_master, wrapped, created_at FROM data_key \
    WHERE tenant = ?1 AND subject = ?2";
const ADD: &str = "INSERT INTO data_key (tenant, id, subject, wrapped_master, wrapped, created_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const SECRET: &str = "SELECT wrapped_master, wrapped FROM installation_secret WHERE name = ?1";
const OFFER_SECRET: &str = "INSERT INTO installation_secret (name, wrapped_master, wrapped) \
    VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING";

#[async_trait]
impl Vault for SqliteStore {
    async fn data_key(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        self.first(BY_ID, tenant, *id.as_bytes(), read_data_key).await
    }

    async fn data_key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), bytes_or_empty(subject.as_ref())];
            first(connection, BY_SUBJECT, values, read_data_key)
        })
        .await
    }

    async fn stored_secret(&self, name: &'static str) -> Result<Option<WrappedKey>, StoreError> {
        self.glance(move |connection| first(connection, SECRET, [name], read_wrapped)).await
    }

    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let stored = self.read(move |connection| first(connection, SECRET, [name], read_wrapped));
        match stored.await? {
            Some(stored) => Ok(stored),
            None => self.write(1, move |connection| keep_secret(connection, name, &offered)).await,
        }
    }
}

/// A secret of the installation in the store of `folder`, if either is there. Neither creates nor
/// migrates anything: what it opens is known before the store is changed. Fails as
/// [`SqliteStore::open`] does. Blocks.
pub fn stored_secret(folder: &Path, name: &'static str) -> Result<Option<WrappedKey>, StoreError> {
    let database = folder.join(folder::DATABASE);
    if !database.try_exists().doing("looking for the store")? {
        return Ok(None);
    }
    folder::refuse_unfinished(folder)?;
    let connection = pragmas::open_first(&database, Options::default().busy_timeout)?;
    match migrate::version(&connection)? {
        0 => Ok(None),
        _ => first(&connection, SECRET, [name], read_wrapped),
    }
}

/// Stores the offered secret unless another was first, and gives the one that is stored.
fn keep_secret(
    connection: &Connection,
    name: &'static str,
    offered: &WrappedKey,
) -> Result<WrappedKey, StoreError> {
    connection
        .prepare_cached(OFFER_SECRET)
        .and_then(|mut offer| {
            offer.execute(params![name, offered.master.as_bytes(), offered.bytes])
        })
        .doing("storing a secret of the installation")?;
    first(connection, SECRET, [name], read_wrapped)?.ok_or_else(damaged)
}

/// The master key that wraps the look-up key, if that is there.
pub fn active_master(connection: &Connection) -> Result<Option<MasterKeyId>, StoreError> {
    let lookup = first(connection, SECRET, [LOOKUP_KEY], read_wrapped)?;
    Ok(lookup.map(|wrapped| wrapped.master))
}

/// Refuses what is wrapped by another master key than the active one.
pub fn expect_active(connection: &Connection, wrapped: &WrappedKey) -> Result<(), StoreError> {
    match active_master(connection)? {
        Some(active) if active != wrapped.master => Err(not_active()),
        _ => Ok(()),
    }
}

pub fn add_data_key(unit: &Unit<'_>, row: &DataKeyRow) -> Result<(), StoreError> {
    expect_active(unit.connection, &row.wrapped)?;
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        bytes_or_empty(row.subject.as_ref()),
        row.wrapped.master.as_bytes(),
        row.wrapped.bytes,
        row.created_at.as_microsecond(),
    ];
    unit.execute("adding a data key", ADD, values).map(drop)
}

fn read_data_key(columns: &mut Columns<'_>) -> Result<DataKeyRow, StoreError> {
    Ok(DataKeyRow {
        id: columns.id()?,
        subject: columns.optional_id()?,
        wrapped: read_wrapped(columns)?,
        created_at: columns.timestamp()?,
    })
}

pub fn read_wrapped(columns: &mut Columns<'_>) -> Result<WrappedKey, StoreError> {
    Ok(WrappedKey {
        master: MasterKeyId::from_bytes(columns.array()?),
        bytes: columns.bytes()?.to_vec(),
    })
}
