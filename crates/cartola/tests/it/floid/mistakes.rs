//! Requests that are wrong.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::posted::body;
use super::{JSON, Scene, with};
use crate::receiver::Receiver;

struct Wrong {
    scene: Scene,
    body: Value,
}

impl Wrong {
    fn new() -> Self {
        let scene = Scene::new();
        let receiver = Receiver::start();
        let body = body(&scene, ("ok", "banco-chile", "banco chile"), &receiver, "case");
        let body = with(&body, &json!({"duration": 3}));
        Self { scene, body }
    }

    /// What is said to a body with one member after another changed.
    fn check(&self, path: &str, changes: &[Value], expected: Expect) {
        let said = changes.iter().map(|change| {
            let body = with(&self.body, change).to_string();
            self.scene.floid.refusal(path, &body) + "\n"
        });
        expected.assert_eq(&said.collect::<String>());
    }
}

#[test]
fn every_member_is_looked_at_before_anything_is_accepted() {
    let wrong = Wrong::new();
    let long = "x".repeat(300);
    wrong.check(
        "api/transaction_history",
        &[
            json!({"rut": null}),
            json!({"rut": ""}),
            json!({"rut": 7}),
            json!({"rut": "9.999.999-9"}),
            json!({"rut": "nobody"}),
            json!({"password": null}),
            json!({"password": ["a"]}),
            json!({"password": long}),
            json!({"bankName": null}),
            json!({"bankName": "banco luna"}),
            json!({"bankName": "banco-chile"}),
            json!({"duration": null}),
            json!({"duration": 6}),
            json!({"duration": "3"}),
            json!({"duration": 3.5}),
        ],
        expect![[r#"
            400 rut: it is mandatory
            400 rut: it is mandatory
            400 rut: it must be a text
            400 rut: the verifier of the RUT is wrong, it should be 3
            400 rut: the RUT contains a character that does not belong at position 1
            400 password: it is mandatory
            400 password: it must be a text
            400 password: it is longer than 128 characters
            400 bankName: it is mandatory
            400 bankName: it must be one of bci | banco bice | banco chile | banco estado | banco falabella | itau corpbanca | banco ripley | banco santander | scotiabank | banco security
            400 bankName: it must be one of bci | banco bice | banco chile | banco estado | banco falabella | itau corpbanca | banco ripley | banco santander | scotiabank | banco security
            400 duration: it is mandatory
            400 duration: it must be one of 3 | 12 | 24
            400 duration: it must be one of 3 | 12 | 24
            400 duration: it must be one of 3 | 12 | 24
        "#]],
    );
}

#[test]
fn where_a_result_is_posted_and_in_which_case_is_looked_at_too() {
    let wrong = Wrong::new();
    let long = "x".repeat(300);
    wrong.check(
        "api/transaction_history",
        &[
            json!({"callbackUrl": null}),
            json!({"callbackUrl": "example.com/callback"}),
            json!({"callbackUrl": "ftp://example.com/callback"}),
            json!({"callbackUrl": "http://169.254.169.254/latest"}),
            json!({"callbackUrl": "http://10.0.0.1/callback"}),
            json!({"callbackApiKey": "two\nlines"}),
            json!({"callbackApiKey": "ñ"}),
            json!({"caseId": null}),
            json!({"caseId": 7}),
            json!({"caseId": long}),
            json!({"caseId": "two\nlines"}),
        ],
        expect![[r#"
            400 callbackUrl: it is mandatory
            400 callbackUrl: an absolute URL is wanted, such as https://example.cl/webhooks
            400 callbackUrl: only http and https are called
            400 callbackUrl: the URL leads to an address that is not public
            400 callbackUrl: the URL leads to an address that is not public
            400 callbackApiKey: it must be 1 to 1024 printable ASCII characters
            400 callbackApiKey: it must be 1 to 1024 printable ASCII characters
            400 caseId: it is mandatory
            400 caseId: it must be a text
            400 caseId: it is longer than 255 characters
            400 caseId: it must be printable
        "#]],
    );
}

#[test]
fn so_is_every_member_of_what_is_answered_at_once() {
    let wrong = Wrong::new();
    wrong.check(
        "api/asset_report",
        &[json!({"bankName": null}), json!({"uiType": "watch"}), json!({"rut": "11111111-2"})],
        expect![[r#"
            400 bankName: it is mandatory
            400 uiType: it must be one of mobile | desktop
            400 rut: the verifier of the RUT is wrong, it should be 1
        "#]],
    );
    wrong.check(
        "api/identity/bankid_kyc",
        &[json!({"rut": null}), json!({"password": ""}), json!({"bankName": "banco luna"})],
        expect![[r#"
            400 rut: it is mandatory
            400 password: it is mandatory
            400 bankName: it must be one of bci | banco bice | banco chile | banco estado | banco falabella | itau corpbanca | banco ripley | banco santander | scotiabank | banco security
        "#]],
    );
    wrong.check(
        "api/identity/name_address_lookup",
        &[json!({"rut": "11.111.111-K"}), json!({"rut": {"a": [1, {}]}})],
        expect![[r#"
            400 rut: the verifier of the RUT is wrong, it should be 1
            400 rut: it must be a text
        "#]],
    );
}

#[test]
fn a_body_that_is_none_is_refused_in_the_documents_form() {
    let wrong = Wrong::new();
    let floid = &wrong.scene.floid;
    let bodies = [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "\"text\"".to_owned(),
        r#"{"rut": "11.111.111-1", "rut": "11.111.111-1"}"#.to_owned(),
        format!("{{\"rut\": {}{}}}", "[".repeat(500), "]".repeat(500)),
        format!("{{\"rut\": \"{}\"}}", "x".repeat(20_000)),
    ];
    let path = "api/identity/name_address_lookup";
    let said: String = bodies.iter().map(|body| floid.refusal(path, body) + "\n").collect();
    expect![[r#"
        400 the body is not JSON, at line 1, column 0
        400 the body is not JSON, at line 1, column 1
        400 the body must be a JSON object
        400 the body must be a JSON object
        400 rut: it is there twice
        400 rut: it must be a text
        400 the body has more than 16384 bytes
    "#]]
    .assert_eq(&said);
    let send = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        let answer = floid.bare.send(method, path, headers, body.as_bytes()).unwrap();
        format!("{} {}", answer.status, answer.text())
    };
    let key = ("Authorization", floid.key.as_str());
    let lookup = format!("/floid/{path}");
    let rut = r#"{"rut": "11.111.111-1"}"#;
    expect![[r#"400 {"error":"the Content-Type must be application/json"}"#]].assert_eq(&send(
        "POST",
        &lookup,
        &[key],
        rut,
    ));
    expect![[r#"400 {"error":"the Content-Type must be application/json"}"#]].assert_eq(&send(
        "POST",
        &lookup,
        &[key, ("Content-Type", "text/plain")],
        rut,
    ));
    expect![[r#"405 {"error":"this path takes POST"}"#]].assert_eq(&send(
        "GET",
        &lookup,
        &[key, JSON],
        "",
    ));
    expect![[r#"404 {"error":"there is nothing under this path"}"#]].assert_eq(&send(
        "POST",
        "/floid/api/nothing",
        &[key, JSON],
        rut,
    ));
}

#[test]
fn whoever_asks_too_often_is_told_when_to_come_back() {
    let config = "[limits]\nrequests_per_second = 1\nrequests_at_once = 2\n";
    let installation = crate::installation::Installation::with(config);
    let key = installation.tenant("acme")["api_key"].as_str().unwrap().to_owned();
    let gateway = installation.serve();
    let floid = super::Floid::with_key(&gateway.url, &key);
    let body = r#"{"rut": "11.111.111-1"}"#;
    let refused = std::iter::repeat_with(|| floid.send("api/identity/name_address_lookup", body))
        .take(10)
        .find(|answer| answer.status == 429)
        .expect("nobody asks so often");
    assert_eq!(refused.json(), json!({"error": "too many requests"}));
    assert!(refused.head.to_lowercase().contains("retry-after: "), "{}", refused.head);
    let refused = std::iter::repeat_with(|| floid.send("cl/banco_bci_personas/products", body))
        .take(10)
        .find(|answer| answer.status == 429)
        .expect("nobody asks so often");
    assert_eq!(refused.json()["error_code"], "RATE_LIMITED");
    assert!(refused.head.to_lowercase().contains("retry-after: "), "{}", refused.head);
}

#[test]
fn without_a_default_bank_one_must_be_named() {
    let body = json!({"rut": "11.111.111-1", "password": "wrong1"}).to_string();
    let installation = crate::installation::Installation::new();
    let [first, second] = ["first", "second"].map(|name| installation.tenant(name));
    let ask = |tenant: &Value| {
        let gateway = installation.serve();
        let floid = super::Floid::with_key(&gateway.url, tenant["api_key"].as_str().unwrap());
        floid.send("api/identity/bankid_kyc", &body).text()
    };
    let configure = |more: &str| {
        let file = installation.path().join("cartola.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text + more).unwrap();
    };
    let missing = ask(&first);
    assert!(missing.contains("bankName: it is mandatory"), "{missing}");
    let tenant = first["tenant"].as_str().unwrap();
    configure(&format!("[facade.floid.default_banks]\n{tenant} = \"banco-bci\"\n"));
    // No bank is set up to be asked here; it is known which one is meant.
    assert!(ask(&first).contains("not asked for this here"));
    assert!(ask(&second).contains("bankName: it is mandatory"));
    configure("[facade.floid]\ndefault_bank = \"banco-estado\"\n");
    assert!(ask(&second).contains("not asked for this here"));
}
