//! Tenants and credentials.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_store::encoding::codes;
use cartola_store::jobs::Queue;
use cartola_store::tenancy::{CredentialKind, CredentialRow, TenantRow};
use cartola_store::{MAX_PAGE, StoreError, StoreErrorKind, Tenancy};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::{each, only};
use crate::unit::Unit;
use crate::value::{Value, values};

const TENANTS: &str = "SELECT tenant, name, created_at FROM all_tenants()";
const TENANT: &str = "SELECT tenant, name, created_at FROM tenant WHERE tenant = $1";
const ADD_TENANT: &str = "INSERT INTO tenant (tenant, name, created_at) VALUES ($1, $2, $3)";
const ADD_HEAD: &str = "INSERT INTO tenant_head (tenant) VALUES ($1)";
const ADD_OPEN: &str = "INSERT INTO job_open (tenant, queue, part, open) SELECT $1, q.queue, p.part, 0 \
    FROM unnest($2::smallint[]) q (queue) CROSS JOIN generate_series(0, 15) p (part)";
const ADD_TURNS: &str =
    "INSERT INTO job_turn (tenant, queue, turn) SELECT $1, unnest($2::smallint[]), 0";

macro_rules! credential_columns {
    () => {
        "id, kind, scopes, digest, secret_key, secret_schema, secret_sealed, created_at, revoked_at"
    };
}

const CREDENTIAL: &str =
    concat!("SELECT ", credential_columns!(), " FROM credential WHERE tenant = $1 AND digest = $2");
const CREDENTIAL_BY_ID: &str =
    concat!("SELECT ", credential_columns!(), " FROM credential WHERE tenant = $1 AND id = $2");
const CREDENTIALS: &str = concat!(
    "SELECT ",
    credential_columns!(),
    " FROM credential WHERE tenant = $1 \
         AND kind <> 'device_session' ORDER BY id"
);
const ADD_CREDENTIAL: &str = concat!(
    "INSERT INTO credential (tenant, ",
    credential_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
);
const RENEW_CREDENTIAL: &str = "UPDATE credential SET digest = $4, revoked_at = $5 \
    WHERE tenant = $1 AND id = $2 AND digest = $3 AND (revoked_at IS NULL OR revoked_at > $6)";
const END_CREDENTIAL: &str = "UPDATE credential SET revoked_at = $3 \
    WHERE tenant = $1 AND id = $2 AND (revoked_at IS NULL OR revoked_at > $3)";
const END_SESSIONS: &str = "UPDATE credential SET revoked_at = $2 \
    WHERE tenant = $1 AND kind = 'device_session' AND (revoked_at IS NULL OR revoked_at > $2)";
const FORGET: &str = "SELECT forget_sessions($1, $2)";

#[async_trait]
impl Tenancy for PostgresStore {
    async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        each(&self.of_nobody(TENANTS, Vec::new()).await?, read_tenant)
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRow>, StoreError> {
        self.first(tenant, TENANT, values![&tenant], read_tenant).await
    }

    async fn credential(
        &self,
        tenant: TenantId,
        digest: &Digest,
    ) -> Result<Option<CredentialRow>, StoreError> {
        self.first(tenant, CREDENTIAL, values![&tenant, digest], read_credential).await
    }

    async fn credential_by_id(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<Option<CredentialRow>, StoreError> {
        self.first(tenant, CREDENTIAL_BY_ID, values![&tenant, &id], read_credential).await
    }

    async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, StoreError> {
        self.all(tenant, CREDENTIALS, values![&tenant], read_credential).await
    }

    async fn forget_sessions(&self, before: Timestamp) -> Result<usize, StoreError> {
        let rows = self.of_nobody(FORGET, values![before, MAX_PAGE as u64]).await?;
        only(&rows, |columns: &mut Columns<'_>| columns.number())
    }
}

/// Adds a tenant, with the rows that its units and claims change from then on.
pub fn add_tenant(unit: &mut Unit, row: &TenantRow) -> Result<(), StoreError> {
    const ADDING: &str = "adding a tenant";
    if row.id != unit.tenant {
        let context = "a new tenant in another tenant's unit of work";
        return Err(StoreError::new(StoreErrorKind::Misuse, context));
    }
    let queues = Queue::ALL.map(|queue| Value::from(codes::queue(queue)));
    let queues = Value::List(queues.to_vec());
    unit.execute(ADDING, ADD_TENANT, values![&row.id, row.name.as_str(), row.created_at]);
    unit.execute(ADDING, ADD_HEAD, values![&row.id]);
    unit.execute(ADDING, ADD_OPEN, values![&row.id, queues.clone()]);
    unit.execute(ADDING, ADD_TURNS, values![&row.id, queues]);
    Ok(())
}

pub fn add_credential(unit: &mut Unit, row: &CredentialRow) {
    let mut values =
        values![&unit.tenant, &row.id, row.kind.name(), scope_names(&row.scopes), &row.digest,];
    values.extend(Value::sealed(row.sealed.as_ref()));
    values.extend(values![row.created_at, row.revoked_at]);
    unit.execute("adding a credential", ADD_CREDENTIAL, values);
}

pub fn end_credential(unit: &mut Unit, id: CredentialId, at: Timestamp) {
    let values = values![&unit.tenant, &id, at];
    unit.change("ending a credential", END_CREDENTIAL, values);
}

pub fn end_sessions(unit: &mut Unit) {
    unit.execute("ending sessions of devices", END_SESSIONS, values![&unit.tenant, unit.at]);
}

pub fn renew_credential(
    unit: &mut Unit,
    id: CredentialId,
    expected: &Digest,
    (digest, until): (&Digest, Timestamp),
) {
    let values = values![&unit.tenant, &id, expected, digest, until, unit.at];
    unit.change("renewing a credential", RENEW_CREDENTIAL, values);
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
