use cartola_primitives::Date;

use super::{MAX_DAYS, MAX_MONTHS, Request, RequestError};
use crate::Month;

const START: &str = "BookingDateStart";
const END: &str = "BookingDateEnd";

/// Days that are asked for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

/// Months that are asked for, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Months {
    /// The first.
    pub from: Month,
    /// The last.
    pub to: Month,
}

impl Request {
    /// The days of `transactions`: today in Santiago, unless both ends are given.
    pub fn days(&self, today: Date) -> Result<Days, RequestError> {
        let Some((start, end)) = self.ends()? else {
            return Ok(Days { from: today, to: today });
        };
        let from = day(start).ok_or(RequestError::Day { member: START })?;
        let to = day(end).ok_or(RequestError::Day { member: END })?;
        if to < from {
            return Err(RequestError::Reversed);
        }
        let length = from.duration_until(to).as_hours() / 24 + 1;
        if length > i64::from(MAX_DAYS) {
            return Err(RequestError::TooLong);
        }
        Ok(Days { from, to })
    }

    /// The months of `statements`: the last one that is over, unless both ends are given.
    pub fn months(&self, today: Date) -> Result<Months, RequestError> {
        let Some((start, end)) = self.ends()? else {
            let this = Month::of(today);
            let last = this.previous().unwrap_or(this);
            return Ok(Months { from: last, to: last });
        };
        let from = Month::parse(start).ok_or(RequestError::Month { member: START })?;
        let to = Month::parse(end).ok_or(RequestError::Month { member: END })?;
        match from.count_to(to) {
            ..=0 => Err(RequestError::Reversed),
            1..=MAX_MONTHS => Ok(Months { from, to }),
            _ => Err(RequestError::TooLong),
        }
    }

    fn ends(&self) -> Result<Option<(&str, &str)>, RequestError> {
        match (self.booking_date_start.as_deref(), self.booking_date_end.as_deref()) {
            (None, None) => Ok(None),
            (Some(start), Some(end)) => Ok(Some((start, end))),
            (None, Some(_)) => Err(RequestError::Missing { member: START }),
            (Some(_), None) => Err(RequestError::Missing { member: END }),
        }
    }
}

impl Months {
    /// Every month, from the latest to the earliest, as banks list their statements.
    pub fn newest_first(self) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self.to), |month| month.previous())
            .take_while(move |month| *month >= self.from)
    }
}

/// `YYYY-MM-DD`, digits and hyphens alone.
fn day(text: &str) -> Option<Date> {
    let (month, day) = text.rsplit_once('-')?;
    if day.len() != 2 || !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let first = Month::parse(month)?.first();
    Date::new(first.year(), first.month(), day.parse().ok()?).ok()
}
