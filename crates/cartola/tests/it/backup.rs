//! `cartola backup`, `restore` and `doctor`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::installation::{Demo, MASTER_KEY};
use crate::process;

#[test]
fn a_backup_made_while_serving_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| process::run(folder.path(), arguments);
    let demo = Demo::start(folder.path());
    let exported = run(&["export", "transactions", "--format", "csv", "--data", "demo"]).done();
    let made = run(&["backup", "copy", "--data", "demo", "--json"]).done().json();
    assert_eq!(made["imports"], 1);
    demo.process.kill();

    run(&["restore", "copy", "--data", "again"]).done();
    let locked = run(&["doctor", "--data", "again"]).failed(1);
    assert!(locked.stderr.contains("its master key is not at"), "{}", locked.stderr);
    let keys = fs::metadata(folder.path().join("again/keys")).unwrap();
    assert_eq!(keys.permissions().mode() & 0o777, 0o700, "made for the key, closed to others");
    fs::write(folder.path().join("again/keys/master.key"), MASTER_KEY).unwrap();
    let wrong = run(&["doctor", "--data", "again"]).failed(1);
    assert!(wrong.stderr.contains("not the one that again was made with"), "{}", wrong.stderr);
    let key = folder.path().join("demo/keys/master.key");
    fs::copy(key, folder.path().join("again/keys/master.key")).unwrap();
    run(&["doctor", "--data", "again"]).done();
    let restored = run(&["export", "transactions", "--format", "csv", "--data", "again"]).done();
    assert_eq!(restored.stdout, exported.stdout);
}

#[test]
fn neither_takes_the_place_of_anything() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| process::run(folder.path(), arguments);
    Demo::start(folder.path()).process.kill();
    let there = run(&["backup", "demo", "--data", "demo"]).failed(1);
    assert_eq!(there.stderr, "cartola: demo exists; name a folder that is not there yet\n");
    run(&["backup", "copy", "--data", "demo"]).done();
    let used = run(&["restore", "copy", "--data", "demo"]).failed(1);
    assert!(used.stderr.contains("demo is not empty"), "{}", used.stderr);
    run(&["restore", "nothing", "--data", "new"]).failed(1);
    fs::write(folder.path().join("copy/cartola.db"), "changed").unwrap();
    let damaged = run(&["restore", "copy", "--data", "new"]).failed(1).stderr;
    assert!(damaged.ends_with("the backup is damaged; take another one\n"), "{damaged}");
    let other = run(&["restore", "demo", "--data", "new"]).failed(1).stderr;
    assert_eq!(other, "cartola: demo is no backup: it has no manifest\n");
    assert!(!folder.path().join("new").exists(), "nothing is left behind");
}

#[test]
fn the_doctor_sees_who_may_read() {
    let folder = tempfile::tempdir().unwrap();
    Demo::start(folder.path()).process.kill();
    let run = |arguments: &[&str]| process::run(folder.path(), arguments);
    run(&["doctor", "--data", "demo"]).done();
    let database = folder.path().join("demo/cartola.db");
    fs::set_permissions(&database, fs::Permissions::from_mode(0o644)).unwrap();
    let told = run(&["doctor", "--data", "demo", "--json"]).failed(1).json();
    let problems = told["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].as_str().unwrap().ends_with("demo/cartola.db; chmod go= it"));
    fs::set_permissions(&database, fs::Permissions::from_mode(0o600)).unwrap();
    let key = folder.path().join("demo/keys/master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let told = run(&["doctor", "--data", "demo"]).failed(1).stdout;
    assert!(told.contains("demo/keys/master.key; chmod go= it"), "{told}");
}

/// Somebody alters what is sealed, which otherwise shows when it is opened.
#[test]
fn the_doctor_opens_what_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let run = |more: &[&str]| {
        process::run(folder.path(), &[&["doctor", "--data", "demo"], more].concat())
    };
    // Beside a gateway that serves.
    let whole = run(&["--seals", "--json"]).done().json();
    demo.process.kill();
    let seals = &whole["seals"];
    assert!(
        seals["values"].as_u64().unwrap() > 3 && seals["keys"].as_u64().unwrap() > 3,
        "{whole}"
    );
    assert_eq!(seals["unopened"], 0, "{whole}");
    let tenant = fs::read_dir(folder.path().join("demo/raw")).unwrap().next().unwrap().unwrap();
    let file = fs::read_dir(tenant.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&file, bytes).unwrap();
    run(&[]).done();
    let told = run(&["--seals"]).failed(1).stdout;
    let id = file.file_name().unwrap().to_str().unwrap();
    let named = told.lines().find(|line| line.starts_with("archive.object_sealed of "));
    assert!(named.is_some_and(|line| line.contains(id) && line.contains("altered")), "{told}");
    assert!(told.contains("1 do not") && told.contains("NOT SOUND"), "{told}");
}
