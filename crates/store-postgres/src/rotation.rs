//! Changing the master key, in the role that owns the tables: the role that serves may add wrapped keys
//! of the installation and not change them, and sees one tenant at a time.

use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, TenantId};
use cartola_store::rotation::{Owned, Owner, Rewrapped, Wraps, not_active};
use cartola_store::{Rotation, StoreError, page_size};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Transaction};

use crate::columns::Columns;
use crate::connector::{Connector, Single};
use crate::error::Doing;
use crate::rows::each;
use crate::value::{Value, values};
use crate::vault::{HOLD_MASTER, read_wrapped};
use crate::{OpenError, Options};

const REWRAPPING: &str = "wrapping keys again";
const READING: &str = "reading wrapped keys";
const WAITING: &str = "waiting for those who add keys";

/// How long those who add a key may wait for whoever waits to change the master key.
const TURN: Duration = Duration::from_millis(200);

/// How often that is tried. The longest unit of work is an import of a million rows, some minutes.
const TURNS: u32 = 1_500;

/// Nobody adds a key meanwhile.
const KEEP_OTHERS: &str = "SELECT pg_advisory_xact_lock(hashtextextended('cartola.master_key', 0))";
const WRAPS: &str = "SELECT wrapped_master, count(*) FILTER (WHERE kind = 1), \
    count(*) FILTER (WHERE kind = 2), count(*) FILTER (WHERE kind = 3) FROM ( \
    SELECT wrapped_master, 1 AS kind FROM data_key \
    UNION ALL SELECT wrapped_master, 2 FROM signing_key \
    UNION ALL SELECT wrapped_master, 3 FROM installation_secret \
    ) wrapped GROUP BY wrapped_master ORDER BY wrapped_master";
const SECRETS: &str = "SELECT name, wrapped_master, wrapped FROM installation_secret \
    WHERE wrapped_master <> $1 ORDER BY name";
const SIGNING_KEYS: &str = "SELECT id, wrapped_master, wrapped FROM signing_key \
    WHERE wrapped_master <> $1 ORDER BY sequence";
const DATA_KEYS: &str = "SELECT tenant, id, subject, wrapped_master, wrapped FROM data_key \
    WHERE (tenant, id) > ($2, $3) AND wrapped_master <> $1 ORDER BY tenant, id LIMIT $4";
const ACTIVATE: &str = "UPDATE installation_secret SET wrapped_master = $1, wrapped = $2 \
    WHERE name = 'lookup_key' AND wrapped = $3";
const IS_ACTIVE: &str = "SELECT 1 FROM installation_secret WHERE name = 'lookup_key' \
    AND wrapped_master = $1";
const SET_SECRETS: &str = "UPDATE installation_secret o SET wrapped_master = $1, wrapped = n.after \
    FROM unnest($2::text[], $3::bytea[], $4::bytea[]) AS n (name, before, after) \
    WHERE o.name = n.name AND o.wrapped = n.before";
const SET_SIGNING_KEYS: &str = "UPDATE signing_key o SET wrapped_master = $1, wrapped = n.after \
    FROM unnest($2::text[], $3::bytea[], $4::bytea[]) AS n (id, before, after) \
    WHERE o.id = n.id AND o.wrapped = n.before";
const SET_DATA_KEYS: &str = "UPDATE data_key o SET wrapped_master = $1, wrapped = n.after \
    FROM unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::uuid[]) AS n (id, before, after, tenant) \
    WHERE o.tenant = n.tenant AND o.id = n.id AND o.wrapped = n.before";

/// The wrapped keys of a database, for whoever owns it.
pub struct DatabaseKeys {
    client: Mutex<Client>,
    /// Ends with the client.
    _connected: JoinHandle<Result<(), tokio_postgres::Error>>,
}

impl DatabaseKeys {
    /// Connects in the role that owns the tables; needs its URL.
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let owner = options.owner.as_ref().ok_or(OpenError::Owner)?;
        let Single { client, connection } = Connector::new(owner, options)?.connect().await?;
        let connected = tokio::spawn(connection);
        Ok(Self { client: Mutex::new(client), _connected: connected })
    }

    async fn read<T>(
        &self,
        statement: &str,
        values: &[Value],
        read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, StoreError> {
        let client = self.client.lock().await;
        let rows: Vec<Row> = client.query(statement, &parameters(values)).await.doing(READING)?;
        each(&rows, read)
    }
}

#[async_trait]
impl Rotation for DatabaseKeys {
    async fn wraps(&self) -> Result<Vec<Wraps>, StoreError> {
        self.read(WRAPS, &[], |columns| {
            Ok(Wraps {
                master: MasterKeyId::from_bytes(columns.array()?),
                data_keys: columns.number()?,
                signing_keys: columns.number()?,
                secrets: columns.number()?,
            })
        })
        .await
    }

