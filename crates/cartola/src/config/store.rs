//! Where everything is kept: in the data folder, or in a PostgreSQL database.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::Context;
use cartola_primitives::Secret;
use cartola_store_postgres as postgres;
use cartola_store_sqlite as sqlite;
use serde::Deserialize;

use super::secrets::{SecretText, may_be_url};
use super::{one_of, seconds};
use crate::keys;
use crate::problem::wrong_use;

/// Pages of the embedded store in a mebibyte: its pages have 8 KiB.
const PAGES_PER_MEBIBYTE: u32 = 128;

/// How the store is run, and where it is unless it is in the data folder.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    readers: Option<NonZeroU32>,
    busy_seconds: Option<NonZeroU32>,
    max_mebibytes: Option<NonZeroU32>,
    postgres: Option<SecretText>,
    postgres_file: Option<PathBuf>,
    postgres_owner: Option<SecretText>,
    postgres_owner_file: Option<PathBuf>,
    authorities: Option<PathBuf>,
    connections: Option<NonZeroU32>,
}

impl Store {
    /// Whether it is a database that processes share.
    pub fn is_shared(&self) -> bool {
        self.postgres.is_some() || self.postgres_file.is_some()
    }

    /// Refuses what does not go together.
    pub fn check(&self) -> Result<(), String> {
        one_of("postgres", self.postgres.is_some(), self.postgres_file.is_some())?;
        let owner = (self.postgres_owner.is_some(), self.postgres_owner_file.is_some());
        one_of("postgres_owner", owner.0, owner.1)?;
        let (embedded, shared) = self.of_one_kind();
        if self.is_shared() {
            return embedded.map_or(Ok(()), |name| {
                Err(format!("`{name}` goes with the data folder, and the store is in PostgreSQL"))
            });
        }
        shared.map_or(Ok(()), |name| {
            Err(format!("`{name}` goes with PostgreSQL; set postgres_file to a file with its URL"))
        })
    }

    /// The first setting that only the embedded store has, and the first that only PostgreSQL has.
    fn of_one_kind(&self) -> (Option<&'static str>, Option<&'static str>) {
        let embedded = [
            ("readers", self.readers.is_some()),
            ("busy_seconds", self.busy_seconds.is_some()),
            ("max_mebibytes", self.max_mebibytes.is_some()),
        ];
        let shared = [
            ("postgres_owner", self.postgres_owner.is_some()),
            ("postgres_owner_file", self.postgres_owner_file.is_some()),
            ("authorities", self.authorities.is_some()),
            ("connections", self.connections.is_some()),
        ];
        (first_set(&embedded), first_set(&shared))
    }

    /// Before a path is shown in any message: a URL in its place, which has a password, must not be.
    pub fn refuse_pasted_urls(&self) -> Result<(), String> {
        let files = [
            ("postgres_file", &self.postgres_file),
            ("postgres_owner_file", &self.postgres_owner_file),
            ("authorities", &self.authorities),
        ];
        match files.iter().find(|(_, path)| path.as_deref().is_some_and(may_be_url)) {
            Some((name, _)) => Err(format!("{name} names no file; was the URL itself pasted?")),
            None => Ok(()),
        }
    }

    /// Relative paths are relative to the folder.
    pub fn resolve_paths(&mut self, folder: &Path) {
        let files = [&mut self.postgres_file, &mut self.postgres_owner_file, &mut self.authorities];
        for path in files {
            *path = path.take().map(|path| folder.join(path));
        }
    }

    /// Files that hold a URL with its password.
    pub fn secret_files(&self) -> [&Option<PathBuf>; 2] {
        [&self.postgres_file, &self.postgres_owner_file]
    }

    /// The embedded store's own form; what is not said is as the store has it.
    pub fn embedded(&self) -> sqlite::Options {
        let mut options = sqlite::Options::default();
        if let Some(readers) = self.readers {
            options.readers = whole(readers);
        }
        if let Some(busy) = self.busy_seconds {
            options.busy_timeout = seconds(busy);
        }
        options.max_pages =
            self.max_mebibytes.map(|size| size.get().saturating_mul(PAGES_PER_MEBIBYTE));
        options
    }

    /// The database, in the role that serves; nothing where the store is in the data folder.
    pub fn database(&self) -> anyhow::Result<Option<postgres::Options>> {
        let Some(url) = url(self.postgres.as_ref(), self.postgres_file.as_deref())? else {
            return Ok(None);
        };
        let mut options = postgres::Options::of(url);
        options.authorities.clone_from(&self.authorities);
        if let Some(connections) = self.connections {
            options.connections = whole(connections);
        }
        Ok(Some(options))
    }

    /// The same, with the role that owns the tables.
    pub fn database_with_owner(&self) -> anyhow::Result<Option<postgres::Options>> {
        let Some(options) = self.database()? else { return Ok(None) };
        let owner = url(self.postgres_owner.as_ref(), self.postgres_owner_file.as_deref())?;
        if owner.is_none() {
            return Err(wrong_use(
                "set postgres_owner_file in [store] to a file with the URL of the role that owns \
                 the tables",
            ));
        }
        Ok(Some(postgres::Options { owner, ..options }))
    }
}

fn first_set(settings: &[(&'static str, bool)]) -> Option<&'static str> {
    settings.iter().find(|(_, is_set)| *is_set).map(|(name, _)| *name)
}

fn whole(number: NonZeroU32) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

fn url(inline: Option<&SecretText>, file: Option<&Path>) -> anyhow::Result<Option<Secret<String>>> {
    match (inline, file) {
        (Some(text), _) => Ok(Some(text.secret())),
        (None, Some(path)) => {
            let url = keys::read_first_line(path).context("the URL of the database is not had")?;
            Ok(Some(Secret::new(url.expose().trim().to_owned())))
        }
        (None, None) => Ok(None),
    }
}
