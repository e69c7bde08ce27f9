//! Every request that Mi Banco's document prints, as it prints it: of its values only the person, the
//! PIN and the accounts are others.

use serde_json::{Value, json};

use super::transfers::{self, Phone};
use super::{BASE, Scene, refused, with};
use crate::receiver::Receiver;

const SESSION: &str = r#"{
  "rut": "12.345.678-9",
  "mi_pin": "<5-digit MI PIN, encrypted>",
  "device_fingerprint": "<hash>"
}"#;

const SESSION_ANSWER: &str = r#"{
  "access_token": "eyJhbGciOi…",
  "refresh_token": "rt_…",
  "expires_in": 900,
  "mi_pass_required": false,
  "customer_segment": "personas"
}"#;

const STATEMENT: &str = r#"{
  "account_id": "00-123-45678-90",
  "currency": "CLP",
  "from_date": "2026-04-01",
  "to_date": "2026-04-30",
  "page": 1,
  "page_size": 100
}"#;

const STATEMENT_ANSWER: &str = r#"{
  "account_id": "00-123-45678-90",
  "page": 1, "total_pages": 3,
  "transactions": [
    {
      "date": "2026-04-08",
      "description": "TRANSF DESDE 76.543.210-K",
      "amount": 1450000, "currency": "CLP",
      "balance_after": 8421500,
      "channel": "TEF",
      "reference": "MB-2026040800012"
    }
  ]
}"#;

fn printed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The same members with values of the same types.
#[track_caller]
fn check_shape(told: &Value, printed: &Value) {
    let kind = |value: &Value| match value {
        Value::Number(number) => format!("number, whole: {}", number.is_i64()),
        other => format!("{:?}", std::mem::discriminant(other)),
    };
    let (told, printed) = (told.as_object().unwrap(), printed.as_object().unwrap());
    let names =
        |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(told), names(printed));
    for (name, value) in printed {
        assert_eq!(kind(&told[name]), kind(value), "{name}");
    }
}

/// Whoever reads what is refused reads Spanish.
#[test]
fn what_is_wrong_with_a_body_is_said_in_spanish() {
    let scene = Scene::new();
    let said = |body: &str| {
        let answer = scene.app.send("POST", "session", body);
        assert_eq!(refused(&answer), "400 INVALID_REQUEST");
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    let not_an_object = said(r#"{"rut": "x", "mi_pin": {}}"#);
    assert!(not_an_object.contains("se esperaba un texto"), "{not_an_object}");
    let a_list = said("[]");
    assert_eq!(a_list, "El cuerpo no es un objeto.");
    let wrong = json!({"rut": "12.345.678-9", "mi_pin": "1", "device_fingerprint": "f1a9"});
    assert_eq!(
        said(&wrong.to_string()),
        "`rut`: el dígito verificador no corresponde, debería ser 5."
    );
    let app = scene.session("ok");
    for (field, day) in [("from_date", "2026-11-31"), ("to_date", "01-11-2026")] {
        let asked = json!({
            "account_id": "1", "currency": "CLP", "from_date": "2026-11-01", "to_date": "2026-11-02",
        });
        let told = app.post("statement", &with(&asked, &json!({field: day})));
        assert_eq!(refused(&told), "400 INVALID_REQUEST");
        let said = format!("`{field}`: se esperaba un día del calendario como AAAA-MM-DD");
        assert!(told.text().contains(&said), "{}", told.text());
    }
    let challenge = app.send("POST", "mipass/challenges", r#"{"transfer": 1}"#);
    assert!(
        challenge.text().contains("se esperaba un objeto con `from_account`"),
        "{}",
        challenge.text()
    );
}

#[test]
fn printed_requests_have_printed_answers() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let request = with(&printed(SESSION), &json!({"rut": login["rut"], "mi_pin": login["mi_pin"]}));
    let session = scene.app.told("session", &request);
    check_shape(&session, &printed(SESSION_ANSWER));
    assert_eq!(
        (&session["expires_in"], &session["mi_pass_required"]),
        (&json!(900), &json!(false))
    );
    assert!(session["access_token"].as_str().unwrap().starts_with("eyJ"));
    assert!(session["refresh_token"].as_str().unwrap().starts_with("rt_"));

    // The document prints no device beside a statement.
    let app = scene.app.within(&session).on(None);
    let account = &app.read("accounts")["accounts"][0];
    let today: cartola_primitives::Date = scene.chile.today().parse().unwrap();
    let last = today.first_of_month().yesterday().unwrap();
    let request = with(
        &printed(STATEMENT),
        &json!({
            "account_id": account["account_id"],
            "from_date": last.first_of_month().to_string(), "to_date": last.to_string(),
        }),
    );
    let told = app.told("statement", &request);
    check_shape(&told, &printed(STATEMENT_ANSWER));
    // What an elided part holds beside the printed members is where there is something to say.
    let shown = &printed(STATEMENT_ANSWER)["transactions"][0];
    let rows = told["transactions"].as_array().unwrap();
    let as_printed = rows.iter().filter(|row| {
        row.as_object().unwrap().keys().all(|name| shown.get(name).is_some())
            && row.get("reference").is_some()
    });
    let mut as_printed = as_printed.peekable();
    assert!(as_printed.peek().is_some(), "{told}");
    as_printed.filter(|row| row.get("channel").is_some()).for_each(|row| check_shape(row, shown));
}

const TRANSFER: &str = r#"{
  "from_account": "00-123-45678-90",
  "to_account": "00-987-65432-1",
  "to_bank": "BANCO_ESTADO",
  "amount": 250000,
  "currency": "CLP",
  "comment": "Servicios abril 2026"
}"#;

const TRANSFER_ANSWER: &str = r#"{
  "transfer_id": "tr_01HZ…",
  "status": "PENDING_AUTHORIZATION",
  "auth_url": "mibanco://authorize?req=…"
}"#;

