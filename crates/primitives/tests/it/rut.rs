use cartola_primitives::rut::{MAX_BODY, Rut, RutError, serde_compact};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Person {
    #[serde(with = "serde_compact")]
    rut: Rut,
}

fn compact(text: &str) -> Result<String, RutError> {
    Rut::parse(text).map(|rut| rut.compact())
}

fn check_accepted(forms: &[&str], expected: &str) {
    for form in forms {
        assert_eq!(compact(form).as_deref(), Ok(expected), "{form:?}");
    }
}

fn check_refused(text: &str, message: &Expect) {
    message.assert_eq(&compact(text).unwrap_err().to_string());
}

#[test]
fn every_written_form_is_read() {
    check_accepted(
        &[
            "12.345.678-5",
            "12345678-5",
            "123456785",
            "12.345.6785",
            " 12.345.678-5\t",
            "012.345.678-5",
            "000012345678-5",
        ],
        "12345678-5",
    );
    check_accepted(&["1.000.005-K", "1000005-k", "1000005K", "01.000.005-k"], "1000005-K");
    check_accepted(&["1-9", "19", "001-9"], "1-9");
}

#[test]
fn errors_name_the_place_or_the_due_verifier() {
    check_refused("", &expect!["the RUT is empty"]);
    check_refused(" \t ", &expect!["the RUT is empty"]);
    check_refused(&"0".repeat(25), &expect!["the RUT is longer than 24 characters"]);
    check_refused("12.345.678-6", &expect!["the verifier of the RUT is wrong, it should be 5"]);
    check_refused("1000005-0", &expect!["the verifier of the RUT is wrong, it should be K"]);
    check_refused(
        "  12.345.678–5",
        &expect!["the RUT contains a character that does not belong at position 13"],
    );
}

#[test]
fn foreign_characters_are_placed() {
    for (text, position) in [
        ("１2.345.678-5", 1),
        ("12 345 678-5", 3),
        (" 12.345.678 -5", 12),
        ("12.345.678-5\n", 13),
        ("12.345.\u{0}678-5", 8),
        ("12.345.678-٥", 12),
        ("\u{a0}12.345.678-5", 1),
        ("CL 123456785", 1),
    ] {
        assert_eq!(compact(text), Err(RutError::Character { position }), "{text:?}");
    }
}

#[test]
fn characters_out_of_order_have_no_shape() {
    for text in [
        "5",
        "-5",
        "12345678-",
        "12345678.5",
        "12345678--5",
        "-12345678-5",
        "1234-5678-5",
        "K2345678-5",
        "12.345.67-85",
        "12.34.5678-5",
        "1234.567-8",
        ".345.678-5",
        "12..345.678-5",
        "...",
        "k",
    ] {
        assert_eq!(compact(text), Err(RutError::Shape), "{text:?}");
    }
}

#[test]
fn the_body_has_one_to_eight_digits() {
    for text in ["0-0", "00000000-0", "100.000.000-4", "99999999999999999999999"] {
        assert_eq!(compact(text), Err(RutError::OutOfRange), "{text:?}");
    }
    assert_eq!(Rut::from_body(0), Err(RutError::OutOfRange));
    assert_eq!(Rut::from_body(MAX_BODY + 1), Err(RutError::OutOfRange));
    assert_eq!(Rut::from_body(MAX_BODY).unwrap().dotted(), "99.999.999-9");
}

#[test]
fn dots_part_groups_of_three() {
    let dotted = |body| Rut::from_body(body).unwrap().dotted();
    assert_eq!(dotted(11_111_111), "11.111.111-1");
    assert_eq!(dotted(1_000_005), "1.000.005-K");
    assert_eq!(dotted(20_003), "20.003-4");
    assert_eq!(dotted(7), "7-8");
}

#[test]
fn companies_begin_at_fifty_million() {
    assert!(!Rut::from_body(49_999_999).unwrap().is_company());
    assert!(Rut::from_body(50_000_000).unwrap().is_company());
}

#[test]
fn nothing_prints_it_by_accident() {
    let rut = Rut::from_body(12_345_678).unwrap();
    assert_eq!(format!("{rut:?}"), "Rut(…)");
    assert_lacks!(Rut: std::fmt::Display, Serialize);
}

#[test]
fn a_field_that_says_so_carries_the_compact_form() {
    let person: Person = serde_json::from_str(r#"{"rut":"12.345.678-5"}"#).unwrap();
    assert_eq!(serde_json::to_string(&person).unwrap(), r#"{"rut":"12345678-5"}"#);
    let refused = serde_json::from_str::<Person>(r#"{"rut":"12.345.678-6"}"#);
    let message = refused.err().unwrap().to_string();
    assert_eq!(message, "the verifier of the RUT is wrong, it should be 5 at line 1 column 21");
    let refused = serde_json::from_str::<Person>(r#"{"rut":123456785}"#).err().unwrap();
    assert!(refused.to_string().contains("expected a RUT such as 11111111-1"));
}

#[test]
fn verdicts_agree_with_the_oracle() {
    let mut rows = csv::Reader::from_reader(include_bytes!("../oracle/ruts.csv").as_slice());
    let mut count = 0;
    for row in rows.deserialize::<(String, String, String)>() {
        let (text, verdict, detail) = row.unwrap();
        let ours = match compact(&text) {
            Ok(compact) => ("valid", compact),
            Err(RutError::WrongDigit { expected } | RutError::WrongLastDigit { expected }) => {
                ("digit", expected.to_string())
            }
            Err(_) => ("form", String::new()),
        };
        assert_eq!(ours, (verdict.as_str(), detail), "{text:?}");
        count += 1;
    }
    assert!(count > 500, "only {count} rows");
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(body in 1..=MAX_BODY) {
        let rut = Rut::from_body(body).unwrap();
        let (dotted, compact) = (rut.dotted(), rut.compact());
        let bare = compact.replace('-', "");
        let lowercase = compact.to_lowercase();
        for form in [format!(" {dotted} "), format!("00{compact}"), dotted, compact, bare, lowercase] {
            prop_assert_eq!(Rut::parse(&form), Ok(rut));
        }
    }

    #[test]
    fn only_one_verifier_is_right(body in 1..=MAX_BODY) {
        let right = "0123456789K".chars().filter(|verifier| Rut::parse(&format!("{body}-{verifier}")).is_ok());
        prop_assert_eq!(right.collect::<Vec<_>>(), [Rut::from_body(body).unwrap().verifier()]);
    }

    #[test]
    fn no_text_breaks_the_parser_and_no_message_repeats_it(text in "[0-9kK.\\-]{5,26}|\\PC{5,26}") {
        if let Err(error) = Rut::parse(&text) {
            let digits = text.trim();
            prop_assert!(digits.len() < 5 || !error.to_string().contains(digits));
        }
    }
}
