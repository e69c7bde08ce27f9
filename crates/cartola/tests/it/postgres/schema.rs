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
    for _ in 0..2 {
        let ended = cluster.installation.run(&["migrate"]).done();
        assert!(ended.stdout.starts_with("the database has schema "), "{}", ended.stdout);
    }
    cluster.installation.tenant("acme");
    cluster.installation.run(&["doctor"]).done();
    cluster.execute("UPDATE cartola.schema_version SET version = version - 1");
    let needed = cartola_store_postgres::SCHEMA;
    check_refused(
        &cluster,
        &format!(
            "the database cannot be opened: it has schema {} and this program needs {needed}; run \
             `cartola migrate`",
            needed - 1
        ),
    );
    cluster.execute("UPDATE cartola.schema_version SET version = version + 2");
    let newer = needed + 1;
    let known = format!("the store has schema {newer}, this program knows up to {needed}");
    let advice = "use the version of cartola that wrote it, or a later one";
    check_refused(&cluster, &format!("the database cannot be opened: {known}; {advice}"));
    let ended = cluster.installation.run(&["migrate"]).failed(1);
    assert!(ended.stderr.contains(&known) && ended.stderr.contains(advice), "{}", ended.stderr);
}
