//! How often institutions are called, by all processes together.

use std::time::Duration;

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_primitives::SignedDuration;
use cartola_store::pacing::{FURTHEST, Given, Slots};
use cartola_store::{Pacing, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::rows::each;
use crate::value::values;

const TAKE: &str = "SELECT first, paused FROM take_slots($1, $2, $3, $4, $5, $6)";
const PAUSE: &str = "SELECT pause_institution($1, $2)";

#[async_trait]
impl Pacing for PostgresStore {
    async fn take_slots(&self, slots: &Slots) -> Result<Given, StoreError> {
        let values = values![
            slots.institution.as_str(),
            slots.count,
            microseconds(slots.interval),
            slots.burst,
            microseconds(slots.longest.min(FURTHEST)),
            microseconds(FURTHEST),
        ];
        let given = each(&self.of_nobody(TAKE, values).await?, read_given)?;
        given.into_iter().next().ok_or_else(damaged)
    }

    async fn pause(&self, institution: &InstitutionId, pause: Duration) -> Result<(), StoreError> {
        let values = values![institution.as_str(), microseconds(pause.min(FURTHEST))];
        self.of_nobody(PAUSE, values).await.map(drop)
    }
}

fn read_given(columns: &mut Columns<'_>) -> Result<Given, StoreError> {
    let first = SignedDuration::from_micros(columns.integer()?);
    let paused = Duration::from_micros(columns.number()?);
    Ok(Given { first, paused: (!paused.is_zero()).then_some(paused) })
}

/// A span as the database counts it.
fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
