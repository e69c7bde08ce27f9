//! Two tenants: neither finds anything of the other's, on any path of the document.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use cartola_crypto::{Digest, Sealed};
use cartola_engine::authorizations::{Asking, LeaveBy};
use cartola_engine::instructions::{BeneficiaryOrder, BillOrder, CashOrder, Giver, Wanted};
use cartola_engine::payments::PaymentOrder;
use cartola_engine::tenants::NewKeys;
use cartola_model::authorization::Beneficiary;
use cartola_model::{AccountNumber, InstitutionId, Instructed, RecordKind, Scope, TransferPayee};
use cartola_primitives::id::RecordId;
use cartola_primitives::{Currency, Money, Rut, Secret};
use cartola_store::records::RecordRow;
use cartola_store::{Command, Committer, Records, UnitOfWork};
use serde_json::{Value, json};

use crate::access::some_body;
use crate::bank::{PASSWORD, RUT};
use crate::contract::DOCUMENT;
use crate::world::{World, bearer, request, text};

/// All ids that the owner's answers name, and the owner's cursors.
async fn everything_of(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    let link = world.begin_link().await;
    gather(&world.post(&format!("/v1/links/{link}/readings"), "").await.json(), &mut ids);
    let consents = world.read("/v1/consents").await;
    let rows = consents["data"].as_array().unwrap();
    let consent = rows.iter().find(|row| row["link_id"] == json!(link)).unwrap();
    ids.push(record(world, &link, text(consent, "/id")).await);
    ids.push(payment(world).await);
    ids.extend(instructions(world).await);
    crate::authorizations::asked(world).await;
    let matter = json!({"kind": "access", "rut": RUT, "text": "¿Qué saben de mí?"});
    assert_eq!(world.post("/v1/matters", &matter.to_string()).await.status, 201);
    world.write("https://example.cl/hooks").await;
    for path in LISTS {
        gather(&world.read(path).await, &mut ids);
    }
    let list = world.read("/v1/movements").await;
    let why = format!("/v1/movements/{}/why", text(&list, "/data/0/id"));
    gather(&world.read(&why).await, &mut ids);
    ids.sort();
    ids.dedup();
    ids
}

/// What an owner lists, beside records: the one of these tests is sealed under no key.
const LISTS: [&str; 12] = [
    "/v1/accounts",
    "/v1/authorizations",
    "/v1/balances",
    "/v1/consents",
    "/v1/enrolments",
    "/v1/imports",
    "/v1/links",
    "/v1/matters",
    "/v1/messages",
    "/v1/movements",
    "/v1/payments",
    "/v1/webhook-secrets",
];

/// What their bank has told; nobody is to open it.
async fn record(world: &World, link: &str, consent: &str) -> String {
    let (tenant, now) = (world.keys.tenant.id, world.engine.now());
    let id: RecordId = world.engine.mint();
    let row = RecordRow {
        id,
        link: link.parse().unwrap(),
        kind: RecordKind::Cards,
        version: RecordKind::Cards.version(),
        consent: consent.parse().unwrap(),
        archive: world.engine.mint(),
        digest: Digest::from_bytes([7; 32]),
        first_read_at: now,
        last_read_at: now,
        sealed: Sealed { key: world.engine.mint(), schema: 1, bytes: vec![7; 64] },
    };
    world.store.commit(UnitOfWork::new(tenant, now).with(Command::AddRecord(row))).await.unwrap();
    assert!(world.store.record(tenant, id, now).await.unwrap().is_some());
    id.to_string()
}

