//! What canonical records come to. Pure: the same records of the same day give the same, and every
//! answer names the movements or accounts that it rests on.
//!
//! | module | answers |
//! |---|---|
//! | [`categories`] | what a movement was for, and which rule says so |
//! | [`spending`] | what came and went by category |
//! | [`income`] | who pays somebody's salary, since when and how much, and what else comes and goes |
//! | [`assets`] | which accounts somebody has and what is on them, and a score of that |
//! | [`debt`] | what somebody owes in the whole financial system |

mod amount;
pub mod assets;
pub mod categories;
pub mod debt;
mod entry;
pub mod income;
mod month;
pub mod spending;

pub use entry::{Entry, Holder};
pub use month::Month;
