//! The verbs, one file each.

pub mod audit;
pub mod backup;
pub mod copy;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod forget;
pub mod import;
pub mod keys;
pub mod links;
pub mod matters;
pub mod messages;
pub mod migrate;
pub mod openapi;
pub mod payments;
pub mod restore;
pub mod sandbox;
pub mod serve;
pub mod sync;
pub mod tenants;
pub mod worker;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use crate::command_line::Command;

/// How long threads are waited for whose work nobody waits for any more, such as the look-up of a
/// name that the system goes on with.
const LETTING_GO: Duration = Duration::from_secs(1);

/// Runs a command on a runtime of its own.
pub fn run(command: Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the process cannot start its threads; raise its limits")?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::Worker(arguments) => worker::run(arguments).await,
            Command::Sandbox(arguments) => sandbox::run(arguments).await,
            Command::Import(arguments) => import::run(arguments).await,
            Command::Links(verb) => links::run(verb).await,
            Command::Matters(verb) => matters::run(verb).await,
            Command::Payments(verb) => payments::run(verb).await,
            Command::Messages(verb) => messages::run(verb).await,
            Command::Sync(arguments) => sync::run(arguments).await,
            Command::Tenants(verb) => tenants::run(verb).await,
            Command::Export(arguments) => export::run(arguments).await,
            Command::Keys(verb) => keys::run(verb).await,
            Command::Forget(arguments) => forget::run(arguments).await,
            Command::Audit(verb) => audit::run(verb).await,
            Command::Backup(arguments) => backup::run(arguments).await,
            Command::Copy(arguments) => copy::run(arguments).await,
            Command::Restore(arguments) => restore::run(&arguments),
            Command::Doctor(arguments) => doctor::run(arguments).await,
            Command::Migrate(arguments) => migrate::run(arguments).await,
            Command::Openapi(arguments) => openapi::run(&arguments),
        }
    });
    runtime.shutdown_timeout(LETTING_GO);
    outcome
}
