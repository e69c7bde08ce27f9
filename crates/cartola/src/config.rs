//! The configuration file: TOML, every key documented in `docs/configuration.md`.
//!
//! Relative paths are relative to the file's own folder. A message never quotes a line of the
//! file, since any line of it may hold a secret.

mod authorizations;
mod categories;
mod facade;
mod mistake;
mod payments;
mod secrets;
mod settings;
mod store;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cartola_crypto::KeyRing;
use cartola_engine::vault::{KeySource, KeysUnread};
use cartola_events::Reach;
use cartola_primitives::clock::SystemClock;
use serde::Deserialize;

use crate::backend::Place;
use crate::installation::Installation;
use crate::institutions::{Institutions, Written};
use crate::keys;
use crate::problem::{sentence, wrong_use};
use crate::serve::hosts::Hosts;
use crate::wiring::FacadeSettings;
use authorizations::Authorizations;
use categories::Categories;
use facade::Facades;
use payments::Payments;
use secrets::{SecretList, SecretText};
use settings::{Audit, Tokens};
use store::Store;

pub use secrets::one_a_line;
pub use settings::{DEFAULT_PORT, Jobs, Limits, Log, seconds};

/// Longest configuration, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Everything that an operator may choose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it was read from.
    #[serde(skip)]
    path: PathBuf,
    data: Option<PathBuf>,
    #[serde(default = "settings::default_listen")]
    /// Where the gateway listens.
    pub listen: SocketAddr,
    master_key: Option<SecretText>,
    master_key_file: Option<PathBuf>,
    master_key_command: Option<SecretList>,
    retired_master_keys: Option<SecretList>,
    retired_master_keys_file: Option<PathBuf>,
    #[serde(default = "settings::default_metrics")]
    /// Whether `/metrics` is served.
    pub metrics: bool,
    #[serde(default)]
    /// Limits of the gateway.
    pub limits: Limits,
    #[serde(default)]
    /// What is logged.
    pub log: Log,
    #[serde(default)]
    /// Background work.
    pub jobs: Jobs,
    #[serde(default)]
    store: Store,
    #[serde(default)]
    tokens: Tokens,
    #[serde(default)]
    payments: Payments,
    #[serde(default)]
    authorizations: Authorizations,
    #[serde(default)]
    categories: Categories,
    #[serde(default)]
    audit: Audit,
    #[serde(default)]
    institution: Written,
    #[serde(default)]
    facade: Facades,
}

