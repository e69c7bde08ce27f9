//! Changing the master key: while a gateway serves, after being killed, and from every source.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use cartola_primitives::Rut;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

use crate::http::Client;
use crate::installation::{Demo, Gateway, Installation, MASTER_KEY};
use crate::postgres::Cluster;
use crate::process::{self, Ended};
use crate::statement;

/// A master key that is no secret either.
const FRESH: &str = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";

/// People who are there before the key changes. Each has a data key.
const PEOPLE: u32 = 40;

/// People who come while it changes, at least.
const MEANWHILE: u32 = 12;

/// How long runs live that are killed: before they begin, in the middle, near the end.
const LIVES: [Duration; 4] = [
    Duration::from_millis(10),
    Duration::from_millis(30),
    Duration::from_millis(50),
    Duration::from_millis(80),
];

/// Callers at once.
const CALLERS: usize = 3;

/// Puts a person with an account and a movement into the store; gives the status.
fn import(client: &Client, number: u32) -> (u16, String) {
    let rut = Rut::from_body(5_000_000 + number).unwrap().dotted();
    let csv = statement::csv(0, &[(1, "ABONO", i64::from(number) + 1)]);
    let mapping = statement::mapping(&format!("{number:010}"));
    let holder = format!("[account]\nholder_rut = \"{rut}\"\nholder_name = \"PERSONA SECRETA\"\n");
    let mapping = mapping.replace("[account]\n", &holder);
    let answer = client.import(&csv, &mapping, &format!("import {number}")).unwrap();
    (answer.status, answer.text())
}

/// The new key first, the old one beside it.
fn configure_both(installation: &Installation) {
    let path = installation.path();
    std::fs::write(path.join("retired.keys"), format!("{MASTER_KEY}\n")).unwrap();
    std::fs::write(path.join("master.key"), FRESH).unwrap();
}

/// What wraps anything, by the command.
fn status(installation: &Installation) -> Vec<Value> {
    installation.run(&["keys", "status", "--json"]).done().json_lines()
}

/// People come and are read, while `change` runs; every request is answered well.
fn under_load(client: &Client, change: impl FnOnce()) -> u32 {
    let (next, stop) = (AtomicU32::new(PEOPLE), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed)
                    || next.load(Ordering::Relaxed) < PEOPLE + MEANWHILE
                {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let (status, said) = import(client, number);
                    assert_eq!(status, 201, "{said}");
                    let account = &client.json("/v1/accounts?limit=1")["data"][0];
                    assert_eq!(account["holder"]["name"], "PERSONA SECRETA", "{account}");
                }
            });
        }
        change();
        stop.store(true, Ordering::Relaxed);
    });
    next.into_inner()
}

/// Serves, changes the key under load with one run that is killed, and opens everything by the new
/// key alone.
fn check_rotation(installation: &Installation, gateway: &Gateway, key: &str) {
    let client = gateway.client(key);
    for number in 0..PEOPLE {
        assert_eq!(import(&client, number).0, 201);
    }
    let before = status(installation);
    assert_eq!(before.len(), 1, "{before:?}");
    let people = under_load(&client, || {
        configure_both(installation);
        for life in LIVES {
            let mut killed = process::command(installation.path(), &["keys", "rotate", "--json"]);
            let mut killed = killed.stdout(Stdio::null()).spawn().unwrap();
            std::thread::sleep(life);
            killed.kill().unwrap();
            killed.wait().unwrap();
        }
        let both = [(); 2].map(|()| {
            let command = process::command(installation.path(), &["keys", "rotate", "--json"]);
            std::thread::spawn(move || process::ended(command))
        });
        for ended in both {
            ended.join().unwrap().done();
        }
    });
    let after = status(installation);
    assert_eq!(after.len(), 1, "{after:?}");
    assert_ne!(after[0]["master_key"], before[0]["master_key"]);
    assert!(after[0]["active"] == true && after[0]["configured"] == true, "{after:?}");
    assert!(after[0]["data_keys"].as_u64().unwrap() > u64::from(people), "{after:?}");
    std::fs::write(installation.path().join("retired.keys"), "").unwrap();
    installation.run(&["audit", "verify"]).done();
    let audited = client.list("/v1/audit?limit=200");
    assert!(audited.iter().any(|entry| entry.to_string().contains("master_key.rotated")));
}

/// Every account opens in a process that has the new key alone.
fn check_opens(gateway: &Gateway, key: &str) {
    let accounts = gateway.client(key).list("/v1/accounts?limit=50");
    assert!(accounts.len() >= (PEOPLE + MEANWHILE) as usize);
    assert!(accounts.iter().all(|account| account["holder"]["name"] == "PERSONA SECRETA"));
}

const RETIRED: &str = "retired_master_keys_file = \"retired.keys\"\n";

fn of_tenant(installation: &Installation) -> String {
    std::fs::write(installation.path().join("retired.keys"), "").unwrap();
    installation.tenant("acme")["api_key"].as_str().unwrap().to_owned()
}

