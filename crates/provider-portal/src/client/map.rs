//! From the institutions' words to canonical ones. One function for each record.

mod afc;
mod cmf;
mod cryptomkt;
mod person;
mod servipag;
mod sii;

use cartola_model::Record;
use cartola_primitives::{Currency, Money};
use serde::de::DeserializeOwned;

/// Most rows that one list of an answer is believed to have.
pub const MAX_ROWS: usize = 5_000;

/// What is told of a product, which is a record or cannot be one.
pub trait Told: DeserializeOwned {
    /// As a record; else why it is none, in words that quote nothing of it.
    fn record(self) -> Result<Record, &'static str>;
}

/// Each row of a list.
fn each<T, U>(rows: Vec<T>, map: impl Fn(T) -> U) -> Result<Vec<U>, &'static str> {
    if rows.len() > MAX_ROWS {
        return Err("a list of the answer has more rows than anybody has");
    }
    Ok(rows.into_iter().map(map).collect())
}

const fn pesos(whole: i64) -> Money {
    Money::new(whole, Currency::CLP)
}
