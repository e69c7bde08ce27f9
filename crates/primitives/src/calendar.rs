//! Chile's national holidays and bank days from 2000 to 2100.
//!
//! Computed by rule, with one-off days as dated rows. Regional holidays (Arica on
//! 7 June, Chillán on 20 August) close no bank elsewhere and are left out, and so are the days
//! of elections, which have all been Saturdays and Sundays since 2000. Years ahead are what today's law says of them.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use thiserror::Error;

mod easter;
mod rules;
mod solstice;

/// The first year covered.
pub const FIRST_YEAR: i16 = 2000;

/// The last year covered.
pub const LAST_YEAR: i16 = 2100;

/// Why the calendar has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The date, or one that a count of bank days leads to, is not covered.
    #[error("the bank calendar covers the years {FIRST_YEAR} to {LAST_YEAR}")]
    OutOfRange,
}

/// The Spanish name of the national holiday on `date`, if there is one.
///
/// 31 December is a holiday for banks alone and has no name here; see [`is_bank_day`].
pub fn holiday(date: Date) -> Result<Option<&'static str>, CalendarError> {
    in_range(date).map(rules::holiday_name)
}

/// Whether banks work on `date`: Monday to Friday, no national holiday, not 31 December.
///
/// 31 December is the banks' own holiday: Ley 12.051, restored by Ley 19.559 and again, after
/// Ley 21.521 had announced its end, by Ley 21.791.
pub fn is_bank_day(date: Date) -> Result<bool, CalendarError> {
    let name = holiday(date)?;
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let banks_own_holiday = (date.month(), date.day()) == (12, 31);
    Ok(name.is_none() && !weekend && !banks_own_holiday)
}

/// The first bank day after `date`.
pub fn next_bank_day(date: Date) -> Result<Date, CalendarError> {
    add_bank_days(date, 1)
}

/// The last bank day before `date`.
pub fn previous_bank_day(date: Date) -> Result<Date, CalendarError> {
    add_bank_days(date, -1)
}

/// The bank day that is `count` bank days after `date`, or before it when `count` is negative.
///
/// Counts from `date` whether or not it is a bank day itself; zero gives `date` back.
pub fn add_bank_days(date: Date, count: i32) -> Result<Date, CalendarError> {
    let step = count.signum().days();
    let mut day = in_range(date)?;
    let mut left = count.unsigned_abs();
    while left > 0 {
        day = day.checked_add(step).map_err(|_| CalendarError::OutOfRange)?;
        left -= u32::from(is_bank_day(day)?);
    }
    Ok(day)
}

fn in_range(date: Date) -> Result<Date, CalendarError> {
    let covered = (FIRST_YEAR..=LAST_YEAR).contains(&date.year());
    if covered { Ok(date) } else { Err(CalendarError::OutOfRange) }
}
