//! Which files are opened and which are refused.

use std::fs;
use std::path::Path;

use cartola_primitives::SignedDuration;
use cartola_store::accounts::BalanceRow;
use cartola_store::contract::fixtures::NOW;
use cartola_store::imports::ImportRow;
use cartola_store::{Accounts, Command, Committer, StoreError, StoreErrorKind};
use cartola_store_sqlite::{APPLICATION_ID, SCHEMA, SqliteStore};
use rusqlite::Connection;

use crate::support::{Kept, assert_sound, connect, options, statement};

fn refused(folder: &Path) -> StoreError {
    match SqliteStore::open(folder, options()) {
        Ok(_) => panic!("the file was opened"),
        Err(error) => error,
    }
}

fn folder_with(make: impl FnOnce(&Connection)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    make(&connect(folder.path()));
    folder
}

#[test]
fn a_new_store_is_marked_as_ours() {
    let kept = Kept::new();
    let connection = kept.connection();
    let pragma = |name: &str| -> i64 {
        connection.pragma_query_value(None, name, |row| row.get(0)).expect("a number")
    };
    assert_eq!(pragma("application_id"), i64::from(APPLICATION_ID));
    assert_eq!(usize::try_from(pragma("user_version")), Ok(SCHEMA));
    assert_eq!(pragma("page_size"), 8_192);
    assert_sound(&kept.store);
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let folder = folder_with(|connection| {
        connection.pragma_update(None, "application_id", APPLICATION_ID).expect("a pragma");
        connection.pragma_update(None, "user_version", i64::MAX >> 40).expect("a pragma");
        connection.execute_batch("CREATE TABLE later (id)").expect("a table");
    });
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    let error = refused(folder.path());
    assert_eq!(error.kind, StoreErrorKind::TooNew);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_as_it_is() {
    let folder = folder_with(|connection| {
        connection.execute_batch("CREATE TABLE theirs (id)").expect("a table");
    });
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    assert_eq!(refused(folder.path()).kind, StoreErrorKind::Corrupt);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("cartola.db"), "Estimado cliente,".repeat(500)).expect("a file");
    assert_eq!(refused(folder.path()).kind, StoreErrorKind::Corrupt);
}

/// Takes a store back to the schema of its first release.
fn as_first_release(folder: &Path) {
    const LATER: &[&str] = &[
        "job",
        "job_turn",
        "message",
        "message_attempt",
        "destination_disabled",
        "link_secret",
        "reading",
        "sign_ins",
        "institution_quota",
        "link_account",
        "signing_key",
        "sighting",
        "record",
        "task",
        "payment",
        "checkout",
        "payout",
        "instruction",
        "enrolment",
        "authorized",
        "known_payee",
        "audit_anchor",
        "matter",
        "erasure",
        "retention",
        "feed_forgotten",
        "place",
        "movement_day",
        "unlisted",
    ];
    /// A row for each import that read the balance.
    const BALANCE: &str = "CREATE TABLE first_balance (tenant BLOB NOT NULL, \
        account BLOB NOT NULL, kind INTEGER NOT NULL, as_of INTEGER NOT NULL, \
        import BLOB NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, \
        consent BLOB NOT NULL, PRIMARY KEY (tenant, account, kind, as_of, import)) \
        WITHOUT ROWID, STRICT; \
        INSERT INTO first_balance SELECT b.tenant, b.account, b.kind, b.as_of, i.id, \
        b.amount + i.received_at - b.received_at, b.currency, b.consent \
        FROM balance b JOIN import i ON i.tenant = b.tenant; \
        DROP TABLE balance; ALTER TABLE first_balance RENAME TO balance;";
    /// A row for each entry, and an index instead of a tree of days.
    const RUNS: &str = "CREATE TABLE first_feed (tenant BLOB NOT NULL, position INTEGER NOT NULL, \
        change INTEGER NOT NULL, movement BLOB NOT NULL, PRIMARY KEY (tenant, position)) \
        WITHOUT ROWID, STRICT; \
        INSERT INTO first_feed SELECT tenant, position, change, movement FROM feed_entry; \
        DROP VIEW feed_entry; DROP TABLE feed; ALTER TABLE first_feed RENAME TO feed; \
        CREATE INDEX movement_by_day ON movement (tenant, booked_on, id);";
    let connection = connect(folder);
    connection.execute_batch(BALANCE).expect("the table is there");
    connection.execute_batch(RUNS).expect("the tables are there");
    for table in LATER {
        connection.execute_batch(&format!("DROP TABLE {table}")).expect("the table is there");
    }
    connection
        .execute_batch(
            "DROP INDEX consent_of_link; DROP INDEX consent_by_term; DROP INDEX session_by_end; \
             DROP INDEX consent_of_person; DROP INDEX link_of_person; DROP INDEX account_of_person; \
             DROP INDEX account_of_link; DROP INDEX import_by_archive; \
             ALTER TABLE person DROP COLUMN version; \
             ALTER TABLE consent DROP COLUMN recipient; ALTER TABLE consent DROP COLUMN data",
        )
        .expect("they are there");
    connection.pragma_update(None, "user_version", 1).expect("a pragma");
}

