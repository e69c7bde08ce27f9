//! What canonical records come to. Pure: the same records of the same day give the same.
//!
//! | module | answers |
//! |---|---|
//! | [`categories`] | what a movement was for, and which rule says so |
//! | [`income`] | who pays somebody's salary, since when and how much, and what else comes and goes |

pub mod categories;
pub mod income;
