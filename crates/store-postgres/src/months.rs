//! The partitions of movements: one for each month, made when the first movement of it comes.
//!
//! They are made before the unit's transaction and outside of it, since a table that is attached in
//! the middle of a long transaction would keep others waiting. What was made is remembered; a month
//! that was dropped behind our back is made again when PostgreSQL finds no partition for a row.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cartola_primitives::Date;
use cartola_store::{Command, StoreError, UnitOfWork};

use crate::session::Session;
use crate::value::{Value, values};

/// Makes the partitions of months.
pub const ADD: &str = "SELECT add_movement_months($1)";

const MONTHS_PER_YEAR: i32 = 12;

/// Years whose months have partitions of their own; what lies outside has one on either side.
const YEARS: std::ops::Range<i16> = 2000..2100;

/// The months that are there.
#[derive(Debug, Default)]
pub struct Months(Mutex<BTreeSet<i32>>);

impl Months {
    /// Makes those partitions that a unit needs and that are not known to be there.
    pub async fn make(&self, session: &mut Session, work: &UnitOfWork) -> Result<(), StoreError> {
        let wanted = of_unit(work);
        let new: Vec<i32> = wanted.difference(&self.lock()).copied().collect();
        if new.is_empty() {
            return Ok(());
        }
        let list = Value::List(new.iter().map(|month| Value::from(*month)).collect());
        session.alone(ADD, &values![list]).await?;
        self.lock().extend(new);
        Ok(())
    }

    /// Looks again for all of them.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<i32>> {
        // A set is whole at every moment, so a panic elsewhere cannot have broken it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_unit(work: &UnitOfWork) -> BTreeSet<i32> {
    let mut months = BTreeSet::new();
    for command in &work.commands {
        match command {
            Command::AddMovements(rows) => {
                months.extend(rows.iter().filter_map(|row| month(row.movement.booked_on)));
            }
            Command::ChangeMovements(changes) => {
                let days = changes.iter().map(|change| change.row.movement.booked_on);
                months.extend(days.filter_map(month));
            }
            _ => {}
        }
    }
    months
}

/// A month that has a partition of its own, counted from the year 0.
pub fn month(day: Date) -> Option<i32> {
    let month = i32::from(day.year()) * MONTHS_PER_YEAR + i32::from(day.month()) - 1;
    YEARS.contains(&day.year()).then_some(month)
}
