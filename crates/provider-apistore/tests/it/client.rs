//! What a session reads, and how it keeps its token.

use std::time::Duration;

use cartola_connector::session::{Account, DayRange, StatementQuery};
use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ConnectorError, ErrorKind, Line, LiveSession, RetryAdvice};
use cartola_model::AccountKind;
use cartola_primitives::{Currency, date};
use cartola_provider_apistore::client::MAX_HELD_BYTES;
use cartola_provider_apistore::client::accounts::{self, AccountsError, Named};
use expect_test::{Expect, expect};

use crate::bank::{DOLLARS, Fault, PESOS, SECRET, Told};
use crate::conformance::{ApiStoreStage, credential, institution};

pub async fn open(stage: &ApiStoreStage) -> LiveSession {
    stage.registry.open(&institution(), stage.credential(), context()).await.unwrap()
}

async fn accounts(live: &LiveSession) -> Vec<Account> {
    live.session().accounts().unwrap().accounts(&context()).await.unwrap().value
}

fn check_calls(stage: &ApiStoreStage, expected: &Expect) {
    let calls = std::mem::take(&mut stage.bank.state().calls);
    expected.assert_eq(&format!("{}\n", calls.join("\n")));
}

fn shown(line: &Line) -> String {
    let Line { place, observation, counterparty } = line;
    format!(
        "{place}: {} {} {} | {:?} | {:?} {counterparty:?}\n",
        observation.booked_on,
        observation.amount.minor(),
        observation.status.name(),
        observation.glosa,
        observation.details.channel,
    )
}

