//! Months, and the bank days in them.

use std::sync::OnceLock;

use cartola_primitives::calendar::{self, FIRST_YEAR, LAST_YEAR};
use cartola_primitives::{Date, date};
use serde::{Deserialize, Serialize};

/// A month of the years that the bank calendar covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "i32", into = "i32")]
pub struct Month {
    /// Months since January of year 0.
    count: i32,
}

const MONTHS_A_YEAR: i32 = 12;
const FIRST: i32 = FIRST_YEAR as i32 * MONTHS_A_YEAR;
const MONTHS: usize = (LAST_YEAR - FIRST_YEAR + 1) as usize * MONTHS_A_YEAR as usize;

impl Month {
    /// The month of a day. A day beyond the calendar is given the nearest month in it, since the
    /// clock of the box cannot be moved there.
    pub fn of(day: Date) -> Self {
        let count = i32::from(day.year()) * MONTHS_A_YEAR + i32::from(day.month()) - 1;
        Self::nearest(count)
    }

    /// So many months later, or earlier; stays within the calendar.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self::nearest(self.count.saturating_add(months))
    }

    /// All months from this to that one, both included.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        (self.count..=last.count).map(Self::nearest)
    }

    /// How many months after `earlier` it is.
    pub fn since(self, earlier: Self) -> i32 {
        self.count - earlier.count
    }

    /// The year.
    pub fn year(self) -> i16 {
        i16::try_from(self.count / MONTHS_A_YEAR).expect("the calendar's years are four digits")
    }

    /// 1 for January to 12.
    pub fn number(self) -> i8 {
        i8::try_from(self.count % MONTHS_A_YEAR + 1).expect("there are twelve months")
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        date(self.year(), self.number(), 1)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// Its bank days in order. Every month has at least seventeen.
    pub fn bank_days(self) -> &'static [Date] {
        static DAYS: [OnceLock<Vec<Date>>; MONTHS] = [const { OnceLock::new() }; MONTHS];
        DAYS[self.index()].get_or_init(|| {
            let days = self.first_day().series(jiff::Span::new().days(1));
            days.take_while(|day| *day <= self.last_day())
                .filter(|day| {
                    calendar::is_bank_day(*day).expect("a month lies within the calendar")
                })
                .collect()
        })
    }

    /// The first bank day on or after the `day`th, or the month's last one.
    pub fn bank_day_from(self, day: i8) -> Date {
        let days = self.bank_days();
        *days.iter().find(|each| each.day() >= day).unwrap_or(&days[days.len() - 1])
    }

    /// The last bank day on or before the `day`th, or the month's first one.
    pub fn bank_day_until(self, day: i8) -> Date {
        let days = self.bank_days();
        *days.iter().rev().find(|each| each.day() <= day).unwrap_or(&days[0])
    }

    /// What the dice know it by.
    pub(crate) fn count(self) -> i32 {
        self.count
    }

    fn index(self) -> usize {
        usize::try_from(self.count - FIRST).expect("no month is before the first")
    }

    fn nearest(count: i32) -> Self {
        let last = FIRST + i32::try_from(MONTHS).expect("a century has few months") - 1;
        Self { count: count.clamp(FIRST, last) }
    }
}

impl From<i32> for Month {
    fn from(count: i32) -> Self {
        Self::nearest(count)
    }
}

impl From<Month> for i32 {
    fn from(month: Month) -> Self {
        month.count
    }
}
