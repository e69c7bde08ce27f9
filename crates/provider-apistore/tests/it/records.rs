//! Records to map.

use cartola_model::movement::MovementDetails;
use cartola_model::{Movement, MovementStatus};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Money, date};

/// A booked movement of 2 January 2025, with nothing but what all movements have.
pub fn movement(minor: i64, currency: Currency, glosa: &str) -> Movement {
    Movement {
        id: MovementId::from_bytes([1; 16]),
        account: AccountId::from_bytes([2; 16]),
        version: 1,
        booked_on: date(2025, 1, 2),
        value_on: None,
        amount: Money::new(minor, currency),
        balance_after: None,
        status: MovementStatus::Booked,
        glosa: glosa.to_owned(),
        details: MovementDetails::default(),
    }
}
