//! The one binary: wires rooms together, and is the only place that names backends and connectors.

mod command_line;
mod commands;
mod config;
mod folder;
mod installation;
mod keys;
mod logging;
mod output;
mod problem;
mod serve;
mod tenant;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use command_line::CommandLine;

/// Gives memory back after a large import, and is quick where one thread frees what another took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let CommandLine { command, .. } = CommandLine::parse();
    let only_prints = command.only_prints();
    match commands::run(command) {
        Ok(code) => code,
        Err(error) => problem::report(&error, only_prints),
    }
}
