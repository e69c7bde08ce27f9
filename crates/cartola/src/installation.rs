//! Which installation a command works on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use cartola_crypto::KeyRing;
use cartola_crypto::jws::Algorithm;
use cartola_engine::authorizations::Rules;
use cartola_engine::vault::KeySource;
use cartola_events::Reach;
use cartola_insights::categories::Rulebook;
use cartola_model::TransferPayee;
use cartola_primitives::Clock;
use cartola_store_sqlite::Options;
use clap::Args;

use crate::backend::Place;
use crate::config::{Config, Jobs};
use crate::institutions::Institutions;
use crate::logging::{self, LogFormat};
use crate::{folder, keys, sandbox};

/// The configuration that is taken when nothing is named, if it is there.
pub const DEFAULT_CONFIG: &str = "cartola.toml";

/// The data folder that is taken when nothing is named and there is no configuration.
pub const DEFAULT_DATA: &str = "cartola-demo";

/// The options by which an installation is named.
#[derive(Args)]
pub struct Named {
    /// Data folder that keeps its own master key, such as the demo's. Without --data and --config:
    /// ./cartola.toml if it is there, else ./cartola-demo
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    data: Option<PathBuf>,
    /// Configuration of the gateway
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where everything is kept, and what opens it.
pub struct Installation {
    pub place: Place,
    pub keys: KeyRing,
    /// Where they are read again when one is missing.
    pub key_source: Option<Arc<dyn KeySource>>,
    pub institutions: Institutions,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// How access tokens are signed.
    pub token_algorithm: Algorithm,
    /// Which receivers may be called.
    pub reach: Reach,
    /// Background work, for whoever does some.
    pub jobs: Jobs,
    /// Who is paid where a payment names nobody.
    pub merchant: Option<TransferPayee>,
    /// When people must approve what they do.
    pub authorizations: Rules,
    /// Which rules say what movements were for.
    pub rules: Arc<Rulebook>,
    /// What anchors of audit trails are appended to as they are made.
    pub anchors_file: Option<PathBuf>,
}

impl Named {
    /// Finds the installation, for a command that ends by itself: its logs are warnings alone.
    pub fn find(&self) -> anyhow::Result<Installation> {
        self.find_by(Config::installation)
    }

    /// The same with the role that owns the tables, where the store is in a database.
    pub fn find_with_owner(&self) -> anyhow::Result<Installation> {
        self.find_by(Config::installation_with_owner)
    }

    fn find_by(
        &self,
        of: impl FnOnce(&Config) -> anyhow::Result<Installation>,
    ) -> anyhow::Result<Installation> {
        logging::start(LogFormat::Text, logging::QUIET)?;
        match self.named() {
            Source::Config(path) => of(&Config::read(path)?),
            Source::Folder(data) => with_own_key(data),
        }
    }

    /// The data folder that keeps its own master key, where it is one.
    pub fn folder_with_own_key(&self) -> Option<&Path> {
        match self.named() {
            Source::Config(_) => None,
            Source::Folder(data) => Some(data),
        }
    }

    fn named(&self) -> Source<'_> {
        let config = self.config.as_deref().or_else(|| {
            let found = Path::new(DEFAULT_CONFIG);
            (self.data.is_none() && found.exists()).then_some(found)
        });
        let data = || self.data.as_deref().unwrap_or(Path::new(DEFAULT_DATA));
        config.map_or_else(|| Source::Folder(data()), Source::Config)
    }
}

/// What an installation was named by.
enum Source<'a> {
    Config(&'a Path),
    Folder(&'a Path),
}

fn with_own_key(data: &Path) -> anyhow::Result<Installation> {
    if !data.is_dir() {
        bail!(
            "there is no data folder {}; name one with --data or a configuration with --config",
            data.display()
        );
    }
    if !folder::has_store(data) && !keys::path_in(data).exists() {
        bail!(
            "{} is no data folder; `cartola demo --data` makes one, or name a configuration with \
             --config",
            data.display()
        );
    }
    let keys = keys::of_folder(data)?;
    let institutions = Institutions::of_folder(data)?;
    Ok(Installation {
        place: Place::Folder { data: data.to_owned(), options: Options::default() },
        keys,
        key_source: Some(Arc::new(keys::FolderKeys::of(data))),
        institutions,
        clock: sandbox::clock_beside(data)?,
        token_algorithm: Algorithm::default(),
        reach: Reach::PublicAndLoopback,
        jobs: Jobs::default(),
        merchant: None,
        authorizations: Rules::default(),
        rules: Arc::default(),
        anchors_file: None,
    })
}
