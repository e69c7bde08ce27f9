//! How payments are told.

use cartola_model::{
    AccountNumber, Failure, InstitutionId, PaymentFailure, PaymentState, TransferPayee,
};
use cartola_primitives::{Rut, Timestamp};
use cartola_provider_apistore::mapping;
use cartola_provider_apistore::wire::{BatchStatus, Status};
use expect_test::{Expect, expect};

fn check(bank: &str, expect: Expect) {
    let payee = TransferPayee {
        institution: InstitutionId::parse(bank).unwrap(),
        account: AccountNumber::parse("00-123-45678-90").unwrap(),
        rut: Rut::parse("11.111.111-1").unwrap(),
        name: "Ana Soto".to_owned(),
    };
    expect.assert_eq(&serde_json::to_string(&mapping::counterparty(&payee)).unwrap());
}

#[test]
fn a_bank_is_told_by_its_code_where_it_has_one() {
    check(
        "banco-santander",
        expect![[
            r#"{"name":"Ana Soto","rut":"11111111-1","bank":"037","account_id":"00-123-45678-90"}"#
        ]],
    );
    check(
        "demo-bank",
        expect![[
            r#"{"name":"Ana Soto","rut":"11111111-1","bank":"demo-bank","account_id":"00-123-45678-90"}"#
        ]],
    );
}

#[test]
fn lines_together_stand_as_the_worst_that_is_open_or_as_they_ended() {
    let told = [(0, 0, 3), (2, 1, 1), (3, 0, 0), (0, 3, 0), (2, 1, 0)];
    let told =
        told.map(|(completed, failed, pending)| mapping::batch_status(completed, failed, pending));
    let [pending, still, all, none, some] = told;
    assert_eq!((pending, still), (BatchStatus::Pending, BatchStatus::Pending));
    assert_eq!(
        (all, none, some),
        (BatchStatus::Completed, BatchStatus::Failed, BatchStatus::Partial)
    );
}

#[test]
fn what_nobody_knows_is_told_as_such() {
    let at = Timestamp::UNIX_EPOCH;
    let doubt = PaymentState::InDoubt { since: at, cause: Failure::Timeout, asked: None };
    let failed = PaymentState::Failed { at, reason: PaymentFailure::of(Failure::Timeout) };
    let states =
        [PaymentState::Requested, PaymentState::Settling, PaymentState::Withdrawing, doubt, failed];
    assert_eq!(
        states.map(|state| mapping::status(&state)),
        [Status::Pending, Status::Pending, Status::Pending, Status::InDoubt, Status::Failed]
    );
}
