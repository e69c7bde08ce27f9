//! Measures what we say about speed and memory, and writes `docs/benchmarks.md`.

mod answer;
mod audit;
mod bank;
mod bare;
mod copy;
mod crowd;
mod customer;
mod deliveries;
mod extraction;
mod fill;
mod footprint;
mod http;
mod ingest;
mod insights;
mod installation;
mod khipu;
mod lab;
mod load;
mod machine;
mod notifications;
mod page;
mod payments;
mod population;
mod queue;
mod receivers;
mod report;
mod run;
mod server;
mod site;
mod statement;
mod synaptic;
mod tail;
mod tasks;
mod token;
mod trail;
mod watch;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Parser)]
#[command(name = "cartola-bench", about = "Measures speed and memory")]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Measure, print the table and write it into a file
    Run(run::Arguments),
    /// Fill a store and leave it, to be looked into with a profiler
    Fill(fill::Arguments),
    /// Answer every request with a file, as the gateway would
    #[command(hide = true)]
    Answer(answer::Arguments),
}

fn main() -> anyhow::Result<()> {
    let command_line = CommandLine::parse();
    // As the binary's, so that what is compared runs on the same.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command_line.verb {
            Verb::Run(arguments) => until_stopped(run::run(&arguments)).await,
            Verb::Fill(arguments) => until_stopped(fill::run(&arguments)).await,
            Verb::Answer(arguments) => answer::run(arguments).await,
        }
    })
}

/// Ends early on SIGINT and SIGTERM: what is dropped takes its processes and folders with it.
async fn until_stopped(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = work => outcome,
        _ = interrupt.recv() => anyhow::bail!("stopped; nothing was written"),
        _ = terminate.recv() => anyhow::bail!("stopped; nothing was written"),
    }
}