#[tokio::test]
async fn movements_are_told_from_the_oldest_with_exact_amounts() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let dollars = StatementQuery { account: &accounts[1], days: stage.period() };
    let whole = live.statement(&dollars).await.unwrap();
    let lines: String = whole.batch.lines.iter().map(shown).collect();
    expect![[r#"
        transaction 1: 2026-04-07 -1999 booked | "COMPRA INTERNACIONAL" | Some("Tarjeta") None
        transaction 2: 2026-04-08 145000 booked | "COMPRA INTERNACIONAL" | Some("TEF") None
    "#]]
    .assert_eq(&lines);
    expect![[r#"
        Coverage { from: 2026-03-01, to: 2026-04-30, complete: true } AccountClaim { institution: Some(InstitutionId("banco-chile")), kind: Some(Sight), currency: USD, number: Some(AccountNumber(…0123)), holder: Holder { rut: true, name: false } }
    "#]].assert_eq(&format!("{:?} {:?}\n", whole.batch.coverage, whole.batch.account));
}

#[tokio::test]
async fn equal_lines_of_one_day_stay_apart_over_all_pages() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let pesos = StatementQuery { account: &accounts[0], days: stage.period() };
    let whole = live.statement(&pesos).await.unwrap();
    assert_eq!((whole.batch.lines.len(), whole.raw.len()), (610, 2));
    let places: Vec<String> = whole.batch.lines.iter().map(|line| line.place.to_string()).collect();
    assert_eq!(places.last().unwrap(), "transaction 610");
    let first = &whole.batch.lines[0].observation;
    assert_eq!((first.booked_on, first.amount.minor()), (date(2026, 3, 1), 25_000));
}

#[tokio::test]
async fn balances_are_what_may_be_spent() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let balances = live.session().balances().unwrap().balances(&context()).await.unwrap().value;
    let told: Vec<_> = balances
        .iter()
        .flat_map(|of| &of.readings)
        .map(|reading| (reading.kind.name(), reading.amount.to_decimal_string()))
        .collect();
    assert_eq!(told, [("available", "1234567".to_owned()), ("available", "842.50".to_owned())]);
}

#[tokio::test]
async fn a_period_without_movements_is_an_empty_batch() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let days = DayRange::new(date(2025, 1, 15), date(2025, 3, 2)).unwrap();
    let whole = live.statement(&StatementQuery { account: &accounts[0], days }).await.unwrap();
    assert!(whole.batch.lines.is_empty() && whole.batch.coverage.complete);
    assert_eq!(whole.raw.len(), 3, "a page for each month");
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    stage.bank.state().tokens.clear();
    assert_eq!(accounts(&live).await.len(), 2);
    check_calls(
        &stage,
        &expect![[r#"
            POST /oauth/token
            GET /api/movimientos-saldos
            POST /oauth/token
            GET /api/movimientos-saldos
            GET /api/movimientos-saldos
        "#]],
    );
}

#[tokio::test]
async fn a_new_token_that_is_refused_too_ends_the_session() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let refused = || crate::bank::Fault::Answer {
        status: 401,
        headers: Vec::new(),
        body: r#"{"error":"invalid_token"}"#,
    };
    let granted = crate::bank::Fault::Answer {
        status: 200,
        headers: Vec::new(),
        body: r#"{"access_token":"other","expires_in":3600}"#,
    };
    for fault in [refused(), granted, refused()] {
        stage.bank.fail_next(fault);
    }
    let error = live.session().accounts().unwrap().accounts(&context()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::SessionEnded, RetryAdvice::WithNewSession));
    check_calls(
        &stage,
        &expect![[r#"
            POST /oauth/token
            GET /api/movimientos-saldos
            POST /oauth/token
            GET /api/movimientos-saldos
        "#]],
    );
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out() {
    let stage = ApiStoreStage::new().await;
    // Of a token that lasts a second the half is used.
    stage.bank.state().lasts = 1;
    let live = open(&stage).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    stage.bank.state().lasts = 3_600;
    assert_eq!(accounts(&live).await.len(), 2);
    check_calls(
        &stage,
        &expect![[r#"
            POST /oauth/token
            POST /oauth/token
            GET /api/movimientos-saldos
            GET /api/movimientos-saldos
        "#]],
    );
}

#[tokio::test]
async fn two_calls_refused_together_renew_once() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    stage.bank.state().tokens.clear();
    let (_, _) = tokio::join!(accounts(&live), accounts(&live));
    let calls = stage.bank.state().calls.clone();
    assert_eq!(calls.iter().filter(|call| call.ends_with("/token")).count(), 2);
}

#[tokio::test]
async fn accounts_that_cannot_be_any_never_reach_the_bank() {
    let stage = ApiStoreStage::new().await;
    for named in ["", "x", "****1234", "1:moon", "1,1", "1:USD:USD"] {
        let opened =
            stage.registry.open(&institution(), credential(SECRET, named), context()).await;
        assert_eq!(opened.err().unwrap().kind, ErrorKind::RequestInvalid, "{named}");
    }
    assert!(stage.bank.state().calls.is_empty());
}

/// What is said of credentials before anybody is asked.
async fn refused(fields: &[(&'static str, &str)]) -> String {
    let stage = ApiStoreStage::new().await;
    let given = credential(SECRET, PESOS);
    let given =
        fields.iter().fold(given, |given, (name, value)| given.with(*name, (*value).to_owned()));
    let checked = stage.registry.check(&institution(), &given).map(|form| form.id);
    assert!(stage.bank.state().calls.is_empty());
    format!("{checked:?}\n").replace("Err(ConnectorError ", "")
}

#[tokio::test]
async fn which_field_of_credentials_cannot_be_is_said_before_anybody_is_asked() {
    let mut told = String::new();
    for fields in [
        ("accounts", PESOS),
        ("accounts", "00-123-45678-90,hello"),
        ("accounts", "1,2,1"),
        ("accounts", "1:moon"),
        ("notification_secrets", "a-secret-of-many-characters"),
        ("notification_secrets", "short"),
        ("notification_secrets", "whsec_!!"),
    ] {
        told += &refused(&[fields]).await;
    }
    expect![[r#"
        Ok("client")
        { kind: RequestInvalid, retry: Never, unsent: false, operation: "open", reason: "the field `accounts` is wrong: account 2 is no whole account number" })
        { kind: RequestInvalid, retry: Never, unsent: false, operation: "open", reason: "the field `accounts` is wrong: account 3 was named before" })
        { kind: RequestInvalid, retry: Never, unsent: false, operation: "open", reason: "the field `accounts` is wrong: what follows the number of account 1 is neither a kind such as checking nor a currency such as USD" })
        Ok("client_told")
        { kind: RequestInvalid, retry: Never, unsent: false, operation: "open", reason: "the field `notification_secrets` is wrong: expected one to 2 secrets with a comma between them, each whsec_ and base64, or a text of 24 to 64 bytes" })
        { kind: RequestInvalid, retry: Never, unsent: false, operation: "open", reason: "the field `notification_secrets` is wrong: expected one to 2 secrets with a comma between them, each whsec_ and base64, or a text of 24 to 64 bytes" })
    "#]].assert_eq(&told);
}

async fn told_of(named: &str) -> ConnectorError {
    let stage = ApiStoreStage::new().await;
    let credential = credential(SECRET, named);
    let live = stage.registry.open(&institution(), credential, context()).await.unwrap();
    live.session().accounts().unwrap().accounts(&context()).await.unwrap_err()
}

#[tokio::test]
async fn which_account_is_not_there_is_told_by_its_place() {
    let error = told_of(&format!("{PESOS},4711")).await;
    assert_eq!(error.kind, ErrorKind::NoSuchProduct);
    assert!(error.to_string().contains("no account 2 of those named"), "{error}");
}

#[tokio::test]
async fn an_account_in_another_currency_than_it_was_named_with_is_refused() {
    let error = told_of(&format!("{DOLLARS}:CLP")).await;
    assert_eq!(error.kind, ErrorKind::RequestInvalid);
}

#[test]
fn accounts_are_named_with_what_they_are() {
    let told = |named: Named| {
        let Named { number, kind, currency } = named;
        (number.written().to_owned(), kind, currency)
    };
    let list = accounts::parse("00-123-45678-90 , 12:sight, 13:USD , 12:USD:savings").unwrap();
    assert_eq!(
        list.into_iter().map(told).collect::<Vec<_>>(),
        [
            ("00-123-45678-90".to_owned(), AccountKind::Checking, None),
            ("12".to_owned(), AccountKind::Sight, None),
            ("13".to_owned(), AccountKind::Checking, Some(Currency::USD)),
            ("12".to_owned(), AccountKind::Savings, Some(Currency::USD)),
        ]
    );
    assert_eq!(accounts::parse("1, 2, 01"), Err(AccountsError::Twice(3)));
    assert_eq!(accounts::parse("1,2:gold"), Err(AccountsError::Word(2)));
    assert_eq!(accounts::parse(&"1,".repeat(51)), Err(AccountsError::Twice(2)));
}

#[tokio::test]
async fn pages_of_a_month_that_are_too_large_together_are_not_held() {
    let stage = ApiStoreStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let told = |_| Told {
        date: "2026-04-01".to_owned(),
        amount: "1".to_owned(),
        kind: "CREDIT",
        description: "x".repeat(1 << 20),
    };
    {
        let mut bank = stage.bank.state();
        bank.accounts.get_mut(PESOS).unwrap().movements = (0..60).map(told).collect();
        (bank.page, bank.calls) = (2, Vec::new());
    }
    let query = StatementQuery { account: &accounts[0], days: stage.period() };
    let error = live.statement(&query).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AnswerInvalid);
    assert!(error.to_string().contains("larger, taken together"), "{error}");
    // One page of March, which has none, and no more of April than are held.
    assert!(stage.bank.state().calls.len() <= MAX_HELD_BYTES / (2 << 20) + 2);
}

/// What is said of the balance of the first account that is asked for.
async fn balance_told(members: &'static str) -> String {
    let stage = ApiStoreStage::new().await;
    let credential = credential(SECRET, PESOS);
    let live = stage.registry.open(&institution(), credential, context()).await.unwrap();
    let body = format!(
        r#"{{"account_id":"{PESOS}","movements":[],"balance":{{"amount":7,"currency":"CLP"}}{members}}}"#
    );
    stage.bank.fail_next(Fault::Told(body));
    let read = live.session().balances().unwrap().balances(&context()).await;
    match read {
        Ok(read) => {
            let told = &read.value[0].readings[0];
            format!("{:?} {} {}\n", told.kind, told.amount.minor(), told.as_of)
        }
        Err(error) => format!("{error}\n"),
    }
}

#[tokio::test]
async fn a_balance_is_of_the_day_and_of_the_kind_that_it_is_told_as() {
    let mut told = String::new();
    for members in [
        "",
        r#","balance_as_of":"2026-01-31""#,
        r#","balance_as_of":"2026-01-31","balance_type":"BOOKED""#,
        r#","balance_as_of":"2999-01-31""#,
        r#","balance_as_of":"soon""#,
        r#","balance_type":"MOON""#,
    ] {
        told += &balance_told(members).await;
    }
    expect![[r#"
        Available 7 2026-11-20
        Available 7 2026-01-31
        Ledger 7 2026-01-31
        apistore.balance: the balance is of a day that cannot be
        apistore.balance: the balance is of a day that cannot be
        apistore.balance: the balance is of a type that is not known
    "#]]
    .assert_eq(&told);
}
