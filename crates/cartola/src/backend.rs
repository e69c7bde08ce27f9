//! The one place that names backends: where an installation keeps everything.

pub mod copying;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow};
use cartola_crypto::{CryptoError, KeyRing, LookupKey};
use cartola_engine::vault::LOOKUP_KEY;
use cartola_primitives::clock::{Clock, SystemClock};
use cartola_primitives::id::{EpochId, TenantId};
use cartola_primitives::monotonic::SystemMonotonic;
use cartola_primitives::{Date, Monotonic};
use cartola_store::retention::Forgotten;
use cartola_store::{Archive, Pacing, Rotation, Store, StoreError, StoreErrorKind};
use cartola_store_postgres::{self as postgres, DatabaseKeys, OpenError, PostgresStore};
use cartola_store_sqlite::{self as sqlite, Leftovers, SqliteStore, stored_secret};
use tokio::task::spawn_blocking;

use crate::folder;
use crate::problem::wrong_use;

/// The schema that this program needs of a database.
pub const SHARED_SCHEMA: usize = postgres::SCHEMA;

/// How old something in the archive must be before it counts as left over. An import beside the
/// gateway keeps its source some milliseconds before it names it.
const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// Where everything is kept, and how.
pub enum Place {
    /// In a folder, which one gateway serves.
    Folder { data: PathBuf, options: sqlite::Options },
    /// In a database that many processes share.
    Database(postgres::Options),
}

impl Place {
    /// Takes the owner's URL out: opening the place would bring the schema up to date by it.
    pub fn take_owner(&mut self) -> Option<postgres::Options> {
        let Self::Database(options) = self else { return None };
        Some(options.take_owner())
    }

    /// The same, for a process that does this work: others may ask who is alive.
    pub fn used_by(self, process: &'static str) -> Self {
        match self {
            Self::Database(options) => Self::Database(postgres::Options { process, ..options }),
            folder @ Self::Folder { .. } => folder,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { data, .. } => write!(formatter, "the data folder {}", data.display()),
            // Its URL is a secret.
            Self::Database(_) => formatter.write_str("the database"),
        }
    }
}

/// An open store.
#[derive(Clone)]
pub enum Backend {
    /// In a folder.
    Embedded { data: PathBuf, store: Arc<SqliteStore> },
    /// In a database.
    Shared(Arc<PostgresStore>),
}

impl Backend {
    /// Opens the store. Whoever has the wrong keys does not bring an older one up to date.
    pub async fn open(place: Place, keys: &KeyRing) -> anyhow::Result<Self> {
        let opening = format!("{place} cannot be opened");
        match place {
            Place::Folder { data, options } => {
                folder::prepare(&data, &folder::GATEWAY)?;
                let kept = stored_secret(&data, LOOKUP_KEY).with_context(|| opening.clone())?;
                if let Some(kept) = kept {
                    let made_with = data.display().to_string();
                    LookupKey::unwrap(keys, &kept).map_err(|error| wrong_key(error, &made_with))?;
                }
                let store = Arc::new(SqliteStore::open(&data, options).context(opening)?);
                Ok(Self::Embedded { data, store })
            }
            Place::Database(options) => {
                let opened = PostgresStore::open(options).await;
                Ok(Self::Shared(Arc::new(opened.map_err(|error| not_opened(error, opening))?)))
            }
        }
    }

    /// Its rows.
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded { store, .. } => store.clone(),
            Self::Shared(store) => store.clone(),
        }
    }

    /// Its sealed sources.
    pub fn archive(&self) -> Arc<dyn Archive> {
        match self {
            Self::Embedded { store, .. } => store.archive(),
            Self::Shared(store) => store.clone(),
        }
    }

    /// What it is called where the master key is not the one it was made with.
    pub fn name(&self) -> String {
        match self {
            Self::Embedded { data, .. } => data.display().to_string(),
            Self::Shared(_) => "the database".to_owned(),
        }
    }

    /// The time that leases run on: the process's own where it is alone on a folder.
    pub fn monotonic(&self, epoch: EpochId) -> Arc<dyn Monotonic> {
        match self {
            Self::Embedded { .. } => Arc::new(SystemMonotonic::start(epoch)),
            Self::Shared(store) => store.monotonic(),
        }
    }

    /// Whether other processes run jobs of it at the same time.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// What its processes agree by on how often institutions are called; a process that is alone
    /// keeps its own count.
    pub fn pacing(&self) -> Option<Arc<dyn Pacing>> {
        match self {
            Self::Embedded { .. } => None,
            Self::Shared(store) => Some(store.clone()),
        }
    }

    /// How much of a tenant was booked before a day.
    pub async fn would_forget(
        &self,
        tenant: TenantId,
        before: Date,
    ) -> Result<Forgotten, StoreError> {
        match self {
            Self::Embedded { store, .. } => store.would_forget(tenant, before).await,
            Self::Shared(store) => store.would_forget(tenant, before).await,
        }
    }

    /// Removes what crashes, and readings that were cancelled, have left in the archive: what is under
    /// no consent is not kept. On a folder, call it with the folder locked.
    pub async fn clear_leftovers(&self) {
        let removed = match self {
            Self::Embedded { store, .. } => {
                let limit = SystemTime::from(SystemClock.now()) - LEFTOVER_AGE;
                let store = Arc::clone(store);
                let clearing = spawn_blocking(move || store.clear_leftovers(limit));
                clearing.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
            }
            Self::Shared(store) => store
                .clear_leftovers(LEFTOVER_AGE)
                .await
                .map(|orphans| Leftovers { orphans, unfinished: 0 }),
        };
        tell_removed(removed);
    }
}

