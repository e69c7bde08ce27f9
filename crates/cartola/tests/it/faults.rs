//! A disk that fails and a disk that is full.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::http::{Answer, Client};
use crate::installation::{Gateway, Installation};
use crate::process::{self, Ended, PROGRAM};
use crate::statement;

/// Uploads after which a fault must have shown itself.
const MAX_UPLOADS: usize = 400;

/// How long a state may take to show itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A statement of many lines, of an account of its own.
fn large(number: usize) -> (String, String) {
    let glosas: Vec<String> = (0..300).map(|line| format!("GLOSA {number} {line}")).collect();
    let lines: Vec<statement::Line<'_>> =
        glosas.iter().map(|glosa| (7, glosa.as_str(), -1)).collect();
    (statement::csv(0, &lines), statement::mapping(&format!("{}", 50_000 + number)))
}

/// Uploads until one is refused; gives how many were taken, and the refusal.
fn upload_until_refused(client: &Client) -> (usize, Answer) {
    for number in 0..MAX_UPLOADS {
        let (csv, mapping) = large(number);
        let answer = client.import(&csv, &mapping, &format!("upload-{number}")).unwrap();
        if answer.status != 201 {
            return (number, answer);
        }
    }
    panic!("the fault did not show itself in {MAX_UPLOADS} uploads");
}

/// Asks until the answer has the status.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn wait_for(client: &Client, path: &str, status: u16) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = client.read(path);
        if answer.status == status {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{path} answers {}: {}", answer.status, answer.text());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn movements(client: &Client) -> usize {
    client.list("/v1/movements?limit=500").len()
}

const LIMITS: &str = "[limits]\nrequests_per_second = 100000\nrequests_at_once = 100000\n";

/// The gateway below a wrapper that started it.
fn child_of(wrapper: u32) -> u32 {
    let children = std::fs::read_to_string(format!("/proc/{wrapper}/task/{wrapper}/children"));
    children.unwrap().split_whitespace().next().expect("the wrapper started it").parse().unwrap()
}

fn kill(process: u32) {
    assert!(Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap().success());
}

#[test]
fn a_disk_that_fails() {
    let installation = Installation::with(LIMITS);
    let keys = installation.tenant("acme");
    let mut command = Command::new("strace");
    command
        .current_dir(installation.path())
        .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"])
        .args(["-e", "inject=fsync,fdatasync:error=EIO:when=40+"])
        .args([PROGRAM, "serve"]);
    let mut gateway = Gateway::start(command).unwrap_or_else(|said| {
        panic!("strace must be installed (apt-get install strace) and allowed to trace: {said}")
    });
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let (taken, refusal) = upload_until_refused(&client);
    assert!(taken > 0, "the first uploads are taken");
    assert_eq!(refusal.status, 503, "{}", refusal.text());
    assert!(refusal.head.to_lowercase().contains("application/problem+json"), "{}", refusal.head);
    assert_eq!(refusal.json()["code"], "outcome_unknown");
    // A read is gathered for the trail, whose writer finds the disk failing too.
    client.read("/v1/accounts");
    assert_eq!(wait_for(&client, "/readyz", 503).json()["code"], "not_ready");
    kill(child_of(gateway.process.id()));
    // Its tracer ends after it, and not before its files are closed and its lock is free.
    gateway.process.wait();
    drop(gateway);

    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    // The one that was refused may have reached the disk all the same: that is in doubt.
    let found = movements(&client);
    assert!(found == taken * 300 || found == (taken + 1) * 300, "{found} of {taken} uploads");
    let (csv, mapping) = large(taken);
    let again = client.import(&csv, &mapping, &format!("upload-{taken}")).unwrap();
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(movements(&client), (taken + 1) * 300);
    installation.run(&["audit", "verify"]).done();
    installation.run(&["doctor"]).done();
}

/// Mounts a small disk on the data folder, seen by the gateway alone, with a file that takes most of
/// it; then becomes the gateway.
const SMALL_DISK: &str = "mount -t tmpfs -o size=24m,mode=0700 tmpfs data \
     && cp -a seed/. data/ && head -c 12m /dev/zero >data/ballast && exec \"$0\" serve";

#[test]
fn a_disk_that_is_full() {
    let installation = Installation::with(LIMITS);
    let keys = installation.tenant("acme");
    std::fs::rename(installation.data(), installation.path().join("seed")).unwrap();
    std::fs::create_dir(installation.data()).unwrap();
    let mut command = Command::new("unshare");
    command.current_dir(installation.path()).args([
        "--user",
        "--map-root-user",
        "--mount",
        "sh",
        "-c",
        SMALL_DISK,
        PROGRAM,
    ]);
    let gateway = Gateway::start(command).unwrap_or_else(|said| {
        panic!("unshare must be allowed to make a user and a mount namespace: {said}")
    });
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let (taken, refusal) = upload_until_refused(&client);
    assert!(taken > 0, "the first uploads are taken");
    assert!([503, 507].contains(&refusal.status), "{}", refusal.text());
    assert_eq!(refusal.json()["code"], "storage_full");
    assert_eq!(movements(&client), taken * 300, "reading goes on");

    let disk = disk_of(gateway.process.id(), &installation.data());
    std::fs::remove_file(disk.join("ballast")).unwrap();
    let (csv, mapping) = large(taken);
    let again = client.import(&csv, &mapping, &format!("upload-{taken}")).unwrap();
    assert_eq!(again.status, 201, "{}", again.text());
    wait_for(&client, "/readyz", 200);
    assert_eq!(movements(&client), (taken + 1) * 300);
    for verb in [&["doctor"][..], &["audit", "verify"]] {
        run_beside(gateway.process.id(), &installation, verb).done();
    }
}

/// Runs a command where the gateway's disk is mounted.
fn run_beside(gateway: u32, installation: &Installation, verb: &[&str]) -> Ended {
    let mut command = Command::new("nsenter");
    command
        .args(["--target", &gateway.to_string(), "--user", "--mount", PROGRAM])
        .args(verb)
        .arg("--config")
        .arg(installation.path().join("cartola.toml"));
    process::ended(command)
}

/// A folder as the process sees it.
fn disk_of(process: u32, folder: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{process}/root{}", folder.display()))
}
