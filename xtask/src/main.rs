//! Repository tasks: tidy, generated files. One file per verb.

mod generate;
mod tidy;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Repository tasks")]
struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check what the compiler does not: direction of dependencies, sizes, reasons, text, links
    Tidy(tidy::Arguments),
    /// Write the files that are made from code: `OpenAPI` documents, error pages, categories
    Generate(generate::Arguments),
}

fn main() -> Result<ExitCode> {
    let command_line = CommandLine::parse();
    let root = repository_root(&std::env::current_dir()?)?;
    match command_line.verb {
        Verb::Tidy(arguments) => tidy::run(&arguments, &root),
        Verb::Generate(arguments) => generate::run(&arguments, &root),
    }
}

/// Walks up from `folder`, so that a built xtask can be run from any checkout.
fn repository_root(folder: &Path) -> Result<PathBuf> {
    folder
        .ancestors()
        .find(|ancestor| ancestor.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .context("run this inside the repository")
}