#[test]
fn the_master_key_changes_while_a_gateway_serves() {
    let installation = Installation::with(RETIRED);
    let key = of_tenant(&installation);
    let gateway = installation.serve();
    check_rotation(&installation, &gateway, &key);
    gateway.process.terminate();
    let gateway = installation.serve();
    check_opens(&gateway, &key);
    let said = gateway.process.terminate().1;
    check_kept_secret(installation.path(), &said, &["master.key", "retired.keys"]);
}

#[test]
fn the_master_key_changes_while_processes_share_a_database() {
    let cluster = Cluster::new("");
    let path = cluster.installation.path().join("cartola.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{RETIRED}{text}")).unwrap();
    let key = of_tenant(&cluster.installation);
    let (one, other) = (cluster.installation.serve(), cluster.installation.serve());
    check_rotation(&cluster.installation, &one, &key);
    check_opens(&other, &key);
    let old = "SELECT count(DISTINCT wrapped_master) FROM cartola.data_key";
    assert_eq!(cluster.count(old), 1);
    drop((one, other));
    check_opens(&cluster.installation.serve(), &key);
}

/// What somebody signs in with at a bank that is never asked.
const BANK_PASSWORD: &str = "Xk7!clave-secreta";

/// The bank.
const BANK: &str = "[institution.demo-bank]\nbase_url = \"http://127.0.0.1:9\"\n";

/// Begins a link with a password, which is sealed.
fn begin_link(client: &Client) {
    let credentials = serde_json::json!({"password": BANK_PASSWORD});
    let rut = Rut::from_body(5_000_007).unwrap().dotted();
    let body =
        serde_json::json!({"institution": "demo-bank", "rut": rut, "credentials": credentials});
    let headers = [("Content-Type", "application/json")];
    let begun = client.send("POST", "/v1/links", &headers, body.to_string().as_bytes()).unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text());
}

/// Fails where keys or what they seal lie in a file that is none of theirs, or were logged.
fn check_kept_secret(folder: &Path, said: &str, of_keys: &[&str]) {
    let rut = Rut::from_body(5_000_007).unwrap();
    let mut planted = vec![rut.dotted(), rut.compact(), "PERSONA SECRETA".to_owned()];
    planted.extend([MASTER_KEY, FRESH, BANK_PASSWORD].map(str::to_owned));
    let mut planted: Vec<Vec<u8>> = planted.into_iter().map(String::into_bytes).collect();
    for key in [MASTER_KEY, FRESH] {
        let bytes = BASE64.decode(key.as_bytes()).unwrap();
        planted.push(HEXLOWER.encode(&bytes).into_bytes());
        planted.push(bytes);
    }
    let mut looked = 0;
    let mut look = |name: &str, content: &[u8]| {
        looked += 1;
        for secret in &planted {
            let found = content.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{name} holds a secret");
        }
    };
    look("the log", said.as_bytes());
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !of_keys.contains(&name.as_str()) {
                look(&name, &std::fs::read(&path).unwrap());
            }
        }
    }
    assert!(looked > 3, "nothing was looked into");
}

#[test]
fn a_folder_that_keeps_its_own_key_gets_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let data = folder.path().join("demo");
    let key = || std::fs::read_to_string(data.join("keys/master.key")).unwrap();
    let before = key();
    let run = |verb: &[&str]| {
        let named = ["--data", data.to_str().unwrap(), "--json"];
        process::run(folder.path(), &[&["keys"], verb, &named].concat())
    };
    let rotated = run(&["rotate"]).done().json();
    assert!(rotated["rewrapped"].as_u64().unwrap() > 0 && rotated["from"].is_string());
    assert_ne!(key(), before);
    assert!(!data.join("keys/retired.keys").exists());
    let status = run(&["status"]).done().json();
    assert_eq!(status["master_key"], rotated["master_key"]);
    assert!(!demo.client().json("/v1/accounts")["data"].as_array().unwrap().is_empty());
    drop(demo);
    let again = run(&["rotate"]).done().json();
    assert_eq!(again["from"], rotated["master_key"]);
    let demo = Demo::start(folder.path());
    assert!(!demo.client().json("/v1/accounts")["data"].as_array().unwrap().is_empty());
}

/// An installation whose keys come as these lines and variables say.
fn listed(lines: &str, variables: &[(&str, &str)]) -> (Installation, Ended) {
    let installation = Installation::new();
    installation.tenant("acme");
    let path = installation.path().join("cartola.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("master_key_file = \"master.key\"", lines);
    std::fs::write(&path, text).unwrap();
    let mut command = process::command(installation.path(), &["tenants", "list"]);
    command.envs(variables.iter().copied());
    let ended = process::ended(command);
    (installation, ended)
}

