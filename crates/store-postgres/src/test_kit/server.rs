//! A PostgreSQL server of one's own.
//!
//! One server serves all tests of a run, which may be a process each. Whoever needs it first starts
//! it. Each user holds a shared lock on a file of the server's folder, which the kernel lets go of
//! however the process ends; a janitor outside of all process groups waits for the exclusive one, then
//! stops the server and removes the folder. So nothing is left behind by a run that was killed.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use cartola_primitives::Secret;
use tokio_postgres::{NoTls, Row};

use super::programs;
use crate::{Options, PostgresStore};

/// How long a server without users lives: tests of one run follow each other closely.
const LINGER_SECONDS: u32 = 3;

/// Starts of a server; between looking for a free port and using it, somebody else may take it.
const STARTS: usize = 5;

/// The database from which those of tests are copied.
pub const TEMPLATE: &str = "cartola_template";

/// Whether a crash of the machine may lose what was committed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It may: that is faster.
    Fast,
    /// It may not.
    Safe,
}

/// How a server is told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It breaks off what is under way and writes down the rest.
    Fast,
    /// At once, as in a crash: what was committed is recovered when it starts.
    Immediate,
}

/// A server that runs.
pub struct Server {
    folder: PathBuf,
    port: u16,
    /// As long as it is there, the server stays.
    _use: File,
}

