//! A store with a tenant, worked on in this process, as the binary would.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::authorizations::Rules;
use cartola_engine::imports::{ImportReport, Imported, Upload};
use cartola_engine::once::Reply;
use cartola_engine::work::MAX_RUNNING;
use cartola_engine::{Engine, Parts};
use cartola_model::{Principal, Scope};
use cartola_primitives::Secret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::randomness::OsRandomness;
use cartola_provider_file::StatementFiles;
use cartola_store::tenancy::TenantRow;
use cartola_store::{Archive, Store};

use crate::site::Site;
use crate::statement::Statement;

/// The master key within an installation's folder.
const MASTER_KEY: &str = "master.key";

/// A new installation, open.
pub struct Installation {
    /// The use cases.
    pub engine: Engine,
    /// What they work on.
    pub store: Arc<dyn Store>,
    /// Whose data.
    pub tenant: TenantRow,
    /// The tenant's bearer key.
    pub api_key: Secret<String>,
}

impl Installation {
    /// Makes one in an empty place.
    pub async fn make(site: &Site) -> anyhow::Result<Self> {
        let key = MasterKey::generate(&OsRandomness);
        fs::write(site.folder.join(MASTER_KEY), key.to_base64().expose())
            .context("the master key cannot be written")?;
        let (store, archive) = site.open().await?;
        let engine = open_engine(store.clone(), archive, key).await?;
        let keys = engine.add_tenant("Bench", &Scope::ALL).await?;
        Ok(Self { engine, store, tenant: keys.tenant, api_key: keys.api_key })
    }

    /// Imports a statement, all of whose lines must be new.
    pub async fn import(&self, statement: &Statement) -> anyhow::Result<ImportReport> {
        let lines = statement.lines.into();
        self.import_upload(statement.upload(), lines, lines).await
    }

    /// Imports a file of so many lines, of which so many must be new.
    pub async fn import_upload(
        &self,
        upload: Upload,
        lines: u64,
        new: u64,
    ) -> anyhow::Result<ImportReport> {
        let who = Principal::operator(self.tenant.id);
        let Imported { mut reports } = self.engine.import(&who, upload, Reply::NONE).await?;
        let report = reports.pop().context("a file has a statement")?;
        let outcome = &report.outcome;
        ensure!(
            (outcome.read, outcome.new, outcome.duplicates) == (lines, new, lines - new),
            "an import came to {outcome:?}, not to {lines} lines of which {new} are new"
        );
        Ok(report)
    }
}

async fn open_engine(
    store: Arc<dyn Store>,
    archive: Arc<dyn Archive>,
    key: MasterKey,
) -> anyhow::Result<Engine> {
    let engine = Engine::open(Parts {
        store,
        archive,
        keys: KeyRing::new(key, Vec::new()),
        key_source: None,
        connectors: Registry::default().with(Arc::new(StatementFiles::new())),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(OsRandomness),
        token_algorithm: Algorithm::default(),
        merchant: None,
        authorizations: Rules::default(),
    });
    Ok(engine.await?)
}

/// The configuration of a gateway on that installation, listening on that port of loopback.
/// Everything is as it comes, but that one key may ask without end, and one tenant have all jobs: the
/// limiter counts each request, and refuses none. `more` are further tables.
pub fn write_config(site: &Site, port: u16, more: &str) -> anyhow::Result<PathBuf> {
    let path = site.folder.join("cartola.toml");
    let (first, store) = site.settings()?;
    let text = format!(
        "{first}listen = \"127.0.0.1:{port}\"\nmaster_key_file = \"{MASTER_KEY}\"\n\
         [limits]\nrequests_per_second = 1000000\nrequests_at_once = 1000000\n\
         [jobs]\nof_institution = {MAX_RUNNING}\nof_tenant = {MAX_RUNNING}\n{store}{more}"
    );
    fs::write(&path, text).context("the configuration cannot be written")?;
    Ok(path)
}
