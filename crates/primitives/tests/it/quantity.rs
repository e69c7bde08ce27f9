use cartola_primitives::quantity::{Quantity, QuantityError};
use proptest::prelude::*;

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap()
}

#[test]
fn quantities_print_in_one_form() {
    for (text, printed) in [
        ("0", "0"),
        ("-0.00", "0"),
        ("1.50", "1.5"),
        ("-21000000", "-21000000"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("1.0000000000000000000000", "1"),
        ("9999999999.999999999999999999", "9999999999.999999999999999999"),
    ] {
        assert_eq!(quantity(text).to_string(), printed);
    }
    assert_eq!(quantity("1.50"), quantity("1.5"));
}

#[test]
fn other_texts_are_refused() {
    for text in ["", "+1", "1e-8", "1_000", "1,5", " 1", ".5", "1.", "0x1", "01", "NaN"] {
        assert_eq!(Quantity::parse(text), Err(QuantityError::Form), "{text:?}");
    }
    let too_fine = Quantity::parse("0.0000000000000000001");
    assert_eq!(too_fine, Err(QuantityError::TooManyDecimals));
    for text in ["79228162514264337593543950336", "99999999999.999999999999999999", &"9".repeat(99)]
    {
        assert_eq!(Quantity::parse(text), Err(QuantityError::Overflow), "{text:?}");
    }
}

#[test]
fn a_sum_is_exact_or_refused() {
    let (tenth, fifth) = (quantity("0.1"), quantity("0.2"));
    assert_eq!(tenth.checked_add(fifth), Ok(quantity("0.3")));
    assert_eq!(tenth.checked_sub(tenth), Ok(Quantity::ZERO));
    let (large, fine) =
        (quantity("79228162514264337593543950335"), quantity("0.000000000000000001"));
    assert_eq!(large.checked_add(fine), Err(QuantityError::Overflow));
    assert_eq!(large.checked_add(large), Err(QuantityError::Overflow));
    assert_eq!(large.checked_add(Quantity::ZERO), Ok(large));
}

#[test]
fn json_carries_a_string() {
    let read: Quantity = serde_json::from_str(r#""0.0150""#).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), r#""0.015""#);
    assert!(serde_json::from_str::<Quantity>("0.015").is_err());
}

/// The same number as an integer of 10^-18 and as a quantity.
fn scaled() -> impl Strategy<Value = (i128, Quantity)> {
    (-10_i128.pow(27)..10_i128.pow(27)).prop_map(|units| (units, quantity(&text_of(units))))
}

fn text_of(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, decimals) =
        (units.abs() / 1_000_000_000_000_000_000, units.abs() % 1_000_000_000_000_000_000);
    format!("{sign}{whole}.{decimals:018}")
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back((_, value) in scaled()) {
        prop_assert_eq!(Quantity::parse(&value.to_string()), Ok(value));
    }

    #[test]
    fn sums_agree_with_integers((left_units, left) in scaled(), (right_units, right) in scaled()) {
        prop_assert_eq!(left.checked_add(right), Ok(quantity(&text_of(left_units + right_units))));
        prop_assert_eq!(left.checked_sub(right), Ok(quantity(&text_of(left_units - right_units))));
    }
}
