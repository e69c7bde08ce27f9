//! Which installation a command works on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
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

/// What to do where the folder of a configuration holds no store.
const OF_CONFIG: Advice = Advice {
    absent: "`cartola serve` makes one, and so does `cartola tenants add`; or set `data` in the \
             configuration to the one that is meant",
    empty: "`cartola serve` makes a store in it, and so does `cartola tenants add`; or set `data` in \
            the configuration to the one that is meant",
};

/// The same of a folder that keeps its own key.
const OF_FOLDER: Advice = Advice {
    absent: "name one with --data or a configuration with --config",
    empty: "`cartola demo --data` makes one, or name a configuration with --config",
};

/// What to do where there is no folder, and where one holds no store.
struct Advice {
    absent: &'static str,
    empty: &'static str,
}

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
    /// Finds the installation, for a command that ends by itself: its logs are warnings alone. One that
    /// holds nothing yet is refused, and nothing is written: of a store that was just made everything is
    /// sound, and nothing is proven.
    pub fn find(&self) -> anyhow::Result<Installation> {
        self.find_by(Config::installation).and_then(with_store)
    }

    /// The same with the role that owns the tables, where the store is in a database.
    pub fn find_with_owner(&self) -> anyhow::Result<Installation> {
        self.find_by(Config::installation_with_owner).and_then(with_store)
    }

    /// The same as [`Self::find`], for a command that makes the store of a configuration where there is
    /// none yet.
    pub fn find_or_begin(&self) -> anyhow::Result<Installation> {
        self.find_by(Config::installation)
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

/// An installation that holds a store. A database without tables is refused when it is opened; a folder
/// would be made.
fn with_store(installation: Installation) -> anyhow::Result<Installation> {
    if let Place::Folder { data, .. } = &installation.place {
        refuse_without_store(data, &OF_CONFIG)?;
    }
    Ok(installation)
}

fn refuse_without_store(data: &Path, advice: &Advice) -> anyhow::Result<()> {
    let name = data.display();
    if !data.is_dir() {
        bail!("there is no data folder {name}; {}", advice.absent);
    }
    let holds_store = folder::holds_store(data);
    if !holds_store.with_context(|| format!("the data folder {name} cannot be read"))? {
        bail!("{name} is no data folder; {}", advice.empty);
    }
    Ok(())
}

fn with_own_key(data: &Path) -> anyhow::Result<Installation> {
    refuse_without_store(data, &OF_FOLDER)?;
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
