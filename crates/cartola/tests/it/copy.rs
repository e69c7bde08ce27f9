//! `cartola copy`: a whole store to PostgreSQL, and back.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cartola_store::copying::{Dump, TABLES, compare};
use cartola_store_sqlite::Options;
use cartola_store_sqlite::copying::FolderDump;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::Client;
use crate::installation::{Demo, Installation, MASTER_KEY};
use crate::khipu::{Khipu, login, request};
use crate::postgres::Cluster;
use crate::process::{self, Background, Ended};

const BANK: &str = "personal/demo-bank.khipu.com";
const LOGIN: (&str, &str) = ("11.111.111-1", "wxyz1234!@#$");

/// How long a state may take to show itself.
const PATIENCE: Duration = Duration::from_secs(30);

const PAGES: [&str; 6] = [
    "/v1/accounts",
    "/v1/movements?limit=500",
    "/v1/balances",
    "/v1/consents",
    "/v1/imports",
    "/v1/links",
];

/// What a demo has come to, stopped, with what its gateway answered before.
struct Lived {
    folder: TempDir,
    key: String,
    answers: Vec<Value>,
    /// A cursor of the change feed, and what follows it.
    cursor: String,
    rest: Value,
}

impl Lived {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let khipu = Khipu::announced(&demo.announced);
        // Links, secrets, readings, jobs, tasks and records of sign-ins.
        let link = khipu.link(BANK, LOGIN);
        for credential in [link, login(LOGIN)] {
            khipu.data(&format!("{BANK}/accounts"), &request(&credential, &json!({})));
        }
        let client = demo.client();
        let answers = PAGES.map(|path| client.json(path)).to_vec();
        let first = client.json("/v1/movements/sync?limit=3");
        let cursor = first["next_cursor"].as_str().unwrap().to_owned();
        let rest = after(&client, &cursor);
        let (code, said) = demo.process.terminate();
        assert_eq!(code, 0, "{said}");
        Self {
            folder,
            key: demo.announced["api_key"].as_str().unwrap().to_owned(),
            answers,
            cursor,
            rest,
        }
    }

    fn data(&self) -> String {
        self.folder.path().join("demo").to_str().unwrap().to_owned()
    }

    /// Gives an installation the master key.
    fn share_key(&self, installation: &Installation) {
        let key = self.folder.path().join("demo/keys/master.key");
        fs::copy(key, installation.path().join("master.key")).unwrap();
    }

    /// Copies it to where the configuration of a cluster says.
    fn copy_to(&self, cluster: &Cluster) -> Ended {
        process::ended(self.copying(cluster))
    }

    fn copying(&self, cluster: &Cluster) -> Command {
        let to = cluster.installation.path().join("cartola.toml");
        let to = to.to_str().unwrap();
        process::command(self.folder.path(), &["copy", to, "--data", &self.data(), "--json"])
    }
}

fn after(client: &Client, cursor: &str) -> Value {
    client.json(&format!("/v1/movements/sync?limit=500&cursor={cursor}"))
}

/// The rows of two folders that are not the same.
fn differences(one: &Path, other: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let open = |folder| FolderDump::open(folder, &Options::default()).unwrap();
        let (one, other) = (open(one), open(other));
        let mut found = Vec::new();
        for table in TABLES {
            compare::table(table, &one, &other, &mut found, &mut |_| {}).await.unwrap();
            let empty = one.count(table).await.unwrap() == 0;
            assert!(!empty || MAY_BE_EMPTY.contains(&table.name), "{} is empty", table.name);
        }
        found.iter().map(ToString::to_string).collect()
    })
}

/// What neither a statement nor a reading comes to; the store's own tests have rows there.
const MAY_BE_EMPTY: [&str; 21] = [
    "institution_quota",
    "retention",
    "feed_forgotten",
    "alias",
    "record",
    "task",
    "payment",
    "checkout",
    "payout",
    "instruction",
    "enrolment",
    "authorized",
    "known_payee",
    "matter",
    "audit_anchor",
    "answer",
    "message",
    "message_attempt",
    "destination_disabled",
    "sighting",
    "balance",
];

#[test]
fn a_store_goes_to_postgresql_and_back() {
    let lived = Lived::new();
    let cluster = Cluster::empty();
    lived.share_key(&cluster.installation);
    let told = lived.copy_to(&cluster).done().json();
    let tables = told["tables"].as_object().unwrap();
    assert_eq!(tables["tenant"], 1);
    assert_eq!(tables.values().map(|rows| rows.as_u64().unwrap()).sum::<u64>(), told["rows"]);
    let back = Installation::new();
    lived.share_key(&back);
    let to = back.path().join("cartola.toml");
    let told = cluster.installation.run(&["copy", to.to_str().unwrap()]).done().stdout;
    assert!(told.contains("is the same as the database, row by row"), "{told}");
    assert_eq!(differences(Path::new(&lived.data()), &back.data()), Vec::<String>::new());

    for installation in [&cluster.installation, &back] {
        let gateway = installation.serve();
        let client = gateway.client(&lived.key);
        let answers = PAGES.map(|path| client.json(path)).to_vec();
        assert_eq!(answers, lived.answers);
        assert_eq!(after(&client, &lived.cursor), lived.rest, "the cursor goes on");
        let (code, said) = gateway.process.terminate();
        assert_eq!(code, 0, "{said}");
        installation.run(&["doctor", "--seals"]).done();
        installation.run(&["audit", "verify"]).done();
    }
}