fn tell_removed(removed: Result<Leftovers, StoreError>) {
    match removed {
        Ok(Leftovers { orphans: 0, unfinished: 0 }) => {}
        Ok(Leftovers { orphans, unfinished }) => {
            tracing::info!(orphans, unfinished, "serve.archive.leftovers_removed");
        }
        // They are sealed, and the next time tries again.
        Err(error) => tracing::warn!(error = %error, "serve.archive.leftovers_stay"),
    }
}

/// What is said to whoever has another key than the one a store was made with.
pub fn wrong_key(error: CryptoError, name: &str) -> anyhow::Error {
    anyhow::Error::new(error).context(format!(
        "the master key is not the one that {name} was made with; put the right one back"
    ))
}

/// Brings the schema of a database up to date, in the role that owns it.
pub async fn migrate(options: &postgres::Options) -> anyhow::Result<()> {
    let migrated = PostgresStore::migrate(options).await;
    migrated.map_err(|error| not_opened(error, "the schema is not brought up to date".to_owned()))
}

/// Forgets what was booked before a day. A database needs the role that owns its tables.
pub async fn forget(
    backend: &Backend,
    owner: Option<&postgres::Options>,
    before: Date,
    progress: &mut (dyn FnMut(u64) + Send),
) -> anyhow::Result<Forgotten> {
    let doing = "not everything is forgotten; the same command goes on";
    match (backend, owner) {
        (Backend::Embedded { store, .. }, _) => {
            store.forget_before(before, progress).await.context(doing)
        }
        (Backend::Shared(_), Some(options)) => {
            let forgotten = PostgresStore::forget_before(options, before, progress).await;
            forgotten.map_err(|error| not_opened(error, doing.to_owned()))
        }
        (Backend::Shared(_), None) => Err(not_opened(OpenError::Owner, doing.to_owned())),
    }
}

/// What changes the master key of a store. A database needs the role that owns its tables.
pub async fn rotation(
    backend: &Backend,
    owner: Option<&postgres::Options>,
) -> anyhow::Result<Arc<dyn Rotation>> {
    match (backend, owner) {
        (Backend::Embedded { store, .. }, _) => Ok(store.clone()),
        (Backend::Shared(_), owner) => {
            let doing = || "the wrapped keys cannot be looked at".to_owned();
            let owner = owner.ok_or_else(|| not_opened(OpenError::Owner, doing()))?;
            let keys = DatabaseKeys::open(owner).await;
            Ok(Arc::new(keys.map_err(|error| not_opened(error, doing()))?))
        }
    }
}

/// What [`migrate`] would do now.
pub async fn plan(options: &postgres::Options) -> anyhow::Result<postgres::Plan> {
    let planned = PostgresStore::plan(options).await;
    planned.map_err(|error| not_opened(error, "the schema cannot be looked at".to_owned()))
}

/// What is wrong in the configuration is wrong use; what is to be done first is said.
fn not_opened(error: OpenError, doing: String) -> anyhow::Error {
    match error {
        OpenError::Url | OpenError::Authorities(_) => wrong_use(format!("{doing}: {error}")),
        OpenError::Outdated(0) => anyhow!(
            "{doing}: it has no tables of cartola that its role may use; run `cartola migrate`"
        ),
        OpenError::InUse(_) => {
            anyhow!("{doing}: {error}; stop what uses it, and start it again afterwards")
        }
        OpenError::Outdated(present) => anyhow!(
            "{doing}: it has schema {present} and this program needs {}; run `cartola migrate`",
            postgres::Schema::OURS.needed()
        ),
        OpenError::Alive { .. } => anyhow!(
            "{doing}: {error}; stop them, and run `cartola migrate` again. What comes before is done"
        ),
        // A wrong password or name: nothing was begun that could be in doubt.
        OpenError::Store(error) if error.kind == StoreErrorKind::Unavailable => {
            let said = error.source.as_ref().map(|source| format!(": {source}"));
            anyhow!(
                "{doing}: {error}{}; look after the database's URL in the configuration",
                said.unwrap_or_default()
            )
        }
        OpenError::Store(error) => anyhow::Error::new(error).context(doing),
        error => anyhow::Error::new(error).context(doing),
    }
}
