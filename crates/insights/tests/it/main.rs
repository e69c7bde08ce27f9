//! What canonical records come to.

mod income;
