//! The raw archive as a table, so that many processes share one.

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_primitives::id::{ArchiveId, TenantId};
use cartola_store::{Archive, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::value::{Value, values};

const READ: &str = "SELECT object_key, object_schema, object_sealed FROM archive \
    WHERE tenant = $1 AND id = $2";
const PUT: &str = "INSERT INTO archive (tenant, id, object_key, object_schema, object_sealed) \
    VALUES ($1, $2, $3, $4, $5)";
const REMOVE: &str = "DELETE FROM archive WHERE tenant = $1 AND id = $2";

#[async_trait]
impl Archive for PostgresStore {
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError> {
        let mut values = values![&tenant, &id];
        values.extend(Value::sealed(Some(&object)));
        self.connect().await?.write(tenant, PUT, &values).await.map(drop)
    }

    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError> {
        self.first(tenant, READ, values![&tenant, &id], |columns: &mut Columns<'_>| {
            columns.sealed()
        })
        .await
    }

    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError> {
        let values = values![&tenant, &id];
        self.connect().await?.write(tenant, REMOVE, &values).await.map(drop)
    }
}
