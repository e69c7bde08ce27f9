//! Date formats of a mapping: `DD/MM/YYYY`, `YYYYMMDD`, `D-MMM-YY`, `DD/MM`.

use cartola_primitives::Date;

use crate::day::{self, DayProblem, Days};

/// One part of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `DD` or `D`.
    Day,
    /// `MM` or `M`.
    Month,
    /// `MMM`: `ene` or `jan`.
    MonthName,
    /// `YYYY`.
    Year,
    /// `YY`: 1990 to 2089.
    ShortYear,
    /// Any other character stands for itself.
    Literal(u8),
}

/// A format, ready to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateFormat {
    parts: Vec<Part>,
}

const MONTHS: [[&str; 2]; 12] = [
    ["ene", "jan"],
    ["feb", "feb"],
    ["mar", "mar"],
    ["abr", "apr"],
    ["may", "may"],
    ["jun", "jun"],
    ["jul", "jul"],
    ["ago", "aug"],
    ["sep", "sep"],
    ["oct", "oct"],
    ["nov", "nov"],
    ["dic", "dec"],
];

impl DateFormat {
    /// Reads a format; `None` where it has no day or no month, or a part twice.
    pub(super) fn parse(format: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = format.as_bytes();
        while let Some(first) = rest.first() {
            let run = rest.iter().take_while(|b| *b == first).count();
            let (part, taken) = match (first, run) {
                (b'D', 1 | 2) => (Part::Day, run),
                (b'M', 1 | 2) => (Part::Month, run),
                (b'M', 3) => (Part::MonthName, run),
                (b'Y', 4) => (Part::Year, run),
                (b'Y', 2) => (Part::ShortYear, run),
                (other, _) if other.is_ascii_alphanumeric() || !other.is_ascii() => return None,
                (other, _) => (Part::Literal(*other), 1),
            };
            parts.push(part);
            rest = &rest[taken..];
        }
        let count = |kinds: &[Part]| parts.iter().filter(|part| kinds.contains(part)).count();
        let sound = count(&[Part::Day]) == 1
            && count(&[Part::Month, Part::MonthName]) == 1
            && count(&[Part::Year, Part::ShortYear]) <= 1;
        sound.then_some(Self { parts })
    }

    /// Reads a date. One without year is the latest such day that a file may speak of.
    pub(super) fn read(&self, text: &str, days: Days) -> Result<Date, DayProblem> {
        let mut rest = text.trim().as_bytes();
        let (mut year, mut month, mut day) = (None, 0, 0);
        for part in &self.parts {
            match part {
                Part::Day => day = take_number(&mut rest, 2)?,
                Part::Month => month = take_number(&mut rest, 2)?,
                Part::MonthName => month = take_month(&mut rest)?,
                Part::Year => year = Some(take_number(&mut rest, 4)?),
                Part::ShortYear => year = Some(century(take_number(&mut rest, 2)?)),
                Part::Literal(literal) => {
                    rest = rest.strip_prefix(&[*literal]).ok_or(DayProblem::Form)?;
                }
            }
        }
        match (rest, year) {
            ([], Some(year)) => day::from_numbers(year, month, day),
            ([], None) => latest(month, day, days),
            _ => Err(DayProblem::Form),
        }
    }
}

/// Takes up to so many digits; at least one.
fn take_number(rest: &mut &[u8], most: usize) -> Result<i16, DayProblem> {
    let digits = rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || (most == 4 && digits < most) {
        return Err(DayProblem::Form);
    }
    let (taken, left) = rest.split_at(digits);
    *rest = left;
    Ok(taken.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
}

fn take_month(rest: &mut &[u8]) -> Result<i16, DayProblem> {
    let (name, left) = rest.split_at_checked(3).ok_or(DayProblem::Form)?;
    *rest = left;
    let is_name = |names: &[&str; 2]| names.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()));
    let index = MONTHS.iter().position(is_name).ok_or(DayProblem::Form)?;
    Ok(i16::try_from(index + 1).expect("there are twelve months"))
}

const fn century(short: i16) -> i16 {
    if short >= 90 { 1900 + short } else { 2000 + short }
}

fn latest(month: i16, day: i16, days: Days) -> Result<Date, DayProblem> {
    // 29 February may be up to eight years back.
    const YEARS_BACK: i16 = 8;
    let last = days.last();
    (0..=YEARS_BACK)
        .filter_map(|back| day::from_numbers(last.year() - back, month, day).ok())
        .find(|date| *date <= last)
        .ok_or(DayProblem::NoSuchDay)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::DateFormat;
    use crate::day::{DayProblem, Days};

    fn read(format: &str, text: &str) -> Result<jiff::civil::Date, DayProblem> {
        let format = DateFormat::parse(format).expect("a sound format");
        format.read(text, Days::until(date(2026, 3, 10)))
    }

    #[test]
    fn reads_by_the_format() {
        for (format, text) in [
            ("DD/MM/YYYY", "31/01/2026"),
            ("YYYYMMDD", "20260131"),
            ("DDMMYYYY", "31012026"),
            ("YYYY-MM-DD", "2026-01-31"),
            ("D-MMM-YY", "31-Ene-26"),
            ("DD MMM YYYY", "31 jan 2026"),
            ("DD/MM", "31/01"),
        ] {
            assert_eq!(read(format, text), Ok(date(2026, 1, 31)), "{format}");
        }
    }

    #[test]
    fn a_day_without_year_is_the_latest_one() {
        assert_eq!(read("DD/MM", "31/12"), Ok(date(2025, 12, 31)));
        assert_eq!(read("DD/MM", "11/03"), Ok(date(2026, 3, 11)));
        assert_eq!(read("DD/MM", "29/02"), Ok(date(2024, 2, 29)));
        assert_eq!(read("DD/MM", "31/02"), Err(DayProblem::NoSuchDay));
    }

    #[test]
    fn refuses_what_the_format_is_not() {
        for (format, text) in [
            ("DD/MM/YYYY", "31-01-2026"),
            ("DD/MM/YYYY", "31/01/26"),
            ("DD/MM/YYYY", "31/01/2026 10:00"),
            ("YYYYMMDD", "hoy"),
            ("DD-MMM-YYYY", "31-xyz-2026"),
        ] {
            assert_eq!(read(format, text), Err(DayProblem::Form), "{text}");
        }
    }

    #[test]
    fn a_format_has_a_day_and_a_month_once() {
        for format in ["", "YYYY", "DD/DD/YYYY", "%d/%m/%Y", "DD/MM/YYY", "DD/MM/YYYY YY", "d/m"] {
            assert_eq!(DateFormat::parse(format), None, "{format}");
        }
    }
}
