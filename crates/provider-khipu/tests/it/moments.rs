use cartola_primitives::{Timestamp, date, santiago};
use cartola_provider_khipu::wire::Moment;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::support::{any_day, instant};

fn check_day(year: i16, month: i8, day: i8, expect: &Expect) {
    let day = date(year, month, day);
    expect.assert_eq(&format!("{} {}", Moment::start_of(day).text(), Moment::end_of(day).text()));
}

fn check_instant(at: &str, text: &str) {
    assert_eq!(Moment::at(instant(at)).text(), text);
}

#[test]
fn days_begin_and_end_by_santiagos_clocks() {
    check_day(2017, 6, 30, &expect!["2017-06-30T00:00:00-0400 2017-06-30T23:59:59-0400"]);
    check_day(2017, 1, 15, &expect!["2017-01-15T00:00:00-0300 2017-01-15T23:59:59-0300"]);
    // Midnight does not exist: at 00:00 it is 01:00.
    check_day(2024, 9, 7, &expect!["2024-09-07T00:00:00-0400 2024-09-07T23:59:59-0400"]);
    check_day(2024, 9, 8, &expect!["2024-09-08T01:00:00-0300 2024-09-08T23:59:59-0300"]);
    // The hour before midnight comes twice.
    check_day(2024, 4, 6, &expect!["2024-04-06T00:00:00-0300 2024-04-06T23:59:59-0400"]);
    check_day(2024, 4, 7, &expect!["2024-04-07T00:00:00-0400 2024-04-07T23:59:59-0400"]);
    // Summer time all year.
    check_day(2015, 7, 1, &expect!["2015-07-01T00:00:00-0300 2015-07-01T23:59:59-0300"]);
}

#[test]
fn an_hour_that_comes_twice_is_told_apart_by_its_offset() {
    check_instant("2024-04-07T02:30:00Z", "2024-04-06T23:30:00-0300");
    check_instant("2024-04-07T03:30:00Z", "2024-04-06T23:30:00-0400");
}

#[test]
fn parts_of_a_second_are_dropped_never_rounded() {
    check_instant("2017-07-21T21:32:28.999999Z", "2017-07-21T17:32:28-0400");
    check_instant("1969-12-31T23:59:59.5Z", "1969-12-31T20:59:59-0300");
}

#[test]
fn other_forms_are_not_read() {
    for text in ["2017-07-21", "2017-07-21T17:32:28", "2017-07-21T17:32:28Z", "", "21/07/2017"] {
        assert!(serde_json::from_value::<Moment>(text.into()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(second in -2_000_000_000_i64..4_000_000_000) {
        let moment = Moment::at(Timestamp::from_second(second).unwrap());
        // Before 1932 Santiago's offset had seconds, which the form has no room for.
        prop_assume!(second > -1_178_000_000);
        let text = serde_json::to_value(moment).unwrap();
        prop_assert_eq!(serde_json::from_value::<Moment>(text).unwrap(), moment);
    }

    #[test]
    fn a_day_is_whole(day in any_day()) {
        let (start, end) = (Moment::start_of(day).instant(), Moment::end_of(day).instant());
        prop_assert_eq!((santiago::date_of(start), santiago::date_of(end)), (day, day));
        let next = Moment::start_of(day.tomorrow().unwrap()).instant();
        prop_assert_eq!(next.as_second() - end.as_second(), 1);
    }
}
