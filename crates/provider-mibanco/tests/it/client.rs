//! What a session reads, and how it renews itself.

use cartola_connector::session::{Account, DayRange, StatementQuery};
use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ErrorKind, Line, LiveSession, RetryAdvice};
use cartola_primitives::date;
use expect_test::{Expect, expect};

use crate::bank::PIN;
use crate::conformance::{MiBancoStage, credential, institution};

pub async fn open(stage: &MiBancoStage) -> LiveSession {
    stage.registry.open(&institution(), stage.credential(), context()).await.unwrap()
}

async fn accounts(live: &LiveSession) -> Vec<Account> {
    live.session().accounts().unwrap().accounts(&context()).await.unwrap().value
}

fn check_calls(stage: &MiBancoStage, expected: &Expect) {
    let calls = std::mem::take(&mut stage.bank.state().calls);
    expected.assert_eq(&format!("{}\n", calls.join("\n")));
}

fn shown(line: &Line) -> String {
    let Line { place, observation, counterparty } = line;
    let details = &observation.details;
    format!(
        "{place}: {} {} {:?} {} | {:?} | {:?} {:?} {counterparty:?}\n",
        observation.booked_on,
        observation.amount.minor(),
        observation.balance_after,
        observation.status.name(),
        observation.glosa,
        details.channel,
        details.reference,
    )
}

#[tokio::test]
async fn movements_are_mapped_with_what_the_bank_gives() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let dollars = StatementQuery { account: &accounts[1], days: stage.period() };
    let whole = live.statement(&dollars).await.unwrap();
    let lines: String = whole.batch.lines.iter().map(shown).collect();
    expect![[r#"
        transaction 1: 2026-04-08 145000 Some(842150) booked | "TRANSF DESDE 76.543.210-3" | Some("TEF") Some("MB-2026040800012") Some(Counterparty { name: true, rut: true, account: false, bank: true })
        transaction 2: 2026-04-07 -1999 None pending | "COMPRA INTERNACIONAL" | Some("Tarjeta") None None
    "#]].assert_eq(&lines);
    expect![[r#"
        Coverage { from: 2026-04-01, to: 2026-04-30, complete: true } AccountClaim { institution: Some(InstitutionId("banco-chile")), kind: Some(Sight), currency: USD, number: Some(AccountNumber(…4321)), holder: Holder { rut: true, name: false } }
    "#]].assert_eq(&format!("{:?} {:?}\n", whole.batch.coverage, whole.batch.account));
}

#[tokio::test]
async fn balances_are_mapped() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    let balances = live.session().balances().unwrap().balances(&context()).await.unwrap();
    expect![[r#"
        AccountBalances {
            number: AccountNumber(…4321),
            currency: USD,
            readings: [
                BalanceReading {
                    kind: Available,
                    amount: Money {
                        minor: 842150,
                        currency: USD,
                    },
                    as_of: 2026-11-20,
                },
                BalanceReading {
                    kind: Ledger,
                    amount: Money {
                        minor: 842150,
                        currency: USD,
                    },
                    as_of: 2026-11-20,
                },
                BalanceReading {
                    kind: Overdraft,
                    amount: Money {
                        minor: 0,
                        currency: USD,
                    },
                    as_of: 2026-11-20,
                },
            ],
        }
    "#]]
    .assert_eq(&format!("{:#?}\n", balances.value[1]));
}

#[tokio::test]
async fn equal_lines_of_one_day_stay_apart_over_all_pages() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let pesos = StatementQuery { account: &accounts[0], days: stage.period() };
    let whole = live.statement(&pesos).await.unwrap();
    assert_eq!((whole.batch.lines.len(), whole.raw.len()), (1_203, 3));
}

#[tokio::test]
async fn a_period_without_movements_is_an_empty_batch() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    let accounts = accounts(&live).await;
    let days = DayRange::new(date(2025, 1, 1), date(2025, 1, 31)).unwrap();
    let whole = live.statement(&StatementQuery { account: &accounts[0], days }).await.unwrap();
    assert!(whole.batch.lines.is_empty() && whole.batch.coverage.complete);
}

#[tokio::test]
async fn a_mi_pin_opens_a_session_too() {
    let stage = MiBancoStage::new().await;
    let opened = stage.registry.open(&institution(), credential("mi_pin", PIN), context()).await;
    opened.unwrap().close().await.unwrap();
    check_calls(
        &stage,
        &expect![[r#"
        POST /api/v1/mibanco/session
        DELETE /api/v1/mibanco/session
    "#]],
    );
}

#[tokio::test]
async fn credentials_that_cannot_be_right_never_reach_the_bank() {
    let stage = MiBancoStage::new().await;
    for (field, value) in [("mi_pin", "1234"), ("mi_pin", "12a45"), ("password", "a"), ("pin", "1")]
    {
        let opened = stage.registry.open(&institution(), credential(field, value), context()).await;
        assert_eq!(opened.err().unwrap().kind, ErrorKind::RequestInvalid, "{field}");
    }
    assert!(stage.bank.state().calls.is_empty());
}

#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    stage.bank.state().sessions[0].expired = true;
    assert_eq!(accounts(&live).await.len(), 3);
    live.close().await.unwrap();
    check_calls(
        &stage,
        &expect![[r#"
        POST /api/v1/mibanco/session
        GET /api/v1/mibanco/accounts
        POST /api/v1/mibanco/session/refresh
        GET /api/v1/mibanco/accounts
        DELETE /api/v1/mibanco/session
    "#]],
    );
    assert_eq!(stage.open_sessions(), 0);
}

#[tokio::test]
async fn two_calls_refused_together_renew_once() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    stage.bank.state().sessions[0].expired = true;
    let (_, _) = tokio::join!(accounts(&live), accounts(&live));
    let calls = stage.bank.state().calls.clone();
    assert_eq!(calls.iter().filter(|call| call.ends_with("/refresh")).count(), 1);
}

#[tokio::test]
async fn a_session_that_the_bank_ended_is_told_and_closes() {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    stage.bank.state().sessions.clear();
    let error = live.session().accounts().unwrap().accounts(&context()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::SessionEnded, RetryAdvice::WithNewSession));
    live.close().await.unwrap();
}

#[tokio::test]
async fn a_session_that_wants_mi_pass_is_closed_and_told() {
    let stage = MiBancoStage::new().await;
    stage.bank.state().wants_mi_pass = true;
    let opened = stage.registry.open(&institution(), stage.credential(), context()).await;
    assert_eq!(opened.err().unwrap().kind, ErrorKind::ChallengeRequired);
    assert_eq!(stage.open_sessions(), 0);
}
