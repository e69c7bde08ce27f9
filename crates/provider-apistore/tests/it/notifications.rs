//! *Notificaciones* as they are printed.

use cartola_model::Counterparty;
use cartola_primitives::{Currency, Rut};
use cartola_provider_apistore::mapping;
use expect_test::{Expect, expect};

use crate::records::movement;

fn check(minor: i64, other: Option<Counterparty>, expect: Expect) {
    let movement = movement(minor, Currency::CLP, "TRASPASO");
    let told = mapping::notification(&movement, "xxx", other.as_ref()).unwrap();
    expect.assert_eq(&serde_json::to_string(&told).unwrap());
}

#[test]
fn a_transfer_has_the_printed_members() {
    let name = Some("ANA SOTO".to_owned());
    let other = Counterparty { name, rut: None, account: Some("1".to_owned()), bank: None };
    check(
        50_000,
        Some(other),
        expect![[
            r#"{"event":"transfer.received","account_id":"xxx","amount":50000,"currency":"CLP","date":"2025-01-02T03:00:00Z","counterparty":"ANA SOTO"}"#
        ]],
    );
    check(
        -7,
        None,
        expect![[
            r#"{"event":"transfer.sent","account_id":"xxx","amount":7,"currency":"CLP","date":"2025-01-02T03:00:00Z"}"#
        ]],
    );
}

#[test]
fn who_has_no_name_is_told_by_rut_or_account() {
    let account = || Some("00-1".to_owned());
    let rut = Some(Rut::parse("11.111.111-1").unwrap());
    let told = |other: Counterparty| {
        let movement = movement(5, Currency::CLP, "TEF DE");
        mapping::notification(&movement, "xxx", Some(&other)).unwrap().counterparty.unwrap()
    };
    assert_eq!(
        told(Counterparty { name: None, rut, account: account(), bank: None }),
        "11111111-1"
    );
    assert_eq!(
        told(Counterparty { name: None, rut: None, account: account(), bank: None }),
        "00-1"
    );
}

#[test]
fn what_is_no_transfer_is_not_told() {
    for glosa in ["COMPRA JUMBO", "REMUNERACION", "PAGO TARJETA"] {
        let movement = movement(-5, Currency::CLP, glosa);
        assert!(mapping::notification(&movement, "xxx", None).is_none(), "{glosa}");
    }
}
