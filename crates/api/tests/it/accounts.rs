//! Accounts, balances, links and institutions.

use axum::http::StatusCode;
use cartola_primitives::id::LinkId;
use expect_test::expect;
use serde_json::Value;

use crate::files::{Form, MAPPING, csv};
use crate::world::{World, text};

fn shown(value: &Value, volatile: &[&str]) -> String {
    let mut value = value.clone();
    for name in volatile {
        assert!(value[name].is_string(), "{name} in {value}");
        value[name] = "…".into();
    }
    serde_json::to_string_pretty(&value).unwrap()
}

#[tokio::test]
async fn an_account_is_shown_to_its_tenant_in_full() {
    let world = World::new().await;
    let id = world.account_with(&["5;COMPRA;-10;990"]).await;
    let account = world.read(&format!("/v1/accounts/{id}")).await;
    assert_eq!(world.read("/v1/accounts").await["data"][0], account);
    expect![[r#"
        {
          "created_at": "2026-04-10T15:00:00Z",
          "currency": "CLP",
          "holder": {
            "name": "MARIA DEMO",
            "rut": "11111111-1"
          },
          "id": "…",
          "institution": "banco-chile",
          "kind": "checking",
          "link_id": "…",
          "mask": "…7890",
          "number": "00-123-45678-90"
        }"#]]
    .assert_eq(&shown(&account, &["id", "link_id"]));
    let links = world.read("/v1/links").await;
    assert_eq!(links["data"][0]["id"], account["link_id"]);
    expect![[r#"
        {
          "id": "…",
          "institution": "banco-chile",
          "person_id": "…",
          "since": "2026-04-10T15:00:00Z",
          "source": "files",
          "state": "active"
        }"#]]
    .assert_eq(&shown(&links["data"][0], &["id", "person_id"]));
}

#[tokio::test]
async fn a_link_is_given_as_an_account_link() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let link = text(&world.read("/v1/links").await, "/data/0/id").to_owned();
    let path = format!("/v1/links/{link}/account-link");
    let given = world.post(&path, "").await;
    assert_eq!((given.status, given.json()["account_link"].is_string()), (StatusCode::OK, true));
    let keyed = world.post_keyed(&path, "", Some("k")).await;
    let again = world.post_keyed(&path, "", Some("k")).await;
    assert_eq!((&keyed.body, &again.body), (&given.body, &given.body));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = format!("/v1/links/{}/account-link", world.engine.mint::<LinkId>());
    assert_eq!(
        world.post_keyed(&other, "", Some("k")).await.refusal(),
        "422 idempotency_key_reused"
    );
    assert_eq!(world.post(&other, "").await.refusal(), "404 not_found link");
}

#[tokio::test]
async fn accounts_come_in_pages() {
    let world = World::new().await;
    for number in 1..=5 {
        let mapping = MAPPING.replace("00-123-45678-90", &format!("00-{number}"));
        let file = csv(&["5;COMPRA;-10;990"]);
        let answer = world.upload(Form::new().part("file", file).part("mapping", mapping)).await;
        assert_eq!(answer.status, 201);
    }
    for path in ["/v1/accounts", "/v1/links", "/v1/consents", "/v1/imports", "/v1/balances"] {
        let whole = world.read(path).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.read(&format!("{path}?limit=2{cursor}")).await;
            paged.extend(page["data"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(Value::from(paged), whole["data"], "{path}");
        assert_eq!(whole["next_cursor"], Value::Null);
    }
}

#[tokio::test]
async fn balances_of_one_account_and_of_all() {
    let world = World::new().await;
    let id = world.account_with(&["5;COMPRA;-10;990"]).await;
    let balances = world.read(&format!("/v1/accounts/{id}/balances")).await;
    assert_eq!(balances, world.read("/v1/balances").await);
    assert_eq!(balances["next_cursor"], Value::Null);
    let unknown = format!("/v1/accounts/acc_{}/balances", "0".repeat(32));
    assert_eq!(world.get(&unknown).await.refusal(), "404 not_found account");
}

#[tokio::test]
async fn the_catalogue_of_institutions() {
    let world = World::new().await;
    let list = world.read("/v1/institutions").await;
    let ids: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|row| text(row, "/id")).collect();
    assert!(ids.contains(&"banco-estado") && ids.is_sorted(), "{ids:?}");
    let mut one = world.read("/v1/institutions/banco-chile").await;
    one["credentials"] = "…".into();
    expect![[r#"
        {
          "cmf_code": "001",
          "credentials": "…",
          "customers": [
            "person"
          ],
          "id": "…",
          "instructions": [
            "withdrawal",
            "bill_payment",
            "beneficiary"
          ],
          "kind": "bank",
          "name": "Banco de Chile",
          "names": {
            "floid": "banco chile",
            "floid_current": "banco_chile",
            "khipu": "bancochile.cl",
            "synaptic": "banco-chile"
          },
          "password": {
            "digits_only": false,
            "max_length": 20,
            "min_length": 4,
            "symbols": "!@#$%^&*()-_=+{};:,<.>"
          },
          "payments": false,
          "products": [
            "movements",
            "cards"
          ],
          "transfer_authentication": [
            "app"
          ]
        }"#]]
    .assert_eq(&shown(&one, &["id"]));
    let unknown = world.get("/v1/institutions/banco-luna").await;
    assert_eq!(unknown.refusal(), "404 not_found institution");
    let wrong = world.get("/v1/institutions/Banco%20Chile").await;
    assert_eq!(wrong.refusal(), "400 parameter_invalid id");
}

/// The forms of the bank that is asked here.
static CREDENTIALS: expect_test::Expect = expect![[r#"
    [
      {
        "fields": [
          {
            "kind": "rut",
            "label": "RUT",
            "name": "rut",
            "secret": false
          },
          {
            "kind": "text",
            "label": "Clave",
            "max_length": 20,
            "min_length": 4,
            "name": "password",
            "secret": true
          }
        ],
        "id": "password"
      },
      {
        "fields": [
          {
            "kind": "rut",
            "label": "RUT",
            "name": "rut",
            "secret": false
          },
          {
            "kind": "digits",
            "label": "PIN",
            "max_length": 5,
            "min_length": 5,
            "name": "mi_pin",
            "secret": true
          }
        ],
        "id": "mi_pin"
      }
    ]"#]];

#[tokio::test]
async fn what_can_be_done_at_institutions() {
    let world = World::new().await;
    let asked = world.read("/v1/institutions/banco-chile").await;
    CREDENTIALS.assert_eq(&shown(&asked["credentials"], &[]));
    let unasked = world.read("/v1/institutions/banco-bice-empresas").await;
    expect![[r#"
        {
          "bank": "banco-bice",
          "credentials": [],
          "customers": [
            "company"
          ],
          "id": "…",
          "instructions": [],
          "kind": "company_portal",
          "name": "Banco BICE Empresas",
          "names": {},
          "password": {
            "digits_only": false,
            "max_length": 20,
            "min_length": 4,
            "symbols": "!@#$%^&*()-_=+{};:,<.>"
          },
          "payments": false,
          "products": [],
          "transfer_authentication": [
            "sms",
            "card"
          ]
        }"#]]
    .assert_eq(&shown(&unasked, &["id"]));
}
