//! Which schema is served, and who brings it up to date.

use crate::postgres::Cluster;

/// What every process that serves says of the database.
#[track_caller]
fn check_refused(cluster: &Cluster, said: &str) {
    for verb in [&["serve"][..], &["worker"], &["tenants", "list"]] {
        let ended = cluster.installation.run(verb).failed(1);
        let told = ended.stderr.lines().last().unwrap_or_default();
        assert_eq!(told, format!("cartola: {said}"), "{verb:?}");
    }
}

#[test]
fn only_migrate_changes_the_schema() {
    let cluster = Cluster::empty();
    check_refused(
        &cluster,
        "the database cannot be opened: it has no tables of cartola that its role may use; run \
         `cartola migrate`",
    );
    let planned = cluster.installation.run(&["migrate", "--plan"]).done().stdout;
    let needed = cartola_store_postgres::SCHEMA;
    assert_eq!(planned.lines().count(), needed + 1, "{planned}");
    let last = format!("{needed} standing: adds; whoever serves goes on\n");
    assert!(planned.ends_with(&last), "{planned}");
    for _ in 0..2 {
        let ended = cluster.installation.run(&["migrate"]).done();
        assert!(ended.stdout.starts_with("the database has schema "), "{}", ended.stdout);
    }
    let ended = cluster.installation.run(&["migrate", "--plan"]).done();
    assert!(ended.stdout.ends_with("there is nothing to do\n"), "{}", ended.stdout);
    cluster.installation.tenant("acme");
    cluster.installation.run(&["doctor"]).done();
    cluster.execute("UPDATE cartola.schema_version SET version = version - 1");
    check_refused(
        &cluster,
        &format!(
            "the database cannot be opened: it has schema {} and this program needs {needed}; run \
             `cartola migrate`",
            needed - 1
        ),
    );
    cluster.execute(
        "UPDATE cartola.schema_version SET version = version + 2, oldest_supported = version + 2",
    );
    let newer = needed + 1;
    let known = format!("the store has schema {newer}, this program knows up to {needed}");
    let advice = "use the version of cartola that wrote it, or a later one";
    check_refused(&cluster, &format!("the database cannot be opened: {known}; {advice}"));
    let ended = cluster.installation.run(&["migrate"]).failed(1);
    assert!(ended.stderr.contains(&known) && ended.stderr.contains(advice), "{}", ended.stderr);
}

#[test]
fn a_newer_schema_that_supports_us_is_served() {
    let cluster = Cluster::new("");
    cluster.execute("UPDATE cartola.schema_version SET version = version + 1");
    cluster.installation.tenant("acme");
    let gateway = cluster.installation.serve();
    let named = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name LIKE 'cartola serve {}@%'",
        gateway.process.id()
    );
    assert!(cluster.count(&named) > 0, "it says who it is");
    let (code, said) = gateway.process.terminate();
    assert_eq!(code, 0, "{said}");
}
