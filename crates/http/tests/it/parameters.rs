//! Queries that are read strictly.

use cartola_http::{Parameters, parse};
use cartola_primitives::Date;
use proptest::prelude::*;

#[test]
fn days_are_days_of_the_calendar_in_one_form() {
    for good in ["2026-02-28", "2024-02-29", "1900-01-01", "2199-12-31"] {
        assert_eq!(parse::day(good).unwrap().to_string(), good);
    }
    for bad in [
        "2026-02-29",
        "2026-00-10",
        "2026-13-01",
        "2026-01-32",
        "0001-01-01",
        "2200-01-01",
        "26-01-01",
        "2026-1-1",
        "2026/01/01",
        "+2026-1-01",
        "2026-01-01 ",
        "２０２６-01-01",
        "",
    ] {
        assert!(parse::day(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_parameter_is_taken_once_and_none_is_left() {
    let mut parameters = Parameters::split("a=1&b=x%20y&&").unwrap();
    assert_eq!(parameters.optional("a", parse::whole(0_i64..=9)).unwrap(), Some(1));
    assert_eq!(parameters.optional("b", parse::text(10)).unwrap().as_deref(), Some("x y"));
    assert_eq!(parameters.optional("c", parse::whole(0_i64..=9)).unwrap(), None);
    parameters.finish().unwrap();
    let mut parameters = Parameters::split("a=1&A=1").unwrap();
    parameters.optional("a", parse::whole(0_i64..=9)).unwrap();
    assert!(parameters.finish().is_err());
}

proptest! {
    #[test]
    fn every_day_of_the_years_is_read(year in 1900_i16..2200, month in 1_i8..=12, day in 1_i8..=31) {
        let text = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(parse::day(&text).ok(), Date::new(year, month, day).ok());
    }

    #[test]
    fn every_number_within_its_bounds_is_read_and_no_other(number in any::<i64>()) {
        let read = parse::whole(-1000_i64..=1000)(&number.to_string());
        prop_assert_eq!(read.ok(), (-1000..=1000).contains(&number).then_some(number));
    }

    #[test]
    fn no_query_makes_it_panic(query in ".{0,80}|[%&=+0-9a-fA-F]{0,80}") {
        if let Ok(mut parameters) = Parameters::split(&query) {
            let _ = parameters.optional("a", parse::text(10));
        }
    }
}
