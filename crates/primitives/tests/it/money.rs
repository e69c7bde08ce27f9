use cartola_primitives::money::{
    AmountError, CURRENCIES, Currency, CurrencyError, Money, MoneyError, Rounding,
};
use proptest::prelude::*;

fn check_amount(text: &str, currency: Currency, minor: i64) {
    assert_eq!(Money::parse_decimal(text, currency), Ok(Money::new(minor, currency)), "{text:?}");
}

#[test]
fn constants_match_their_rows() {
    for (currency, code, exponent) in [
        (Currency::CLP, "CLP", 0),
        (Currency::USD, "USD", 2),
        (Currency::EUR, "EUR", 2),
        (Currency::CLF, "CLF", 4),
        (Currency::UTM, "UTM", 2),
    ] {
        assert_eq!((currency.code(), currency.exponent()), (code, exponent));
        assert_eq!(Currency::parse(code), Ok(currency));
    }
}

#[test]
fn every_row_is_found_by_its_code() {
    for row in CURRENCIES {
        let currency = Currency::parse(row.code).unwrap();
        assert_eq!((currency.code(), currency.name()), (row.code, row.name));
    }
    for unknown in ["", "clp", "CLP ", "XXX"] {
        assert_eq!(Currency::parse(unknown), Err(CurrencyError));
    }
}

#[test]
fn machine_amounts_are_read_exactly() {
    check_amount("1234567", Currency::CLP, 1_234_567);
    check_amount("-500", Currency::CLP, -500);
    check_amount("1234.56", Currency::USD, 123_456);
    check_amount("1234.5", Currency::USD, 123_450);
    check_amount("1234", Currency::USD, 123_400);
    check_amount("-0.01", Currency::USD, -1);
    check_amount("-0.00", Currency::USD, 0);
    check_amount("38000.1234", Currency::CLF, 380_001_234);
    check_amount("9223372036854775807", Currency::CLP, i64::MAX);
    check_amount("-9223372036854775808", Currency::CLP, i64::MIN);
}

#[test]
fn other_amounts_are_refused() {
    for text in
        ["", "-", "+1", " 1", "1 ", "1,5", "1.", ".5", "1.2.3", "--1", "007", "1e3", "١", "$1"]
    {
        assert_eq!(Money::parse_decimal(text, Currency::USD), Err(AmountError::Form), "{text:?}");
    }
    for (text, currency) in [("1.0", Currency::CLP), ("1.000", Currency::USD)] {
        let expected = AmountError::TooManyDecimals { currency };
        assert_eq!(Money::parse_decimal(text, currency), Err(expected));
    }
    for text in ["9223372036854775808", "-9223372036854775809", "99999999999999999999999"] {
        assert_eq!(Money::parse_decimal(text, Currency::CLP), Err(AmountError::Overflow));
    }
}

#[test]
fn errors_say_what_is_allowed() {
    let message = Money::parse_decimal("1.5", Currency::CLP).unwrap_err().to_string();
    assert_eq!(message, "CLP amounts have at most 0 decimals");
    let mixed = Money::zero(Currency::CLP).checked_add(Money::zero(Currency::CLF));
    let message = mixed.unwrap_err().to_string();
    assert_eq!(message, "amounts in CLP and CLF cannot be combined");
}

#[test]
fn people_read_dots_and_commas() {
    for (minor, currency, expected) in [
        (1_234_567, Currency::CLP, "$1.234.567"),
        (-500, Currency::CLP, "-$500"),
        (0, Currency::CLP, "$0"),
        (123_456, Currency::USD, "US$1.234,56"),
        (5, Currency::USD, "US$0,05"),
        (-100_000_000, Currency::EUR, "-€1.000.000,00"),
        (12_345, Currency::CLF, "UF 1,2345"),
        (150, Currency::UTM, "UTM 1,50"),
        (i64::MIN, Currency::CLP, "-$9.223.372.036.854.775.808"),
    ] {
        assert_eq!(Money::new(minor, currency).display_chilean(), expected);
    }
}

