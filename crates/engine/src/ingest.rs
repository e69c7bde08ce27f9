//! How a batch becomes movements: a pure decision on what is known and what is said.
//!
//! The order of things: [`kept`] leaves out what lies before the days that are kept, [`matching`] says which line tells of which known movement and why,
//! [`standing`] how long what was said before still stood, [`evidence`] says what a movement is, given all that its sources say, [`chain`] finds where
//! balances do not follow, and [`plan`] puts it together. Nothing here reads or writes.

pub mod chain;
pub mod evidence;
pub mod kept;
pub mod matching;
pub mod plan;
pub mod standing;
