//! Days and instants in arguments: what is none is told with the form of one.

use cartola_http::parse;
use cartola_primitives::{Date, Timestamp};

/// A day as `YYYY-MM-DD`.
pub fn day(text: &str) -> Result<Date, String> {
    parse::day(text).map_err(|why| why.en.into_owned())
}

/// An instant such as `2026-03-31T14:05:09Z`.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    parse::instant(text).map_err(|why| why.en.into_owned())
}
