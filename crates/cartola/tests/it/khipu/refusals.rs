//! What is refused, and how.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{DEMO_BANK, DEMO_LOGIN, JSON, Khipu, Scene, login, request, told};
use crate::installation::Installation;

#[test]
fn each_person_of_the_box_is_told_as_what_it_is() {
    let scene = Scene::new();
    let told = |scenario: &str| {
        let (credential, _) = scene.person(scenario, "banco-chile");
        let asked = request(&credential, &json!({}));
        let (status, envelope) = scene.khipu.ask("personal/bancochile.cl/accounts", &asked);
        let code = envelope["Error"]["Code"].as_str().unwrap_or("OK").to_owned();
        format!("{scenario} {status} {code}\n")
    };
    let scenarios = [
        "ok",
        "wrong-password",
        "locked",
        "pin-only",
        "approval-denied",
        "approval-silent",
        "insufficient-funds",
        "over-limit",
        "bank-down",
        "bank-nonsense",
        "no-movements",
        "many-movements",
        "joint-usd",
    ];
    // The slow one takes its time beside the others.
    let all: String = std::thread::scope(|scope| {
        let slow = scope.spawn(|| told("bank-slow"));
        let others: String = scenarios.into_iter().map(told).collect();
        others + &slow.join().unwrap()
    });
    expect![[r#"
        ok 200 OK
        wrong-password 200 E100
        locked 200 E101
        pin-only 200 E100
        approval-denied 200 OK
        approval-silent 200 OK
        insufficient-funds 200 OK
        over-limit 200 OK
        bank-down 200 E200
        bank-nonsense 200 F000
        no-movements 200 OK
        many-movements 200 OK
        joint-usd 200 OK
        bank-slow 200 OK
    "#]]
    .assert_eq(&all);
}

#[test]
fn a_wrong_password_takes_the_place_of_no_right_one() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let wrong = login((DEMO_LOGIN.0, "wrong"));
    let refused = scene.khipu.refusal(&format!("{DEMO_BANK}/token"), &wrong);
    assert_eq!(refused, "200 E100 FIX_CREDENTIALS: The bank refused the user or the password");
    scene.khipu.data(&format!("{DEMO_BANK}/accounts"), &request(&link, &json!({})));
}

#[test]
fn a_link_that_was_ended_is_told_as_that() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let data = scene.folder.path().join("demo");
    let data = data.to_str().unwrap();
    let run = |arguments: &[&str]| {
        crate::process::run(scene.folder.path(), &[arguments, &["--data", data]].concat()).done()
    };
    let links = run(&["links", "list", "--json"]).json_lines();
    let of_bank = |row: &&Value| row["institution"] == "demo-bank" && row["source"] != "calls";
    let id = links.iter().find(of_bank).unwrap()["link"].as_str().unwrap().to_owned();
    run(&["links", "revoke", &id]);
    let refused =
        scene.khipu.refusal(&format!("{DEMO_BANK}/accounts"), &request(&link, &json!({})));
    assert_eq!(refused, "200 E106 FIX_CREDENTIALS: The customer has withdrawn what was allowed");
}

struct Bad<'a> {
    scene: &'a Scene,
    link: &'a Value,
}

impl Bad<'_> {
    fn path(&self, path: &str, expect: Expect) {
        let answer = self.scene.khipu.send(path, &request(self.link, &json!({})).to_string());
        expect.assert_eq(&told(&answer));
    }

    fn body(&self, body: &str, expect: Expect) {
        expect.assert_eq(&told(&self.scene.khipu.send(&format!("{DEMO_BANK}/balance"), body)));
    }

    fn asked(&self, operation: &str, more: Value, expect: Expect) {
        let path = format!("{DEMO_BANK}/{operation}");
        expect.assert_eq(&self.scene.khipu.refusal(&path, &request(self.link, &more)));
    }

    fn typed(&self, content_type: &str, expect: Expect) {
        let path = format!("/khipu/v1/cl/banking/{DEMO_BANK}/accounts");
        let headers = [("Content-Type", content_type)];
        let answer = self.scene.khipu.client.send("POST", &path, &headers, b"{}").unwrap();
        expect.assert_eq(&told(&answer));
    }

    fn callback(&self, url: &str, expect: Expect) {
        let mut body = request(self.link, &json!({}));
        body["CallbackUrl"] = json!(url);
        let path = format!("{DEMO_BANK}/accounts");
        expect.assert_eq(&self.scene.khipu.refusal(&path, &body));
    }
}

#[test]
fn a_path_that_means_nothing_is_refused() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let bad = Bad { scene: &scene, link: &link };
    bad.path(
        "personal/nobody.cl/accounts",
        expect!["404 P003 FIX_REQUEST: No bank is known by this domain"],
    );
    bad.path("personal/bancochile.cl/pay", expect!["404 P003 FIX_REQUEST: The operation is unknown: it is accounts, balance, statements, transactions or token"]);
    bad.path(
        "private/bancochile.cl/accounts",
        expect![
            "404 P003 FIX_REQUEST: The segment is unknown: it is personal, business or entrepreneur"
        ],
    );
    bad.path(
        "personal/%FF/accounts",
        expect![
            "404 P003 FIX_REQUEST: The segment is unknown: it is personal, business or entrepreneur"
        ],
    );
    bad.path(
        "personal/bancochile.cl",
        expect!["404 P003 FIX_REQUEST: There is nothing under this path"],
    );
    let path = format!("/khipu/v1/cl/banking/{DEMO_BANK}/accounts");
    let got = scene.khipu.client.read(&path);
    assert_eq!(told(&got), "405 P003 FIX_REQUEST: This path does not take this method");
}

