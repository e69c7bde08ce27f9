//! Records to map, and strategies for them.

use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountNumber, CardUse, Counterparty, Instalment, InstitutionId, Movement, MovementStatus,
};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Date, Money, Rut, Timestamp, date};
use proptest::option;
use proptest::prelude::*;

pub const ACCOUNT: AccountId = AccountId::from_bytes([2; 16]);

/// Minor units that the standard has room for, in any currency: 13 digits before the point.
pub const LARGEST_MINOR: i64 = 9_999_999_999_999;

pub fn number(text: &str) -> AccountNumber {
    AccountNumber::parse(text).unwrap()
}

pub fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A booked movement of pesos, with nothing but what all movements have.
pub fn movement(booked_on: Date, minor: i64) -> Movement {
    Movement {
        id: MovementId::from_bytes([0xab; 16]),
        account: ACCOUNT,
        version: 1,
        booked_on,
        value_on: None,
        amount: Money::new(minor, Currency::CLP),
        balance_after: None,
        status: MovementStatus::Booked,
        glosa: "TRASPASO A:".into(),
        details: MovementDetails::default(),
    }
}

pub fn any_day() -> impl Strategy<Value = Date> {
    (0..36_500_i64).prop_map(|days| {
        date(1970, 1, 1)
            .checked_add(cartola_primitives::SignedDuration::from_hours(24 * days))
            .unwrap()
    })
}

pub fn any_currency() -> impl Strategy<Value = Currency> {
    let all = [Currency::CLP, Currency::USD, Currency::EUR, Currency::CLF, Currency::UTM];
    prop::sample::select(all.to_vec())
}

pub fn any_money() -> impl Strategy<Value = Money> {
    (-LARGEST_MINOR..=LARGEST_MINOR, any_currency())
        .prop_map(|(minor, currency)| Money::new(minor, currency))
}

pub fn any_number() -> impl Strategy<Value = AccountNumber> {
    "[*]{0,4}[0-9]{1,2}[-. ]?[0-9]{1,18}".prop_map(|text| number(&text))
}

pub fn any_counterparty() -> impl Strategy<Value = Counterparty> {
    let rut = (1..=99_999_999_u32).prop_map(|body| Rut::from_body(body).unwrap());
    (option::of(any_text()), option::of(rut), option::of(any_text())).prop_map(
        |(name, rut, account)| {
            let bank = account.as_ref().map(|_| InstitutionId::parse("banco-estado").unwrap());
            Counterparty { name, rut, account, bank }
        },
    )
}

/// Texts as they may come: empty, blank, long, of any letters.
pub fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["", " {1,3}", "[A-ZÑÁ 0-9]{1,40}", ".{0,700}"]
}

fn any_details() -> impl Strategy<Value = MovementDetails> {
    let text = || option::of(any_text());
    let card =
        ("[0-9]{4}", any::<bool>()).prop_map(|(last4, additional)| CardUse { last4, additional });
    let instalment =
        (any::<u16>(), any::<u16>()).prop_map(|(number, of)| Instalment { number, of });
    (text(), text(), text(), text(), text(), option::of(card), option::of(instalment)).prop_map(
        |(document, reference, channel, branch, city, card, instalment)| MovementDetails {
            document,
            reference,
            channel,
            branch,
            city,
            card,
            instalment,
        },
    )
}

pub fn any_movement() -> impl Strategy<Value = Movement> {
    let status = prop::sample::select(vec![MovementStatus::Pending, MovementStatus::Booked]);
    let balance = option::of(-LARGEST_MINOR..=LARGEST_MINOR);
    let days = (any_day(), option::of(any_day()));
    (any::<[u8; 16]>(), days, any_money(), balance, status, any_text(), any_details()).prop_map(
        |(id, (booked_on, value_on), amount, balance_after, status, glosa, details)| Movement {
            id: MovementId::from_bytes(id),
            value_on,
            amount,
            balance_after,
            status,
            glosa,
            details,
            ..movement(booked_on, 0)
        },
    )
}
