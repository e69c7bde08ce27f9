//! How backends write what they never look into. Both use the same bytes, so that a store can be
//! copied from one to the other.

pub mod codes;
pub mod movement;

use cartola_model::movement::MovementDetails;
use cartola_model::{MovementStatus, Observation};
use cartola_primitives::{Currency, Date, Money};
use serde::{Deserialize, Serialize};

use crate::StoreError;

const DAYS_OF_ERA: i64 = 146_097;
const EPOCH_AFTER_MARCH_OF_YEAR_0: i64 = 719_468;

/// Days since 1970-01-01, as dates are stored.
///
/// The way back of [`date_of_day`], by `days_from_civil`: each movement that is taken in asks this
/// several times.
pub fn day_number(date: Date) -> i32 {
    let (year, month, day) =
        (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
    let year = year - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // Months from March, in fives of 153 days.
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    let since = era * DAYS_OF_ERA + day - EPOCH_AFTER_MARCH_OF_YEAR_0;
    i32::try_from(since).expect("a calendar of twenty thousand years has fewer days")
}

/// The date of a stored day number.
///
/// By the algorithm of Howard Hinnant's `civil_from_days`, since a page asks this of every row:
/// eras of 400 years, and years that begin with March, so that a leap day is the last of its year.
pub fn date_of_day(day: i32) -> Result<Date, StoreError> {
    let day = i64::from(day) + EPOCH_AFTER_MARCH_OF_YEAR_0;
    let (era, of_era) = (day.div_euclid(DAYS_OF_ERA), day.rem_euclid(DAYS_OF_ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // Months from March, in fives of 153 days.
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) =
        (era * 400 + year + i64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    let parts = (i16::try_from(year), i8::try_from(month), i8::try_from(of_month));
    let (Ok(year), Ok(month), Ok(of_month)) = parts else { return Err(no_day()) };
    Date::new(year, month, of_month).map_err(|error| no_day().caused_by(error))
}

fn no_day() -> StoreError {
    StoreError::corrupt("a stored day lies outside the calendar")
}

/// First byte of every encoded value: which shape follows.
const SHAPE: u8 = 1;

/// Room for an observation, in bytes.
const USUAL_BYTES: usize = 128;

/// Written from what is borrowed, and read into what is owned.
#[derive(Serialize, Deserialize)]
struct StoredObservation<Glosa = String, Details = MovementDetails> {
    booked_on: i32,
    value_on: Option<i32>,
    amount: i64,
    currency: Currency,
    balance_after: Option<i64>,
    pending: bool,
    glosa: Glosa,
    details: Details,
}

/// An observation as bytes.
pub fn encode_observation(observation: &Observation) -> Vec<u8> {
    encode(&StoredObservation {
        booked_on: day_number(observation.booked_on),
        value_on: observation.value_on.map(day_number),
        amount: observation.amount.minor(),
        currency: observation.amount.currency(),
        balance_after: observation.balance_after,
        pending: observation.status == MovementStatus::Pending,
        glosa: observation.glosa.as_str(),
        details: &observation.details,
    })
}

/// The observation of those bytes.
pub fn decode_observation(bytes: &[u8]) -> Result<Observation, StoreError> {
    let stored: StoredObservation = decode(bytes)?;
    Ok(Observation {
        booked_on: date_of_day(stored.booked_on)?,
        value_on: stored.value_on.map(date_of_day).transpose()?,
        amount: Money::new(stored.amount, stored.currency),
        balance_after: stored.balance_after,
        status: if stored.pending { MovementStatus::Pending } else { MovementStatus::Booked },
        glosa: stored.glosa,
        details: stored.details,
    })
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_BYTES);
    out.push(SHAPE);
    postcard::to_extend(value, out).expect("stored shapes have no unsized sequences")
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => postcard::from_bytes(body)
            .map_err(|error| StoreError::corrupt("a stored value is damaged").caused_by(error)),
        _ => Err(StoreError::corrupt("a stored value has a shape that this version does not know")),
    }
}
