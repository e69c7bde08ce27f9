//! How backends write what they never look into. Both use the same bytes, so that a store can be
//! copied from one to the other.

use cartola_model::movement::MovementDetails;
use cartola_model::{MovementStatus, Observation};
use cartola_primitives::{Currency, Date, Money};
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// Days since 1970-01-01, as dates are stored.
pub fn day_number(date: Date) -> i32 {
    let since = date.since(EPOCH).expect("a span of days between two dates always exists");
    since.get_days()
}

/// The date of a stored day number.
pub fn date_of_day(day: i32) -> Result<Date, StoreError> {
    EPOCH.checked_add(cartola_primitives::SignedDuration::from_hours(i64::from(day) * 24)).map_err(
        |error| StoreError::corrupt("a stored day lies outside the calendar").caused_by(error),
    )
}

const EPOCH: Date = cartola_primitives::date(1970, 1, 1);

/// First byte of every encoded value: which shape follows.
const SHAPE: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredObservation {
    booked_on: i32,
    value_on: Option<i32>,
    amount: i64,
    currency: Currency,
    balance_after: Option<i64>,
    pending: bool,
    glosa: String,
    details: MovementDetails,
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
        glosa: observation.glosa.clone(),
        details: observation.details.clone(),
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

/// A movement's details as bytes, or nothing where there are none.
pub fn encode_details(details: &MovementDetails) -> Option<Vec<u8>> {
    (!details.is_empty()).then(|| encode(details))
}

/// The details of those bytes.
pub fn decode_details(bytes: Option<&[u8]>) -> Result<MovementDetails, StoreError> {
    bytes.map_or_else(|| Ok(MovementDetails::default()), decode)
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_extend(value, vec![SHAPE]).expect("stored shapes have no unsized sequences")
}

fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => postcard::from_bytes(body)
            .map_err(|error| StoreError::corrupt("a stored value is damaged").caused_by(error)),
        _ => Err(StoreError::corrupt("a stored value has a shape that this version does not know")),
    }
}
