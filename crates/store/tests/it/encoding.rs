//! What is written can be read, whatever it says; what is damaged is found.

use cartola_crypto::Sealed;
use cartola_model::movement::MovementDetails;
use cartola_model::{CardUse, Instalment, Movement, MovementStatus, Observation};
use cartola_primitives::id::{AccountId, ConsentSetId, DataKeyId, MovementId};
use cartola_primitives::money::CURRENCIES;
use cartola_primitives::{Currency, Date, Money, date};
use cartola_store::encoding::movement::{StoredMovement, encode_movement};
use cartola_store::encoding::{date_of_day, day_number, decode_observation, encode_observation};
use cartola_store::movements::MovementRow;
use cartola_store::{StoreError, StoreErrorKind};
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

fn counterparties() -> impl Strategy<Value = Option<Sealed>> {
    option::of((any::<[u8; 16]>(), any::<u16>(), any::<Vec<u8>>())).prop_map(|sealed| {
        sealed.map(|(key, schema, bytes)| Sealed { key: DataKeyId::from_bytes(key), schema, bytes })
    })
}

fn movements() -> impl Strategy<Value = MovementRow> {
    const STATUSES: [MovementStatus; 3] =
        [MovementStatus::Pending, MovementStatus::Booked, MovementStatus::Removed];
    let ids = (any::<[u8; 16]>(), any::<[u8; 16]>(), any::<[u8; 16]>(), any::<u32>());
    (ids, observations(), 0..STATUSES.len(), counterparties()).prop_map(
        |((id, account, consents, version), said, status, counterparty)| MovementRow {
            movement: Movement {
                id: MovementId::from_bytes(id),
                account: AccountId::from_bytes(account),
                version,
                booked_on: said.booked_on,
                value_on: said.value_on,
                amount: said.amount,
                balance_after: said.balance_after,
                status: STATUSES[status],
                glosa: said.glosa,
                details: said.details,
            },
            consents: ConsentSetId::from_bytes(consents),
            counterparty,
        },
    )
}

/// The movement of a body, with the account, day and id of a row.
fn opened(body: &[u8], row: &MovementRow) -> Result<MovementRow, StoreError> {
    let Movement { account, booked_on, id, .. } = row.movement;
    StoredMovement::open(body)?.to_row(account, booked_on, id)
}

proptest! {
    #[test]
    fn a_date_is_its_day_number(date in dates()) {
        prop_assert_eq!(date_of_day(day_number(date)).unwrap(), date);
    }

    #[test]
    fn a_day_number_is_what_a_calendar_counts(day in dates()) {
        let since = day.since(date(1970, 1, 1)).unwrap();
        prop_assert_eq!(day_number(day), since.get_days());
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
    fn a_movement_comes_back(row in movements()) {
        prop_assert_eq!(opened(&encode_movement(&row), &row).unwrap(), row);
    }

    /// What checks look for with SQL, which counts from 1: `substr(body, 2, 1)` and
    /// `substr(body, 3, 16)`.
    #[test]
    fn status_and_consents_stand_where_checks_look(row in movements()) {
        let body = encode_movement(&row);
        let code = match row.movement.status {
            MovementStatus::Pending => 1,
            MovementStatus::Booked => 2,
            MovementStatus::Removed => 3,
        };
        prop_assert_eq!(body[1], code);
        prop_assert_eq!(&body[2..18], row.consents.as_bytes());
    }

    #[test]
    fn a_movement_cut_short_or_grown_is_corrupt(row in movements(), cut in 0.0..1.0_f64) {
        let mut body = encode_movement(&row);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let kept = (body.len() as f64 * cut) as usize;
        prop_assert_eq!(opened(&body[..kept], &row).unwrap_err().kind, StoreErrorKind::Corrupt);
        body.push(0);
        prop_assert_eq!(opened(&body, &row).unwrap_err().kind, StoreErrorKind::Corrupt);
    }

    #[test]
    fn an_observation_cut_short_is_corrupt(observation in observations(), cut in 0.0..1.0_f64) {
        let bytes = encode_observation(&observation);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let kept = &bytes[..(bytes.len() as f64 * cut) as usize];
        prop_assert_eq!(decode_observation(kept).unwrap_err().kind, StoreErrorKind::Corrupt);
    }

    #[test]
    fn bytes_from_elsewhere_do_no_harm(bytes in any::<Vec<u8>>(), row in movements()) {
        let mut body = encode_movement(&row);
        let end = body.len().min(bytes.len());
        body[..end].copy_from_slice(&bytes[..end]);
        for outcome in [
            decode_observation(&bytes).map(drop),
            opened(&bytes, &row).map(drop),
            opened(&body, &row).map(drop),
        ] {
            if let Err(error) = outcome {
                prop_assert_eq!(error.kind, StoreErrorKind::Corrupt);
            }
        }
    }

    #[test]
    fn parts_of_another_version_are_not_passed_over(row in movements(), part in 11..16_u16) {
        const PARTS: usize = 33;
        let mut body = encode_movement(&row);
        let parts = u16::from_le_bytes([body[PARTS], body[PARTS + 1]]) | 1 << part;
        body[PARTS..PARTS + 2].copy_from_slice(&parts.to_le_bytes());
        prop_assert_eq!(opened(&body, &row).unwrap_err().kind, StoreErrorKind::Corrupt);
    }

    #[test]
    fn a_shape_of_another_version_is_not_guessed_at(row in movements(), said in observations()) {
        let mut body = encode_movement(&row);
        body[0] += 1;
        prop_assert_eq!(opened(&body, &row).unwrap_err().kind, StoreErrorKind::Corrupt);
        let mut bytes = encode_observation(&said);
        bytes[0] += 1;
        prop_assert_eq!(decode_observation(&bytes).unwrap_err().kind, StoreErrorKind::Corrupt);
    }
}
