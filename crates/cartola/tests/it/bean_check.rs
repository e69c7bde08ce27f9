//! Beancount itself, which judges the ledgers that are exported.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The pinned version and what it needs.
const REQUIREMENTS: &str = include_str!("../oracle/requirements.txt");

/// Insists that Beancount accepts a ledger: its syntax, that every transaction balances, and every
/// assertion of a balance.
#[track_caller]
pub fn accepts(ledger: &str) {
    if let Err(said) = judge(ledger) {
        panic!("Beancount refuses the ledger: {said}");
    }
}

/// Hands a ledger to Beancount; the error is what it says.
pub fn judge(ledger: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.beancount");
    fs::write(&path, ledger).unwrap();
    let program = environment().join("bin/bean-check");
    let output = Command::new(program).arg("--no-cache").arg(path).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(text(&output)) }
}

/// The Python environment with Beancount. It is made once, and kept until the pins change.
fn environment() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let environment = scratch.join("beancount");
    let lock = fs::File::create(scratch.join("beancount.lock")).unwrap();
    // Test processes run side by side.
    lock.lock().unwrap();
    let pinned = environment.join("requirements.txt");
    if fs::read_to_string(&pinned).is_ok_and(|kept| kept == REQUIREMENTS) {
        return environment;
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
    let wanted = environment.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS).unwrap();
    run(Command::new(environment.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted));
    // Its name says that all is there.
    fs::rename(wanted, pinned).unwrap();
    environment
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("python3 must be installed (apt-get install python3 python3-venv): {error}")
    });
    assert!(output.status.success(), "{command:?}: {}", text(&output));
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
