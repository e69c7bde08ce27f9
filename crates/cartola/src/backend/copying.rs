//! The two sides of a copy, each held against everybody else.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use cartola_crypto::{KeyRing, LookupKey, WrappedKey};
use cartola_engine::vault::LOOKUP_KEY;
use cartola_store::StoreErrorKind;
use cartola_store::copying::{Dump, Load, keys};
use cartola_store_postgres::copying::{DatabaseDump, DatabaseLoad, DatabaseSnapshot};
use cartola_store_postgres::{OpenError, PostgresStore};
use cartola_store_sqlite::copying::{FolderDump, FolderLoad, FolderSnapshot};
use cartola_store_sqlite::stored_secret;
use tokio::task::spawn_blocking;

use super::{Place, not_opened, wrong_key};
use crate::folder::{self, GATEWAY, JOBS_LOCK};

/// A side of a copy, with what keeps others from it.
pub struct Held<Side> {
    /// Its rows.
    pub side: Side,
    _locks: Vec<File>,
}

/// The keys of both sides.
pub struct Rings<'a> {
    pub from: &'a KeyRing,
    pub to: &'a KeyRing,
}

/// Opens a store to be read, once it is known that both sides have its keys.
pub async fn source(place: Place, rings: &Rings<'_>) -> anyhow::Result<Held<Box<dyn Dump>>> {
    let name = place.to_string();
    let reading = format!("{name} cannot be copied");
    let held: Held<Box<dyn Dump>> = match place {
        Place::Folder { data, options } => {
            let locks = lock(&data)?;
            // Before it is brought up to date.
            let kept = stored_secret(&data, LOOKUP_KEY).with_context(|| reading.clone())?;
            rings.check(kept.as_ref(), &name)?;
            let side = FolderDump::open(&data, &options).context(reading.clone())?;
            Held { side: Box::new(side), _locks: locks }
        }
        Place::Database(options) => {
            let opened = DatabaseDump::open(&options).await;
            let side = opened.map_err(|error| not_opened(error, reading.clone()))?;
            Held { side: Box::new(side), _locks: Vec::new() }
        }
    };
    let side = held.side.as_ref();
    let kept = keys::secret(side, LOOKUP_KEY).await.with_context(|| reading.clone())?;
    rings.check(kept.as_ref(), &name)?;
    let masters = keys::masters(side).await.context(reading)?;
    if !masters.iter().all(|master| rings.to.holds(*master)) {
        bail!(
            "{name} has keys that were wrapped by a retired master key, which the configuration of \
             the copy does not name; set retired_master_keys_file there"
        );
    }
    Ok(held)
}

impl Rings<'_> {
    fn check(&self, kept: Option<&WrappedKey>, name: &str) -> anyhow::Result<()> {
        let Some(kept) = kept else { return Ok(()) };
        LookupKey::unwrap(self.from, kept).map_err(|error| wrong_key(error, name))?;
        LookupKey::unwrap(self.to, kept).map_err(|_| {
            anyhow!(
                "the master key of the copy is not the one that {name} was made with; name the same \
                 one in both configurations"
            )
        })?;
        Ok(())
    }
}

/// Opens a store to be read as it is at one instant, while others go on using it. A database takes the role
/// that owns its tables.
pub async fn snapshot(place: Place) -> anyhow::Result<Box<dyn Dump>> {
    let reading = format!("{place} cannot be read");
    match place {
        Place::Folder { data, options } => {
            let opening = spawn_blocking(move || FolderSnapshot::open(&data, &options));
            let side = opening.await.context(reading.clone())?.context(reading)?;
            Ok(Box::new(side))
        }
        Place::Database(options) => {
            let opened = DatabaseSnapshot::open(&options).await;
            Ok(Box::new(opened.map_err(|error| not_opened(error, reading))?))
        }
    }
}

/// Opens an empty store to be loaded.
pub async fn target(place: Place) -> anyhow::Result<Held<Box<dyn Load>>> {
    let name = place.to_string();
    let doing = format!("{name} cannot take a copy");
    match place {
        Place::Folder { data, .. } => {
            folder::prepare(&data, &GATEWAY)?;
            let locks = lock(&data)?;
            let side = FolderLoad::open(&data).map_err(|error| match error.kind {
                StoreErrorKind::Conflict => not_empty(&name),
                _ => anyhow::Error::new(error).context(doing),
            })?;
            Ok(Held { side: Box::new(side), _locks: locks })
        }
        Place::Database(options) => {
            let refused = |error| match error {
                OpenError::Store(error) if error.kind == StoreErrorKind::Conflict => {
                    not_empty(&name)
                }
                error => not_opened(error, doing.clone()),
            };
            PostgresStore::migrate(&options).await.map_err(refused)?;
            let side = DatabaseLoad::open(&options).await.map_err(refused)?;
            Ok(Held { side: Box::new(side), _locks: Vec::new() })
        }
    }
}

fn not_empty(name: &str) -> anyhow::Error {
    anyhow!("{name} is not empty; a copy goes into a folder or a database that holds nothing yet")
}

/// Keeps gateways, and commands that run jobs, off a folder.
fn lock(data: &Path) -> anyhow::Result<Vec<File>> {
    let gateway = folder::lock(data)?;
    let jobs = folder::try_lock(data, JOBS_LOCK)?.with_context(|| {
        format!("a command reads links on {}; let it end first", data.display())
    })?;
    Ok(vec![gateway, jobs])
}
