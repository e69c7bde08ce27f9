//! Tests of the statement files, through the connector alone.

mod accounts;
mod cards;
mod hostile;
mod mapped;
mod never_panics;
mod ofx;
mod recognition;
mod refusals;
mod support;