#[test]
fn division_rounds_as_told() {
    for (minor, divisor, half_even, half_up, down) in [
        (7, 2, 4, 4, 3),
        (5, 2, 2, 3, 2),
        (-5, 2, -2, -3, -2),
        (5, -2, -2, -3, -2),
        (-7, -2, 4, 4, 3),
        (1, 2, 0, 1, 0),
        (-1, 2, 0, -1, 0),
        (10, 3, 3, 3, 3),
        (11, 3, 4, 4, 3),
        (-11, 3, -4, -4, -3),
        (6, 3, 2, 2, 2),
        (i64::MIN, 1, i64::MIN, i64::MIN, i64::MIN),
    ] {
        let divided = |rounding| Money::new(minor, Currency::CLP).divide(divisor, rounding);
        let expect = |minor| Ok(Money::new(minor, Currency::CLP));
        assert_eq!(divided(Rounding::HalfEven), expect(half_even), "{minor} / {divisor}");
        assert_eq!(divided(Rounding::HalfUp), expect(half_up), "{minor} / {divisor}");
        assert_eq!(divided(Rounding::Down), expect(down), "{minor} / {divisor}");
    }
}

#[test]
fn what_does_not_fit_is_an_error() {
    let (least, most) = (Money::new(i64::MIN, Currency::CLP), Money::new(i64::MAX, Currency::CLP));
    let one = Money::new(1, Currency::CLP);
    assert_eq!(most.checked_add(one), Err(MoneyError::Overflow));
    assert_eq!(least.checked_sub(one), Err(MoneyError::Overflow));
    assert_eq!(least.checked_neg(), Err(MoneyError::Overflow));
    assert_eq!(least.divide(-1, Rounding::Down), Err(MoneyError::Overflow));
    assert_eq!(one.divide(0, Rounding::Down), Err(MoneyError::DivisionByZero));
}

#[test]
fn json_carries_minor_units_and_code() {
    let text = r#"{"minor":-123456,"currency":"USD"}"#;
    let money: Money = serde_json::from_str(text).unwrap();
    assert_eq!(money, Money::new(-123_456, Currency::USD));
    assert_eq!(serde_json::to_string(&money).unwrap(), text);
    for refused in [
        r#"{"minor":1,"currency":"usd"}"#,
        r#"{"minor":1.5,"currency":"USD"}"#,
        r#"{"minor":1,"currency":"USD","scale":2}"#,
    ] {
        assert!(serde_json::from_str::<Money>(refused).is_err(), "{refused}");
    }
}

fn any_currency() -> impl Strategy<Value = Currency> {
    (0..CURRENCIES.len()).prop_map(|index| Currency::parse(CURRENCIES[index].code).unwrap())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(minor: i64, currency in any_currency()) {
        let money = Money::new(minor, currency);
        prop_assert_eq!(Money::parse_decimal(&money.to_decimal_string(), currency), Ok(money));
    }

    #[test]
    fn subtracting_undoes_adding(left: i64, right: i64, currency in any_currency()) {
        let (left, right) = (Money::new(left, currency), Money::new(right, currency));
        if let Ok(sum) = left.checked_add(right) {
            prop_assert_eq!(sum.checked_sub(right), Ok(left));
            prop_assert_eq!(right.checked_add(left), Ok(sum));
        } else {
            let wide = i128::from(left.minor()) + i128::from(right.minor());
            prop_assert!(i64::try_from(wide).is_err());
        }
    }

    #[test]
    fn two_currencies_never_mix(left in any_currency(), right in any_currency()) {
        let sum = Money::new(1, left).checked_add(Money::new(1, right));
        prop_assert_eq!(sum.is_ok(), left == right);
    }

    #[test]
    fn rounding_is_off_by_half_a_unit_at_most(minor: i64, divisor in 1_i64..) {
        let money = Money::new(minor, Currency::CLP);
        let error = |rounding| {
            let quotient = money.divide(divisor, rounding).unwrap().minor();
            (i128::from(quotient) * i128::from(divisor) - i128::from(minor)).abs()
        };
        prop_assert!(2 * error(Rounding::HalfEven) <= i128::from(divisor));
        prop_assert!(2 * error(Rounding::HalfUp) <= i128::from(divisor));
        prop_assert!(error(Rounding::Down) < i128::from(divisor));
    }
}
