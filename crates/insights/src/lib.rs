//! What canonical records come to. Pure: the same records of the same day give the same, and every
//! answer names the movements or accounts that it rests on.
//!
//! | module | answers |
//! |---|---|
//! | [`categories`] | what a movement was for, and which rule says so |
//! | [`income`] | who pays somebody's salary, since when and how much, and what else comes and goes |

mod amount;
pub mod categories;
mod entry;
pub mod income;
mod month;

pub use entry::{Entry, Holder};
pub use month::Month;
