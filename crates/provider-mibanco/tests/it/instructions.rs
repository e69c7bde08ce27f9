//! What the bank is told beside transfers, and what its answers mean; its ways are tried against the
//! sandbox.

use bytes::Bytes;
use cartola_connector::session::InstructionName;
use cartola_connector::{Answer, HeaderMap, StatusCode};
use cartola_model::authorization::Beneficiary;
use cartola_model::instruction::{BeneficiaryOrder, BillOrder, CashOrder};
use cartola_model::{
    AccountNumber, BankSays, EndToEndId, InstitutionId, Instructed, InstructionKind,
    InstructionOrder,
};
use cartola_primitives::{Currency, Money, Rut};
use cartola_provider_mibanco::client::instruct;
use expect_test::{Expect, expect};

const ID: &str = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e";

fn name(kind: InstructionKind) -> InstructionName {
    InstructionName { kind, end_to_end_id: EndToEndId::parse(ID).unwrap() }
}

/// What is made of an answer to a look.
fn looked(kind: InstructionKind, status: u16, body: &'static str) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let answer =
        Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) };
    match instruct::looked(name(kind), &answer) {
        Ok(Some(told)) => {
            let code = told.says.code().map(|code| code.expose().clone());
            format!("{:?} {:?} {code:?}\n", told.says, told.bank_reference)
        }
        Ok(None) => "never heard of\n".to_owned(),
        Err(error) => format!("{}: {}\n", error.kind.name(), error.reason),
    }
}

