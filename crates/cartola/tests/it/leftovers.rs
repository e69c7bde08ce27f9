//! Sealed files that nothing names, and sealed files that are named and not there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::installation::{Demo, Installation};
use crate::process;

const HOUR: Duration = Duration::from_hours(1);

/// The one sealed file of a demo.
fn sealed(data: &Path) -> PathBuf {
    let tenant = fs::read_dir(data.join("raw")).unwrap().next().unwrap().unwrap().path();
    fs::read_dir(tenant).unwrap().next().unwrap().unwrap().path()
}

/// A file beside another one, last written so long ago.
#[allow(clippy::disallowed_methods, reason = "the age of a file is told by the system's clock")]
fn beside(path: &Path, name: &str, age: Duration) -> PathBuf {
    let copy = path.with_file_name(name);
    fs::copy(path, &copy).unwrap();
    let file = File::options().append(true).open(&copy).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
    copy
}

#[test]
fn a_gateway_removes_the_old_ones_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    Demo::start(folder.path()).process.kill();
    let named = sealed(&data);
    let old = [
        beside(&named, &"a".repeat(32), HOUR * 2),
        beside(&named, &format!("{}.7-0.new", "b".repeat(32)), HOUR * 2),
    ];
    let young = beside(&named, &"c".repeat(32), HOUR / 2);
    // The one that is named is as old.
    fs::rename(beside(&named, "same", HOUR * 2), &named).unwrap();
    let doctor =
        || process::run(folder.path(), &["doctor", "--data", "demo", "--json"]).done().json();
    let found = doctor();
    assert_eq!((&found["orphans"], &found["unfinished"]), (&2.into(), &1.into()));

    Demo::start(folder.path()).process.kill();
    assert!(named.exists() && young.exists());
    assert!(old.iter().all(|path| !path.exists()));
    let found = doctor();
    assert_eq!((&found["orphans"], &found["unfinished"]), (&1.into(), &0.into()));
    let told = process::run(folder.path(), &["doctor", "--data", "demo"]).done().stdout;
    assert!(told.starts_with("1 sealed files that no import names, 0 unfinished: "), "{told}");
}

#[test]
fn serve_removes_them_too() {
    let installation = Installation::new();
    let tenant = installation.tenant("acme");
    let digits = tenant["tenant"].as_str().unwrap().split_once('_').unwrap().1.to_owned();
    let folder = installation.data().join("raw").join(digits);
    fs::create_dir_all(&folder).unwrap();
    let seed = installation.path().join("master.key");
    let orphan = folder.join("a".repeat(32));
    fs::rename(beside(&seed, "orphan", HOUR * 2), &orphan).unwrap();
    installation.serve().process.kill();
    assert!(!orphan.exists());
}

#[test]
fn one_that_is_not_there_is_told_by_doctor_and_backup() {
    let folder = tempfile::tempdir().unwrap();
    Demo::start(folder.path()).process.kill();
    let run = |arguments: &[&str]| process::run(folder.path(), arguments);
    let silent = run(&["backup", "whole", "--data", "demo"]).done();
    assert_eq!(silent.stderr, "");
    fs::remove_file(sealed(&folder.path().join("demo"))).unwrap();
    let told = run(&["doctor", "--data", "demo", "--json"]).failed(1).json();
    assert_eq!(told["absent"], 1);
    let problem = told["problems"][0].as_str().unwrap();
    assert!(problem.starts_with("1 sealed files that imports name are not there"), "{problem}");
    let warned = run(&["backup", "copy", "--data", "demo", "--json"]).done();
    assert_eq!(warned.json()["objects_absent"], 1);
    assert!(
        warned.stderr.starts_with("warning: 1 sealed files that imports name"),
        "{}",
        warned.stderr
    );
}
