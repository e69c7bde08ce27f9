//! Pages in a real browser: Debian's Chromium, driven by Playwright, judged by axe. The scripts are in
//! `tests/browser`; pictures of every state are left in `target/tmp`, in a folder of the script's name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::Scene;

/// What is driven and what judges, with the versions and hashes of all of it.
const MANIFEST: &str = include_str!("../../browser/package.json");
const LOCK: &str = include_str!("../../browser/package-lock.json");

/// The scripts, which find their packages beside them.
const SCRIPTS: [(&str, &str); 3] = [
    ("checkout.mjs", include_str!("../../browser/checkout.mjs")),
    ("mi-pass.mjs", include_str!("../../browser/mi-pass.mjs")),
    ("stage.mjs", include_str!("../../browser/stage.mjs")),
];

/// Names of Chromium, Debian's first.
const BROWSERS: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

#[test]
fn everybody_can_pay_in_a_browser() {
    let scene = Scene::new();
    drive("checkout", &scene.demo.announced);
}

/// Runs a script against a demo.
#[track_caller]
pub fn drive(name: &str, announced: &Value) {
    let browser = BROWSERS.into_iter().find(|path| Path::new(path).exists());
    let browser = browser.expect("chromium must be installed (apt-get install chromium)");
    let text = |name: &str| announced[name].as_str().unwrap();
    let told = json!({
        "gateway": text("gateway"), "sandbox": text("sandbox"), "key": text("api_key"),
        "chromium": browser,
        "screenshots": Path::new(env!("CARGO_TARGET_TMPDIR")).join(name),
    });
    let script = environment().join(format!("{name}.mjs"));
    run(Command::new("node").arg(script).arg(told.to_string()));
}

/// A folder with the packages and the scripts. The packages are fetched once, and kept until the pins
/// change.
fn environment() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let environment = scratch.join("browser");
    fs::create_dir_all(&environment).unwrap();
    let lock = fs::File::create(scratch.join("browser.lock")).unwrap();
    // Test processes run side by side.
    lock.lock().unwrap();
    for (name, text) in SCRIPTS {
        fs::write(environment.join(name), text).unwrap();
    }
    let pinned = environment.join("pinned.json");
    if fs::read_to_string(&pinned).is_ok_and(|kept| kept == LOCK) {
        return environment;
    }
    fs::write(environment.join("package.json"), MANIFEST).unwrap();
    fs::write(environment.join("package-lock.json"), LOCK).unwrap();
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    run(Command::new("npm").args(quiet).current_dir(&environment));
    // Its name says that all is there.
    fs::write(pinned, LOCK).unwrap();
    environment
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("node and npm must be installed (apt-get install nodejs npm): {error}")
    });
    assert!(output.status.success(), "{}", text(&output));
}

fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
