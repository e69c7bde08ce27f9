//! Calls that go wrong before or after the bank has acted: doubt is resolved, and nothing is paid
//! twice.

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_model::TransferState;
use cartola_sandbox::Scenario;
use serde_json::{Value, json};

use super::{Payer, stands};

const AMOUNT: i64 = 10_000;

impl Payer {
    async fn order_fault(&self, mut fault: Value, when: &str, operation: &str) {
        fault["when"] = when.into();
        fault["operations"] = json!([operation]);
        let path = format!("/institutions/{}/fault", self.bank);
        assert_eq!(self.server.lever("POST", &path, fault).await.0, 204);
    }
}

/// Every way in which an answer fails to arrive.
fn faults() -> [Value; 4] {
    [
        json!({"kind": "cut"}),
        json!({"kind": "error", "status": 502}),
        json!({"kind": "malformed"}),
        json!({"kind": "rate_limited", "retry_after": 1}),
    ]
}

#[tokio::test]
async fn a_beginning_whose_answer_is_lost_is_looked_at_and_not_repeated() {
    for fault in faults() {
        let payer = Payer::new(Scenario::Ok, "banco-security");
        let session = payer.session().await;
        let order = payer.order(1, AMOUNT);
        payer.order_fault(fault.clone(), "after", "POST transfer").await;
        let error = session.try_begin(&order).await.unwrap_err();
        assert!(!error.unsent, "{fault}: {error}");
        let told = session.look(1).await.unwrap();
        assert!(matches!(told.state, TransferState::Completed { .. }), "{fault}: {told:?}");
        assert_eq!(session.begin(&order).await, told);
        payer.check_ledger(1);
    }
}

#[tokio::test]
async fn a_beginning_that_never_happened_is_excluded_by_withdrawing_it() {
    for fault in faults() {
        let payer = Payer::new(Scenario::Ok, "banco-security");
        let session = payer.session().await;
        let order = payer.order(1, AMOUNT);
        payer.order_fault(fault, "before", "POST transfer").await;
        session.try_begin(&order).await.unwrap_err();
        assert_eq!(session.look(1).await, None);
        assert_eq!(stands(&session.withdraw(1).await), "failed withdrawn");
        assert_eq!(stands(&session.begin(&order).await), "failed withdrawn");
        payer.check_ledger(0);
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_given_once() {
    for fault in faults() {
        let payer = Payer::new(Scenario::Ok, "banco-estado");
        let session = payer.session().await;
        session.begin(&payer.order(1, AMOUNT)).await;
        let wrong = super::sms("x");
        payer.order_fault(fault, "after", "POST transfer/authorization").await;
        session.try_answer(1, &wrong).await.unwrap_err();
        assert_eq!(stands(&session.look(1).await.unwrap()), "challenged sms 2");
    }
}

#[tokio::test]
async fn looking_and_withdrawing_are_repeated_until_they_arrive() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    session.begin(&payer.order(1, AMOUNT)).await;
    payer.order_fault(json!({"kind": "cut", "calls": 2}), "before", "GET transfer").await;
    assert_eq!(stands(&session.look(1).await.unwrap()), "challenged sms 3");
    let path = "POST transfer/withdrawal";
    payer.order_fault(json!({"kind": "cut", "calls": 2}), "after", path).await;
    assert_eq!(stands(&session.withdraw(1).await), "failed withdrawn");
    payer.check_ledger(0);
}

#[tokio::test]
async fn a_bank_that_hangs_after_it_has_paid_has_paid() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    payer.order_fault(json!({"kind": "hang"}), "after", "POST transfer").await;
    let error = session.begin_within(&order, std::time::Duration::from_millis(300)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::Timeout, false));
    assert_ne!(error.retry, RetryAdvice::Never);
    let told = session.look(1).await.unwrap();
    assert!(matches!(told.state, TransferState::Completed { .. }), "{told:?}");
    payer.check_ledger(1);
}

#[tokio::test]
async fn a_fault_is_of_the_operations_that_it_names() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    payer.order_fault(json!({"kind": "cut"}), "before", "POST transfer").await;
    assert_eq!(session.look(1).await, None);
    session.try_begin(&payer.order(1, AMOUNT)).await.unwrap_err();
    session.begin(&payer.order(1, AMOUNT)).await;
    let path = format!("/institutions/{}/fault", payer.bank);
    for wrong in [json!(["transfer"]), json!(["PUT transfer"]), json!(["POST "]), json!(["POST A"])]
    {
        let order = json!({"kind": "cut", "operations": wrong});
        assert_eq!(payer.server.lever("POST", &path, order).await.0, 400, "{wrong}");
    }
    let never = json!({"kind": "cut", "when": "tomorrow"});
    assert_eq!(payer.server.lever("POST", &path, never).await.0, 400);
}
