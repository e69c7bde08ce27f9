//! Programs of others that judge what we write, in environments of their own: made once, and kept
//! until the pins change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A Python environment with these packages.
pub fn python(name: &str, requirements: &str) -> PathBuf {
    environment(name, requirements, |environment| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment));
        let wanted = environment.join("wanted.txt");
        fs::write(&wanted, requirements).unwrap();
        run(Command::new(environment.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(&wanted));
    })
}

/// A folder with the packages of Node that a lock file names.
pub fn node(name: &str, package: &str, lock: &str) -> PathBuf {
    environment(name, lock, |environment| {
        fs::create_dir_all(environment).unwrap();
        fs::write(environment.join("package.json"), package).unwrap();
        fs::write(environment.join("package-lock.json"), lock).unwrap();
        run(Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
            .current_dir(environment));
    })
}

fn environment(name: &str, pins: &str, make: impl Fn(&Path)) -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let environment = scratch.join(name);
    let lock = fs::File::create(scratch.join(format!("{name}.lock"))).unwrap();
    // Test processes run side by side.
    lock.lock().unwrap();
    let pinned = environment.join("pinned");
    if fs::read_to_string(&pinned).is_ok_and(|kept| kept == pins) {
        return environment;
    }
    make(&environment);
    // It says that all is there.
    fs::write(pinned, pins).unwrap();
    environment
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!(
            "{command:?}: {error}; `./x test` installs what is missing (python3, python3-venv, \
             nodejs, npm)"
        )
    });
    assert!(output.status.success(), "{command:?}: {}", text(&output));
}

/// What a program has said.
pub fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