impl Config {
    /// Reads a file. What is wrong with it is wrong use: nothing has been touched yet.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = read_text(path).map_err(|error| {
            wrong_use(format!("the configuration {} cannot be read: {error}", path.display()))
        })?;
        let mut config = Self::parse(&text).map_err(|problem| {
            wrong_use(format!("the configuration {} is wrong: {problem}", path.display()))
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.refuse_pasted_keys(folder).map_err(wrong_use)?;
        config.resolve_paths(folder);
        path.clone_into(&mut config.path);
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| mistake::told(&error, text))?;
        config.check_place()?;
        secrets::check_one_source(&config)?;
        let (inline, file) = (&config.retired_master_keys, &config.retired_master_keys_file);
        one_of("retired_master_keys", inline.is_some(), file.is_some())?;
        Institutions::read(&config.institution)?;
        config.facade.floid()?;
        config.facade.mibanco()?;
        config.facade.hosts()?;
        config.payments.merchant()?;
        config.authorizations.rules()?;
        Ok(config)
    }

    /// Everything is kept in one place.
    fn check_place(&self) -> Result<(), String> {
        self.store.check()?;
        if self.data.is_some() && self.store.is_shared() {
            return Err(
                "set `data`, or a PostgreSQL database in [store], not both: nothing is kept \
                        in a folder beside the database"
                    .to_owned(),
            );
        }
        if self.data.is_none() && !self.store.is_shared() {
            return Err("`data` must be set: the path of the data folder, in quotes".to_owned());
        }
        if !self.jobs.serve && !self.store.is_shared() {
            return Err(
                "[jobs] serve = false goes with PostgreSQL, where `cartola worker` does the \
                        background work; on a data folder only its gateway does it"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// The host names that stand for facades.
    pub fn hosts(&self) -> Hosts {
        self.facade.hosts().expect("refused when read: each is a name, and stands for one facade")
    }

    /// What facades are told.
    pub fn facades(&self) -> FacadeSettings {
        const READ: &str = "refused when read: each is a bank, a URL or an origin";
        FacadeSettings {
            floid: self.facade.floid().expect(READ),
            mibanco: self.facade.mibanco().expect(READ),
        }
    }

    /// Before a path is shown in any message: a key in its place must not be.
    fn refuse_pasted_keys(&self, folder: &Path) -> Result<(), String> {
        let files = [
            ("master_key_file", &self.master_key_file),
            ("retired_master_keys_file", &self.retired_master_keys_file),
        ];
        for (name, path) in files {
            let pasted = |path: &PathBuf| secrets::may_be_key(path) && !folder.join(path).exists();
            if path.as_ref().is_some_and(pasted) {
                return Err(format!("{name} names no file; was the key itself pasted?"));
            }
        }
        self.store.refuse_pasted_urls()
    }

    fn resolve_paths(&mut self, folder: &Path) {
        let files = [
            &mut self.data,
            &mut self.master_key_file,
            &mut self.retired_master_keys_file,
            &mut self.audit.anchors_file,
        ];
        for path in files {
            *path = path.take().map(|path| folder.join(path));
        }
        self.categories.resolve_paths(folder);
        self.store.resolve_paths(folder);
    }

    /// The files of secrets that others than their owner may use.
    pub fn secrets_open_to_others(&self) -> impl Iterator<Item = &Path> {
        let files = [&self.master_key_file, &self.retired_master_keys_file];
        files
            .into_iter()
            .chain(self.store.secret_files())
            .flatten()
            .map(PathBuf::as_path)
            .filter(|path| keys::is_open_to_others(path))
    }

    /// Where everything is kept. What cannot be read of it is wrong use too.
    pub fn place(&self) -> anyhow::Result<Place> {
        if let Some(options) = self.store.database().map_err(|error| not_read(&error))? {
            return Ok(Place::Database(options));
        }
        let data = self.data.clone().expect("refused when read: there is a folder or a database");
        Ok(Place::Folder { data, options: self.store.embedded() })
    }

    /// The same with the role that owns the tables of a database.
    pub fn place_with_owner(&self) -> anyhow::Result<Place> {
        match self.store.database_with_owner().map_err(|error| not_read(&error))? {
            Some(options) => Ok(Place::Database(options)),
            None => self.place(),
        }
    }

    /// The installation, with its keys read. Keys that cannot be read are wrong use too.
    pub fn installation(&self) -> anyhow::Result<Installation> {
        self.installation_in(self.place()?)
    }

    /// The same with the role that owns the tables of a database.
    pub fn installation_with_owner(&self) -> anyhow::Result<Installation> {
        self.installation_in(self.place_with_owner()?)
    }

    fn master_keys(&self) -> anyhow::Result<KeyRing> {
        secrets::ring(self).map_err(|error| {
            wrong_use(format!("the master keys cannot be read: {}", sentence(&error)))
        })
    }

    /// Where the master keys are read again: this file says.
    fn key_source(&self) -> ConfiguredKeys {
        ConfiguredKeys(self.path.clone())
    }

    fn installation_in(&self, place: Place) -> anyhow::Result<Installation> {
        let keys = self.master_keys()?;
        let institutions = Institutions::read(&self.institution).map_err(wrong_use)?;
        Ok(Installation {
            place,
            keys,
            key_source: Some(Arc::new(self.key_source())),
            institutions,
            clock: Arc::new(SystemClock),
            token_algorithm: self.tokens.algorithm,
            reach: Reach::Public,
            jobs: self.jobs.clone(),
            merchant: self.payments.merchant().map_err(wrong_use)?,
            authorizations: self.authorizations.rules().map_err(wrong_use)?,
            rules: self.categories.rulebook().map_err(wrong_use)?,
            anchors_file: self.audit.anchors_file.clone(),
        })
    }
}

/// The master keys of a configuration, as it is by the time that they are read.
struct ConfiguredKeys(PathBuf);

impl KeySource for ConfiguredKeys {
    fn read(&self) -> Result<KeyRing, KeysUnread> {
        let keys = Config::read(&self.0).and_then(|config| config.master_keys());
        keys.map_err(|error| KeysUnread(sentence(&error)))
    }
}

fn not_read(error: &anyhow::Error) -> anyhow::Error {
    wrong_use(sentence(error))
}

fn read_text(path: &Path) -> std::io::Result<String> {
    if fs::metadata(path)?.len() > MAX_CONFIG_BYTES {
        return Err(std::io::Error::other("it is larger than 1 MiB"));
    }
    fs::read_to_string(path)
}

fn one_of(name: &str, inline: bool, file: bool) -> Result<(), String> {
    if inline && file {
        return Err(format!("set {name} or {name}_file, not both"));
    }
    Ok(())
}