#[test]
fn a_body_that_cannot_be_read_is_refused() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let bad = Bad { scene: &scene, link: &link };
    bad.body("{", expect!["400 P001 FIX_REQUEST: The body is not JSON, at line 1, column 1"]);
    bad.body("[]", expect!["400 P001 FIX_REQUEST: The body is not a JSON object"]);
    bad.body(
        r#"{"RequestData":[]}"#,
        expect!["400 P003 FIX_REQUEST: The body, at line 1, column 15: expected an object"],
    );
    bad.body(
        r#"{"RequestData":{}}"#,
        expect!["400 P002 FIX_REQUEST: AccountCredential is missing"],
    );
    bad.asked("balance", json!({}), expect!["400 P002 FIX_REQUEST: AccountNumber is missing"]);
    bad.body(
        r#"{"RequestData":{"AccountNumber":"1"}}"#,
        expect!["400 P002 FIX_REQUEST: AccountCredential is missing"],
    );
    bad.body(r#"{"RequestData":{},"Callback":"x"}"#, expect!["400 P003 FIX_REQUEST: The body, at line 1, column 28: a member is unknown; known are RequestData or CallbackUrl"]);
    bad.body(&"[".repeat(200), expect!["400 P001 FIX_REQUEST: The body is nested too deeply"]);
    bad.body(
        &format!(r#"{{"RequestData":"{}"}}"#, "a".repeat(17 << 10)),
        expect!["400 P001 FIX_REQUEST: The body is longer than 16384 bytes"],
    );
    bad.typed("text/plain", expect!["400 P001 FIX_REQUEST: Content-Type must be application/json"]);
    bad.typed(
        "application/xml",
        expect!["400 P001 FIX_REQUEST: Content-Type must be application/json"],
    );
}

#[test]
fn a_value_that_cannot_be_is_refused() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let bad = Bad { scene: &scene, link: &link };
    bad.asked("balance", json!({"AccountNumber": "999"}), expect!["200 E403 FIX_REQUEST: The customer has no account of this number and currency at this bank"]);
    bad.asked("balance", json!({"AccountNumber": "abc"}), expect!["400 P003 FIX_REQUEST: AccountNumber: the account number has a character that is neither a digit, hyphen, dot, blank nor asterisk"]);
    bad.asked(
        "transactions",
        json!({"AccountNumber": "1", "BookingDateStart": "2026-02-30", "BookingDateEnd": "2026-03-01"}),
        expect!["200 E400 FIX_REQUEST: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
    );
    bad.asked(
        "statements",
        json!({"AccountNumber": "1", "BookingDateStart": "2026-03", "BookingDateEnd": "2026-02"}),
        expect!["200 E401 FIX_REQUEST: BookingDateEnd lies before BookingDateStart"],
    );
    bad.callback(
        "http://10.1.2.3/hook",
        expect![
            "400 P003 FIX_REQUEST: CallbackUrl: the URL leads to an address that is not public"
        ],
    );
    bad.callback(
        "http://169.254.169.254/latest/meta-data",
        expect![
            "400 P003 FIX_REQUEST: CallbackUrl: the URL leads to an address that is not public"
        ],
    );
    bad.callback("https://user:secret@example.cl/", expect!["400 P003 FIX_REQUEST: CallbackUrl: a URL with a user name or password is not called; use a header instead"]);
    bad.callback(
        "ftp://example.cl/",
        expect!["400 P003 FIX_REQUEST: CallbackUrl: it must begin with https:// or http://"],
    );
}

#[test]
fn too_many_requests_are_refused_in_khipus_form() {
    let installation =
        Installation::with("[limits]\nrequests_per_second = 1\nrequests_at_once = 2\n");
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let khipu = Khipu::of(&gateway.url, &keys);
    let asked = request(&login(DEMO_LOGIN), &json!({})).to_string();
    let path = format!("/khipu/v1/cl/banking/{DEMO_BANK}/accounts");
    let limited = (0..4)
        .map(|_| khipu.client.send("POST", &path, &[JSON], asked.as_bytes()).unwrap())
        .find(|answer| answer.status == 429)
        .unwrap();
    assert_eq!(told(&limited), "429 I002 WAIT: Too many requests");
    assert!(limited.head.to_lowercase().contains("retry-after: "), "{}", limited.head);
}

/// A gateway that is no demo calls nobody on its own machine.
#[test]
fn a_gateway_that_serves_calls_back_no_machine_of_its_own() {
    let installation = Installation::new();
    let gateway = installation.serve();
    let khipu = Khipu::of(&gateway.url, &installation.tenant("acme"));
    for url in
        ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]/", "http://192.168.0.1/"]
    {
        let mut body = request(&login(DEMO_LOGIN), &json!({}));
        body["CallbackUrl"] = json!(url);
        assert_eq!(
            khipu.refusal(&format!("{DEMO_BANK}/accounts"), &body),
            "400 P003 FIX_REQUEST: CallbackUrl: the URL leads to an address that is not public"
        );
    }
}
