//! `ApiStore`'s side of a bank, by the connector that speaks it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::routing::post;
use cartola_connector::session::{Account, DayRange, MakeTransfers, StatementQuery};
use cartola_connector::test_kit::context;
use cartola_connector::{
    BaseUrl, Credential, Endpoint, ErrorKind, LiveSession, Policy, Registry, RetryAdvice, Transport,
};
use cartola_model::{
    AccountNumber, EndToEndId, InstitutionId, TransferFailure, TransferOrder, TransferPayee,
    TransferState,
};
use cartola_primitives::{Currency, Money, date};
use cartola_provider_apistore::client::{ApiStore, PaysBy, Reached};
use cartola_provider_apistore::signature::{self, SignatureError};
use cartola_sandbox::{Scenario, merchant};
use serde_json::{Value, json};

use crate::server::{Server, named};

const BANK: &str = "banco-chile";

/// A client at a bank of the box.
struct Client {
    server: Server,
    scenario: Scenario,
    pays_by: PaysBy,
}

fn institution() -> InstitutionId {
    InstitutionId::parse(BANK).unwrap()
}

impl Client {
    fn new(scenario: Scenario) -> Self {
        Self { server: Server::new(), scenario, pays_by: PaysBy::Payments }
    }

    async fn registry(&self) -> Registry {
        let base = format!("http://{}/banks/{BANK}/apistore", self.server.listen().await);
        let policy = Policy {
            attempt: Duration::from_secs(20),
            backoff: Duration::from_millis(1),
            interval: Duration::ZERO,
            ..Policy::default()
        };
        let base = BaseUrl::parse(&base).unwrap();
        let endpoint = Endpoint::new(institution(), base, &Transport::new(), &policy);
        let reached = Reached { endpoint, pays_by: self.pays_by };
        Registry::default().with(Arc::new(ApiStore::new([reached])))
    }

    fn credential(&self) -> Credential {
        let known = self.server.at(self.scenario, BANK);
        Credential::default()
            .with("rut", known.username.clone())
            .with("client_id", known.username)
            .with("client_secret", known.password.unwrap())
            .with("accounts", known.accounts[0].clone())
    }

    async fn session(&self) -> LiveSession {
        let registry = self.registry().await;
        registry.open(&institution(), self.credential(), context()).await.unwrap()
    }

    async fn fault(&self, fault: Value) {
        let path = format!("/institutions/{BANK}/fault");
        assert_eq!(self.server.lever("POST", &path, fault).await.0, 204);
    }

    fn order(&self, id: u8, amount: i64) -> TransferOrder {
        let population = self.server.world.population();
        let from = self.server.at(self.scenario, BANK).accounts[0].clone();
        let (to, rut) = (merchant(population), named(Scenario::Company));
        TransferOrder {
            end_to_end_id: EndToEndId::from_bytes([id; 16]),
            from: AccountNumber::parse(&from).unwrap(),
            to: TransferPayee {
                institution: InstitutionId::parse(&to.institution).unwrap(),
                account: AccountNumber::parse(&to.account).unwrap(),
                rut,
                name: population.identity(rut).unwrap().full_name(),
            },
            amount: Money::new(amount, Currency::CLP),
            comment: Some("Factura 4711".to_owned()),
        }
    }

    async fn approve(&self, id: EndToEndId) {
        let path = format!("/phones/{}/approve", named(self.scenario).compact());
        let which = json!({"institution": BANK, "end_to_end_id": id.to_string()});
        assert_eq!(self.server.lever("POST", &path, which).await.0, 200);
    }

    /// How many transfers have moved money, while the ledger balances.
    async fn moved(&self) -> u64 {
        let (status, check) = self.server.lever("GET", "/ledger/check", Value::Null).await;
        assert_eq!(status, 200, "{check}");
        check["transfers"].as_u64().unwrap()
    }
}

async fn accounts(live: &LiveSession) -> Vec<Account> {
    live.session().accounts().unwrap().accounts(&context()).await.unwrap().value
}

fn maker(live: &LiveSession) -> &dyn MakeTransfers {
    live.session().transfers().unwrap()
}

#[tokio::test]
async fn what_is_read_is_what_the_bank_has() {
    let client = Client::new(Scenario::Ok);
    let live = client.session().await;
    let accounts = accounts(&live).await;
    let days = DayRange::new(date(2026, 6, 1), date(2026, 11, 10)).unwrap();
    let query = StatementQuery { account: &accounts[0], days };
    let whole = live.statement(&query).await.unwrap();
    let path = format!(
        "/accounts/{}/movements?from=2026-06-01&to=2026-11-10",
        accounts[0].number.written()
    );
    let (_, shown) = client.server.lever("GET", &path, Value::Null).await;
    let printed = |date: &str, amount: i64, glosa: &str| format!("{date} {amount} {glosa}");
    let mut shown: Vec<String> = shown
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["status"] == "booked")
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            printed(text("date"), row["amount"].as_i64().unwrap(), text("description"))
        })
        .collect();
    let mut read: Vec<String> = whole
        .batch
        .lines
        .iter()
        .map(|told| &told.observation)
        .map(|seen| printed(&seen.booked_on.to_string(), seen.amount.minor(), &seen.glosa))
        .collect();
    assert!(read.len() > 100, "{}", read.len());
    assert!(whole.batch.lines.is_sorted_by_key(|told| told.observation.booked_on));
    shown.sort();
    read.sort();
    assert_eq!(read, shown);
    let balances = live.session().balances().unwrap().balances(&context()).await.unwrap().value;
    let number = accounts[0].number.written();
    let (_, account) =
        client.server.lever("GET", &format!("/accounts/{number}"), Value::Null).await;
    assert_eq!(json!(balances[0].readings[0].amount.minor()), account["available"]);
}