#[test]
fn keys_come_from_a_program_or_the_environment() {
    let print = |what: &str| format!("master_key_command = [\"sh\", \"-c\", \"{what}\"]");
    listed(&print(&format!("echo {MASTER_KEY}")), &[]).1.done();
    listed(&print(&format!("echo {FRESH}; echo {MASTER_KEY}")), &[]).1.done();
    listed("", &[("CARTOLA_MASTER_KEY", MASTER_KEY)]).1.done();
    let retired = [("CARTOLA_MASTER_KEY", FRESH), ("CARTOLA_RETIRED_MASTER_KEYS", MASTER_KEY)];
    listed("", &retired).1.done();
    let mut told = String::new();
    for (lines, variables) in [
        (print("echo hunter2"), &[][..]),
        (print("echo hunter2 >&2; exit 3"), &[]),
        (print("exit 0"), &[]),
        ("master_key_command = [\"/nowhere/hunter2\"]".to_owned(), &[]),
        ("master_key_command = []".to_owned(), &[]),
        (String::new(), &[]),
        (String::new(), &[("CARTOLA_MASTER_KEY", "hunter2")]),
        ("master_key_file = \"master.key\"".to_owned(), &[("CARTOLA_MASTER_KEY", FRESH)]),
    ] {
        let said = listed(&lines, variables).1.failed(2).stderr;
        assert!(!said.contains("hunter2"), "{said}");
        write!(told, "{said}").unwrap();
    }
    expect_test::expect![[r#"
        cartola: the master keys cannot be read: what master_key_command prints, line 1, is no key: the key is not 32 bytes in padded base64 (44 characters); `openssl rand -base64 32` makes one
        cartola: the master keys cannot be read: master_key_command failed (exit status: 3); run it by hand to see why
        cartola: the master keys cannot be read: master_key_command prints no key; it is to print one a line
        cartola: the master keys cannot be read: the program of master_key_command cannot be started: No such file or directory (os error 2)
        cartola: the master keys cannot be read: master_key_command is empty; name a program and its arguments
        cartola: the configuration cartola.toml is wrong: set master_key_file to a file that holds the master key (`openssl rand -base64 32` makes one), or master_key to the key itself, or master_key_command to a program that prints it, or CARTOLA_MASTER_KEY in the environment
        cartola: the master keys cannot be read: CARTOLA_MASTER_KEY in the environment is wrong: the key is not 32 bytes in padded base64 (44 characters); `openssl rand -base64 32` makes one
        cartola: the configuration cartola.toml is wrong: set master_key_file or CARTOLA_MASTER_KEY in the environment, not both
    "#]].assert_eq(&told);
}

/// Whether a process runs; one that has ended and that nobody has asked after does not.
fn runs(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| {
        !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z')
    })
}

/// A program that never ends, prints without end, prints what is no text, or is killed, is told by what
/// it did; and what it started ends with it.
#[test]
fn a_program_of_keys_is_bounded() {
    const ENDLESS: &str =
        "master_key_command = [\"sh\", \"-c\", \"sleep 600 & echo $! > started; wait\"]";
    let (installation, ended) = listed(ENDLESS, &[]);
    let mut told = ended.failed(2).stderr;
    let started = std::fs::read_to_string(installation.path().join("started")).unwrap();
    assert!(!runs(started.trim()), "what the program started goes on");
    let key = format!("echo {MASTER_KEY}");
    for does in ["yes hunter2", "printf '\\\\377\\\\376'", "kill -9 $$", &format!("{key}; exit 1")]
    {
        let line = format!("master_key_command = [\"sh\", \"-c\", \"{does}\"]");
        let said = listed(&line, &[]).1.failed(2).stderr;
        assert!(!said.contains("hunter2") && !said.contains(MASTER_KEY), "{said}");
        told.push_str(&said);
    }
    expect_test::expect![[r#"
        cartola: the master keys cannot be read: master_key_command did not end within 10 seconds
        cartola: the master keys cannot be read: master_key_command prints more than 4096 bytes; it is to print keys alone
        cartola: the master keys cannot be read: master_key_command prints what is no text
        cartola: the master keys cannot be read: master_key_command failed (signal: 9 (SIGKILL)); run it by hand to see why
        cartola: the master keys cannot be read: master_key_command failed (exit status: 1); run it by hand to see why
    "#]].assert_eq(&told);
}

#[test]
fn a_process_that_holds_keys_leaves_no_core() {
    let installation = Installation::with(BANK);
    let gateway = installation.serve();
    let limits = format!("/proc/{}/limits", gateway.process.id());
    let limits = std::fs::read_to_string(limits).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    // Of a process that may be dumped, its owner owns what /proc tells of it; of others, root does.
    let owner = std::os::unix::fs::MetadataExt::uid(
        &std::fs::metadata(format!("/proc/{}/environ", gateway.process.id())).unwrap(),
    );
    assert_eq!(owner, 0);
    let key = of_tenant(&installation);
    let client = gateway.client(&key);
    assert_eq!(import(&client, 7).0, 201);
    begin_link(&client);
    let crash = ["-ABRT".to_owned(), gateway.process.id().to_string()];
    assert!(std::process::Command::new("kill").args(crash).status().unwrap().success());
    let mut process = gateway.process;
    process.wait();
    check_kept_secret(installation.path(), "", &["master.key"]);
}
