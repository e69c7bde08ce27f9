//! Beginning links, and whose consents they are.

use std::fmt::Write as _;

use cartola_crypto::ContentHash;
use cartola_primitives::SignedDuration;
use cartola_primitives::clock::Clock;
use expect_test::expect;
use serde_json::{Value, json};

use crate::bank::{PASSWORD, RUT, wanted};
use crate::world::{World, text};

async fn consents(world: &World, link: &str) -> Vec<Value> {
    let list = world.read(&format!("/v1/consents?link_id={link}")).await;
    list["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_link_is_begun_under_a_mandate_of_twelve_months() {
    let world = World::new().await;
    let begun = world.post("/v1/links", &wanted(&json!({"purpose": " bookkeeping "}))).await;
    assert_eq!(begun.status, 201);
    assert!(!begun.text().contains(PASSWORD));
    let mut begun = begun.json();
    let link = text(&begun, "/id").to_owned();
    let consent = &consents(&world, &link).await[0];
    assert_eq!(consent["id"], begun["mandate"]["consent_id"]);
    assert_eq!(consent["expires_at"], begun["mandate"]["expires_at"]);
    assert_eq!(consent["purpose"], "bookkeeping");
    let listed = world.read("/v1/links").await;
    begun["id"] = listed["data"][0]["id"].clone();
    let kept = text(&begun, "/mandate/text").to_owned();
    assert_eq!(consent["evidence"], ContentHash::of(kept.as_bytes()).hex());
    let (words, reference) = kept.split_once("\nreference: ").unwrap();
    assert!(reference.len() == 32 && !words.is_empty(), "{kept}");
    begun["mandate"]["text"] = format!("{words}\nreference: …").into();
    for pointer in ["/id", "/person_id", "/mandate/consent_id"] {
        *begun.pointer_mut(pointer).unwrap() = "…".into();
    }
    expect![[r#"
        {
          "id": "…",
          "institution": "banco-chile",
          "mandate": {
            "consent_id": "…",
            "expires_at": "2027-04-11T04:00:00Z",
            "text": "Empresa declara que el titular del RUT 11.111.111-1 le permite leer sus cuentas, saldos, movimientos y otros productos en Banco de Chile con sus credenciales, hasta el 2027-04-10, para: bookkeeping\nreference: …"
          },
          "person_id": "…",
          "since": "2026-04-10T15:00:00Z",
          "source": "credentials",
          "state": "active"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&begun).unwrap());
}

#[tokio::test]
async fn the_same_person_at_the_same_institution_is_the_same_link() {
    let world = World::new().await;
    let link = world.begin_link().await;
    let pin = wanted(&json!({"credentials": {"rut": RUT, "mi_pin": "12345"}, "rut": "111111111"}));
    let again = world.post("/v1/links", &pin).await.json();
    assert_eq!(text(&again, "/id"), link);
    let short = wanted(&json!({"days": 1, "purpose": "once"}));
    let other = world.post("/v1/links", &short).await.json();
    assert_eq!(text(&other, "/id"), link);
    assert_eq!(text(&other, "/mandate/expires_at"), "2026-04-12T04:00:00Z");
    let states: Vec<_> =
        consents(&world, &link).await.iter().map(|row| text(row, "/state").to_owned()).collect();
    assert_eq!(states, ["revoked", "granted"], "one was for the same and goes on");
}

#[tokio::test]
async fn a_link_stands_as_its_mandate_lets_it() {
    let world = World::new().await;
    let begun = world.post("/v1/links", &wanted(&json!({"days": 1}))).await.json();
    let stands = async || {
        let link = world.read("/v1/links").await["data"][0].clone();
        (text(&link, "/state").to_owned(), text(&link, "/since").to_owned())
    };
    let stood = |state: &str, since: &str| (state.to_owned(), since.to_owned());
    let (start, end) = (text(&begun, "/since"), text(&begun, "/mandate/expires_at"));
    assert_eq!(stands().await, stood("active", start));
    let block = json!({"kind": "block", "rut": RUT, "text": "Pido un bloqueo."}).to_string();
    let block = world.post("/v1/matters", &block).await.json();
    assert_eq!(stands().await, stood("suspended", start));
    let denied = json!({"decision": "deny", "text": "No corresponde."}).to_string();
    let path = format!("/v1/matters/{}/decide", text(&block, "/id"));
    assert_eq!(world.post(&path, &denied).await.status, 200);
    assert_eq!(stands().await, stood("active", start));
    world.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(stands().await, stood("expired", end));
    let again = world.post("/v1/links", &wanted(&json!({}))).await.json();
    assert_eq!(stands().await, stood("active", start));
    let path = format!("/v1/consents/{}/revoke", text(&again, "/mandate/consent_id"));
    assert_eq!(world.post(&path, "").await.status, 200);
    assert_eq!(stands().await, stood("revoked", &world.clock.now().to_string()));
}

#[tokio::test]
async fn a_link_that_cannot_be_is_refused_with_a_reason_and_leaves_nothing() {
    let world = World::new().await;
    let cases = [
        json!({"institution": "Banco de Chile"}),
        json!({"institution": "banco-atlantida"}),
        json!({"institution": "banco-bci"}),
        json!({"rut": "11.111.111-2"}),
        json!({"rut": "once millones"}),
        json!({"credentials": {}}),
        json!({"credentials": {"password": PASSWORD, "mi_pin": "12345"}}),
        json!({"credentials": {"clave": PASSWORD}}),
        json!({"credentials": {"password": "abc"}}),
        json!({"credentials": {"mi_pin": "1234x"}}),
        json!({"rut": "76.192.083-9"}),
        json!({"credentials": {"password": 12_345}}),
        json!({"credentials": {"password": PASSWORD, "rut": "5.126.663-3"}}),
        json!({"purpose": " "}),
        json!({"purpose": "x".repeat(201)}),
        json!({"days": 0}),
        json!({"days": 1_096}),
        json!({"days": "365"}),
        json!({"months": 12}),
    ];
    let mut told = String::new();
    for other in cases {
        let answer = world.post("/v1/links", &wanted(&other)).await;
        assert!(!answer.text().contains(PASSWORD), "{}", answer.text());
        let problem = answer.json();
        let detail = text(&problem, "/detail");
        writeln!(told, "{} | {detail}", answer.refusal()).unwrap();
    }
    expect![[r#"
        422 json_invalid institution | `institution`: an institution id is 1 to 40 lower-case letters, digits and hyphens.
        404 not_found institution | There is no such thing for this key: the id is unknown, belongs to another tenant, or no consent allows it to be shown any longer. `resource` says what was looked for. The three cases are not told apart.
        503 institution_not_configured | The catalogue knows the institution, and this installation's configuration does not say where it is asked.
        422 json_invalid rut | `rut`: the verifier of the RUT is wrong, it should be 1.
        422 json_invalid rut | `rut`: the RUT contains a character that does not belong at position 1.
        422 credentials_malformed credentials | `credentials`: the credentials must have the fields of one of these forms: rut + password, rut + mi_pin.
        422 credentials_malformed credentials | `credentials`: the credentials must have the fields of one of these forms: rut + password, rut + mi_pin.
        422 credentials_malformed credentials | `credentials`: the credentials must have the fields of one of these forms: rut + password, rut + mi_pin.
        422 credentials_malformed credentials | `credentials`: the field `password` has a form that the institution does not take.
        422 credentials_malformed credentials | `credentials`: the field `mi_pin` has a form that the institution does not take.
        422 json_invalid institution | `institution`: it lets people in alone: its companies sign in at `banco-chile-empresas`.
        422 json_invalid credentials | The body, at line 1, column 32, in `credentials`: expected a text.
        422 credentials_of_another | The credentials sign in another RUT than the one that the mandate names.
        422 json_invalid purpose | `purpose`: expected 1 to 200 characters, none of them a control character.
        422 json_invalid purpose | `purpose`: expected 1 to 200 characters, none of them a control character.
        422 json_invalid days | `days`: expected a whole number from 1 to 1095.
        422 json_invalid days | `days`: expected a whole number from 1 to 1095.
        422 json_invalid days | The body, at line 1, column 56, in `days`: expected a number.
        422 json_invalid | The body, at line 1, column 80: a field is unknown; known are `institution`, `rut`, `credentials`, `purpose`, `payments`, `days`, `products`, `recipient`.
    "#]].assert_eq(&told);
    for list in ["links", "consents"] {
        assert_eq!(world.read(&format!("/v1/{list}")).await["data"], json!([]));
    }
}

#[tokio::test]
async fn the_same_call_again_begins_nothing_anew() {
    let world = World::new().await;
    let body = wanted(&json!({}));
    let first = world.post_keyed("/v1/links", &body, Some("k")).await;
    let again = world.post_keyed("/v1/links", &body, Some("k")).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(first.json(), again.json());
    let other = wanted(&json!({"credentials": {"password": "otra-clave"}}));
    let other = world.post_keyed("/v1/links", &other, Some("k")).await;
    assert_eq!(other.refusal(), "422 idempotency_key_reused");
    let trail = world.read("/v1/audit?limit=500").await;
    let begun = trail["data"].as_array().unwrap().iter();
    assert_eq!(begun.filter(|entry| entry["action"] == "link.begun").count(), 1);
}

#[tokio::test]
async fn consents_of_one_link_are_listed_alone_and_of_an_unknown_one_not_at_all() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let link = world.begin_link().await;
    assert_eq!(consents(&world, &link).await.len(), 1);
    let all = world.read("/v1/consents").await;
    assert_eq!(all["data"].as_array().unwrap().len(), 2);
    let unknown = format!("/v1/consents?link_id=lnk_{}", "0".repeat(32));
    assert_eq!(world.get(&unknown).await.refusal(), "404 not_found link");
    let page = world.read("/v1/consents?limit=1").await;
    let cursor = text(&page, "/next_cursor");
    let path = format!("/v1/consents?link_id={link}&cursor={cursor}");
    assert_eq!(world.get(&path).await.refusal(), "400 cursor_invalid", "it is of another list");
}
