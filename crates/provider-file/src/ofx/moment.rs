//! OFX date-times, `YYYYMMDDHHMMSS.XXX[offset:zone]`, as days in Chile.

use cartola_primitives::{Date, santiago};
use jiff::civil::Time;
use jiff::tz::Offset;

use crate::day::{self, DayProblem};

/// The day in Chile of a date-time.
///
/// A bank that means a day writes midnight or leaves the time out, in whatever zone, so the day as
/// printed counts. A real time of day with an offset is an instant, and its day is Santiago's.
/// Without an offset the specification says GMT, which Chilean clocks contradict: the day as
/// printed counts.
pub(super) fn day(text: &str) -> Result<Date, DayProblem> {
    let (moment, zone) = match text.trim().split_once('[') {
        Some((moment, zone)) => (moment, zone.strip_suffix(']')),
        None => (text.trim(), None),
    };
    let (digits, _) = moment.split_once('.').unwrap_or((moment, ""));
    if !matches!(digits.len(), 8 | 10 | 12 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DayProblem::Form);
    }
    let printed = day::from_numbers(
        day::number(&digits[..4])?,
        day::number(&digits[4..6])?,
        day::number(&digits[6..8])?,
    )?;
    let time = time(&digits[8..])?;
    match zone.map(offset) {
        Some(Some(offset)) if time != Time::midnight() => {
            let instant = offset.to_timestamp(printed.to_datetime(time));
            instant.map(santiago::date_of).map_err(|_| DayProblem::OutOfRange)
        }
        Some(None) => Err(DayProblem::Form),
        _ => Ok(printed),
    }
}

/// Up to six digits of hours, minutes and seconds.
fn time(digits: &str) -> Result<Time, DayProblem> {
    let part = |at: usize| {
        let digits = digits.get(at..at + 2).map_or(Ok(0), day::number)?;
        i8::try_from(digits).map_err(|_| DayProblem::Form)
    };
    Time::new(part(0)?, part(2)?, part(4)?, 0).map_err(|_| DayProblem::Form)
}

/// `-4:CLT`, `-03.50:XXX`, `0`: hours and, after a dot, hundredths of an hour or minutes. Only
/// whole hours move a day in Chile, so the fraction is left out.
fn offset(zone: &str) -> Option<Offset> {
    let hours = zone.split(':').next()?.split('.').next()?;
    let hours: i8 = hours.strip_prefix('+').unwrap_or(hours).parse().ok()?;
    Offset::from_hours(hours).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::day;
    use crate::day::DayProblem;

    #[test]
    fn a_day_is_the_day_printed() {
        for text in
            ["20260131", "20260131000000[0:GMT]", "20260131120000", "20260131120000.000[-4:CLT]"]
        {
            assert_eq!(day(text), Ok(date(2026, 1, 31)), "{text}");
        }
    }

    #[test]
    fn an_instant_belongs_to_its_day_in_santiago() {
        assert_eq!(day("20260201013000[0:GMT]"), Ok(date(2026, 1, 31)));
        assert_eq!(day("20260131233000[-3:CLST]"), Ok(date(2026, 1, 31)));
    }

    #[test]
    fn refuses_what_is_no_moment() {
        assert_eq!(day("20260231"), Err(DayProblem::NoSuchDay));
        for text in ["", "2026013", "20260131250000", "20260131120000[x:GMT]", "31/01/2026"] {
            assert_eq!(day(text), Err(DayProblem::Form), "{text}");
        }
    }
}