#[tokio::test]
async fn a_token_that_has_run_out_is_renewed() {
    let client = Client::new(Scenario::Ok);
    let live = client.session().await;
    client.server.lever("POST", "/clock", json!({"advance": "PT16M"})).await;
    assert_eq!(accounts(&live).await.len(), 1);
}

#[tokio::test]
async fn a_bank_that_is_asked_too_often_is_left_alone_as_long_as_it_says() {
    let client = Client::new(Scenario::Ok);
    let live = client.session().await;
    let few = json!({"kind": "rate_limited", "retry_after": 1, "calls": 1,
        "operations": ["GET apistore/movimientos-saldos"]});
    client.fault(few).await;
    assert_eq!(accounts(&live).await.len(), 1);
    let many = json!({"kind": "rate_limited", "retry_after": 120, "calls": 9});
    client.fault(many).await;
    let error = live.session().accounts().unwrap().accounts(&context()).await.unwrap_err();
    let wait = RetryAdvice::After(Duration::from_mins(2));
    assert_eq!((error.kind, error.retry), (ErrorKind::RateLimited, wait));
}

#[tokio::test]
async fn a_wrong_secret_lets_nobody_in() {
    let client = Client::new(Scenario::WrongPassword);
    let opened = client.registry().await.open(&institution(), client.credential(), context()).await;
    assert_eq!(opened.err().unwrap().kind, ErrorKind::CredentialsInvalid);
}

#[tokio::test]
async fn money_moves_once_though_the_answer_is_lost() {
    for pays_by in [PaysBy::Payments, PaysBy::Deposits] {
        let client = Client { pays_by, ..Client::new(Scenario::Ok) };
        let live = client.session().await;
        client.fault(json!({"kind": "cut", "when": "after", "calls": 1})).await;
        let order = client.order(1, 25_000);
        // It is not asked for again: a look tells.
        let lost = maker(&live).begin(&order, &context()).await.unwrap_err();
        assert!(!lost.unsent, "{lost}");
        let told = maker(&live).look(&order.end_to_end_id, &context()).await.unwrap().unwrap();
        assert!(matches!(told.state, TransferState::Challenged(_)), "{told:?}");
        client.approve(order.end_to_end_id).await;
        let paid = maker(&live).look(&order.end_to_end_id, &context()).await.unwrap().unwrap();
        assert!(matches!(paid.state, TransferState::Completed { .. }), "{paid:?}");
        let again = maker(&live).begin(&order, &context()).await.unwrap();
        assert_eq!((again.state, client.moved().await), (paid.state, 1));
        let other = maker(&live).begin(&client.order(1, 26_000), &context()).await.unwrap_err();
        assert_eq!(other.kind, ErrorKind::RequestInvalid);
    }
}

#[tokio::test]
async fn what_is_taken_back_moves_no_money_whatever_arrives_later() {
    let client = Client::new(Scenario::Ok);
    let live = client.session().await;
    let order = client.order(1, 25_000);
    let id = order.end_to_end_id;
    assert_eq!(maker(&live).look(&id, &context()).await.unwrap(), None);
    let withdrawn = TransferState::Failed(TransferFailure::Withdrawn);
    assert_eq!(maker(&live).withdraw(&id, &context()).await.unwrap().state, withdrawn);
    assert_eq!(maker(&live).begin(&order, &context()).await.unwrap().state, withdrawn);
    assert_eq!(client.moved().await, 0);
}

#[tokio::test]
async fn what_the_bank_refuses_for_a_reason_of_business_has_failed() {
    let client = Client::new(Scenario::InsufficientFunds);
    let live = client.session().await;
    let told = maker(&live).begin(&client.order(1, 25_000), &context()).await.unwrap();
    assert_eq!(told.state, TransferState::Failed(TransferFailure::InsufficientFunds));
}

async fn refused(client: &Client, request: axum::http::request::Builder, body: &str) -> String {
    let (status, answer) =
        client.server.send(request.body(Body::from(body.to_owned())).unwrap()).await;
    format!("{status} {}", answer["error"].as_str().unwrap_or("?"))
}

