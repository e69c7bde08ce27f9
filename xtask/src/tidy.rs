//! `cargo xtask tidy`: one module per check, each a function from the [`Tree`] to its findings.

mod direction;
mod evidence;
mod finding;
mod functions;
mod links;
mod manifest;
mod ratchet;
mod reasons;
mod rooms;
mod sizes;
mod text;
mod translation;
mod tree;

use std::{io::Write as _, path::Path, process::ExitCode};

use anyhow::Result;

use self::{finding::Finding, manifest::Manifest, ratchet::Ratchet, sizes::Sizes, tree::Tree};

#[derive(clap::Args)]
pub struct Arguments {
    /// Lower the numbers of `xtask/tidy.toml` to what the code has reached
    #[arg(long)]
    write: bool,
    /// Print medians, the largest files and functions, and the share of each room
    #[arg(long)]
    report: bool,
}

/// Prints every finding and fails where there is one.
pub fn run(arguments: &Arguments, root: &Path) -> Result<ExitCode> {
    let tree = Tree::tracked(root)?;
    let sizes = Sizes::measure(&tree)?;
    if arguments.write {
        let lowered = Ratchet::read(&tree)?.lowered(&sizes);
        std::fs::write(root.join(ratchet::FILE), lowered.to_string())?;
        return run(&Arguments { write: false, ..*arguments }, root);
    }
    let mut out = std::io::stdout().lock();
    if arguments.report {
        write!(out, "{}", sizes.report())?;
    }
    let findings = check(&tree, &sizes)?;
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if findings.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "tidy: {} to mend", findings.len())?;
    Ok(ExitCode::FAILURE)
}

fn check(tree: &Tree, sizes: &Sizes) -> Result<Vec<Finding>> {
    let manifests = Manifest::read_all(tree)?;
    let mut findings = direction::check(tree, &manifests)?;
    findings.extend(reasons::check(tree, &manifests)?);
    findings.extend(Ratchet::read(tree)?.check(sizes));
    findings.extend(text::check(tree));
    findings.extend(links::check(tree));
    findings.extend(evidence::check(tree));
    findings.extend(translation::check(tree));
    findings.sort();
    Ok(findings)
}
