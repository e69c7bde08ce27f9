//! `/v1/payments`

pub mod answer;
pub mod cancel;
pub mod create;
pub mod list;
pub mod read;
mod view;

use std::time::Duration;

use cartola_http::parameters::Parameters;
use cartola_http::{Problem, parse};

/// The longest that a call waits, in seconds: less than a request may take.
const MAX_WAIT_SECONDS: usize = 50;

fn waited(parameters: &mut Parameters<'_>) -> Result<Duration, Problem> {
    let seconds = parameters.optional("wait_seconds", parse::whole(0..=MAX_WAIT_SECONDS))?;
    Ok(Duration::from_secs(seconds.unwrap_or_default() as u64))
}
