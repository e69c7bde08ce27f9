//! The current dialect.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::{Value, json};

use super::{Scene, with};
use crate::receiver::Receiver;

/// Every bank's name in paths, and its institution.
const BANKS: [(&str, &str); 10] = [
    ("banco_estado", "banco-estado"),
    ("banco_bci", "banco-bci"),
    ("banco_santander", "banco-santander"),
    ("banco_scotia", "banco-scotiabank"),
    ("banco_bice", "banco-bice"),
    ("banco_itau", "banco-itau"),
    ("banco_security", "banco-security"),
    ("banco_chile", "banco-chile"),
    ("banco_ripley", "banco-ripley"),
    ("banco_falabella", "banco-falabella"),
];

const PRODUCTS: [&str; 7] =
    ["transactions", "income", "incomev2", "products", "credit_cards_info", "contacts", "validar"];

fn body(scene: &Scene, scenario: &str, institution: &str) -> Value {
    let login = scene.login(scenario, institution);
    json!({"id": login["rut"], "password": login["password"], "caseid": "case 1"})
}

/// Keys of an object, sorted.
fn keys(value: &Value) -> String {
    let keys: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.into_iter().collect::<Vec<_>>().join(" ")
}

/// Status and error object of a refusal.
#[track_caller]
fn refusal(scene: &Scene, path: &str, body: &Value) -> String {
    let answer = scene.floid.send(&format!("cl/{path}"), &body.to_string());
    let told = answer.json();
    assert_eq!(
        keys(&told),
        "caseid code display_message error_code error_message error_type",
        "{path}"
    );
    assert_eq!(told["code"], answer.status);
    let text = |name: &str| told[name].as_str().unwrap();
    format!(
        "{} {} {}: {}",
        answer.status,
        text("error_type"),
        text("error_code"),
        text("error_message")
    )
}

