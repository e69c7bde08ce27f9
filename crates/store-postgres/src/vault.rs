//! Wrapped keys.

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, PersonId, TenantId};
use cartola_store::vault::DataKeyRow;
use cartola_store::{StoreError, StoreErrorKind, Vault};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::{first, only};
use crate::unit::Unit;
use crate::value::{Value, values};

const BY_ID: &str = "SELECT id, subject, wrapped_master, wrapped, created_at FROM data_key \
    WHERE tenant = $1 AND id = $2";
const BY_SUBJECT: &str = "SELECT id, subject, wrapped_master, wrapped, created_at FROM data_key \
    WHERE tenant = $1 AND subject = $2";
const ADD: &str = "INSERT INTO data_key (tenant, id, subject, wrapped_master, wrapped, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6)";
const SECRET: &str = "SELECT wrapped_master, wrapped FROM installation_secret WHERE name = $1";
const OFFER_SECRET: &str = "INSERT INTO installation_secret (name, wrapped_master, wrapped) \
    VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
/// Until the transaction ends, the active master key stays so; many hold it at once. The role that
/// serves may not lock the row itself, since it may not change it. In a statement of its own: what
/// comes next sees what was committed before it was held.
pub const HOLD_MASTER: &str =
    "SELECT pg_advisory_xact_lock_shared(hashtextextended('cartola.master_key', 0))";
/// One row unless another master key than this one is the active one.
const EXPECT_ACTIVE: &str = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM installation_secret \
    WHERE name = 'lookup_key' AND wrapped_master <> $1)";

#[async_trait]
impl Vault for PostgresStore {
    async fn data_key(
        &self,
        tenant: TenantId,
        id: DataKeyId,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        self.first(tenant, BY_ID, values![&tenant, &id], read_data_key).await
    }

    async fn data_key_of(
        &self,
        tenant: TenantId,
        subject: Option<PersonId>,
    ) -> Result<Option<DataKeyRow>, StoreError> {
        let values = values![&tenant, Value::id_or_nil(subject.as_ref())];
        self.first(tenant, BY_SUBJECT, values, read_data_key).await
    }

    async fn stored_secret(&self, name: &'static str) -> Result<Option<WrappedKey>, StoreError> {
        first(&self.of_nobody(SECRET, values![name]).await?, read_wrapped)
    }

    async fn installation_secret(
        &self,
        name: &'static str,
        offered: WrappedKey,
    ) -> Result<WrappedKey, StoreError> {
        let mut session = self.connect().await?;
        let stored = session.alone(SECRET, &values![name]).await?;
        if let Some(stored) = first(&stored, read_wrapped)? {
            return Ok(stored);
        }
        let offer = values![name, offered.master.as_bytes().to_vec(), offered.bytes];
        session.alone(OFFER_SECRET, &offer).await?;
        only(&session.alone(SECRET, &values![name]).await?, read_wrapped)
    }
}

pub fn add_data_key(unit: &mut Unit, row: &DataKeyRow) {
    let master = values![row.wrapped.master.as_bytes().to_vec()];
    unit.execute("holding the active master key", HOLD_MASTER, Vec::new());
    let conflict = StoreErrorKind::Conflict;
    unit.expect("a data key under the active master key", EXPECT_ACTIVE, master, 1, conflict);
    let values = values![
        &unit.tenant,
        &row.id,
        Value::id_or_nil(row.subject.as_ref()),
        row.wrapped.master.as_bytes().to_vec(),
        row.wrapped.bytes.clone(),
        row.created_at,
    ];
    unit.execute("adding a data key", ADD, values);
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