/// What somebody was asked to pay.
async fn payment(world: &World) -> String {
    let who = world.engine.authenticate(world.keys.api_key.expose()).await.unwrap().unwrap();
    let rut = Rut::parse(RUT).unwrap();
    let fields = [("rut", rut.compact()), ("password", PASSWORD.to_owned())];
    let fields = fields.map(|(name, text)| (name.to_owned(), Secret::new(text))).into();
    let bank = || InstitutionId::parse("banco-chile").unwrap();
    let payee = TransferPayee {
        institution: bank(),
        account: AccountNumber::parse("00-123-45678-90").unwrap(),
        rut,
        name: "EMPRESA SPA".to_owned(),
    };
    let order = PaymentOrder {
        institution: bank(),
        rut,
        fields: &fields,
        amount: Money::new(5_000, Currency::CLP),
        from: None,
        payee: Some(payee),
        comment: None,
        case: "v1/one",
        request: b"one",
        evidence: b"one",
        approval: None,
        next: None,
    };
    world.engine.begin_payment(&who, &order).await.unwrap().row.id.to_string()
}

/// What their bank was told to do beside.
async fn instructions(world: &World) -> Vec<String> {
    let who = world.engine.authenticate(world.keys.api_key.expose()).await.unwrap().unwrap();
    let rut = Rut::parse(RUT).unwrap();
    let bank = || InstitutionId::parse("banco-chile").unwrap();
    let amount = Money::new(20_000, Currency::CLP);
    let text = ToOwned::to_owned;
    let told = [
        Instructed::Withdrawal(CashOrder { rut, amount, comment: None }),
        Instructed::BillPayment(BillOrder {
            biller_code: text("AGUAS"),
            customer_number: text("123"),
            amount,
        }),
        Instructed::Beneficiary(BeneficiaryOrder {
            change: Beneficiary::Add,
            institution: bank(),
            account: AccountNumber::parse("00-123-45678-90").unwrap(),
            rut,
            name: text("EMPRESA SPA"),
            alias: None,
            email: None,
        }),
    ];
    let mut ids = Vec::new();
    for what in told {
        let fields = [("rut", rut.compact()), ("password", PASSWORD.to_owned())];
        let fields = fields.map(|(name, text)| (name.to_owned(), Secret::new(text))).into();
        let giver = Giver::Credentials { institution: bank(), rut, fields: &fields, from: None };
        let case = format!("v1/{:?}", what.kind());
        let (request, evidence) = (case.as_bytes(), case.as_bytes());
        let (case, leave, asking) = (&case, LeaveBy::NotNeeded, Asking::WhereRequired);
        let wanted = Wanted { giver, what, case, request, evidence, leave, asking, next: None };
        let begun = world.engine.begin_instruction(&who, &wanted).await.unwrap();
        ids.push(begun.row.id.to_string());
    }
    ids
}

fn gather(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::String(text) if is_id(text) => ids.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| gather(value, ids)),
        Value::Object(values) => values.values().for_each(|value| gather(value, ids)),
        _ => {}
    }
}

/// Three letters and hexadecimal digits.
fn is_id(text: &str) -> bool {
    let digits = text.get(4..).unwrap_or_default();
    text.as_bytes().get(3) == Some(&b'_')
        && digits.len() >= 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_kind<'a>(ids: &'a [String], prefix: &str) -> impl Iterator<Item = &'a String> {
    ids.iter().filter(move |id| id.starts_with(prefix))
}

/// The prefix that a parameter's pattern wants, looked up where it is a reference.
fn prefix(parameter: &Value) -> Option<&str> {
    let schema = &parameter["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    let pattern = schema["pattern"].as_str()?;
    pattern.contains("_[0-9a-f]").then(|| &pattern[1..5])
}

/// A request with an id of somebody else's in it.
struct Intrusion {
    method: Method,
    path: String,
    body: String,
}

/// Every such request that the document allows. There is one at least for each parameter that is an
/// id: else what is there to be asked for is not all that a tenant can have.
fn intrusions(ids: &[String]) -> Vec<Intrusion> {
    let mut requests = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"].is_null() {
                continue;
            }
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|each| each["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{path}");
            for parameter in &parameters {
                let name = text(parameter, "/name");
                let Some(prefix) = prefix(parameter) else {
                    // Institutions are the catalogue's, and nobody's.
                    let is_known = parameter["in"] != "path" || path == "/v1/institutions/{id}";
                    assert!(is_known, "{path}: nothing says whose id {name} is");
                    continue;
                };
                let asked: Vec<_> = of_kind(ids, prefix)
                    .map(|id| match parameter["in"].as_str() {
                        Some("path") => path.replace(&format!("{{{name}}}"), id),
                        _ => format!("{path}?{name}={id}"),
                    })
                    .collect();
                assert!(!asked.is_empty(), "{method} {path}: the owner has nothing for {name}");
                requests.extend(asked.into_iter().map(|path| Intrusion {
                    method: method.to_uppercase().parse().unwrap(),
                    path,
                    body: body(operation, ids),
                }));
            }
        }
    }
    requests
}

