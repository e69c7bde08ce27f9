//! Days as statement files write them.

use std::fmt;

use cartola_primitives::Date;
use jiff::ToSpan;
use jiff::civil::date;

use crate::limits::{DAYS_AHEAD, FIRST_DAY};

/// Why something is no day of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayProblem {
    /// Not the form of a date.
    Form,
    /// The form is right, the calendar has no such day.
    NoSuchDay,
    /// Before [`FIRST_DAY`] or too far after today.
    OutOfRange,
}

impl fmt::Display for DayProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("expected a date such as 31/01/2026"),
            Self::NoSuchDay => f.write_str("expected a day that the calendar has"),
            Self::OutOfRange => {
                write!(f, "expected a day from {FIRST_DAY} to {DAYS_AHEAD} day after today")
            }
        }
    }
}

/// The days that a file may speak of, as seen today.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days {
    today: Date,
}

impl Days {
    /// Those up to [`DAYS_AHEAD`] days after `today`.
    pub(crate) const fn until(today: Date) -> Self {
        Self { today }
    }

    /// The day, if a file may speak of it.
    pub(crate) fn check(self, day: Date) -> Result<Date, DayProblem> {
        if (FIRST_DAY..=self.last()).contains(&day) { Ok(day) } else { Err(DayProblem::OutOfRange) }
    }

    /// The last of them.
    pub(crate) fn last(self) -> Date {
        self.today.saturating_add(DAYS_AHEAD.days())
    }

    /// Today.
    pub(crate) const fn today(self) -> Date {
        self.today
    }
}

/// The first day that a spreadsheet counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Epoch {
    /// Day 1 is 1 January 1900, with a 29 February 1900 that never was.
    Year1900,
    /// Day 0 is 1 January 1904: old Macintosh workbooks.
    Year1904,
}

/// The day of a spreadsheet's serial number; its fraction is the time of day.
pub(crate) fn from_serial(serial: f64, epoch: Epoch) -> Result<Date, DayProblem> {
    // Serials before 61 count the day that never was; no statement is that old.
    const FIRST_SOUND: f64 = 61.0;
    const LAST_SOUND: f64 = 200_000.0;
    if !(FIRST_SOUND..LAST_SOUND).contains(&serial) {
        return Err(DayProblem::Form);
    }
    let start = match epoch {
        Epoch::Year1900 => date(1899, 12, 30),
        Epoch::Year1904 => date(1904, 1, 1),
    };
    #[allow(clippy::cast_possible_truncation, reason = "between the two bounds above")]
    let days = serial.floor() as i64;
    Ok(start.saturating_add(days.days()))
}

/// Reads `31/01/2026`, `31-01-2026` or `2026-01-31`, with a time of day after it or not.
pub(crate) fn from_text(text: &str) -> Result<Date, DayProblem> {
    let text = text.trim();
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let mut parts = day.split(['/', '-']);
    let (Some(first), Some(second), Some(third), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(DayProblem::Form);
    };
    let (year, day) = if first.len() == 4 { (first, third) } else { (third, first) };
    if year.len() != 4 || second.len() > 2 || day.len() > 2 {
        return Err(DayProblem::Form);
    }
    from_numbers(number(year)?, number(second)?, number(day)?)
}

/// The day of that year, month and day of month.
pub(crate) fn from_numbers(year: i16, month: i16, day: i16) -> Result<Date, DayProblem> {
    let part = |number| i8::try_from(number).map_err(|_| DayProblem::NoSuchDay);
    Date::new(year, part(month)?, part(day)?).map_err(|_| DayProblem::NoSuchDay)
}

/// Up to four digits.
pub(crate) fn number(digits: &str) -> Result<i16, DayProblem> {
    let sound = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !sound {
        return Err(DayProblem::Form);
    }
    Ok(digits.bytes().fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{DayProblem, Days, Epoch, from_serial, from_text};

    #[test]
    fn reads_the_written_forms() {
        let day = date(2026, 1, 31);
        for text in ["31/01/2026", "31-01-2026", "2026-01-31", " 2026-01-31T00:00:00 ", "31/1/2026"]
        {
            assert_eq!(from_text(text), Ok(day), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_day() {
        assert_eq!(from_text("31/02/2026"), Err(DayProblem::NoSuchDay));
        assert_eq!(from_text("01/13/2026"), Err(DayProblem::NoSuchDay));
        for text in ["", "hoy", "1/2", "01/02/26", "01/02/2026/3", "+1/02/2026", "٣١/01/2026"] {
            assert_eq!(from_text(text), Err(DayProblem::Form), "{text}");
        }
    }

    #[test]
    fn knows_the_days_that_a_statement_may_speak_of() {
        let days = Days::until(date(2026, 3, 10));
        assert_eq!(days.check(date(2026, 3, 11)), Ok(date(2026, 3, 11)));
        assert_eq!(days.check(date(2026, 3, 12)), Err(DayProblem::OutOfRange));
        assert_eq!(days.check(date(1989, 12, 31)), Err(DayProblem::OutOfRange));
    }

    #[test]
    fn reads_serials_of_both_epochs() {
        assert_eq!(from_serial(46_053.75, Epoch::Year1900), Ok(date(2026, 1, 31)));
        assert_eq!(from_serial(44_591.0, Epoch::Year1904), Ok(date(2026, 1, 31)));
        for serial in [f64::NAN, f64::INFINITY, -1.0, 5e9] {
            assert_eq!(from_serial(serial, Epoch::Year1900), Err(DayProblem::Form));
        }
    }
}
