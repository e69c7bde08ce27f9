//! `cartola links` and `cartola sync`, against the sandbox.

use cartola_primitives::{Date, SignedDuration};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::chile::{self, Chile};
use crate::installation::{Demo, Installation};
use crate::process::{self, Ended};

/// A gateway's installation that asks three banks of a sandbox.
struct Scene {
    installation: Installation,
    chile: Chile,
    keys: Value,
    from: String,
    to: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chile = Chile::start(folder.path());
        let ask =
            |id: &str| format!("[institution.{id}]\nbase_url = \"{}/banks/{id}\"\n", chile.url);
        let banks = ["banco-chile", "banco-estado", "demo-bank"];
        let banks = banks.map(|id| ask(id) + &ask(&format!("{id}-empresas"))).concat();
        let installation = Installation::with(&banks);
        let keys = installation.tenant("acme");
        let today: Date =
            chile.client.json("/_sandbox/clock")["today"].as_str().unwrap().parse().unwrap();
        // Days on which all is booked, so that the box shows the same at each look.
        let ago = |days: i64| (today - SignedDuration::from_hours(24 * days)).to_string();
        Self { installation, chile, keys, from: ago(100), to: ago(10) }
    }

    #[track_caller]
    fn add(&self, scenario: &str, institution: &str) -> String {
        let who = (scenario, institution);
        let begun = chile::add_link(self.installation.path(), &self.chile, who, &[]).done().json();
        assert_eq!(begun["institution"], institution);
        begun["link"].as_str().unwrap().to_owned()
    }

    fn sync(&self, links: &[&str]) -> Ended {
        let days = ["--from", &self.from, "--to", &self.to, "--json"];
        self.installation.run(&[&["sync"][..], links, &days].concat())
    }
}

/// Numbers of a report that say how much was new.
fn figures(report: &Value) -> (u64, u64, u64) {
    let figure = |name: &str| report[name].as_u64().unwrap();
    (figure("read"), figure("new"), figure("duplicates"))
}

#[test]
fn what_the_gateway_serves_is_what_the_banks_have_and_comes_once() {
    let scene = Scene::new();
    scene.add("ok", "banco-chile");
    scene.add("ok", "banco-estado");
    scene.add("demo", "demo-bank");
    let first = scene.sync(&[]).done().json_lines();
    assert_eq!(first.len(), 3);
    let gateway = scene.installation.serve();
    let client = gateway.client(scene.keys["api_key"].as_str().unwrap());
    let accounts = client.list("/v1/accounts");
    assert!(accounts.len() >= 3, "{accounts:?}");
    let mut compared = 0;
    for account in &accounts {
        let (id, number) = (account["id"].as_str().unwrap(), account["number"].as_str().unwrap());
        let served = client.list(&format!("/v1/movements?limit=200&account_id={id}"));
        let shown = scene.chile.movements(number, &scene.from, &scene.to);
        assert_eq!(chile::served(&served), shown, "{number}");
        compared += served.len() as u64;
    }
    let new: u64 = first.iter().map(|report| figures(report).1).sum();
    assert!(compared > 100 && new == compared, "{new} new, {compared} compared");
    for (before, again) in first.iter().zip(scene.sync(&[]).done().json_lines()) {
        let (read, ..) = figures(before);
        assert_eq!(figures(&again), (read, 0, read));
    }
    assert_eq!(client.list("/v1/movements?limit=200").len() as u64, compared);
}

/// Before its password is asked for.
#[test]
fn a_company_is_told_where_it_signs_in() {
    let scene = Scene::new();
    let add = ["links", "add", "banco-chile", "--rut", "76.192.083-9"];
    let refused = scene.installation.run(&[&add[..], &["--password-file", "none"]].concat());
    let said = refused.failed(2).stderr;
    assert!(said.contains("its companies sign in at banco-chile-empresas"), "{said}");
}

/// What a company portal tells is the bank's, so that a statement file of the same account finds it.
#[test]
fn a_company_signs_in_at_its_portal_and_has_accounts_at_the_bank() {
    let scene = Scene::new();
    let portal = scene.chile.places("company")[0].clone();
    let bank = portal.strip_suffix("-empresas").unwrap();
    let link = scene.add("company", &portal);
    let read = scene.sync(&[&link]).done().json();
    assert!(figures(&read).1 > 0, "{read}");
    let gateway = scene.installation.serve();
    let client = gateway.client(scene.keys["api_key"].as_str().unwrap());
    let accounts = client.list("/v1/accounts");
    assert!(!accounts.is_empty());
    for account in accounts {
        assert_eq!(account["institution"], bank);
    }
}

#[test]
fn a_wrong_password_is_tried_once() {
    let scene = Scene::new();
    scene.add("wrong-password", "banco-chile");
    let fine = scene.add("ok", "banco-chile");
    let told = scene.sync(&[]).failed(1);
    let [refused, read] = &told.json_lines()[..] else { panic!("{}", told.stdout) };
    assert_eq!(refused["failed"]["failure"], "credentials_invalid");
    assert_eq!((&read["link"], &read["failed"]), (&json!(fine), &json!(null)));
    for _ in 0..3 {
        assert_eq!(
            scene.sync(&[]).failed(1).json_lines()[0]["failed"],
            json!({
                "failure": "credentials_invalid",
                "reason": "the institution refused these credentials; begin the link again with others; \
                           `cartola links add banco-chile` does",
            })
        );
    }
    // Had it been tried each time, the bank would have locked them out by now.
    let (rut, place) = scene.chile.person("wrong-password", "banco-chile");
    let body = json!({"rut": rut, "password": place["password"], "device_fingerprint": "f"});
    let path = "/banks/banco-chile/api/v1/mibanco/session";
    let headers = [("Content-Type", "application/json"), ("X-Device-Id", "test")];
    let answer = scene.chile.client.send("POST", path, &headers, body.to_string().as_bytes());
    assert_eq!(answer.unwrap().json()["code"], "INVALID_CREDENTIALS");
}