#[test]
fn every_bank_tells_every_product() {
    let scene = Scene::new();
    let mut shapes = BTreeSet::new();
    for (bank, institution) in BANKS {
        let body = body(&scene, "ok", institution);
        for product in PRODUCTS {
            let told = scene.floid.ask(&format!("cl/{bank}_personas/{product}"), &body);
            assert_eq!(keys(&told), "caseid code data msg");
            let head = [&told["code"], &told["msg"], &told["caseid"]];
            assert_eq!(head, [&json!(200), &json!("OK"), &json!("case 1")], "{bank} {product}");
            shapes.insert(format!("{product}: {}\n", keys(&told["data"])));
        }
    }
    expect![[r#"
        contacts: contacts
        credit_cards_info: cards
        income: extraAverage incomeByMonth mainAverage regularity totalAverage
        incomev2: extraAverage incomeByMonth mainAverage regularity totalAverage
        products: accounts cards credit_lines
        transactions: accounts
        validar: valid
    "#]]
    .assert_eq(&shapes.into_iter().collect::<String>());
}

#[test]
fn movements_are_told_by_what_came_and_went() {
    let scene = Scene::new();
    let body = body(&scene, "ok", "banco-chile");
    let told = scene.floid.ask("cl/banco_chile_personas/transactions", &body);
    let accounts = told["data"]["accounts"].as_array().unwrap();
    let (_, place) = scene.chile.person("ok", "banco-chile");
    let held = place["accounts"].as_array().unwrap();
    // Cards and lines are among those that the box lists.
    assert!(accounts.iter().all(|account| held.contains(&account["account_number"])));
    let rows = accounts[0]["transactions"].as_array().unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    assert_eq!(keys(&rows[0]), "balance date description in out");
    for row in rows {
        let [came, went] = ["in", "out"].map(|side| row[side].as_i64().unwrap());
        assert!(came >= 0 && went >= 0 && (came == 0) != (went == 0), "{row}");
    }
    let one = with(&body, &json!({"account": accounts[0]["account_number"]}));
    let one = scene.floid.ask("cl/banco_chile_personas/transactions", &one);
    assert_eq!(one["data"]["accounts"], json!([accounts[0]]));
    let none = with(&body, &json!({"account": "999"}));
    let none = refusal(&scene, "banco_chile_personas/transactions", &none);
    assert_eq!(none, "400 DATA NO_DATA: the person has no such product there");
}

#[test]
fn companies_and_the_cmf_are_asked_where_they_are() {
    let scene = Scene::new();
    let company = body(&scene, "company", "banco-chile-empresas");
    let told = scene.floid.ask("cl/banco_chile_empresas/products", &company);
    assert!(!told["data"]["accounts"].as_array().unwrap().is_empty());
    let person = body(&scene, "ok", "cmf");
    let told = scene.floid.ask("cl/cmf/debt_v2", &person);
    assert_eq!(keys(&told["data"]), "availableCredit directDebt indirectDebt otherAvailableCredit");
}

#[test]
fn two_wrong_passwords_lock_and_a_client_may_unlock() {
    let scene = Scene::new();
    let right = body(&scene, "ok", "banco-bci");
    let path = "banco_bci_personas/validar";
    let wrong =
        |password: &str| refusal(&scene, path, &with(&right, &json!({"password": password})));
    let refused = "400 LOGIN INVALID_CREDENTIALS: the institution refused the RUT or the password";
    let locked = "400 LOGIN LOCKED_CREDENTIALS: the user is locked for up to 24 hours: too many passwords were wrong or unanswered";
    assert_eq!(wrong("wrong1"), refused);
    assert_eq!(wrong("wrong2"), refused);
    assert_eq!(refusal(&scene, path, &right), locked);
    // Whatever it came through, it is locked everywhere.
    let elsewhere = with(&scene.login("ok", "banco-bci"), &json!({"bankName": "bci"}));
    let told = scene.floid.ask("api/identity/bankid_kyc", &elsewhere);
    assert_eq!(told["isLoginSuccess"], false, "{told}");
    let path = format!("cl/{path}");
    let unlocked = scene.floid.ask(&path, &json!({"id": right["id"], "unlock_credentials": true}));
    assert_eq!((&unlocked["msg"], &unlocked["data"]), (&json!("UNLOCKED"), &Value::Null));
    assert_eq!(scene.floid.ask(&path, &right)["data"], json!({"valid": true}));
    wrong("wrong3");
    wrong("wrong4");
    let override_it = with(&right, &json!({"unlock_credentials": true}));
    assert_eq!(scene.floid.ask(&path, &override_it)["data"], json!({"valid": true}));
}

#[test]
fn a_result_is_posted_as_it_would_have_been_answered() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    for product in PRODUCTS {
        let path = format!("cl/banco_estado_personas/{product}");
        let body = with(&body(&scene, "ok", "banco-estado"), &json!({"caseid": product}));
        let answered = scene.floid.ask(&path, &body);
        let later = with(&body, &json!({"callbackUrl": receiver.url()}));
        let accepted = scene.floid.ask(&path, &later);
        assert_eq!((&accepted["msg"], &accepted["data"]), (&json!("PROCESSING"), &Value::Null));
        assert_eq!(scene.genuine(receiver.call()), answered, "{product}");
        assert_eq!(scene.floid.ask(&path, &later), accepted, "the same case again");
        let other = with(&later, &json!({"account": "1"}));
        let refused = refusal(&scene, path.strip_prefix("cl/").unwrap(), &other);
        assert!(refused.ends_with("caseid: it was used for another request"), "{refused}");
    }
    let wrong = body(&scene, "wrong-password", "banco-chile");
    let path = "banco_chile_personas/products";
    let said = refusal(&scene, path, &wrong);
    let later = with(&wrong, &json!({"callbackUrl": receiver.url(), "caseid": "wrong"}));
    scene.floid.ask(&format!("cl/{path}"), &later);
    let posted = scene.genuine(receiver.call());
    assert!(said.contains(posted["error_code"].as_str().unwrap()), "{posted}");
    receiver.was_left_alone();
}

#[test]
fn what_is_wrong_is_an_error_object() {
    let scene = Scene::new();
    let right = body(&scene, "ok", "banco-chile");
    let changed = |path: &str, change: Value| refusal(&scene, path, &with(&right, &change)) + "\n";
    let path = "banco_chile_personas/products";
    let said = [
        changed("banco_luna_personas/products", json!({})),
        changed("banco_chile/products", json!({})),
        changed("banco_chile_personas/debt_v2", json!({})),
        changed("cmf/products", json!({})),
        changed(path, json!({"id": "11.111.111-2"})),
        changed(path, json!({"id": null})),
        changed(path, json!({"password": null})),
        changed(path, json!({"token_password": "abc"})),
        changed(path, json!({"account": "no number"})),
        changed(path, json!({"caseid": 7})),
        changed(path, json!({"unlock_credentials": "yes"})),
        changed(path, json!({"callbackUrl": "http://10.0.0.1/"})),
    ];
    expect![[r#"
        404 REQUEST NOT_FOUND: institution: there is none of this name
        404 REQUEST NOT_FOUND: institution: there is none of this name
        404 REQUEST NOT_FOUND: product: there is none of this name
        404 REQUEST NOT_FOUND: product: there is none of this name
        400 REQUEST INVALID_ID: id: the verifier of the RUT is wrong, it should be 1
        400 REQUEST INVALID_ID: id: it is mandatory
        400 REQUEST INVALID_REQUEST: password: it is mandatory
        400 REQUEST INVALID_REQUEST: token_password: this gateway gives out none; send the password
        400 REQUEST INVALID_REQUEST: account: it is no account number
        400 REQUEST INVALID_REQUEST: caseid: it must be a text
        400 REQUEST INVALID_REQUEST: unlock_credentials: it must be true or false
        400 REQUEST INVALID_REQUEST: callbackUrl: the URL leads to an address that is not public
    "#]]
    .assert_eq(&said.concat());
    let told = |scenario: &str| {
        format!("{scenario} {}\n", refusal(&scene, path, &body(&scene, scenario, "banco-chile")))
    };
    let people = ["wrong-password", "locked", "bank-down", "bank-nonsense"].map(told);
    expect![[r#"
        wrong-password 400 LOGIN INVALID_CREDENTIALS: the institution refused the RUT or the password
        locked 400 LOGIN LOCKED_CREDENTIALS: the user is locked for up to 24 hours: too many passwords were wrong or unanswered
        bank-down 481 DATA_FAILED DATA_FAILED: the institution cannot be reached; try again later
        bank-nonsense 481 DATA_FAILED DATA_FAILED: the institution gave an answer that is none
    "#]].assert_eq(&people.concat());
    let answer = scene.floid.send_as("", &format!("cl/{path}"), &right.to_string());
    assert_eq!((answer.status, &answer.json()["error_type"]), (401, &json!("AUTHENTICATION")));
    let text = scene.floid.send(&format!("cl/{path}"), "[");
    assert_eq!((text.status, &text.json()["error_code"]), (400, &json!("INVALID_REQUEST")));
}