const WEBHOOK: &str = r#"{
  "event": "transfer.completed",
  "transfer_id": "tr_01HZ…",
  "settled_at": "2026-05-10T13:42:11Z",
  "fee": 0
}"#;

#[test]
fn the_printed_transfer_has_its_printed_answer_and_webhook() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let receiver = Receiver::start();
    let phone = Phone::enrol(&app);
    // The printed request names nobody: the customer's own account elsewhere is on their list.
    let order = transfers::order(&scene, &app);
    let request = with(
        &printed(TRANSFER),
        &json!({
            "from_account": order["from_account"], "to_account": order["to_account"],
        }),
    );
    // Where the end is posted is ours, beside what is printed.
    let request = with(&request, &json!({"callback_url": receiver.url()}));
    let asked = app.post("mipass/challenges", &json!({"transfer": request})).json();
    let token = phone.decide(&asked["auth_url"], "approve")["token"].clone();
    // The document prints these headers, and no Content-Type.
    let headers = [
        ("Authorization", app.authorization.as_deref().unwrap()),
        ("X-MiPass-Token", token.as_str().unwrap()),
    ];
    let send = |more: &[(&str, &str)]| {
        let headers = [&headers, more].concat();
        let path = format!("{BASE}/transfer");
        app.bare.send("POST", &path, &headers, request.to_string().as_bytes()).unwrap()
    };
    let other = send(&[("Content-Type", "text/plain")]);
    assert_eq!(refused(&other), "400 INVALID_REQUEST", "another type is none");
    let answer = send(&[]);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = answer.json();
    check_shape(&told, &printed(TRANSFER_ANSWER));
    assert_eq!(told["status"], "PENDING_AUTHORIZATION");
    assert!(told["transfer_id"].as_str().unwrap().starts_with("tr_"), "{told}");
    assert!(told["auth_url"].as_str().unwrap().starts_with("mibanco://authorize?req="), "{told}");
    transfers::approve_at_bank(&scene);
    let call = receiver.call();
    let posted: Value = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    check_shape(&posted, &printed(WEBHOOK));
    assert_eq!(
        (&posted["event"], &posted["transfer_id"], &posted["fee"]),
        (&json!("transfer.completed"), &told["transfer_id"], &json!(0))
    );
}