#[tokio::test]
async fn a_store_of_the_first_release_is_brought_up_to_date_with_all_it_holds() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let lines = 3;
    let unit = statement(&scene, lines);
    let found = unit.commands.iter().find_map(|command| match command {
        Command::AddImport(row) => Some(row.clone()),
        _ => None,
    });
    let import = found.expect("a statement has its import");
    // Received a microsecond earlier, and read another amount: see `as_first_release`.
    let earlier = ImportRow {
        id: scene.make.id(),
        received_at: import.received_at - SignedDuration::from_micros(1),
        ..import.clone()
    };
    let balance = scene.make.balance(scene.account.id, scene.consent.id);
    let balance = BalanceRow { import: import.id, ..balance };
    let unit =
        unit.with(Command::AddImport(earlier)).with(Command::AddBalances(vec![balance.clone()]));
    kept.store.commit(unit).await.expect("a commit");
    let (tenant, account) = (scene.make.tenant, scene.account.id);
    drop(scene);
    let Kept { store, folder } = kept;
    drop(store);
    as_first_release(folder.path());
    let store = SqliteStore::open(folder.path(), options()).expect("an older store");
    assert_sound(&store);
    assert_eq!(store.balances(tenant, account, NOW).await.expect("a read"), [balance]);
    let balances = connect(folder.path())
        .query_row("SELECT count(*) FROM balance", [], |row| row.get::<_, i64>(0))
        .expect("a number");
    assert_eq!(balances, 1, "of one day and consent the last one is kept");
    let report = store.check().expect("a check");
    assert_eq!(report.movements, lines as u64);
    let version = connect(folder.path())
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get::<_, i64>(0))
        .expect("a number");
    assert_eq!(usize::try_from(version), Ok(SCHEMA));
}

#[test]
fn a_secret_is_read_without_touching_the_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = || cartola_store_sqlite::stored_secret(folder.path(), "lookup_key");
    assert_eq!(secret().expect("a look"), None);
    assert!(!folder.path().join("cartola.db").exists());
    drop(SqliteStore::open(folder.path(), options()).expect("a new store"));
    as_first_release(folder.path());
    connect(folder.path())
        .execute(
            "INSERT INTO installation_secret VALUES ('lookup_key', x'0102030405060708', x'09')",
            [],
        )
        .expect("a secret");
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    let found = secret().expect("a look").expect("it is there");
    assert_eq!(found.bytes, [9]);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}

/// What is left of a process that was killed in its first transaction, before the file had a log.
fn half_made(folder: &Path) {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let database = Connection::open(elsewhere.path().join("cartola.db")).expect("a database");
    database
        .execute_batch(
            "PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (made); \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 999) \
             INSERT INTO half SELECT randomblob(999) FROM n;",
        )
        .expect("a transaction that is larger than its cache");
    for name in ["cartola.db", "cartola.db-journal"] {
        let copied = fs::copy(elsewhere.path().join(name), folder.join(name)).expect("a file");
        assert!(copied > 0, "{name} is empty");
    }
}

#[test]
fn what_a_killed_process_left_half_made_is_undone_by_a_look() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    half_made(folder.path());
    let secret = cartola_store_sqlite::stored_secret(folder.path(), "lookup_key");
    assert_eq!(secret.expect("a look"), None);
    SqliteStore::open(folder.path(), options()).expect("a new store");
}