/// What the document gives as an example, with a source of the owner's where it wants one.
fn body(operation: &Value, ids: &[String]) -> String {
    let example = some_body(operation);
    let Ok(mut example) = serde_json::from_str::<Value>(&example) else { return example };
    if let Some(source) = example.get_mut("source_id") {
        *source = json!(of_kind(ids, "src_").next());
    }
    example.to_string()
}

async fn ask(
    world: &World,
    keys: &NewKeys,
    method: Method,
    path: &str,
    body: &str,
) -> crate::world::Answer {
    let request = request(method, path, &bearer(keys)).header(CONTENT_TYPE, "application/json");
    world.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// What their owner is told of everything there is.
async fn standing(world: &World) -> Vec<Value> {
    let mut told = Vec::new();
    for path in LISTS {
        told.push(world.read(path).await);
    }
    told
}

#[tokio::test]
async fn no_path_gives_or_changes_anything_of_another_tenant() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    world.import(&["6;GIRO CAJERO;-10;980", "7;PAGO;-10;970"]).await;
    let ids = everything_of(&world).await;
    let before = standing(&world).await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    for Intrusion { method, path, body } in intrusions(&ids) {
        let answer = ask(&world, &other, method, &path, &body).await;
        // A list that is asked for by what is not theirs may be empty too.
        let is_empty = path.contains('?') && answer.status == 200;
        assert!(answer.status == 404 || is_empty, "{path}: {}", answer.text());
        assert!(!is_empty || answer.json()["data"] == json!([]), "{path}: {}", answer.text());
        assert!(ids.iter().all(|id| !answer.text().contains(id)), "{path}: {}", answer.text());
    }
    assert_eq!(before, standing(&world).await);
}

#[tokio::test]
async fn lists_of_another_tenant_are_empty_and_its_cursors_worthless() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    everything_of(&world).await;
    for path in LISTS.into_iter().filter(|path| *path != "/v1/webhook-secrets") {
        let answer = ask(&world, &other, Method::GET, path, "").await;
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), 0, "{path}");
    }
    let feed = ask(&world, &other, Method::GET, "/v1/movements/sync", "").await.json();
    assert_eq!(feed["added"].as_array().unwrap().len(), 0);
    let page = world.read("/v1/movements?limit=1").await;
    let cursor = text(&page, "/next_cursor");
    let path = format!("/v1/movements?limit=1&cursor={cursor}");
    let answer = ask(&world, &other, Method::GET, &path, "").await;
    assert_eq!(answer.refusal(), "400 cursor_invalid");
    let audit = ask(&world, &other, Method::GET, "/v1/audit", "").await;
    assert!(!audit.text().contains("import."), "{}", audit.text());
}

#[tokio::test]
async fn the_same_idempotency_key_of_two_tenants_is_two_keys() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let form = || crate::files::Form::of(&["5;COMPRA;-10;990"]);
    let mine = world.send(form().request(&world.bearer(), Some("k"))).await;
    let theirs = world.send(form().request(&bearer(&other), Some("k"))).await;
    assert_eq!((mine.status.as_u16(), theirs.status.as_u16()), (201, 201));
    assert_eq!(theirs.header("idempotent-replayed"), "");
    assert_ne!(mine.json()["imports"][0]["account_id"], theirs.json()["imports"][0]["account_id"]);
}
