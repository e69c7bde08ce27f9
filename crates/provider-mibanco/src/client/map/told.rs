//! What is told of a product as a whole.

use cartola_model::Record;
use cartola_primitives::{Currency, Money};
use serde::de::DeserializeOwned;

use crate::wire::AccountType;

/// Most rows that one list of a product is believed to have.
pub const MAX_ROWS: usize = 5_000;

/// A body that is a record or cannot be one.
pub trait Told: DeserializeOwned {
    /// Of a customer who has no such product; none where everybody has it.
    fn nothing() -> Option<Record>;

    /// As a record; else why it is none, in words that quote nothing of it.
    fn record(self) -> Result<Record, &'static str>;
}

/// Each row of a list.
pub(super) fn each<T, U>(rows: Vec<T>, map: impl Fn(T) -> U) -> Result<Vec<U>, &'static str> {
    if rows.len() > MAX_ROWS {
        return Err("a list of the answer has more rows than one customer has");
    }
    Ok(rows.into_iter().map(map).collect())
}

pub(super) const fn pesos(whole: i64) -> Money {
    Money::new(whole, Currency::CLP)
}

pub(super) const fn account_kind(word: &AccountType) -> Option<cartola_model::AccountKind> {
    super::kind(word)
}
