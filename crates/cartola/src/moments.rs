//! Days and instants in arguments, where what is none is told with the form of one, and as people in Chile
//! read them.

use cartola_http::parse;
use cartola_primitives::{Date, Timestamp, santiago};

/// A day as `YYYY-MM-DD`.
pub fn day(text: &str) -> Result<Date, String> {
    parse::day(text).map_err(|why| why.en.into_owned())
}

/// An instant such as `2026-03-31T14:05:09Z`.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    parse::instant(text).map_err(|why| why.en.into_owned())
}

/// The last of the time before an end, as calendars and clocks in Chile show it: `2026-12-22` where that
/// day is over then, else with the time, `2026-11-25 11:41`.
pub fn deadline(end: Timestamp) -> String {
    let shown = santiago::date_time_of(end);
    let day = shown.date();
    if end == santiago::start_of_day(day) {
        return day.yesterday().unwrap_or(day).to_string();
    }
    format!("{day} {:02}:{:02}", shown.hour(), shown.minute())
}

#[cfg(test)]
mod tests {
    use super::deadline;

    #[track_caller]
    fn check(end: &str, expected: &str) {
        assert_eq!(deadline(end.parse().expect("it is an instant")), expected);
    }

    #[test]
    fn the_end_of_a_day_is_that_day() {
        check("2026-12-23T03:00:00Z", "2026-12-22");
        check("2026-06-11T04:00:00Z", "2026-06-10");
        // Midnight is skipped on that Sunday: it begins at one.
        check("2026-09-06T04:00:00Z", "2026-09-05");
        check("2027-01-01T03:00:00Z", "2026-12-31");
    }

    #[test]
    fn another_moment_is_what_clocks_show() {
        check("2026-11-25T14:41:16.52218Z", "2026-11-25 11:41");
        check("2026-11-26T02:59:59Z", "2026-11-25 23:59");
    }
}
