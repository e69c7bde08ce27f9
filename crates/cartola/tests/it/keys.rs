//! Changing the master key: while a gateway serves, after being killed, and from every source.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use cartola_primitives::Rut;
use cartola_store::Rotation;
use cartola_store_sqlite::{Options, SqliteStore};
use data_encoding::{BASE64, HEXLOWER};
use rustix::process::{Pid, Signal, kill_process};
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

/// Rotations that are stopped again and again until one is in the middle, at most: from one key to the
/// other and back. Mostly the first is met there.
const ATTEMPTS: usize = 20;

/// So many of them go on while they are looked at.
const ATTEMPTS_AT_SPEED: usize = 14;

/// How long one of the others goes on between two looks.
const STEP: Duration = Duration::from_millis(1);

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

/// A new key first, the one before beside it.
fn configure_both(installation: &Installation, new: &str, old: &str) {
    let path = installation.path();
    std::fs::write(path.join("retired.keys"), format!("{old}\n")).unwrap();
    std::fs::write(path.join("master.key"), new).unwrap();
}

/// Kills a rotation between its two steps: the new key is the active one, and the old one wraps still. It
/// is looked for as the rotation goes on, which mostly finds it within a few; and where it was too fast for
/// that, the rotation is stopped for every look, so that nothing has to be timed.
fn kill_in_the_middle(installation: &Installation, masters: impl Fn() -> usize) {
    for attempt in 0..ATTEMPTS {
        let keys = [FRESH, MASTER_KEY];
        let (new, old) = (keys[attempt % 2], keys[(attempt + 1) % 2]);
        configure_both(installation, new, old);
        let mut command = process::command(installation.path(), &["keys", "rotate", "--json"]);
        let mut rotation = command.stdout(Stdio::null()).spawn().unwrap();
        let id = Pid::from_child(&rotation);
        let tell = |signal| kill_process(id, signal).unwrap();
        let step_by_step = attempt >= ATTEMPTS_AT_SPEED;
        let mut in_the_middle = false;
        // One that has just ended is a zombie, which can be told so.
        while !in_the_middle && rotation.try_wait().unwrap().is_none() {
            if step_by_step {
                std::thread::sleep(STEP);
            } else if masters() != 2 {
                continue;
            }
            tell(Signal::STOP);
            in_the_middle = masters() == 2;
            tell(if in_the_middle { Signal::KILL } else { Signal::CONT });
        }
        let ended = rotation.wait().unwrap();
        if in_the_middle && !ended.success() {
            assert_eq!(status(installation).len(), 2, "it was killed with work left");
            configure_both(installation, FRESH, MASTER_KEY);
            return;
        }
        assert!(in_the_middle || ended.success(), "{ended}");
    }
    panic!("no rotation was met in the middle");
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
/// key alone. `masters` counts the master keys that wrap anything, and `look` looks for what was planted while
/// all of that goes on.
fn check_rotation(
    installation: &Installation,
    gateway: &Gateway,
    key: &str,
    masters: impl Fn() -> usize,
    look: impl Fn(&str),
) {
    let client = gateway.client(key);
    for number in 0..PEOPLE {
        assert_eq!(import(&client, number).0, 201);
    }
    begin_link(&client);
    let before = status(installation);
    assert_eq!(before.len(), 1, "{before:?}");
    let people = under_load(&client, || {
        kill_in_the_middle(installation, masters);
        look("while a killed rotation is half done");
        let both = [(); 2].map(|()| {
            let command = process::command(installation.path(), &["keys", "rotate", "--json"]);
            std::thread::spawn(move || process::ended(command))
        });
        for ended in both {
            ended.join().unwrap().done();
        }
        look("once it is done");
    });
    let after = status(installation);
    assert_eq!(after.len(), 1, "{after:?}");
    assert_ne!(after[0]["master_key"], before[0]["master_key"]);
    assert!(after[0]["active"] == true && after[0]["configured"] == true, "{after:?}");
    assert!(after[0]["data_keys"].as_u64().unwrap() > u64::from(people), "{after:?}");
    std::fs::write(installation.path().join("retired.keys"), "").unwrap();
    installation.run(&["audit", "verify"]).done();
    installation.run(&["doctor", "--seals"]).done();
    let export = ["audit", "export", "--kind", "all", "--format", "csv", "--output", "trail.csv"];
    installation.run(&export).done();
    let audited = std::fs::read_to_string(installation.path().join("trail.csv")).unwrap();
    assert!(audited.contains("master_key.rotated"));
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

/// How many master keys wrap anything in a database.
const MASTERS: &str = "SELECT count(*) FROM (SELECT wrapped_master FROM cartola.data_key \
    UNION SELECT wrapped_master FROM cartola.installation_secret \
    UNION SELECT wrapped_master FROM cartola.signing_key) masters";

/// A key may ask as often as it takes to meet a rotation in the middle.
const LIMITS: &str = "[limits]\nrequests_per_second = 100000\nrequests_at_once = 100000\n";

/// The files of keys of an installation.
const OF_KEYS: [&str; 2] = ["master.key", "retired.keys"];

#[test]
fn the_master_key_changes_while_a_gateway_serves() {
    let installation = Installation::with(&format!("{RETIRED}{LIMITS}{BANK}"));
    let key = of_tenant(&installation);
    let gateway = installation.serve();
    let folders = [installation.path()];
    let store = SqliteStore::open(&installation.data(), Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let masters = || runtime.block_on(store.wraps()).unwrap().len();
    check_rotation(&installation, &gateway, &key, masters, |when| {
        let looked = look_for_secrets(&folders, when, "", &OF_KEYS);
        // What was written last stands there alone.
        assert!(looked.iter().any(|name| name == "cartola.db-wal"), "{looked:?}");
    });
    drop(store);
    let said = gateway.process.kill();
    let looked = look_for_secrets(&folders, "after it was killed", &said, &OF_KEYS);
    assert!(looked.iter().any(|name| name == "cartola.db-wal"), "{looked:?}");
    let gateway = installation.serve();
    check_opens(&gateway, &key);
    let said = gateway.process.terminate().1;
    look_for_secrets(&folders, "after it was stopped", &said, &OF_KEYS);
}

#[test]
fn the_master_key_changes_while_processes_share_a_database() {
    let cluster = Cluster::new(&format!("{LIMITS}{BANK}"));
    let path = cluster.installation.path().join("cartola.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{RETIRED}{text}")).unwrap();
    let key = of_tenant(&cluster.installation);
    let (one, other) = (cluster.installation.serve(), cluster.installation.serve());
    let data = cluster.data();
    let folders = [cluster.installation.path(), data.as_path()];
    let masters = || usize::try_from(cluster.count(MASTERS)).unwrap();
    check_rotation(&cluster.installation, &one, &key, masters, |when| {
        // Of a database, tables are written at a checkpoint, and the log of changes before.
        assert!(look_for_secrets(&folders, when, "", &OF_KEYS).len() > 100);
    });
    check_opens(&other, &key);
    let old = "SELECT count(DISTINCT wrapped_master) FROM cartola.data_key";
    assert_eq!(cluster.count(old), 1);
    let said = one.process.kill() + &other.process.kill();
    look_for_secrets(&folders, "before a checkpoint", &said, &OF_KEYS);
    cluster.execute("CHECKPOINT");
    look_for_secrets(&folders, "after a checkpoint", "", &OF_KEYS);
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

/// Fails where keys or what they seal lie in a file that is none of theirs, or were logged. Gives the
/// names of the files that were looked into.
fn look_for_secrets(folders: &[&Path], when: &str, said: &str, of_keys: &[&str]) -> Vec<String> {
    let rut = Rut::from_body(5_000_007).unwrap();
    let mut planted = vec![rut.dotted(), rut.compact(), "PERSONA SECRETA".to_owned()];
    planted.extend([MASTER_KEY, FRESH, BANK_PASSWORD].map(str::to_owned));
    let mut planted: Vec<Vec<u8>> = planted.into_iter().map(String::into_bytes).collect();
    for key in [MASTER_KEY, FRESH] {
        let bytes = BASE64.decode(key.as_bytes()).unwrap();
        planted.push(HEXLOWER.encode(&bytes).into_bytes());
        planted.push(bytes);
    }
    let look = |name: &str, content: &[u8]| {
        for secret in &planted {
            assert!(!holds(content, secret), "{name} holds a secret {when}");
        }
    };
    look("the log", said.as_bytes());
    let mut looked = Vec::new();
    let mut folders: Vec<_> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(next) = folders.pop() {
        // What is in use comes and goes.
        let Ok(entries) = std::fs::read_dir(next) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file()
                && !of_keys.contains(&name.as_str())
                && let Ok(content) = std::fs::read(&path)
            {
                look(&name, &content);
                looked.push(name);
            }
        }
    }
    assert!(looked.len() > 3, "nothing was looked into: {looked:?}");
    looked
}

/// By the first byte, which most places do not have: files are large, and this is not optimised.
fn holds(content: &[u8], secret: &[u8]) -> bool {
    let (first, rest) = secret.split_first().expect("a secret is not empty");
    let mut left = content;
    while let Some(place) = left.iter().position(|byte| byte == first) {
        left = &left[place + 1..];
        if left.starts_with(rest) {
            return true;
        }
    }
    false
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

#[test]
fn without_a_new_key_nothing_is_changed_and_that_is_said() {
    let installation = Installation::new();
    installation.tenant("acme");
    let rotate = || installation.run(&["keys", "rotate"]).done().stdout;
    let said = rotate();
    assert!(said.contains("is the active master key already: nothing was changed\n"), "{said}");
    assert!(!said.contains("old key") && !said.contains("wrapped again"), "{said}");
    configure_both(&installation, FRESH, MASTER_KEY);
    let path = installation.path().join("cartola.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("retired_master_keys_file = \"retired.keys\"\n{text}")).unwrap();
    let said = rotate();
    assert!(
        said.contains("the active master key was") && said.contains("the old key can"),
        "{said}"
    );
    // Once more: the old key is there still, and wraps nothing.
    let said = rotate();
    assert!(said.contains("nothing was changed\n") && said.contains("the old key can"), "{said}");
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
    const LOOKS: u32 = 1_000;
    const ENDLESS: &str =
        "master_key_command = [\"sh\", \"-c\", \"sleep 600 & echo $! > started; wait\"]";
    let (installation, ended) = listed(ENDLESS, &[]);
    let mut told = ended.failed(2).stderr;
    let started = std::fs::read_to_string(installation.path().join("started")).unwrap();
    // It was killed by then, and is gone when the machine has come to it.
    let is_gone = (0..LOOKS).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        !runs(started.trim())
    });
    assert!(is_gone, "what the program started goes on");
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

/// Whom what `/proc` tells of a process belongs to: its own user, or root where it is not to be dumped.
fn owner_of_memory(process: u32) -> u32 {
    std::fs::metadata(format!("/proc/{process}/environ")).unwrap().uid()
}

/// Who runs it is not root here: of root's processes nobody could tell.
const NOBODY: u32 = 65_534;

/// A command that serves an installation as another user than root, also where root runs this; `beside` is
/// a folder for the program, which may lie where only root comes.
fn unprivileged(installation: &Installation, beside: &Path) -> Command {
    let folder = installation.path();
    if !rustix::process::geteuid().is_root() {
        return process::command(folder, &["serve"]);
    }
    let program = beside.join("cartola");
    if std::fs::hard_link(process::PROGRAM, &program).is_err() {
        std::fs::copy(process::PROGRAM, &program).unwrap();
    }
    let owner = format!("{NOBODY}:{NOBODY}");
    let data = installation.data();
    let keys = folder.join("master.key");
    for path in [folder, data.as_path(), keys.as_path(), beside] {
        let given = Command::new("chown").arg("-R").arg(&owner).arg(path).status();
        assert!(given.unwrap().success());
    }
    let mut command = Command::new(&program);
    command.current_dir(folder).arg("serve").stdin(Stdio::null()).uid(NOBODY).gid(NOBODY);
    command
}

#[test]
fn a_process_that_holds_keys_leaves_no_core() {
    let installation = Installation::with(BANK);
    let key = of_tenant(&installation);
    let beside = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(unprivileged(&installation, beside.path())).unwrap();
    let limits = format!("/proc/{}/limits", gateway.process.id());
    let limits = std::fs::read_to_string(limits).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let numbers: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(numbers, ["0", "0"], "{core}");
    // Any other process of that user is to be dumped, and belongs to them.
    let mut other = Command::new("sleep");
    if rustix::process::geteuid().is_root() {
        other.uid(NOBODY).gid(NOBODY);
    }
    let mut other = other.arg("600").spawn().unwrap();
    while std::fs::read_to_string(format!("/proc/{}/comm", other.id())).unwrap() != "sleep\n" {
        std::thread::yield_now();
    }
    let of_other = owner_of_memory(other.id());
    other.kill().unwrap();
    other.wait().unwrap();
    assert_ne!(of_other, 0, "of others it can be told");
    assert_eq!(owner_of_memory(gateway.process.id()), 0);
    let client = gateway.client(&key);
    assert_eq!(import(&client, 7).0, 201);
    begin_link(&client);
    let crash = ["-ABRT".to_owned(), gateway.process.id().to_string()];
    assert!(Command::new("kill").args(crash).status().unwrap().success());
    let mut process = gateway.process;
    let said = process.wait();
    let looked = look_for_secrets(&[installation.path()], "after a crash", &said, &["master.key"]);
    assert!(!looked.iter().any(|name| name.starts_with("core")), "{looked:?}");
}
