use cartola_primitives::clock::{Date, SignedDuration, Timestamp};
use cartola_primitives::santiago::{
    date_of, date_time_of, date_time_text, end_of_day, offset_text, start_of_day, today,
};
use proptest::prelude::*;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn check_day(date: &str, start: &str, hours: i64) {
    let date: Date = date.parse().unwrap();
    assert_eq!(start_of_day(date), instant(start), "{date}");
    let length = end_of_day(date).duration_since(start_of_day(date));
    assert_eq!(length, SignedDuration::from_hours(hours), "{date}");
}

#[test]
fn days_have_the_length_the_clocks_give_them() {
    check_day("2024-07-01", "2024-07-01T04:00:00Z", 24);
    check_day("2024-01-01", "2024-01-01T03:00:00Z", 24);
    // Midnight does not exist: at 00:00 it is 01:00.
    check_day("2024-09-08", "2024-09-08T04:00:00Z", 23);
    check_day("2024-09-07", "2024-09-07T04:00:00Z", 24);
    // The hour before midnight comes twice.
    check_day("2024-04-06", "2024-04-06T03:00:00Z", 25);
    check_day("2024-04-07", "2024-04-07T04:00:00Z", 24);
    // Summer time all year.
    check_day("2015-07-01", "2015-07-01T03:00:00Z", 24);
}

#[test]
fn clocks_show_the_hour_of_santiago() {
    for (at, shown) in [
        ("2017-07-21T21:32:28Z", "2017-07-21T17:32:28"),
        ("2024-09-08T03:59:59Z", "2024-09-07T23:59:59"),
        ("2024-09-08T04:00:00Z", "2024-09-08T01:00:00"),
        ("2024-04-07T02:30:00Z", "2024-04-06T23:30:00"),
        ("2024-04-07T03:30:00Z", "2024-04-06T23:30:00"),
    ] {
        assert_eq!(date_time_of(instant(at)).to_string(), shown, "{at}");
    }
}

#[test]
fn the_date_changes_at_midnight_of_santiago() {
    for (text, date) in [
        ("2024-07-02T03:59:59Z", "2024-07-01"),
        ("2024-07-02T04:00:00Z", "2024-07-02"),
        ("2024-09-08T03:59:59Z", "2024-09-07"),
        ("2024-09-08T04:00:00Z", "2024-09-08"),
        ("2024-04-07T03:59:59Z", "2024-04-06"),
        ("2025-01-01T02:59:59Z", "2024-12-31"),
    ] {
        assert_eq!(date_of(instant(text)).to_string(), date, "{text}");
        assert_eq!(today(instant(text)).to_string(), date, "{text}");
    }
}

#[test]
fn offsets_have_no_colon() {
    assert_eq!(offset_text(instant("2024-07-01T12:00:00Z")), "-0400");
    assert_eq!(offset_text(instant("2024-01-01T12:00:00Z")), "-0300");
    // Local mean time, before there were zones, was 4:42:45 behind.
    assert_eq!(offset_text(instant("1880-01-01T12:00:00Z")), "-0442");
}

#[test]
fn a_moment_is_written_as_clocks_show_it_with_the_offset() {
    for at in [
        "2017-07-21T21:32:28Z",
        "2024-04-07T03:30:00.999Z",
        "2024-09-08T04:00:00Z",
        "1880-01-01T12:00:00Z",
        "0007-02-03T12:00:00Z",
        "-000007-02-03T12:00:00Z",
        "9999-12-30T21:59:59Z",
    ] {
        let at = instant(at);
        let local = date_time_of(at).strftime("%Y-%m-%dT%H:%M:%S");
        assert_eq!(date_time_text(at), format!("{local}{}", offset_text(at)), "{at}");
    }
    assert_eq!(date_time_text(instant("2017-07-21T21:32:28Z")), "2017-07-21T17:32:28-0400");
}

#[test]
fn the_ends_of_time_saturate() {
    assert_eq!(start_of_day(Date::MAX), Timestamp::MAX);
    assert_eq!(end_of_day(Date::MAX), Timestamp::MAX);
    assert_eq!(start_of_day(Date::MIN), Timestamp::MIN);
}

proptest! {
    #[test]
    fn an_instant_lies_within_its_day(seconds in -2_000_000_000_i64..6_000_000_000) {
        let instant = Timestamp::from_second(seconds).unwrap();
        let date = date_of(instant);
        prop_assert!(start_of_day(date) <= instant && instant < end_of_day(date));
        prop_assert_eq!(date_of(start_of_day(date)), date);
    }
}
