//! Beancount itself, which judges the ledgers that are exported.

use std::fs;
use std::process::Command;

use crate::oracle;

/// The pinned version and what it needs.
const REQUIREMENTS: &str = include_str!("../oracle/beancount.txt");

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
    let program = oracle::python("beancount", REQUIREMENTS).join("bin/bean-check");
    let output = Command::new(program).arg("--no-cache").arg(path).output().unwrap();
    if output.status.success() { Ok(()) } else { Err(oracle::text(&output)) }
}
