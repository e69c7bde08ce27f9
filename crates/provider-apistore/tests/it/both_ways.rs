//! What the facade prints, the connector reads as it was.

use bytes::Bytes;
use cartola_connector::session::{Account, DayRange};
use cartola_connector::{Answer, HeaderMap, Holder, StatusCode};
use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::{Currency, date};
use cartola_provider_apistore::client::decode;
use cartola_provider_apistore::mapping;
use cartola_provider_apistore::wire::{Amount, MovementType, Statement};
use proptest::prelude::*;

use crate::records::movement;

/// The days around that of [`movement`].
fn days() -> DayRange {
    DayRange::months(date(2025, 1, 1), date(2025, 1, 1)).unwrap()
}

fn account(currency: Currency) -> Account {
    let number = AccountNumber::parse("00-123-45678-90").unwrap();
    let kind = Some(AccountKind::Checking);
    Account { number, kind, currency, alias: None, holder: Holder::default() }
}

fn answer(statement: &Statement) -> Answer {
    let body = Bytes::from(serde_json::to_vec(statement).unwrap());
    Answer { status: StatusCode::OK, headers: HeaderMap::new(), body }
}

proptest! {
    #[test]
    fn a_movement_is_read_as_it_was_printed(
        minor in any::<i64>(),
        currency in prop::sample::select(vec![Currency::CLP, Currency::USD, Currency::CLF]),
        glosa in "[A-ZÁÑ]{1,20}( [A-Z0-9\"\\\\]{1,9}){0,3}",
        channel in prop::sample::select(vec![None, Some("TEF"), Some("Tarjeta"), Some("Cajero")]),
    ) {
        let mut booked = movement(minor, currency, &glosa);
        booked.details.channel = channel.map(str::to_owned);
        let printed = Statement {
            account_id: "00-123-45678-90".to_owned(),
            balance: None,
            balance_as_of: None,
            balance_type: None,
            movements: vec![mapping::movement(&booked)],
            next_cursor: None,
        };
        let page = decode::page(&answer(&printed), &account(currency), days()).unwrap();
        let (day, read) = &page.lines[0];
        prop_assert_eq!((*day, read.amount, &read.glosa), (booked.booked_on, booked.amount, &glosa));
        // How money moved is told again as it was: by the word, or by how the glosa begins.
        let mut again = movement(minor, currency, &read.glosa);
        again.details.channel = read.details.channel.clone();
        prop_assert_eq!(mapping::movement_type(&again), mapping::movement_type(&booked));
    }

    #[test]
    fn whatever_is_answered_is_read_or_refused(body in "\\PC{0,200}") {
        let body = Bytes::from(body);
        let answer = Answer { status: StatusCode::OK, headers: HeaderMap::new(), body };
        prop_assert!(decode::page(&answer, &account(Currency::CLP), days()).is_err());
    }
}

#[test]
fn an_amount_of_a_float_is_one_where_nothing_is_lost() {
    let read = |text: &str| serde_json::from_str::<Amount>(text).ok();
    let minor = |text: &str, currency| read(text).and_then(|it| it.money(currency).ok());
    let minor = |text: &str, currency| minor(text, currency).map(|money| money.minor());
    assert_eq!(minor("1000.0", Currency::CLP), Some(1_000));
    assert_eq!(minor("1000.00", Currency::CLP), Some(1_000));
    assert_eq!(minor("1000.5", Currency::CLP), None);
    assert_eq!(minor("-15.9", Currency::USD), Some(-1_590));
    assert_eq!(minor("15.900", Currency::USD), Some(1_590));
    assert_eq!(minor("15.901", Currency::USD), None);
    assert!(read("1e3").is_none() && read("\"1\"").is_none() && read(&"9".repeat(33)).is_none());
}

#[test]
fn every_word_is_read_as_what_it_is() {
    for kind in MovementType::ALL {
        assert_eq!(MovementType::parse(kind.word()), Some(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.word()));
    }
    assert_eq!(MovementType::parse("PALOMA"), None);
}
