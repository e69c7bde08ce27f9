//! What the one binary does: wires rooms together, and is the only place that names backends and
//! connectors. A library, so that the bench serves by the very same stack.

mod anchors;
mod backend;
mod command_line;
mod commands;
pub mod config;
mod folder;
mod installation;
mod institutions;
mod jobs;
mod keys;
pub mod logging;
mod moments;
pub mod outbox;
mod output;
mod pages;
mod problem;
mod sandbox;
pub mod serve;
mod shelter;
mod tenant;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use command_line::CommandLine;

/// Gives memory back after a large import, and is quick where one thread frees what another took.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command line.
pub fn main() -> ExitCode {
    shelter::close();
    let CommandLine { command, .. } = CommandLine::parse();
    let only_prints = command.only_prints();
    match commands::run(command) {
        Ok(code) => code,
        Err(error) => problem::report(&error, only_prints),
    }
}