/// Has PostgreSQL do something whenever the copy adds to a table.
fn on_insert(cluster: &Cluster, table: &str, each: &str, body: &str) {
    cluster.execute(&format!(
        "CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN {body}; RETURN NEW; END $$; \
         CREATE TRIGGER meddle BEFORE INSERT ON cartola.{table} FOR EACH {each} \
         EXECUTE FUNCTION public.meddle()"
    ));
}

fn let_be(cluster: &Cluster) {
    cluster.execute("DROP FUNCTION public.meddle() CASCADE");
}

#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn wait_until(cluster: &Cluster, statement: &str) {
    let begun = Instant::now();
    while cluster.count(statement) == 0 {
        assert!(begun.elapsed() < PATIENCE, "{statement}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_copy_that_was_killed_is_refused_and_begun_again() {
    let lived = Lived::new();
    let cluster = Cluster::new("");
    lived.share_key(&cluster.installation);
    on_insert(&cluster, "audit", "STATEMENT", "PERFORM pg_sleep(300)");
    let mut child = lived.copying(&cluster).stdout(Stdio::null()).spawn().unwrap();
    wait_until(&cluster, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    child.kill().unwrap();
    child.wait().unwrap();
    cluster.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cartola_owner' \
         AND datname = current_database()",
    );
    let_be(&cluster);
    for verb in [&["serve"][..], &["worker"], &["tenants", "list"]] {
        let said = cluster.installation.run(verb).failed(1).stderr;
        let expected = "a copy into it was not brought to its end; run `cartola copy` again, which \
                        begins anew\n";
        assert!(said.ends_with(expected), "{said}");
    }
    lived.copy_to(&cluster).done();
    cluster.installation.run(&["doctor", "--seals"]).done();
}

#[test]
fn a_row_that_changed_on_its_way_is_found() {
    let lived = Lived::new();
    let cluster = Cluster::new("");
    lived.share_key(&cluster.installation);
    on_insert(&cluster, "account", "ROW", "NEW.mask := '****0000'");
    let said = lived.copy_to(&cluster).failed(1).stderr;
    assert!(said.contains("account (tenant ") && said.contains(") has another mask"), "{said}");
    let said = cluster.installation.run(&["serve"]).failed(1).stderr;
    assert!(said.contains("was not brought to its end"), "{said}");
    let_be(&cluster);
    lived.copy_to(&cluster).done();
}

#[test]
fn a_wrong_key_is_refused_before_anything() {
    let lived = Lived::new();
    let cluster = Cluster::empty();
    let said = lived.copy_to(&cluster).failed(1).stderr;
    assert!(said.contains("the master key of the copy is not the one that"), "{said}");
    let tables = "SELECT count(*) FROM pg_namespace WHERE nspname = 'cartola'";
    assert_eq!(cluster.count(tables), 0, "nothing was made");
    lived.share_key(&cluster.installation);
    fs::write(lived.folder.path().join("demo/keys/master.key"), MASTER_KEY).unwrap();
    let said = lived.copy_to(&cluster).failed(1).stderr;
    assert!(said.contains("not the one that the data folder"), "{said}");
    assert_eq!(cluster.count(tables), 0, "nothing was made");
}

#[test]
fn what_holds_something_takes_no_copy() {
    let lived = Lived::new();
    let cluster = Cluster::new("");
    lived.share_key(&cluster.installation);
    cluster.installation.tenant("acme");
    let said = lived.copy_to(&cluster).failed(1).stderr;
    assert_eq!(
        said.lines().last().unwrap(),
        "cartola: the database is not empty; a copy goes into a folder or a database that holds \
         nothing yet"
    );
    let full = Installation::new();
    full.tenant("acme");
    let empty = Cluster::new("");
    empty.installation.tenant("acme");
    let to = full.path().join("cartola.toml");
    let said = empty.installation.run(&["copy", to.to_str().unwrap()]).failed(1).stderr;
    assert!(said.contains("data is not empty; a copy goes into"), "{said}");
}

#[test]
fn what_is_in_use_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let cluster = Cluster::new("");
    let to = cluster.installation.path().join("cartola.toml");
    let copy = ["copy", to.to_str().unwrap(), "--data", "demo"];
    let said = process::run(folder.path(), &copy).failed(1).stderr;
    assert!(said.contains("a gateway runs on demo already"), "{said}");
    let (code, said) = demo.process.terminate();
    assert_eq!(code, 0, "{said}");

    cluster.installation.tenant("acme");
    let worker: Background = cluster.work();
    let back = Installation::new();
    let to = back.path().join("cartola.toml");
    let said = cluster.installation.run(&["copy", to.to_str().unwrap()]).failed(1).stderr;
    let named = format!("in use by cartola worker {}@", worker.id());
    assert!(said.contains(&named) && said.contains("stop what uses it"), "{said}");
    assert!(!back.data().exists(), "nothing was made");
    let (code, said) = worker.terminate();
    assert_eq!(code, 0, "{said}");
    cluster.installation.run(&["copy", to.to_str().unwrap()]).done();
    assert!(back.run(&["tenants", "list"]).done().stdout.contains("acme"));
}

#[test]
fn stores_of_one_kind_have_other_means() {
    let (one, other) = (Installation::new(), Installation::new());
    let to = other.path().join("cartola.toml");
    one.run(&["tenants", "add", "acme"]).done();
    let said = one.run(&["copy", to.to_str().unwrap()]).failed(2).stderr;
    assert!(said.ends_with("use `cartola backup` and `cartola restore`\n"), "{said}");
    let cluster = Cluster::new("");
    let to = cluster.installation.path().join("cartola.toml");
    let said = cluster.installation.run(&["copy", to.to_str().unwrap()]).failed(2).stderr;
    assert!(said.ends_with("use pg_dump and pg_restore (docs/postgresql.md)\n"), "{said}");
}
