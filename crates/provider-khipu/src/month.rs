//! Months, which is what statements are asked for by.

use std::fmt;

use cartola_primitives::Date;

/// A month of the calendar, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

impl Month {
    /// Reads `YYYY-MM`, digits and hyphen alone.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        Some(Self { first })
    }

    /// The month that the day lies in.
    pub fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// The first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The month before; none before the first of time.
    pub fn previous(self) -> Option<Self> {
        self.first.yesterday().ok().map(Self::of)
    }

    /// How many months lie from this one to `other`, both counted; less than one when `other` is
    /// earlier.
    pub fn count_to(self, other: Self) -> i32 {
        let months =
            |month: Self| i32::from(month.first.year()) * 12 + i32::from(month.first.month());
        months(other) - months(self) + 1
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}
