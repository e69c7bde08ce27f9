//! `cartola openapi`: the description of `/v1`.

use std::process::ExitCode;

use clap::Args;

use crate::output;

#[derive(Args)]
pub struct Arguments {}

/// Prints the document.
pub fn run(_arguments: &Arguments) -> anyhow::Result<ExitCode> {
    output::line(cartola_api::openapi_json())?;
    Ok(ExitCode::SUCCESS)
}
