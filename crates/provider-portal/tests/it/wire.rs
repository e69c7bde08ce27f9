//! The shapes of the protocol, to the letter.

use std::fmt::Debug;

use cartola_provider_portal::wire::afc::{Contribution, Employer};
use cartola_provider_portal::wire::cmf::Debt;
use cartola_provider_portal::wire::cryptomkt::Balance;
use cartola_provider_portal::wire::identity::Identity;
use cartola_provider_portal::wire::sii::IvaDeclaration;
use cartola_provider_portal::wire::{ErrorBody, ErrorCode, SessionRequest, SessionResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads what is printed and writes it again the same.
fn check<T: Serialize + DeserializeOwned>(printed: &Value) -> T {
    let read: T = serde_json::from_value(printed.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), printed);
    read
}

fn hides(value: &impl Debug, what: &str) {
    assert!(!format!("{value:?}").contains(what), "{value:?}");
}

#[test]
fn a_session_shows_no_secret() {
    let request: SessionRequest = check(&json!({"user": "12.345.678-5", "password": "abc123"}));
    hides(&request, "abc123");
    hides(&request, "345");
    let response: SessionResponse = check(&json!({"token": "at_1_x", "expires_in": 900}));
    hides(&response, "at_1");
}

#[test]
fn a_user_name_is_a_rut_in_any_form() {
    let read = |user: &str| {
        serde_json::from_value::<SessionRequest>(json!({"user": user, "password": "x"}))
    };
    assert_eq!(read("12345678-5").unwrap().user.dotted(), "12.345.678-5");
    assert!(read("12345678-4").is_err());
}

#[test]
fn a_code_of_a_later_version_is_the_institutions_own_fault() {
    let body: ErrorBody =
        serde_json::from_value(json!({"code": "ON_STRIKE", "message": "…"})).unwrap();
    assert_eq!((body.code, body.code.status()), (ErrorCode::Other, 500));
    let locked = json!({"code": "CREDENTIALS_LOCKED", "message": "La clave está bloqueada."});
    assert_eq!(check::<ErrorBody>(&locked).code.status(), 423);
}

#[test]
fn contributions_and_employers_are_as_synaptic_names_them() {
    let contribution: Contribution = check(&json!({"month": "2022-05-01",
        "employer": "SERVICIOS INFORMAT", "employer_rut": "77.777.777-7", "income": 2_050_872,
        "amount": 12_305, "contributor": "Cotiz. Trabajador"}));
    hides(&contribution, "SERVICIOS");
    let employer: Employer = check(&json!({"employer": "SERVICIOS INFORMAT",
        "employer_rut": "77.777.777-7", "subscription_date": "2017-04-10",
        "contract_type": "DURACIÓN INDEFINIDA", "start_date": "2016-12-01"}));
    assert_eq!(employer.end_date, None);
}

#[test]
fn a_debt_is_one_row() {
    check::<Debt>(&json!({"institution": "Banco de Chile", "credit_type": "Vivienda",
        "total": 100, "current": 90, "late_30_59": 10, "late_60_89": 0, "late_90": 0}));
}

#[test]
fn quantities_and_codes_are_exact() {
    check::<Balance>(&json!({"asset": "ETH", "name": "Ether", "quantity": "1.000000000000000001",
        "price": "3100.5", "value": 310_050}));
    check::<IvaDeclaration>(&json!({"period": "2026-09-01", "folio": "7000000000",
        "declared_on": "2026-10-20", "codes": {"115": "0.25", "538": "1900000"}}));
}

#[test]
fn an_identity_says_only_what_is_known() {
    let printed = json!({"rut": "12.345.678-5", "name": "María Paz Rojas Soto",
        "given_names": "María Paz", "first_surname": "Rojas", "second_surname": "Soto",
        "birth_date": "1988-01-01", "sex": "F", "nationality": "CHILENA"});
    hides(&check::<Identity>(&printed), "Rojas");
}
