//! Cursors of lists of movements.

use cartola_engine::rows::MovementKey;
use cartola_primitives::Date;
use cartola_primitives::id::MovementId;

use super::{Cursor, List};
use crate::problem::Problem;

impl Cursor {
    /// A cursor for a movement in a list of them: year, month, day, id.
    pub fn of_movement(list: List<'_>, key: MovementKey) -> Self {
        let mut bytes = key.booked_on.year().to_be_bytes().to_vec();
        bytes.extend(key.booked_on.month().to_be_bytes());
        bytes.extend(key.booked_on.day().to_be_bytes());
        bytes.extend(key.id.as_bytes());
        Self::new(list, &bytes)
    }

    /// The movement, if the cursor is of this list.
    pub fn movement(&self, list: List<'_>) -> Result<MovementKey, Problem> {
        key(&self.open(list)?).ok_or_else(|| {
            Problem::internal(
                "a sealed cursor holds something else than a movement's key".to_owned(),
            )
        })
    }
}

fn key(bytes: &[u8]) -> Option<MovementKey> {
    let (year, rest) = bytes.split_first_chunk()?;
    let (month, rest) = rest.split_first_chunk()?;
    let (day, id) = rest.split_first_chunk()?;
    let (year, month, day) =
        (i16::from_be_bytes(*year), i8::from_be_bytes(*month), i8::from_be_bytes(*day));
    Some(MovementKey {
        booked_on: Date::new(year, month, day).ok()?,
        id: MovementId::from_bytes(id.try_into().ok()?),
    })
}
