//! Changing the master key: batches of rows, between which others write.

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, ID_BYTES, TenantId};
use cartola_store::rotation::{Owned, Owner, Rewrapped, Wraps, not_active};
use cartola_store::vault::LOOKUP_KEY;
use cartola_store::{Rotation, StoreError, page_size};
use rusqlite::{Connection, Params, params};

use crate::SqliteStore;
use crate::columns::{Columns, signed};
use crate::error::Doing;
use crate::rows::all;
use crate::vault::{active_master, read_wrapped};

const REWRAPPING: &str = "wrapping keys again";

const WRAPS: &str = "SELECT wrapped_master, sum(kind = 1), sum(kind = 2), sum(kind = 3) FROM ( \
    SELECT wrapped_master, 1 AS kind FROM data_key \
    UNION ALL SELECT wrapped_master, 2 FROM signing_key \
    UNION ALL SELECT wrapped_master, 3 FROM installation_secret \
    ) GROUP BY wrapped_master ORDER BY wrapped_master";
const SECRETS: &str = "SELECT name, wrapped_master, wrapped FROM installation_secret \
    WHERE wrapped_master <> ?1 ORDER BY name";
const SIGNING_KEYS: &str = "SELECT id, wrapped_master, wrapped FROM signing_key \
    WHERE wrapped_master <> ?1 ORDER BY sequence";
const DATA_KEYS: &str = "SELECT tenant, id, subject, wrapped_master, wrapped FROM data_key \
    WHERE (tenant, id) > (?2, ?3) AND wrapped_master <> ?1 ORDER BY tenant, id LIMIT ?4";
const SET_SECRET: &str = "UPDATE installation_secret SET wrapped_master = ?1, wrapped = ?2 \
    WHERE name = ?4 AND wrapped = ?3";
const SET_SIGNING_KEY: &str = "UPDATE signing_key SET wrapped_master = ?1, wrapped = ?2 \
    WHERE id = ?4 AND wrapped = ?3";
const SET_DATA_KEY: &str = "UPDATE data_key SET wrapped_master = ?1, wrapped = ?2 \
    WHERE tenant = ?4 AND id = ?5 AND wrapped = ?3";

#[async_trait]
impl Rotation for SqliteStore {
    async fn wraps(&self) -> Result<Vec<Wraps>, StoreError> {
        self.read(|connection| all(connection, WRAPS, [], read_wraps)).await
    }

    async fn activate(&self, before: WrappedKey, after: WrappedKey) -> Result<(), StoreError> {
        self.write(1, move |connection| {
            let (master, wrapped) = (after.master.as_bytes(), &after.bytes);
            let values = params![master, wrapped, before.bytes, LOOKUP_KEY];
            match run(connection, SET_SECRET, values)? {
                0 => Err(not_active()),
                _ => Ok(()),
            }
        })
        .await
    }

    async fn others_not_under(&self, master: MasterKeyId) -> Result<Vec<Owned>, StoreError> {
        self.read(move |connection| {
            let master = params![master.as_bytes()];
            let mut found = all(connection, SECRETS, master, |columns| {
                let owner = Owner::Secret(columns.text()?.to_owned());
                Ok(Owned { owner, wrapped: read_wrapped(columns)? })
            })?;
            found.extend(all(connection, SIGNING_KEYS, master, |columns| {
                let owner = Owner::SigningKey(columns.text()?.to_owned());
                Ok(Owned { owner, wrapped: read_wrapped(columns)? })
            })?);
            Ok(found)
        })
        .await
    }

    async fn data_keys_not_under(
        &self,
        master: MasterKeyId,
        after: Option<(TenantId, DataKeyId)>,
        limit: usize,
    ) -> Result<Vec<Owned>, StoreError> {
        self.read(move |connection| {
            // Nothing sorts before no bytes at all.
            let after = after.map(|(tenant, id)| (*tenant.as_bytes(), *id.as_bytes()));
            let (tenant, id): (&[u8], &[u8]) = match &after {
                Some((tenant, id)) => (tenant, id),
                None => (&[], &[]),
            };
            const { assert!(ID_BYTES > 0, "an id is longer than nothing") };
            let limit = signed(page_size(limit) as u64);
            let values = params![master.as_bytes(), tenant, id, limit];
            all(connection, DATA_KEYS, values, |columns| {
                let owner = Owner::DataKey {
                    tenant: columns.id()?,
                    id: columns.id()?,
                    subject: columns.optional_id()?,
                };
                Ok(Owned { owner, wrapped: read_wrapped(columns)? })
            })
        })
        .await
    }

    async fn rewrap(&self, master: MasterKeyId, keys: Vec<Rewrapped>) -> Result<u64, StoreError> {
        self.write(keys.len(), move |connection| {
            if active_master(connection)? != Some(master) {
                return Err(not_active());
            }
            keys.iter().try_fold(0, |changed, key| Ok(changed + rewrap(connection, key)?))
        })
        .await
    }
}

fn rewrap(connection: &Connection, key: &Rewrapped) -> Result<u64, StoreError> {
    let Rewrapped { before, after } = key;
    let (master, after, before_bytes) = (after.master, &after.bytes, &before.wrapped.bytes);
    let master = master.as_bytes();
    match &before.owner {
        Owner::Secret(name) => {
            run(connection, SET_SECRET, params![master, after, before_bytes, name])
        }
        Owner::SigningKey(id) => {
            run(connection, SET_SIGNING_KEY, params![master, after, before_bytes, id])
        }
        Owner::DataKey { tenant, id, .. } => {
            let (tenant, id) = (tenant.as_bytes(), id.as_bytes());
            run(connection, SET_DATA_KEY, params![master, after, before_bytes, tenant, id])
        }
    }
}

fn run(
    connection: &Connection,
    statement: &'static str,
    values: impl Params,
) -> Result<u64, StoreError> {
    let mut prepared = connection.prepare_cached(statement).doing(REWRAPPING)?;
    prepared.execute(values).map(|rows| rows as u64).doing(REWRAPPING)
}

fn read_wraps(columns: &mut Columns<'_>) -> Result<Wraps, StoreError> {
    Ok(Wraps {
        master: MasterKeyId::from_bytes(columns.array()?),
        data_keys: columns.number()?,
        signing_keys: columns.number()?,
        secrets: columns.number()?,
    })
}
