//! The five operations.

use cartola_primitives::{Date, SignedDuration};
use serde_json::{Value, json};

use super::{DEMO_BANK, DEMO_LOGIN, Scene, login, request, schema};

/// Every bank of the catalogue: its id and Khipu's domain.
pub const BANKS: [(&str, &str); 11] = [
    ("banco-chile", "bancochile.cl"),
    ("banco-estado", "bancoestado.cl"),
    ("banco-scotiabank", "scotiabankchile.cl"),
    ("banco-bci", "bci.cl"),
    ("banco-bice", "bice.cl"),
    ("banco-santander", "santander.cl"),
    ("banco-itau", "itau.cl"),
    ("banco-security", "bancosecurity.cl"),
    ("banco-falabella", "bancofalabella.cl"),
    ("banco-ripley", "bancoripley.cl"),
    ("demo-bank", "demo-bank.khipu.com"),
];

/// Days on which all is booked, so that the box shows the same at each look.
pub fn days(scene: &Scene) -> (String, String) {
    let today = scene.chile.client.json("/_sandbox/clock")["today"].clone();
    let today: Date = today.as_str().unwrap().parse().unwrap();
    let ago = |days: i64| (today - SignedDuration::from_hours(24 * days)).to_string();
    (ago(100), ago(10))
}

/// Reads accounts, balance, statements and transactions of somebody, and compares these with what
/// the bank has.
#[track_caller]
fn check_customer(scene: &Scene, bank: &str, credential: &Value) -> usize {
    let (from, to) = days(scene);
    let accounts = scene.khipu.data(&format!("{bank}/accounts"), &request(credential, &json!({})));
    schema::check(&accounts);
    let mut compared = 0;
    for account in accounts["Account"].as_array().unwrap() {
        let number = account["AccountId"].as_str().unwrap();
        let ask = |operation: &str, more: Value| {
            let mut asked = json!({"AccountNumber": number});
            asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let body = request(credential, &asked);
            let data = scene.khipu.data(&format!("{bank}/{operation}"), &body);
            schema::check(&data);
            data
        };
        assert_eq!(ask("balance", json!({}))["Balance"][0]["AccountId"], number);
        let statements = ask("statements", json!({}));
        assert_eq!(statements["Statement"].as_array().unwrap().len(), 1);
        ask("transactions", json!({}));
        let told = ask("transactions", json!({"BookingDateStart": from, "BookingDateEnd": to}));
        let told = told["Transaction"].as_array().unwrap();
        let shown = scene.chile.movements(number, &from, &to);
        assert_eq!(told.len(), shown.len(), "{bank} {number}");
        compared += told.len();
    }
    compared
}

#[test]
fn a_customer_is_read_with_credentials_and_through_a_link() {
    let scene = Scene::new();
    let told = check_customer(&scene, DEMO_BANK, &login(DEMO_LOGIN));
    assert!(told > 50, "{told}");
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    assert_eq!(check_customer(&scene, DEMO_BANK, &link), told);
    assert_eq!(scene.khipu.link(DEMO_BANK, DEMO_LOGIN), link);
}

#[test]
fn what_came_with_the_credentials_of_one_call_is_shown_in_its_answer_alone() {
    let scene = Scene::new();
    let before = scene.demo.client().list("/v1/accounts").len();
    check_customer(&scene, DEMO_BANK, &login(DEMO_LOGIN));
    assert_eq!(scene.demo.client().list("/v1/accounts").len(), before);
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    check_customer(&scene, DEMO_BANK, &link);
    assert!(scene.demo.client().list("/v1/accounts").len() > before);
}

#[test]
fn a_customer_of_every_bank_is_read_at_each() {
    let scene = Scene::new();
    for (institution, domain) in BANKS {
        let (credential, _) = scene.person("ok", institution);
        let told = check_customer(&scene, &format!("personal/{domain}"), &credential);
        assert!(told > 0, "{institution}");
    }
}

#[test]
fn a_company_is_read_at_its_banks_portal() {
    let scene = Scene::new();
    let (credential, _) = scene.person("company", "banco-chile-empresas");
    let (_, envelope) =
        scene.khipu.ask("business/bancochile.cl/accounts", &request(&credential, &json!({})));
    let (_, same) =
        scene.khipu.ask("entrepreneur/bancochile.cl/accounts", &request(&credential, &json!({})));
    assert_eq!(envelope["Data"], same["Data"]);
    assert_eq!(envelope["Data"]["Account"][0]["AccountType"], "Business", "{envelope}");
}

#[test]
fn a_long_history_comes_whole() {
    let scene = Scene::new();
    let (credential, accounts) = scene.person("many-movements", "banco-chile");
    let (from, to) = days(&scene);
    let asked = json!({
        "AccountNumber": accounts[0], "BookingDateStart": from, "BookingDateEnd": to,
    });
    let path = "personal/bancochile.cl/transactions";
    let data = scene.khipu.data(path, &request(&credential, &asked));
    let told = data["Transaction"].as_array().unwrap().len();
    assert_eq!(told, scene.chile.movements(&accounts[0], &from, &to).len());
    assert!(told > 2_000, "{told}");
    let year = json!({
        "AccountNumber": accounts[0], "BookingDateStart": "2025-01-01", "BookingDateEnd": "2025-12-31",
    });
    assert_eq!(
        scene.khipu.refusal(path, &request(&credential, &year)),
        "200 E405 FIX_REQUEST: The request asks for more than is given at once"
    );
}

#[test]
fn files_are_read_through_a_link_too() {
    let scene = Scene::new();
    let client = scene.demo.client();
    let link = client.list("/v1/links")[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/links/{link}/account-link");
    let given = client.send("POST", &path, &[("Idempotency-Key", "once")], b"").unwrap();
    let again = client.send("POST", &path, &[("Idempotency-Key", "once")], b"").unwrap();
    assert_eq!((given.status, given.body.clone()), (200, again.body));
    let credential = json!({"AccountLink": given.json()["account_link"]});
    let bank = "personal/bancochile.cl";
    let accounts = scene.khipu.data(&format!("{bank}/accounts"), &request(&credential, &json!({})));
    schema::check(&accounts);
    let number = &accounts["Account"][0]["AccountId"];
    let asked = json!({
        "AccountNumber": number, "BookingDateStart": "2024-01-01", "BookingDateEnd": "2026-12-31",
    });
    let told = scene.khipu.data(&format!("{bank}/transactions"), &request(&credential, &asked));
    schema::check(&told);
    let known = client.list("/v1/movements?limit=200").len();
    assert_eq!(told["Transaction"].as_array().unwrap().len(), known);
    // The demo's sample tells of the end of February and of the whole of March.
    let months = json!({
        "AccountNumber": number, "BookingDateStart": "2026-01", "BookingDateEnd": "2026-03",
    });
    let (_, envelope) =
        scene.khipu.ask(&format!("{bank}/statements"), &request(&credential, &months));
    let told = envelope["Data"]["Statement"].as_array().unwrap();
    let names: Vec<_> =
        told.iter().map(|month| month["StatementDescription"][0].as_str().unwrap()).collect();
    assert_eq!(names, ["CARTOLA DE MARZO DE 2026", "CARTOLA DE FEBRERO DE 2026"]);
    let more = envelope["AdditionalInformation"].as_str().unwrap();
    assert!(more.contains("2026-02") && !more.contains("2026-03"), "{more}");
    let unknown = client.send(
        "POST",
        "/v1/links/lnk_01a1fd544d8a0b18b7e69d95bd986542/account-link",
        &[],
        b"",
    );
    assert_eq!(unknown.unwrap().status, 404);
}
