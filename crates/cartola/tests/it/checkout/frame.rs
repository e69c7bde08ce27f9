//! Asking for a page.

use serde_json::{Value, json};

use super::{Page, Scene};
use crate::installation::Installation;
use crate::shop;

#[test]
fn a_case_is_one_page() {
    let scene = Scene::new();
    let first = scene.begin("order");
    assert_eq!(first.path, scene.begin("order").path);
    assert_ne!(first.path, scene.begin("another").path);
    let mut other = scene.order("order");
    other["amount"] = json!("25001");
    let refused = scene.ask(&other);
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["error"], "caseId: it was used for another request");
}

/// What is wrong with an order, by the member that is set so.
#[track_caller]
fn refusal(scene: &Scene, member: &str, value: &Value) -> String {
    let mut order = scene.order("order");
    order[member] = value.clone();
    let answer = scene.ask(&order);
    format!("{} {}", answer.status, answer.json()["error"].as_str().unwrap())
}

#[test]
fn what_is_wrong_is_named() {
    let scene = Scene::new();
    let long = "x".repeat(121);
    let wrong = [
        ("amount", json!("999")),
        ("amount", json!("100000001")),
        ("amount", json!("1.000")),
        ("amount", Value::Null),
        ("caseId", Value::Null),
        ("callbackUrl", Value::Null),
        ("callbackUrl", json!("ftp://shop.example")),
        ("rut", json!("9.999.999-8")),
        ("comment", json!(long)),
        ("redirectOnSuccessUrl", json!("javascript:alert(1)")),
        ("redirectOnFailUrl", json!("/unpaid")),
    ];
    let told = wrong.map(|(member, value)| refusal(&scene, member, &value)).join("\n");
    expect_test::expect![[r#"
        400 MINIMUM_MONEY_AMOUNT_1000: Minimum money amount is 1000.
        400 EXCEED_TRANSFER_LIMIT: the greatest amount is 100000000.
        400 amount: it must be whole pesos in figures alone, such as "1000"
        400 amount: it is mandatory
        400 caseId: it is mandatory
        400 callbackUrl: it is mandatory
        400 callbackUrl: only http and https are called
        400 rut: the verifier of the RUT is wrong, it should be 3
        400 comment: it must be at most 120 printable characters
        400 redirectOnSuccessUrl: an absolute URL is wanted, such as https://example.cl/paid
        400 redirectOnFailUrl: an absolute URL is wanted, such as https://example.cl/paid"#]]
    .assert_eq(&told);
}

#[test]
fn a_transaction_id_is_a_case_too() {
    let scene = Scene::new();
    let mut order = scene.order("unused");
    let members = order.as_object_mut().unwrap();
    members.remove("caseId");
    members.insert("transactionId".to_owned(), json!("99999999"));
    let page = Page::of(scene.gateway(), &scene.ask(&order));
    page.is_sent(&[("step", "leave")]);
    assert_eq!(scene.last_word()["caseId"], "99999999");
}

#[test]
fn a_key_that_may_only_read_asks_for_no_page() {
    let installation = Installation::new();
    let arguments = ["tenants", "add", "reader", "--scopes", "read", "--json"];
    let keys = installation.run(&arguments).done().json();
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let headers = [("Content-Type", "application/json")];
    let refused = client.send("POST", "/floid/api/pis/get_iframe", &headers, b"{}").unwrap();
    assert_eq!(refused.status, 401);
    assert!(refused.text().contains("`manage`"), "{}", refused.text());
}

#[test]
fn an_installation_says_where_it_is_and_who_frames_it() {
    let merchant = shop::paid(&shop::merchant().account);
    let installation = Installation::with(&merchant);
    let keys = installation.tenant("acme");
    let more = format!(
        "[facade.floid]\npublic_url = \"http://gw.example\"\n[facade.floid.embed_origins]\n{} = \
         [\"https://shop.example\", \"https://caja.example:8443\"]\n",
        keys["tenant"].as_str().unwrap()
    );
    let path = installation.path().join("cartola.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{config}{more}")).unwrap();
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let order = json!({"amount": 5000, "caseId": "1", "callbackUrl": "https://93.184.216.34/hook"});
    let headers = [("Content-Type", "application/json")];
    let body = order.to_string();
    let answer = client.send("POST", "/floid/api/pis/get_iframe", &headers, body.as_bytes());
    let page = Page::of("http://gw.example", &answer.unwrap());
    let read = gateway.client("").read(&page.path);
    assert_eq!(read.status, 200, "{}", read.text());
    let ancestors = "frame-ancestors https://shop.example https://caja.example:8443";
    assert!(read.head.contains(ancestors), "{}", read.head);
}
