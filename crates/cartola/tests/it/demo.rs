//! `cartola demo`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::installation::Demo;
use crate::process;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn one_line_says_all_and_the_sample_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let announced = demo.announced.as_object().unwrap();
    let names = [
        "gateway",
        "sandbox",
        "tenant",
        "api_key",
        "client_id",
        "client_secret",
        "webhook_secret",
        "persons",
        "merchant",
    ];
    assert_eq!(
        announced.keys().cloned().collect::<std::collections::BTreeSet<_>>(),
        names.map(str::to_owned).into()
    );
    let sandbox = crate::http::Client::new(announced["sandbox"].as_str().unwrap(), "");
    assert_eq!(sandbox.json("/_sandbox/persons"), announced["persons"]);
    let account = announced["merchant"]["account"].as_str().unwrap();
    let account = sandbox.json(&format!("/_sandbox/accounts/{account}"));
    assert_eq!(account["institution"], announced["merchant"]["institution"]);
    assert!(announced["gateway"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    let client = demo.client();
    let accounts = client.list("/v1/accounts");
    assert_eq!(accounts.len(), 1);
    assert_eq!(client.list("/v1/movements?limit=50").len(), 63);
    let (code, said) = demo.process.terminate();
    assert_eq!(code, 0, "{said}");
}

#[test]
fn only_its_owner_reads_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _demo = Demo::start(folder.path());
    let data = folder.path().join("demo");
    for name in ["", "keys", "raw"] {
        assert_eq!(mode(&data.join(name)), 0o700, "{name}");
    }
    for name in ["keys/master.key", "demo-keys.json", "env.sh", "cartola.db", "gateway.lock"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
}

#[test]
fn the_environment_has_address_and_keys() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let script = ". demo/env.sh && printf '%s %s' \"$CARTOLA_URL\" \"$CARTOLA_API_KEY\"";
    let shell = std::process::Command::new("sh")
        .current_dir(folder.path())
        .args(["-c", script])
        .output()
        .unwrap();
    let text = |name: &str| demo.announced[name].as_str().unwrap();
    let said = String::from_utf8(shell.stdout).unwrap();
    assert_eq!(said, format!("{} {}", text("gateway"), text("api_key")));
}

#[test]
fn the_same_folder_has_the_same_keys_and_data_whatever_killed_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = Demo::start(folder.path());
    let (mut keys, client) = (first.announced.clone(), first.client());
    let movements = client.list("/v1/movements?limit=200");
    first.process.kill();
    let second = Demo::start(folder.path());
    let mut again = second.announced.clone();
    assert_eq!(second.client().list("/v1/movements?limit=200"), movements);
    for announced in [&mut keys, &mut again] {
        let names = announced.as_object_mut().unwrap();
        names.retain(|name, _| !["gateway", "sandbox"].contains(&name.as_str()));
    }
    assert_eq!(again, keys);
}

#[test]
fn lost_keys_are_replaced_and_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = Demo::start(folder.path());
    let old = first.client();
    first.process.kill();
    fs::remove_file(folder.path().join("demo/demo-keys.json")).unwrap();
    let second = Demo::start(folder.path());
    let new = second.client();
    assert_eq!(new.list("/v1/accounts").len(), 1);
    let refused = crate::http::Client { address: new.address.clone(), key: old.key };
    assert_eq!(refused.read("/v1/accounts").status, 401);
}

#[test]
fn a_second_demo_on_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _first = Demo::start(folder.path());
    let said = Demo::try_start(folder.path()).err().unwrap();
    assert!(said.contains("a gateway runs on") && said.ends_with("another folder\n"), "{said}");
}

#[test]
fn a_store_without_its_master_key_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    Demo::start(folder.path()).process.kill();
    let key = folder.path().join("demo/keys/master.key");
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let said = Demo::try_start(folder.path()).err().unwrap();
    assert!(said.contains("its master key is not at"), "{said}");
    assert!(!key.exists(), "no other key was made");
    fs::write(&key, kept).unwrap();
    Demo::start(folder.path());
}

#[test]
fn people_are_told_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--port", "0", "--sandbox-port", "0", "--data", "d"];
    let (_process, line) =
        process::Background::start(process::command(folder.path(), &arguments)).unwrap();
    assert!(line.starts_with("Cartola is ready at http://127.0.0.1:"), "{line}");
}
