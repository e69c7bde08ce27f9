//! `cartola demo`: the gateway to try, and Chile in a box for it to ask, with everything they need in
//! one folder.
//!
//! Whatever ends it, and at whatever moment, running it again on the same folder has the same keys
//! and data: every step either finds what an earlier run has made or makes it, whole.

mod announcement;
mod keys;
mod samples;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use cartola_crypto::jws::Algorithm;
use cartola_engine::authorizations::Rules;
use cartola_engine::work::{MAX_RUNNING, usual_limits};
use cartola_events::Reach;
use cartola_model::InstitutionId;
use cartola_model::TransferPayee;
use cartola_primitives::id::TenantId;
use cartola_primitives::{Clock, SignedDuration};
use cartola_provider_floid::server::{self as floid, DefaultBanks};
use cartola_provider_mibanco::server as mibanco;
use cartola_store_sqlite::Options;
use clap::Args;
use tokio::net::TcpListener;

use crate::backend::Place;
use crate::commands::sandbox::DEFAULT_PORT as SANDBOX_PORT;
use crate::config::{self, DEFAULT_PORT, Limits, seconds};
use crate::folder::{self, GATEWAY};
use crate::installation::{DEFAULT_DATA, Installation};
use crate::institutions::Institutions;
use crate::logging::{self, LogFormat};
use crate::serve::connections::Connections;
use crate::serve::{self, Duties, Metrics};
use crate::wiring::{self, FacadeSettings, Gateway};
use crate::{keys as master_keys, sandbox};

use announcement::Announcement;

/// What is logged: warnings, and the way of the process.
const LOGGED: &str = "warn,cartola=info";

/// The bank that `/floid` asks where a caller names none.
const DEFAULT_BANK: &str = "banco-chile";

#[derive(Args)]
pub struct Arguments {
    /// Port on loopback; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Port of the sandbox, on loopback too; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = SANDBOX_PORT)]
    sandbox_port: u16,
    /// Data folder; it is made if it is not there
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
    /// Seed of the sandbox; a folder keeps the one it was made with, 42 unless said otherwise
    #[arg(long)]
    seed: Option<u64>,
    /// When ready, print exactly one line of JSON on stdout
    #[arg(long)]
    json: bool,
}

/// Runs the demo until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, LOGGED)?;
    let data = &arguments.data;
    folder::prepare(data, &GATEWAY)?;
    let _alone = folder::lock(data)?;
    let gateway_site = Site::listen(arguments.port, "--port").await?;
    let sandbox_site = Site::listen(arguments.sandbox_port, "--sandbox-port").await?;
    let world = sandbox::open(&data.join(sandbox::FOLDER), arguments.seed)?;
    let merchant = sandbox::merchant(world.population());
    let gateway = open(data, world.clone(), &sandbox_site.url, merchant).await?;
    gateway.backend.clear_leftovers().await;
    let keys = keys::same_or_new(&gateway.engine, data).await?;
    samples::import(&gateway.engine, keys.tenant).await?;
    let population = world.population();
    let announcement = Announcement::new(&gateway_site.url, &sandbox_site.url, &keys, population);
    announcement.write_environment(data)?;
    let (limits, metrics) = (Limits::default(), Metrics::record()?);
    let settings = FacadeSettings { floid: floid(), mibanco: mibanco(keys.tenant) };
    let router = wiring::router(&gateway, &limits, settings, Some(metrics.clone()));
    let sites = vec![
        Connections::new(gateway_site.listener, router, &limits),
        Connections::new(sandbox_site.listener, sandbox::router(world), &limits),
    ];
    let announce = || announcement.print(data, arguments.json);
    let duties = Duties {
        jobs: Some((MAX_RUNNING as usize, usual_limits(MAX_RUNNING))),
        drain: seconds(limits.drain_seconds),
    };
    serve::run(gateway, metrics, sites, duties, announce).await?;
    Ok(ExitCode::SUCCESS)
}

/// What Floid's facade is told: the bank of whoever names none, as its document lets `bankid_kyc` do.
fn floid() -> floid::Settings {
    let bank = InstitutionId::parse(DEFAULT_BANK).expect("the id of a bank is sound");
    let banks = DefaultBanks::new(Some(bank), BTreeMap::new());
    let banks = banks.expect("it is a bank of the document");
    floid::Settings { banks, ..floid::Settings::default() }
}

/// What Mi Banco's facade is told: the demo's one tenant is whose sessions come without a key, and a
/// MI PIN may come as it is.
fn mibanco(tenant: TenantId) -> mibanco::Settings {
    mibanco::Settings { tenant: Some(tenant), plain_pin: true, ..mibanco::Settings::default() }
}

/// A port on loopback.
struct Site {
    listener: TcpListener,
    url: String,
}

impl Site {
    async fn listen(port: u16, option: &str) -> anyhow::Result<Self> {
        let remedy = format!("name another port with {option} (0 picks a free one)");
        let listener = serve::listen((Ipv4Addr::LOCALHOST, port).into(), &remedy).await?;
        let address = listener.local_addr().context("the address is not known")?;
        Ok(Self { listener, url: format!("http://{address}") })
    }
}

/// The gateway, which asks the banks of the sandbox and goes by its clock.
async fn open(
    data: &Path,
    clock: Arc<dyn Clock>,
    sandbox: &str,
    merchant: TransferPayee,
) -> anyhow::Result<Gateway> {
    let keys = master_keys::of_folder_or_new(data)?;
    Institutions::keep(data, Institutions::of_sandbox(sandbox))?;
    let institutions = Institutions::of_folder(data)?;
    let installation = Installation {
        place: Place::Folder { data: data.to_owned(), options: Options::default() },
        keys,
        key_source: Some(Arc::new(master_keys::FolderKeys::of(data))),
        institutions,
        clock,
        token_algorithm: Algorithm::default(),
        reach: Reach::PublicAndLoopback,
        jobs: config::Jobs::default(),
        merchant: Some(merchant),
        // Whoever tries it loses phones on purpose, and does not want to wait for a day.
        authorizations: Rules { cooling_off: SignedDuration::ZERO, ..Rules::default() },
        rules: Arc::default(),
        anchors_file: None,
    };
    Gateway::open(installation).await
}
