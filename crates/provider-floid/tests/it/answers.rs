//! Answers, as they are written.

use cartola_insights::debt::FullDebt;
use cartola_insights::income::Report;
use cartola_model::records::{self, Debt, DebtReport};
use cartola_primitives::{Currency, Money, Rut, date};
use cartola_provider_floid::{mapping, wire};
use expect_test::{Expect, expect};
use serde::Serialize;

#[track_caller]
fn check<T: Serialize>(value: &T, expected: Expect) {
    expected.assert_eq(&serde_json::to_string_pretty(value).unwrap());
}

#[test]
fn a_person_is_told_in_the_order_of_the_document() {
    let told = records::Identity {
        rut: Rut::parse("11.111.111-1").unwrap(),
        name: "Mark Tomas Gonzalez Hose".to_owned(),
        born_on: None,
        nationality: None,
        email: None,
        phone: None,
        address: Some(records::Address {
            street: Some("Anibal Pinto".to_owned()),
            number: Some("1891".to_owned()),
            commune: Some("Calama".to_owned()),
            ..records::Address::default()
        }),
        segment: None,
        representative: None,
    };
    let told = wire::Identity { is_login_success: Some(true), ..mapping::identity(&told) };
    check(
        &told,
        expect![[r#"
        {
          "isValid": true,
          "isLoginSuccess": true,
          "firstName": "Mark Tomas",
          "middleName": "",
          "lastName": "Gonzalez Hose",
          "gender": "",
          "address": {
            "careOf": "",
            "street": "Anibal Pinto 1891",
            "zip": "",
            "city": "Calama",
            "region": "",
            "country": "CL"
          }
        }"#]],
    );
    let nobody = wire::Identity { error: Some("why"), ..wire::Identity::default() };
    check(
        &nobody,
        expect![[r#"
        {
          "isValid": false,
          "error": "why"
        }"#]],
    );
}

#[test]
fn debts_are_texts() {
    let pesos = |amount| Money::new(amount, Currency::CLP);
    let debt = |kind: &str, amount| Debt {
        institution: "Chile".to_owned(),
        kind: kind.to_owned(),
        total: pesos(amount),
        current: pesos(amount - 30),
        overdue_30: pesos(10),
        overdue_60: pesos(15),
        overdue_90: pesos(5),
    };
    let report = DebtReport {
        as_of: Some(date(2020, 1, 31)),
        direct: vec![debt("Consumo", 12_345_678), debt("Vivienda", 1_000_000)],
        indirect: Vec::new(),
        available: Vec::new(),
        other: Vec::new(),
    };
    check(
        &mapping::accounts_data(&FullDebt::of(&report)),
        expect![[r#"
        {
          "directDebt": [
            {
              "name": "Chile",
              "activeDebt": "13345618",
              "pastDueThirtyToNinetyDays": "50",
              "pastDueOverNinetyDays": "10",
              "total": "13345678"
            }
          ],
          "indirectDebt": [],
          "availableCredit": [],
          "otherAvailableCredit": []
        }"#]],
    );
    assert_eq!(mapping::credit_check_date(date(2020, 1, 31)), "31/01/2020");
}

#[test]
fn somebody_without_income_has_none() {
    let report = Report {
        months: Vec::new(),
        running: None,
        regular_months: 0,
        main_average: 0,
        extra_average: 0,
    };
    check(
        &mapping::income_check(report),
        expect![[r#"
        {
          "regularity": "0/12",
          "totalAverage": 0,
          "mainAverage": 0,
          "extraAverage": 0,
          "incomeByMonth": []
        }"#]],
    );
}

#[test]
fn amounts_of_the_current_dialect_are_exact() {
    let written = |minor, currency| {
        serde_json::to_string(&wire::Amount::of(Money::new(minor, currency))).unwrap()
    };
    assert_eq!(written(65_000, Currency::CLP), "65000");
    assert_eq!(written(-1_590, Currency::USD), "-15.90");
    assert_eq!(written(i64::MAX, Currency::CLP), i64::MAX.to_string());
}
