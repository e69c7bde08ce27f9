//! What is written can be read, whatever it says; what is damaged is found.

use cartola_model::movement::MovementDetails;
use cartola_model::{CardUse, Instalment, MovementStatus, Observation};
use cartola_primitives::money::CURRENCIES;
use cartola_primitives::{Currency, Date, Money, date};
use cartola_store::StoreErrorKind;
use cartola_store::encoding::{
    date_of_day, day_number, decode_details, decode_observation, encode_details, encode_observation,
};
use proptest::option;
use proptest::prelude::*;

/// Every day there is, the first and the last more often than others.
fn dates() -> impl Strategy<Value = Date> {
    let (first, last) = (day_number(Date::MIN), day_number(Date::MAX));
    prop_oneof![
        1 => Just(Date::MIN),
        1 => Just(Date::MAX),
        1 => Just(date(1970, 1, 1)),
        9 => (first..=last).prop_map(|day| date_of_day(day).expect("a day of the calendar")),
    ]
}

fn amounts() -> impl Strategy<Value = i64> {
    prop_oneof![Just(i64::MIN), Just(0), Just(i64::MAX), any::<i64>()]
}

fn currencies() -> impl Strategy<Value = Currency> {
    (0..CURRENCIES.len())
        .prop_map(|row| Currency::parse(CURRENCIES[row].code).expect("it is known"))
}

fn texts() -> impl Strategy<Value = Option<String>> {
    option::of(".{0,40}")
}

fn details() -> impl Strategy<Value = MovementDetails> {
    let card = option::of(("[0-9]{4}", any::<bool>()))
        .prop_map(|card| card.map(|(last4, additional)| CardUse { last4, additional }));
    let instalment = option::of(any::<(u16, u16)>())
        .prop_map(|parts| parts.map(|(number, of)| Instalment { number, of }));
    let words = (texts(), texts(), texts(), texts(), texts());
    (words, card, instalment).prop_map(|(words, card, instalment)| {
        let (document, reference, channel, branch, city) = words;
        MovementDetails { document, reference, channel, branch, city, card, instalment }
    })
}

fn observations() -> impl Strategy<Value = Observation> {
    let days = (dates(), option::of(dates()));
    let money = (amounts(), currencies(), option::of(amounts()));
    (days, money, any::<bool>(), ".{0,120}", details()).prop_map(
        |(days, money, pending, glosa, details)| Observation {
            booked_on: days.0,
            value_on: days.1,
            amount: Money::new(money.0, money.1),
            balance_after: money.2,
            status: if pending { MovementStatus::Pending } else { MovementStatus::Booked },
            glosa,
            details,
        },
    )
}

proptest! {
    #[test]
    fn a_date_is_its_day_number(date in dates()) {
        prop_assert_eq!(date_of_day(day_number(date)).unwrap(), date);
    }

    #[test]
    fn day_numbers_order_as_dates_do(one in dates(), other in dates()) {
        prop_assert_eq!(day_number(one).cmp(&day_number(other)), one.cmp(&other));
    }

    #[test]
    fn a_day_number_is_a_date_or_corrupt(day in any::<i32>()) {
        match date_of_day(day) {
            Ok(date) => prop_assert_eq!(day_number(date), day),
            Err(error) => prop_assert_eq!(error.kind, StoreErrorKind::Corrupt),
        }
    }

    #[test]
    fn an_observation_comes_back(observation in observations()) {
        let bytes = encode_observation(&observation);
        prop_assert_eq!(decode_observation(&bytes).unwrap(), observation);
    }

    #[test]
    fn details_come_back(details in details()) {
        let bytes = encode_details(&details);
        prop_assert_eq!(bytes.is_none(), details.is_empty());
        prop_assert_eq!(decode_details(bytes.as_deref()).unwrap(), details);
    }

    #[test]
    fn an_observation_cut_short_is_corrupt(observation in observations(), cut in 0.0..1.0_f64) {
        let bytes = encode_observation(&observation);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let kept = &bytes[..(bytes.len() as f64 * cut) as usize];
        prop_assert_eq!(decode_observation(kept).unwrap_err().kind, StoreErrorKind::Corrupt);
    }

    #[test]
    fn bytes_from_elsewhere_do_no_harm(bytes in any::<Vec<u8>>()) {
        for outcome in [
            decode_observation(&bytes).map(drop),
            decode_details(Some(&bytes)).map(drop),
        ] {
            if let Err(error) = outcome {
                prop_assert_eq!(error.kind, StoreErrorKind::Corrupt);
            }
        }
    }
}

#[test]
fn a_shape_of_another_version_is_not_guessed_at() {
    let mut bytes = encode_details(&MovementDetails {
        city: Some("SANTIAGO".to_owned()),
        ..MovementDetails::default()
    })
    .unwrap();
    assert!(decode_details(Some(&bytes)).is_ok());
    bytes[0] = 2;
    assert_eq!(decode_details(Some(&bytes)).unwrap_err().kind, StoreErrorKind::Corrupt);
    assert_eq!(decode_details(Some(&[])).unwrap_err().kind, StoreErrorKind::Corrupt);
}