    async fn activate(&self, before: WrappedKey, after: WrappedKey) -> Result<(), StoreError> {
        let client = self.client.lock().await;
        let values = values![after.master.as_bytes().to_vec(), after.bytes, before.bytes];
        let changed = match keep_others(&client).await {
            Ok(()) => client.execute(ACTIVATE, &parameters(&values)).await.doing(REWRAPPING),
            Err(error) => Err(error),
        };
        // After a failure, it undoes.
        let end = client.batch_execute("COMMIT").await.doing(REWRAPPING);
        if changed? == 0 {
            return Err(not_active());
        }
        end
    }

    async fn others_not_under(&self, master: MasterKeyId) -> Result<Vec<Owned>, StoreError> {
        let master = values![master.as_bytes().to_vec()];
        let secrets = self.read(SECRETS, &master, |columns| {
            let owner = Owner::Secret(columns.text()?.to_owned());
            Ok(Owned { owner, wrapped: read_wrapped(columns)? })
        });
        let mut found = secrets.await?;
        let signing_keys = self.read(SIGNING_KEYS, &master, |columns| {
            let owner = Owner::SigningKey(columns.text()?.to_owned());
            Ok(Owned { owner, wrapped: read_wrapped(columns)? })
        });
        found.extend(signing_keys.await?);
        Ok(found)
    }

    async fn data_keys_not_under(
        &self,
        master: MasterKeyId,
        after: Option<(TenantId, DataKeyId)>,
        limit: usize,
    ) -> Result<Vec<Owned>, StoreError> {
        let (tenant, id) = after.unzip();
        let values = values![
            master.as_bytes().to_vec(),
            // No tenant has the nil id.
            Value::id_or_nil(tenant.as_ref()),
            Value::id_or_nil(id.as_ref()),
            page_size(limit) as u64,
        ];
        self.read(DATA_KEYS, &values, |columns| {
            let owner = Owner::DataKey {
                tenant: columns.id()?,
                id: columns.id()?,
                subject: columns.optional_id()?,
            };
            Ok(Owned { owner, wrapped: read_wrapped(columns)? })
        })
        .await
    }

    async fn rewrap(&self, master: MasterKeyId, keys: Vec<Rewrapped>) -> Result<u64, StoreError> {
        let mut client = self.client.lock().await;
        let transaction = client.transaction().await.doing(REWRAPPING)?;
        transaction.execute(HOLD_MASTER, &[]).await.doing(REWRAPPING)?;
        let id = master.as_bytes().to_vec();
        if run(&transaction, IS_ACTIVE, &values![id.clone()]).await? == 0 {
            return Err(not_active());
        }
        let mut changed = 0;
        for (statement, [owners, before, after, tenants]) in by_kind(keys) {
            if owners.is_empty() {
                continue;
            }
            let mut values = values![id.clone()];
            values.extend([owners, before, after].map(Value::List));
            if !tenants.is_empty() {
                values.push(Value::List(tenants));
            }
            changed += run(&transaction, statement, &values).await?;
        }
        transaction.commit().await.doing(REWRAPPING)?;
        Ok(changed)
    }
}

/// Waits until nobody adds a key, and lets nobody until the transaction ends. Those who are about to
/// wait behind whoever waits for it: so it waits a short time, and again.
async fn keep_others(client: &Client) -> Result<(), StoreError> {
    let begin = format!("BEGIN; SET LOCAL lock_timeout = {}", TURN.as_millis());
    let mut turns = 1;
    loop {
        client.batch_execute(&begin).await.doing(WAITING)?;
        match client.batch_execute(KEEP_OTHERS).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) && turns < TURNS => {
                client.batch_execute("ROLLBACK").await.doing(WAITING)?;
                turns += 1;
            }
            held => return held.doing(WAITING),
        }
    }
}

/// Who, what it was, what it is, and whose in columns.
type Changes = [Vec<Value>; 4];

/// The statement of each kind with what it changes.
fn by_kind(keys: Vec<Rewrapped>) -> [(&'static str, Changes); 3] {
    let mut kinds =
        [SET_SECRETS, SET_SIGNING_KEYS, SET_DATA_KEYS].map(|it| (it, Changes::default()));
    for Rewrapped { before, after } in keys {
        let (kind, owner, tenant) = match before.owner {
            Owner::Secret(name) => (0, Value::Text(name), None),
            Owner::SigningKey(id) => (1, Value::Text(id), None),
            Owner::DataKey { tenant, id, .. } => (2, Value::id(&id), Some(Value::id(&tenant))),
        };
        let (_, [owners, befores, afters, tenants]) = &mut kinds[kind];
        owners.push(owner);
        befores.push(Value::Bytes(before.wrapped.bytes));
        afters.push(Value::Bytes(after.bytes));
        tenants.extend(tenant);
    }
    kinds
}

async fn run(
    transaction: &Transaction<'_>,
    statement: &str,
    values: &[Value],
) -> Result<u64, StoreError> {
    transaction.execute(statement, &parameters(values)).await.doing(REWRAPPING)
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