#[tokio::test]
async fn refusals_are_in_the_words_of_the_protocol() {
    let client = Client::new(Scenario::Ok);
    let path = |rest: &str| format!("/banks/{BANK}/apistore/{rest}");
    let form = "application/x-www-form-urlencoded";
    let token = || Request::post(path("oauth/token")).header("content-type", form);
    assert_eq!(
        refused(&client, token(), "grant_type=password").await,
        "400 unsupported_grant_type"
    );
    let wrong = "grant_type=client_credentials&client_id=1-9&client_secret=x";
    assert_eq!(refused(&client, token(), wrong).await, "401 invalid_client");
    let unknown =
        Request::get(path("api/movimientos-saldos?account_id=1&from=2026-01-01&to=2026-01-02"));
    assert_eq!(refused(&client, unknown, "").await, "401 invalid_token");
    client.fault(json!({"kind": "error", "status": 503, "calls": 1})).await;
    let (status, _) = client.server.send(token().body(Body::from(wrong)).unwrap()).await;
    assert_eq!(status, 503);
}

/// Signature and body of what was posted.
type Calls = Arc<Mutex<Vec<(Option<String>, Vec<u8>)>>>;

const SECRET: &str = "the-secret-of-the-institution";

/// A box, and a receiver of what its lever posts.
struct Posting {
    server: Server,
    url: String,
    account: String,
    calls: Calls,
}

impl Posting {
    async fn new() -> Self {
        let calls: Calls = Arc::default();
        let kept = Arc::clone(&calls);
        let receive = async move |headers: HeaderMap, body: axum::body::Bytes| {
            let header = headers.get("x-signature").map(|value| value.to_str().unwrap().to_owned());
            kept.lock().unwrap().push((header, body.to_vec()));
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/", post(receive));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let server = Server::new();
        let account = server.at(Scenario::Ok, BANK).accounts[0].clone();
        Self { server, url, account, calls }
    }

    /// Pulls the lever with these members more, or in the place of the usual.
    async fn pull(&self, more: Value) -> (u16, Value) {
        let mut order = json!({"url": self.url, "secrets": [SECRET], "account": self.account,
            "amount": 50_000});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.server.lever("POST", "/notifications", order).await
    }

    /// What is made of each signature that came since, with its body.
    fn came(&self) -> Vec<(Option<SignatureError>, Value)> {
        let now = "2026-11-20T15:00:00Z".parse().unwrap();
        let secret = cartola_primitives::Secret::new(SECRET.to_owned());
        let secrets = signature::secrets(&secret).unwrap();
        let came = std::mem::take(&mut *self.calls.lock().unwrap());
        came.iter()
            .map(|(header, body)| {
                let checked = signature::verify(header.as_deref(), body, &secrets, now);
                (checked.err(), serde_json::from_slice(body).unwrap())
            })
            .collect()
    }
}

#[tokio::test]
async fn notifications_are_signed_as_it_is_wanted() {
    let posting = Posting::new().await;
    for more in [
        json!({"copies": 2}),
        json!({"seconds_ago": 400}),
        json!({"signature": "wrong"}),
        json!({"signature": "none"}),
    ] {
        let (status, told) = posting.pull(more).await;
        assert_eq!((status, &told["answers"][0]), (200, &json!(200)), "{told}");
    }
    let came = posting.came();
    let [age, secret, form] = [SignatureError::Age, SignatureError::Secret, SignatureError::Form];
    let checked: Vec<_> = came.iter().map(|(error, _)| *error).collect();
    assert_eq!(checked, [None, None, Some(age), Some(secret), Some(form)]);
    let first = &came[0].1;
    assert_eq!((&first["event"], &first["amount"]), (&json!("transfer.received"), &json!(50_000)));
    for wrong in
        [json!({"url": "https://x/"}), json!({"happened_seconds_ago": []}), json!({"copies": 0})]
    {
        let (status, told) = posting.pull(wrong).await;
        assert_eq!(status, 400, "{told}");
    }
    assert!(posting.came().is_empty());
}

/// An institution that is told to sign wrongly does so as often as it is told, and answers as before.
#[tokio::test]
async fn notifications_come_out_of_order_and_from_banks_that_sign_wrongly() {
    let posting = Posting::new().await;
    let fault = json!({"kind": "wrong_signature", "calls": 2});
    let path = format!("/institutions/{BANK}/fault");
    assert_eq!(posting.server.lever("POST", &path, fault).await.0, 204);
    let told = posting.pull(json!({"happened_seconds_ago": [0, 86_400, 60]})).await.1;
    assert_eq!(told["answers"], json!([200, 200, 200]));
    let came: Vec<_> = posting
        .came()
        .into_iter()
        .map(|(error, body)| (error, body["date"].as_str().unwrap().to_owned()))
        .collect();
    let wrong = Some(SignatureError::Secret);
    assert_eq!(
        came,
        [
            (wrong, "2026-11-20T15:00:00Z".to_owned()),
            (wrong, "2026-11-19T15:00:00Z".to_owned()),
            (None, "2026-11-20T14:59:00Z".to_owned()),
        ]
    );
}