fn check(kind: InstructionKind, answers: &[(u16, &'static str)], expected: &Expect) {
    let told: String = answers.iter().map(|(status, body)| looked(kind, *status, body)).collect();
    expected.assert_eq(&told);
}

#[test]
fn every_standing_of_cash_is_understood() {
    check(
        InstructionKind::Withdrawal,
        &[
            (
                202,
                r#"{"operation_id":"gi_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"APP","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (202, r#"{"operation_id":"gi_1","status":"PROCESSING"}"#),
            (
                202,
                r#"{"operation_id":"gi_1","status":"AVAILABLE","code":"48201937","expires_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (
                200,
                r#"{"operation_id":"gi_1","status":"CLAIMED","ended_at":"2026-11-21T15:05:00Z","claimed_by":"11.111.111-1"}"#,
            ),
            (
                200,
                r#"{"operation_id":"gi_1","status":"EXPIRED","ended_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (
                200,
                r#"{"operation_id":"gi_1","status":"CANCELLED","ended_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (200, r#"{"operation_id":"gi_1","status":"FAILED","failure":"DENIED"}"#),
            (404, r#"{"code":"OPERATION_NOT_FOUND","message":"La operación no existe."}"#),
        ],
        &expect![[r#"
            Challenged Some("gi_1") None
            Settling Some("gi_1") None
            Available Some("gi_1") Some("48201937")
            Claimed Some("gi_1") None
            Expired Some("gi_1") None
            Cancelled Some("gi_1") None
            Failed Some("gi_1") None
            never heard of
        "#]],
    );
}

#[test]
fn what_is_not_understood_says_nothing_about_money() {
    check(
        InstructionKind::Withdrawal,
        &[
            (202, r#"{"operation_id":"gi_1","status":"PENDING_AUTHORIZATION"}"#),
            (
                202,
                r#"{"operation_id":"gi_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"SMS","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (202, r#"{"operation_id":"gi_1","status":"AVAILABLE","code":"48201937"}"#),
            (
                202,
                r#"{"operation_id":"gi_1","status":"AVAILABLE","code":"4820 <b>","expires_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (200, r#"{"operation_id":"gi_1","status":"CLAIMED"}"#),
            (
                200,
                r#"{"operation_id":"gi_1","status":"COMPLETED","ended_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (200, r#"{"operation_id":"gi_1","status":"MELTED"}"#),
            (
                200,
                r#"{"operation_id":"gi_1","status":"PROCESSING","end_to_end_id":"ffffffffffffffffffffffffffffffff"}"#,
            ),
            (404, "not here"),
        ],
        &expect![[r#"
            provider_answer_invalid: no challenge is told
            provider_answer_invalid: an operation is approved in the app, and something else is asked for
            provider_answer_invalid: until when is not told
            provider_answer_invalid: the code is none that an ATM takes
            provider_answer_invalid: when it ended is not told
            provider_answer_invalid: the operation has a status that such a one cannot have
            provider_answer_invalid: the operation has a status that such a one cannot have
            provider_answer_invalid: the answer is about another operation than was asked for
            provider_answer_invalid: the bank answers with a status that it has no use for
        "#]],
    );
    check(
        InstructionKind::BillPayment,
        &[
            (
                200,
                r#"{"operation_id":"pc_1","status":"COMPLETED","ended_at":"2026-11-21T15:05:00Z"}"#,
            ),
            (
                202,
                r#"{"operation_id":"pc_1","status":"AVAILABLE","expires_at":"2026-11-21T15:05:00Z"}"#,
            ),
        ],
        &expect![[r#"
            Done Some("pc_1") None
            provider_answer_invalid: the operation has a status that such a one cannot have
        "#]],
    );
}

/// The call that tells of an order.
fn told(what: Instructed, from: Option<&str>) -> String {
    let from = from.map(|number| AccountNumber::parse(number).unwrap());
    let order = InstructionOrder { end_to_end_id: EndToEndId::parse(ID).unwrap(), from, what };
    assert!(!format!("{order:?}").contains("12345678"), "{order:?}");
    match instruct::begin(&order) {
        Ok(request) => {
            let body = String::from_utf8(request.body.to_vec()).unwrap();
            format!("{} {}\n{body}\n", request.method, request.path)
        }
        Err(error) => format!("{} {}\n", error.unsent, error.reason),
    }
}

#[test]
fn the_bank_is_told_in_its_words() {
    let rut = Rut::parse("12.345.678-5").unwrap();
    let amount = Money::new(50_000, Currency::CLP);
    let cash = || Instructed::Withdrawal(CashOrder { rut, amount, comment: None });
    let bill = Instructed::BillPayment(BillOrder {
        biller_code: "1001".to_owned(),
        customer_number: "7-8".to_owned(),
        amount,
    });
    let beneficiary = Instructed::Beneficiary(BeneficiaryOrder {
        change: Beneficiary::Remove,
        institution: InstitutionId::parse("banco-estado").unwrap(),
        account: AccountNumber::parse("22222222").unwrap(),
        rut,
        name: "María Soto".to_owned(),
        alias: None,
        email: None,
    });
    let all = [
        told(cash(), Some("00-123-45678-90")),
        told(cash(), None),
        told(bill, Some("00-123-45678-90")),
        told(beneficiary, None),
    ];
    expect![[r#"
        POST /api/v1/mibanco/withdrawals
        {"from_account":"00-123-45678-90","to_rut":"12.345.678-5","amount":50000,"currency":"CLP","end_to_end_id":"0198c1d2a3b4c5d6e7f8091a2b3c4d5e"}
        true it is not said which account pays
        POST /api/v1/mibanco/bills/payments
        {"from_account":"00-123-45678-90","biller_code":"1001","client_number":"7-8","amount":50000,"currency":"CLP","end_to_end_id":"0198c1d2a3b4c5d6e7f8091a2b3c4d5e"}
        POST /api/v1/mibanco/beneficiaries/changes
        {"change":"REMOVE","name":"María Soto","rut":"12.345.678-5","to_bank":"BANCO_ESTADO","to_account":"22222222","end_to_end_id":"0198c1d2a3b4c5d6e7f8091a2b3c4d5e"}
    "#]]
    .assert_eq(&all.concat());
}

#[test]
fn a_word_of_the_bank_shows_no_code() {
    let says = BankSays::Available {
        code: Some("48201937".to_owned().into()),
        expires_at: "2026-11-21T15:05:00Z".parse().unwrap(),
    };
    assert_eq!(format!("{says:?}"), "Available");
}
