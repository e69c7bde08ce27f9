//! What `/v1/withdrawals`, `/v1/bill-payments` and `/v1/beneficiary-changes` share.

pub mod given;
pub mod posted;
pub mod view;

use std::time::Duration;

use cartola_engine::instructions::InstructionStanding;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Problem, parse};
use utoipa::IntoParams;

use crate::wire;

/// The longest that a call waits, in seconds: less than a request may take.
const MAX_WAIT_SECONDS: usize = 50;

/// Whether to wait.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Waiting {
    /// How long to wait for the bank, or for another version than `seen`, at most.
    #[param(required = false, value_type = u32, minimum = 0, maximum = 50, default = 0)]
    pub wait_seconds: Duration,
    /// The `version` that the caller knows.
    #[param(required = false, value_type = u32, minimum = 1)]
    pub seen: Option<u32>,
}

impl FromQuery for Waiting {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let seen = parameters.optional("seen", parse::whole(1..=u32::MAX as usize))?;
        let seconds = parameters.optional("wait_seconds", parse::whole(0..=MAX_WAIT_SECONDS))?;
        Ok(Self {
            wait_seconds: Duration::from_secs(seconds.unwrap_or_default() as u64),
            seen: seen.and_then(|seen| u32::try_from(seen).ok()),
        })
    }
}

/// Which are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Standing {
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::InstructionState)]
    pub state: Option<InstructionStanding>,
}

impl FromQuery for Standing {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let unknown = || Text::fixed("expected a state", "se esperaba un estado");
        let state = |text: &str| InstructionStanding::parse(text).ok_or_else(unknown);
        Ok(Self { state: parameters.optional("state", state)? })
    }
}
