use cartola_primitives::Currency;

use super::{AmountProblem, Separators, from_number, from_text};
use crate::limits::MAX_AMOUNT_MINOR;

fn chilean(text: &str, currency: Currency) -> Result<Option<i64>, AmountProblem> {
    from_text(text, currency, Separators::Chilean)
}

#[test]
fn pesos_in_every_form_that_banks_print() {
    for (text, minor) in [
        ("1234", 1_234),
        ("1.234", 1_234),
        ("1.234.567", 1_234_567),
        ("40,000", 40_000),
        ("$50.000", 50_000),
        ("$ -20.000", -20_000),
        ("-$1.234", -1_234),
        ("- 1.234", -1_234),
        ("+5", 5),
        ("CLP 7", 7),
        ("0000000020000,00", 20_000),
        ("1.234,00", 1_234),
        ("0", 0),
    ] {
        assert_eq!(chilean(text, Currency::CLP), Ok(Some(minor)), "{text}");
    }
}

#[test]
fn nothing_is_printed_as_blank_or_hyphen() {
    assert_eq!(chilean("  ", Currency::CLP), Ok(None));
    assert_eq!(chilean("-", Currency::CLP), Ok(None));
}

#[test]
fn currencies_with_decimals() {
    for (text, currency, minor) in [
        ("1.234,56", Currency::USD, 123_456),
        ("1,234.56", Currency::USD, 123_456),
        ("US$ 10,5", Currency::USD, 1_050),
        ("23.80", Currency::USD, 2_380),
        ("1.234", Currency::USD, 123_400),
        ("1,234", Currency::USD, 123_400),
        ("1,234", Currency::CLF, 12_340),
        ("38.123,4567", Currency::CLF, 381_234_567),
    ] {
        assert_eq!(chilean(text, currency), Ok(Some(minor)), "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    for text in ["abc", "1 234", "12.34.567", "1..234", ".234", "1.234.", "--1", "$$1", "1-", "$"] {
        assert_eq!(chilean(text, Currency::CLP), Err(AmountProblem::Form), "{text}");
    }
    let decimals = Err(AmountProblem::Decimals(Currency::CLP));
    assert_eq!(chilean("1,5", Currency::CLP), decimals);
    assert_eq!(chilean("1.5", Currency::CLP), decimals);
    assert_eq!(chilean("US$ 5", Currency::CLP), Err(AmountProblem::Form));
    assert_eq!(chilean("99999999999999999999", Currency::CLP), Err(AmountProblem::TooLarge));
}

#[test]
fn separators_that_are_given_are_the_only_ones() {
    let fixed = Separators::Fixed { decimal: b'.', thousands: None };
    assert_eq!(from_text("1234.50", Currency::USD, fixed), Ok(Some(123_450)));
    assert_eq!(
        from_text("1.2345", Currency::CLP, fixed),
        Err(AmountProblem::Decimals(Currency::CLP))
    );
    assert_eq!(from_text("1,234", Currency::CLP, fixed), Err(AmountProblem::Form));
}

#[test]
fn thousands_behind_the_decimal_mark_are_not_taken_for_decimals() {
    let fixed = Separators::Fixed { decimal: b',', thousands: Some(b'.') };
    for (text, currency) in [
        ("500,000", Currency::CLP),
        ("-450,000", Currency::CLP),
        ("1,000", Currency::CLP),
        ("1,234", Currency::CLP),
        ("12,500", Currency::USD),
    ] {
        assert_eq!(from_text(text, currency, fixed), Err(AmountProblem::Thousands), "{text}");
    }
    for (text, currency, minor) in [
        ("20000,000", Currency::CLP, 20_000),
        ("1.500,000", Currency::CLP, 1_500),
        ("0,000", Currency::CLP, 0),
        ("1,500", Currency::CLF, 15_000),
        ("500,00", Currency::CLP, 500),
    ] {
        assert_eq!(from_text(text, currency, fixed), Ok(Some(minor)), "{text}");
    }
}

#[test]
fn numbers_of_a_sheet_become_whole_minor_units() {
    assert_eq!(from_number(1_234.0, Currency::CLP), Ok(1_234));
    assert_eq!(from_number(0.1 + 0.2, Currency::USD), Ok(30));
    assert_eq!(from_number(-19.99, Currency::USD), Ok(-1_999));
    assert_eq!(from_number(0.5, Currency::CLP), Err(AmountProblem::Decimals(Currency::CLP)));
    for number in [f64::NAN, f64::INFINITY, 1e300, -1e14] {
        assert_eq!(from_number(number, Currency::CLP), Err(AmountProblem::TooLarge));
    }
}

#[test]
fn a_year_of_the_largest_amounts_still_sums() {
    assert!(MAX_AMOUNT_MINOR.checked_mul(i64::from(crate::limits::MAX_ROWS)).is_some());
}
