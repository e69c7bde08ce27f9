//! The way to the server: what a URL says, and TLS.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cartola_primitives::Secret;
use cartola_store::StoreError;
use deadpool::managed::{Hook, HookError};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Connection, Socket, tls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::admission::{admit, check_role};
use crate::error::Doing;
use crate::pool::{Connections, Pool, Pooled};
use crate::replanning::refresh;
use crate::schema::Schema;
use crate::{OpenError, Options};

/// The schema that all of ours stands in.
pub const SCHEMA_NAME: &str = "cartola";

/// How long the network may be silent before a connection is looked after, and between two looks.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Looks that nobody answers before the connection counts as lost.
const KEEPALIVES: u32 = 3;

/// How long what was sent may stay unheard: a server that is gone without a word is noticed then.
const UNHEARD: Duration = Duration::from_secs(40);

/// Connects to one server in one role.
#[derive(Clone)]
pub struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

/// A connection outside of the pool.
pub struct Single {
    /// What is asked.
    pub client: Client,
    /// What must be polled for it to be answered.
    pub connection: Connection<Socket, <MakeRustlsConnect as tls::MakeTlsConnect<Socket>>::Stream>,
}

impl Connector {
    /// Reads a URL; looks nothing up and connects to nothing. The error never repeats it.
    pub fn new(url: &Secret<String>, options: &Options) -> Result<Self, OpenError> {
        // What the parser says may quote a part of a password that was not encoded.
        let mut config: Config = url.expose().parse().map_err(|_| OpenError::Url)?;
        let local = !config.get_hosts().is_empty() && config.get_hosts().iter().all(is_local);
        if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(if local { SslMode::Disable } else { SslMode::Require });
        }
        config
            .application_name(name_of(options))
            .connect_timeout(options.connection_patience)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE)
            .keepalives_retries(KEEPALIVES)
            .tcp_user_timeout(UNHEARD)
            .options(settings(options));
        Ok(Self { config, tls: MakeRustlsConnect::new(tls_config(options)?) })
    }

    /// Who connects.
    pub fn role(&self) -> Result<&str, OpenError> {
        self.config.get_user().ok_or(OpenError::Url)
    }

    /// The pool of connections.
    pub fn pool(&self, options: &Options) -> Pool {
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(
            self.config.clone(),
            self.tls.clone(),
            ManagerConfig { recycling_method },
        );
        Pool::builder(Connections(manager))
            .max_size(options.connections.max(1))
            .wait_timeout(Some(options.connection_patience))
            .create_timeout(Some(options.connection_patience))
            .runtime(Runtime::Tokio1)
            .post_create(admission(options.schema))
            .pre_recycle(Hook::sync_fn(|connection: &mut Pooled, metrics| {
                refresh(&connection.client, metrics);
                Ok(())
            }))
            .build()
            .expect("a pool with time-outs has a runtime to keep them")
    }

    /// Says why a connection would not be admitted, before any is made for the pool.
    pub async fn try_out(&self, schema: Schema) -> Result<(), OpenError> {
        let Single { client, connection } = self.connect().await?;
        let connected = tokio::spawn(connection);
        admit(&client, schema).await?;
        check_role(&client).await?;
        drop(client);
        // Where it is not closed well, PostgreSQL closes it.
        drop(connected.await);
        Ok(())
    }

    /// One connection outside of the pool.
    pub async fn connect(&self) -> Result<Single, StoreError> {
        let connected = self.config.connect(self.tls.clone()).await;
        let (client, connection) = connected.doing("connecting to the database")?;
        Ok(Single { client, connection })
    }
}

/// Admits each connection when it is made.
fn admission(schema: Schema) -> Hook<Connections> {
    Hook::async_fn(move |connection: &mut Pooled, _| {
        Box::pin(async move {
            let admitted = admit(&connection.client, schema).await;
            admitted.map_err(|error| HookError::message(error.to_string()))
        })
    })
}

/// By what others know this process: its work, its number and its machine.
fn name_of(options: &Options) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let who = format!("{}@{}", std::process::id(), host.trim());
    let words = [SCHEMA_NAME, options.process, &who].map(str::trim);
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What every connection is set to.
///
/// All of our statements are searches by key and short ranges in the order of an index, also where
/// they join. So the planner is told not to read whole tables, nor to hash or sort them, which it
/// would do where it knows too little of a table that is new or of a tenant that is large. Compiling
/// a statement, or starting workers for it, takes longer than running it. So does planning it: one
/// plan is made for all values, which are searched for alike, and again when there is more
/// ([`crate::replanning`]).
fn settings(options: &Options) -> String {
    let milliseconds = |duration: Duration| duration.as_millis().max(1);
    format!(
        "-c search_path={SCHEMA_NAME} -c enable_hashjoin=off -c enable_mergejoin=off \
         -c enable_seqscan=off -c jit=off -c max_parallel_workers_per_gather=0 \
         -c plan_cache_mode=force_generic_plan \
         -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
        milliseconds(options.statement_patience),
        milliseconds(options.lock_patience),
        milliseconds(options.statement_patience),
    )
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

fn tls_config(options: &Options) -> Result<ClientConfig, OpenError> {
    let roots = match &options.authorities {
        Some(file) => roots_of(file)?,
        None => system_roots(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for TLS 1.2 and 1.3");
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A certificate of the system that cannot be read vouches for nobody, and keeps nobody from
/// connecting.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn roots_of(file: &Path) -> Result<RootCertStore, OpenError> {
    let refused = |error: String| OpenError::Authorities(error);
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file);
    for certificate in certificates.map_err(|error| refused(error.to_string()))? {
        let certificate = certificate.map_err(|error| refused(error.to_string()))?;
        roots.add(certificate).map_err(|error| refused(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(refused("the file has none".to_owned()));
    }
    Ok(roots)
}
