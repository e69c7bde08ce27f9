//! Tenants and credentials.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_store::tenancy::{CredentialKind, CredentialRow, TenantRow};
use cartola_store::{MAX_PAGE, StoreError, StoreErrorKind, Tenancy};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, sealed_columns, signed};
use crate::error::Doing;
use crate::rows::{all, first};
use crate::unit::Unit;

const TENANTS: &str = "SELECT id, name, created_at FROM tenant ORDER BY id";
const TENANT: &str = "SELECT id, name, created_at FROM tenant WHERE id = ?1";
const ADD_TENANT: &str = "INSERT INTO tenant (id, name, created_at) VALUES (?1, ?2, ?3)";

macro_rules! credential_columns {
    () => {
        "id, kind, scopes, digest, secret_key, secret_schema, secret_sealed, created_at, revoked_at"
    };
}

const CREDENTIAL: &str =
    concat!("SELECT ", credential_columns!(), " FROM credential WHERE tenant = ?1 AND digest = ?2");
const CREDENTIAL_BY_ID: &str =
    concat!("SELECT ", credential_columns!(), " FROM credential WHERE tenant = ?1 AND id = ?2");
const CREDENTIALS: &str = concat!(
    "SELECT ",
    credential_columns!(),
    " FROM credential WHERE tenant = ?1 \
         AND kind <> 'device_session' ORDER BY id"
);
const ADD_CREDENTIAL: &str = concat!(
    "INSERT INTO credential (tenant, ",
    credential_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
);
const RENEW_CREDENTIAL: &str = "UPDATE credential SET digest = ?4, revoked_at = ?5 \
    WHERE tenant = ?1 AND id = ?2 AND digest = ?3 AND (revoked_at IS NULL OR revoked_at > ?6)";
const END_CREDENTIAL: &str = "UPDATE credential SET revoked_at = ?3 \
    WHERE tenant = ?1 AND id = ?2 AND (revoked_at IS NULL OR revoked_at > ?3)";
const END_SESSIONS: &str = "UPDATE credential SET revoked_at = ?2 \
    WHERE tenant = ?1 AND kind = 'device_session' AND (revoked_at IS NULL OR revoked_at > ?2)";
const FORGET: &str = "DELETE FROM credential WHERE (tenant, digest) IN \
    (SELECT tenant, digest FROM credential WHERE kind = 'device_session' AND revoked_at < ?1 \
     ORDER BY revoked_at LIMIT ?2)";

#[async_trait]
impl Tenancy for SqliteStore {
    async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        self.read(|connection| all(connection, TENANTS, [], read_tenant)).await
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRow>, StoreError> {
        self.glance(move |connection| first(connection, TENANT, [tenant.as_bytes()], read_tenant))
            .await
    }

    async fn credential(
        &self,
        tenant: TenantId,
        digest: &Digest,
    ) -> Result<Option<CredentialRow>, StoreError> {
        let digest = *digest;
        self.glance(move |connection| credential(connection, tenant, &digest)).await
    }

    async fn credential_by_id(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<Option<CredentialRow>, StoreError> {
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), id.as_bytes()];
            first(connection, CREDENTIAL_BY_ID, values, read_credential)
        })
        .await
    }

    async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, StoreError> {
        self.read(move |connection| {
            all(connection, CREDENTIALS, [tenant.as_bytes()], read_credential)
        })
        .await
    }

    async fn forget_sessions(&self, before: Timestamp) -> Result<usize, StoreError> {
        const FORGETTING: &str = "forgetting sessions of devices";
        self.write(MAX_PAGE, move |connection| {
            let mut forget = connection.prepare_cached(FORGET).doing(FORGETTING)?;
            let values = params![before.as_microsecond(), signed(MAX_PAGE as u64)];
            forget.execute(values).doing(FORGETTING)
        })
        .await
    }
}

/// The credential of that digest.
pub fn credential(
    connection: &Connection,
    tenant: TenantId,
    digest: &Digest,
) -> Result<Option<CredentialRow>, StoreError> {
    first(connection, CREDENTIAL, params![tenant.as_bytes(), digest.as_bytes()], read_credential)
}

pub fn add_tenant(unit: &Unit<'_>, row: &TenantRow) -> Result<(), StoreError> {
    if row.id != unit.tenant {
        let context = "a new tenant in another tenant's unit of work";
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    unit.execute(
        "adding a tenant",
        ADD_TENANT,
        params![row.id.as_bytes(), row.name, row.created_at.as_microsecond()],
    )
    .map(drop)
}

/// Refuses a unit whose tenant was never added.
pub fn expect_tenant(unit: &Unit<'_>) -> Result<(), StoreError> {
    let tenant = first(unit.connection, TENANT, [unit.tenant.as_bytes()], |_| Ok(()))?;
    tenant.ok_or_else(|| StoreError::new(StoreErrorKind::Misuse, "the tenant was never added"))
}

pub fn add_credential(unit: &Unit<'_>, row: &CredentialRow) -> Result<(), StoreError> {
    let (key, schema, sealed) = sealed_columns(row.sealed.as_ref());
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.kind.name(),
        scope_names(&row.scopes),
        row.digest.as_bytes(),
        key,
        schema,
        sealed,
        row.created_at.as_microsecond(),
        row.revoked_at.map(Timestamp::as_microsecond),
    ];
    unit.execute("adding a credential", ADD_CREDENTIAL, values).map(drop)
}

pub fn end_credential(unit: &Unit<'_>, id: CredentialId, at: Timestamp) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), at.as_microsecond()];
    unit.change("ending a credential", END_CREDENTIAL, values)
}

pub fn end_sessions(unit: &Unit<'_>) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), unit.at.as_microsecond()];
    unit.execute("ending sessions of devices", END_SESSIONS, values).map(drop)
}

pub fn renew_credential(
    unit: &Unit<'_>,
    id: CredentialId,
    expected: &Digest,
    (digest, until): (&Digest, Timestamp),
) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        expected.as_bytes(),
        digest.as_bytes(),
        until.as_microsecond(),
        unit.at.as_microsecond(),
    ];
    unit.change("renewing a credential", RENEW_CREDENTIAL, values)
}

fn read_tenant(columns: &mut Columns<'_>) -> Result<TenantRow, StoreError> {
    Ok(TenantRow {
        id: columns.id()?,
        name: columns.text()?.to_owned(),
        created_at: columns.timestamp()?,
    })
}

fn read_credential(columns: &mut Columns<'_>) -> Result<CredentialRow, StoreError> {
    Ok(CredentialRow {
        id: columns.id()?,
        kind: columns.word(CredentialKind::parse)?,
        scopes: columns.word(scopes)?,
        digest: columns.digest()?,
        sealed: columns.optional_sealed()?,
        created_at: columns.timestamp()?,
        revoked_at: columns.optional_timestamp()?,
    })
}

/// Scopes as their names, with a blank between.
fn scope_names(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

fn scopes(names: &str) -> Option<Vec<Scope>> {
    names.split_ascii_whitespace().map(Scope::parse).collect()
}