#[test]
fn a_link_that_was_revoked_is_not_read_and_its_data_not_served() {
    let scene = Scene::new();
    let link = scene.add("demo", "demo-bank");
    scene.sync(&[&link]).done();
    let gateway = scene.installation.serve();
    let client = gateway.client(scene.keys["api_key"].as_str().unwrap());
    assert!(!client.list("/v1/movements?limit=200").is_empty());
    let ended = scene.installation.run(&["links", "revoke", &link, "--json"]).done().json();
    assert_eq!(ended, json!({"revoked": link}));
    assert_eq!(client.list("/v1/movements?limit=200"), Vec::<Value>::new());
    let told = scene.sync(&[&link]).failed(1).json();
    assert_eq!(told["failed"]["failure"], "consent_revoked");
    let listed = scene.installation.run(&["links", "list", "--json"]).done().json();
    assert_eq!((&listed["link"], &listed["state"]), (&json!(link), &json!("revoked")));
    let none = scene.sync(&[]).failed(1).stderr;
    assert!(none.contains("begin one with `cartola links add`"), "{none}");
    assert_eq!(scene.add("demo", "demo-bank"), link);
    scene.sync(&[]).done();
    // As its mandate lets it, and not only as it was begun or ended.
    let (rut, _) = scene.chile.person("demo", "demo-bank");
    let block = ["matters", "open", "--kind", "block", "--rut", &rut, "--text", "x"];
    scene.installation.run(&block).done();
    let listed = scene.installation.run(&["links", "list", "--json"]).done().json();
    assert_eq!(listed["state"], "suspended");
    // Nobody who wants nothing done with their data makes the reading of all fail.
    let none = scene.sync(&[]).failed(1).stderr;
    assert!(none.contains("no link that may be read"), "{none}");
}

/// Beside a demo, whose folder says where its banks are and what its clock shows.
#[test]
fn links_of_a_demo_go_by_its_banks_and_its_clock() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path());
    let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
    let advance = json!({"advance": "PT9600H"}).to_string();
    let answer = chile.client.send(
        "POST",
        "/_sandbox/clock",
        &[("Content-Type", "application/json")],
        advance.as_bytes(),
    );
    let today: Date = answer.unwrap().json()["today"].as_str().unwrap().parse().unwrap();
    let more = ["--data", "demo"];
    let begun = chile::add_link(folder.path(), &chile, ("ok", "banco-bci"), &more).done().json();
    let last = (today + SignedDuration::from_hours(24 * 365)).to_string();
    assert!(begun["mandate"].as_str().unwrap().contains(&last), "{begun}");
    let read = process::run(folder.path(), &["sync", "--json", "--data", "demo"]).done().json();
    assert!(figures(&read).1 > 0, "{read}");
    let movements = demo.client().list("/v1/movements?limit=200");
    let day = |movement: &Value| movement["booked_on"].as_str().unwrap().parse().unwrap();
    let newest: Date = movements.iter().map(day).max().unwrap();
    assert!(
        newest > today - SignedDuration::from_hours(24 * 60),
        "{newest} is long before {today}"
    );
    demo.process.kill();
    let again = Demo::start(folder.path());
    let chile = Chile::at(again.announced["sandbox"].as_str().unwrap());
    assert_eq!(chile.client.json("/_sandbox/clock")["today"], json!(today.to_string()));
}

fn check(arguments: &[&str], code: i32, said: Expect) {
    let installation = Installation::new();
    installation.tenant("acme");
    std::fs::write(installation.path().join("secret"), "hunter2\n").unwrap();
    let ended = installation.run(arguments).failed(code);
    assert_eq!(ended.stdout, "");
    said.assert_eq(&ended.stderr);
}

#[test]
fn wrong_use_is_told() {
    let add = ["links", "add", "banco-chile", "--password-file", "secret"];
    check(
        &[&add[..], &["--rut", "12.345.678-6"]].concat(),
        2,
        expect![[r#"
        cartola: --rut: the verifier of the RUT is wrong, it should be 5
    "#]],
    );
    check(
        &[&add[..], &["--rut", "12.345.678-5", "--purpose", " "]].concat(),
        2,
        expect![[r#"
        cartola: --purpose is a sentence of at most 200 characters
    "#]],
    );
    check(
        &[&add[..], &["--rut", "12.345.678-5"]].concat(),
        1,
        expect![[r#"
        cartola: banco-chile is not asked here; set `base_url` under [institution.banco-chile] in the configuration
    "#]],
    );
    let unknown = "lnk_01a1fd544d8a0b18b7e69d95bd986542";
    check(
        &["links", "revoke", unknown],
        1,
        expect![[r#"
            cartola: lnk_01a1fd544d8a0b18b7e69d95bd986542 is no link to an institution; `cartola links list` shows them
        "#]],
    );
    check(
        &["sync", unknown],
        1,
        expect![[r#"
        cartola: lnk_01a1fd544d8a0b18b7e69d95bd986542 is no link to an institution; `cartola links list` shows them
    "#]],
    );
    check(
        &["sync", "--from", "2026-03-01", "--to", "2026-02-01"],
        2,
        expect![[r#"
        cartola: --from 2026-03-01 and --to 2026-02-01 are no range: the last day comes before the first
    "#]],
    );
}