impl Server {
    /// The one that all tests of a run share.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        static STARTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _starting = STARTING.lock().await;
        if let Some(server) = SHARED.get() {
            return server;
        }
        let name = format!("cartola-postgres-{}", run_id());
        let server = Self::join(&std::env::temp_dir().join(name), Durability::Fast).await;
        SHARED.get_or_init(|| server)
    }

    /// One for a test alone.
    pub async fn alone(durability: Durability) -> Self {
        let folder = tempfile::Builder::new().prefix("cartola-postgres-").tempdir();
        // The janitor removes it.
        Self::join(&folder.expect("a temporary folder").keep(), durability).await
    }

    /// Uses the server of a folder, and starts it where nobody has.
    async fn join(folder: &Path, durability: Durability) -> Self {
        let user = register(folder);
        let starting = File::create(folder.join("starting")).expect("a file of the folder");
        starting.lock().expect("a lock of a file");
        let port_file = folder.join("port");
        if let Ok(port) = fs::read_to_string(&port_file) {
            let port = port.parse().expect("a port");
            return Self { folder: folder.to_owned(), port, _use: user };
        }
        let server =
            Self { folder: folder.to_owned(), port: set_up(folder, durability), _use: user };
        server.make_template().await;
        fs::write(port_file, server.port.to_string()).expect("a file of the folder");
        server
    }

    /// Kills the server as a crash does, and starts it again. Blocks.
    pub fn crash(&self) {
        let pid_file = self.data().join("postmaster.pid");
        let text = fs::read_to_string(&pid_file).expect("the server runs");
        let pid = text.lines().next().expect("its process").to_owned();
        programs::run(Command::new("kill").args(["-KILL", &pid]));
        // Its children end by themselves.
        while programs::anything_runs_in(&self.data()) {
            std::thread::yield_now();
        }
        // Where nobody asks how it ended, its number is still taken, and it would be taken for alive.
        fs::remove_file(&pid_file).expect("a killed server leaves it");
        start(&self.folder, self.port).expect("the server starts again");
    }

    /// Ends the server and starts it again. Blocks.
    pub fn restart(&self, ending: Ending) {
        let mode = match ending {
            Ending::Fast => "fast",
            Ending::Immediate => "immediate",
        };
        programs::run(
            programs::command(&programs::folder().join("pg_ctl"))
                .args(["stop", "-w", "-s", "-m", mode, "-D"])
                .arg(self.data()),
        );
        start(&self.folder, self.port).expect("the server starts again");
    }

    /// Takes TLS from now on, with this certificate.
    pub async fn encrypt(&self, certificate: &Path, key: &Path) {
        for (from, name) in [(certificate, "server.crt"), (key, "server.key")] {
            programs::give(from, &self.data().join(name));
        }
        let load = "SELECT pg_reload_conf()";
        self.execute("postgres", &["ALTER SYSTEM SET ssl = on", load]).await;
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a role on a database.
    pub fn url(&self, role: &str, database: &str) -> Secret<String> {
        Secret::new(format!("postgres://{role}@127.0.0.1:{}/{database}", self.port))
    }

    /// The options of a store in a database, with the owner's URL.
    pub fn options(&self, database: &str) -> Options {
        Options {
            owner: Some(self.url("cartola_owner", database)),
            connections: 8,
            ..Options::of(self.url("cartola_app", database))
        }
    }

    /// Runs statements as the superuser.
    pub async fn execute(&self, database: &str, statements: &[&str]) {
        let url = self.url("postgres", database);
        let (client, connection) =
            tokio_postgres::connect(url.expose(), NoTls).await.expect("the server answers");
        let connected = tokio::spawn(connection);
        for statement in statements {
            client.batch_execute(statement).await.expect("a statement of the superuser");
        }
        drop(client);
        connected.await.expect("a connection").expect("its end");
    }

    /// The number that a statement of the superuser comes to.
    pub async fn count(&self, database: &str, statement: &str) -> i64 {
        self.row(database, statement).await.get(0)
    }

    /// The text that a statement of the superuser comes to.
    pub async fn text(&self, database: &str, statement: &str) -> String {
        self.row(database, statement).await.get(0)
    }

    async fn row(&self, database: &str, statement: &str) -> Row {
        let url = self.url("postgres", database);
        let (client, connection) =
            tokio_postgres::connect(url.expose(), NoTls).await.expect("the server answers");
        let connected = tokio::spawn(connection);
        let row = client.query_one(statement, &[]).await.expect("a statement of the superuser");
        drop(client);
        connected.await.expect("a connection").expect("its end");
        row
    }

    async fn make_template(&self) {
        let create = format!("CREATE DATABASE {TEMPLATE} OWNER cartola_owner");
        let roles = ["CREATE ROLE cartola_owner LOGIN", "CREATE ROLE cartola_app LOGIN"];
        self.execute("postgres", &[roles[0], roles[1], &create]).await;
        let options = self.options(TEMPLATE);
        PostgresStore::migrate(&options).await.expect("an empty database takes the schema");
    }

    /// Where it keeps everything: its tables, its log of changes, and what it says.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

/// Takes a place among the users of a folder.
fn register(folder: &Path) -> File {
    loop {
        fs::create_dir_all(folder).expect("a temporary folder");
        let path = folder.join("users");
        let file = File::options().create(true).append(true).open(&path);
        // The janitor may have removed the folder just now.
        let Ok(file) = file else { continue };
        file.lock_shared().expect("a lock of a file");
        let ours = file.metadata().expect("the file is open").ino();
        if fs::metadata(&path).is_ok_and(|there| there.ino() == ours) {
            return file;
        }
    }
}

/// Makes a cluster, its janitor and its server; gives the port.
fn set_up(folder: &Path, durability: Durability) -> u16 {
    let data = folder.join("data");
    programs::make_folder(&data);
    send_janitor(folder);
    programs::run(
        programs::command(&programs::folder().join("initdb"))
            .args(["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-U", "postgres"])
            .arg("-D")
            .arg(&data),
    );
    configure(&data, durability);
    for _ in 1..STARTS {
        let port = free_port();
        if start(folder, port).is_ok() {
            return port;
        }
    }
    let port = free_port();
    start(folder, port).unwrap_or_else(|log| panic!("PostgreSQL does not start:\n{log}"));
    port
}

fn configure(data: &Path, durability: Durability) {
    // One that is measured has the memory that one in use has.
    let (synced, buffers, log) = match durability {
        Durability::Safe => ("on", "256MB", "4GB"),
        Durability::Fast => ("off", "64MB", "1GB"),
    };
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
         shared_buffers = {buffers}\nmax_wal_size = {log}\nfsync = {synced}\n\
         full_page_writes = {synced}\nlog_min_messages = warning\nrestart_after_crash = off\n"
    );
    let file = data.join("postgresql.auto.conf");
    fs::write(file, settings).expect("a file of the cluster");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Starts the server of a folder; gives its log where it does not start.
fn start(folder: &Path, port: u16) -> Result<(), String> {
    let (data, log) = (folder.join("data"), folder.join("data/server.log"));
    let status = programs::command(&programs::folder().join("pg_ctl"))
        .args(["start", "-w", "-s", "-t", "60", "-o", &format!("-p {port}")])
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(&log)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("pg_ctl can be run");
    let said = || fs::read_to_string(&log).unwrap_or_else(|error| error.to_string());
    if status.success() { Ok(()) } else { Err(said()) }
}

/// Sends who clears up once nobody uses the folder any more, in a session of its own. The folder goes
/// in one step, since somebody may come to it at any moment: in one that is half removed they would
/// find the port of a server that has ended, and no lock on it.
fn send_janitor(folder: &Path) {
    const SCRIPT: &str = r#"
        exec > /dev/null 2>&1
        while :; do
            flock -x "$1/users" true
            sleep "$2"
            exec 9< "$1/users"
            flock -x -n 9 && break
        done
        $3 stop -s -m immediate -D "$1/data"
        mv -- "$1" "$1.gone.$$" && rm -rf -- "$1.gone.$$"
    "#;
    let pg_ctl = programs::words(&programs::folder().join("pg_ctl"));
    // It forks, and so is nobody's child: who started it need not wait for it.
    programs::run(
        Command::new("setsid")
            .arg("--fork")
            .args(["sh", "-c", SCRIPT, "janitor"])
            .arg(folder)
            .args([&LINGER_SECONDS.to_string(), &pg_ctl]),
    );
}

/// What all processes of one run of the tests have in common.
#[allow(clippy::disallowed_methods, reason = "how the runner of the tests names its run")]
fn run_id() -> String {
    std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| std::process::id().to_string())
}
