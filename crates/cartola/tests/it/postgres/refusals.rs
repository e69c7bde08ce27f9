//! What cannot be, and what is said of it: never a part of a URL.

use expect_test::{Expect, expect};

use crate::installation::Installation;
use crate::postgres::{Cluster, PASSWORD};

/// Runs a command on a configuration of the store, and insists on what is said.
#[track_caller]
fn check(verb: &[&str], store: &str, code: i32, said: Expect) {
    let installation = Installation::of(store);
    let ended = installation.run(verb).failed(code);
    assert!(!ended.stderr.contains(PASSWORD), "{}", ended.stderr);
    // The file of the master key of these tests is open to others, which is told first.
    said.assert_eq(&format!("{}\n", ended.stderr.lines().last().unwrap_or_default()));
}

#[test]
fn a_store_is_in_one_place() {
    let database = "[store]\npostgres_file = \"url\"\n";
    check(
        &["serve"],
        &format!("data = \"data\"\n{database}"),
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: set `data`, or a PostgreSQL database in [store], not both: nothing is kept in a folder beside the database
        "#]],
    );
    check(
        &["serve"],
        &format!("{database}postgres = \"postgres://{PASSWORD}@host/database\"\n"),
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: set postgres or postgres_file, not both
        "#]],
    );
    check(
        &["serve"],
        &format!("{database}readers = 2\n"),
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: `readers` goes with the data folder, and the store is in PostgreSQL
        "#]],
    );
    check(
        &["serve"],
        "data = \"data\"\n[store]\nconnections = 2\n",
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: `connections` goes with PostgreSQL; set postgres_file to a file with its URL
        "#]],
    );
    check(
        &["serve"],
        "data = \"data\"\n[jobs]\nserve = false\n",
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: [jobs] serve = false goes with PostgreSQL, where `cartola worker` does the background work; on a data folder only its gateway does it
        "#]],
    );
}

#[test]
fn a_url_is_never_shown() {
    let url = format!("postgres://cartola:{PASSWORD}@127.0.0.1:1/cartola");
    check(
        &["serve"],
        &format!("[store]\npostgres_file = \"{url}\"\n"),
        2,
        expect![[r#"
            cartola: postgres_file names no file; was the URL itself pasted?
        "#]],
    );
    check(
        &["serve"],
        &format!("[store]\npostgres = {url}\n"),
        2,
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `postgres` is wrong: expected a text in quotes
        "#]],
    );
    check(
        &["serve"],
        &format!("[store]\npostgres = \"postgres://cartola:{PASSWORD}@host:port/database\"\n"),
        2,
        expect![[r#"
            cartola: the database cannot be opened: the URL of the database cannot be read: it is `postgres://user:password@host:port/database`, with special characters of the password percent-encoded
        "#]],
    );
    check(
        &["migrate"],
        &format!("[store]\npostgres = \"{url}\"\n"),
        2,
        expect![[r#"
            cartola: set postgres_owner_file in [store] to a file with the URL of the role that owns the tables
        "#]],
    );
    check(
        &["tenants", "list"],
        &format!("[store]\npostgres = \"{url}\"\n"),
        1,
        expect![[r#"
            cartola: the database cannot be opened: connecting to the database: error connecting to server: Connection refused (os error 111); the store is busy or does not answer; try again
        "#]],
    );
}

#[test]
fn a_database_that_is_not_there() {
    let cluster = Cluster::new("");
    let port = cluster.database.server.port();
    check(
        &["tenants", "list"],
        &format!(
            "[store]\npostgres = \"postgres://cartola_app:{PASSWORD}@127.0.0.1:{port}/none\"\n"
        ),
        1,
        expect![[r#"
            cartola: the database cannot be opened: connecting to the database: PostgreSQL answers 3D000 (database "none" does not exist); look after the database's URL in the configuration
        "#]],
    );
}

#[test]
fn the_role_that_serves_is_held_by_the_second_wall() {
    let cluster = Cluster::new("");
    let folder = cluster.installation.path();
    std::fs::copy(folder.join("owner.url"), folder.join("url")).unwrap();
    let ended = cluster.installation.run(&["serve"]).failed(1);
    assert!(ended.stderr.contains("must neither own the tables"), "{}", ended.stderr);
}

#[test]
fn what_goes_with_a_folder_says_what_to_do_instead() {
    let cluster = Cluster::new("");
    let ended = cluster.installation.run(&["backup", "copy"]).failed(1);
    assert!(ended.stderr.contains("use pg_dump"), "{}", ended.stderr);
    let embedded = Installation::new();
    let ended = embedded.run(&["worker"]).failed(2);
    assert!(ended.stderr.contains("`cartola serve` does"), "{}", ended.stderr);
    assert!(!embedded.data().exists(), "nothing was made");
    let ended = embedded.run(&["migrate"]).done();
    assert!(ended.stdout.ends_with("there is nothing to do\n"), "{}", ended.stdout);
}
