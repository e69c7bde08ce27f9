//! Whole pesos.

use cartola_primitives::money::Rounding;
use cartola_primitives::{Currency, Money};

/// A part of a sum, a half to the even neighbour; nothing of no parts.
pub fn divided(sum: i64, parts: i64) -> i64 {
    let part = Money::new(sum, Currency::CLP).divide(parts, Rounding::HalfEven);
    part.map_or(0, |part| part.minor())
}
