//! `cargo xtask generate`: writes the files that are made from code, or checks that they are.
//!
//! A room that generates has an example which prints one JSON object, from a file's path to its
//! text. It is run and not linked: tidy must not wait for a server to be built.

use std::{
    collections::BTreeMap, fs, io::Write as _, path::Path, process::Command, process::ExitCode,
};

use anyhow::{Context, Result, ensure};

/// Package, example, and the folder of which it owns every file, if there is one.
const GENERATORS: &[(&str, &str, Option<&str>)] = &[
    ("cartola-api", "generate", Some("docs/errors")),
    ("cartola-insights", "generate", None),
    ("cartola-provider-apistore", "generate", None),
    ("cartola-provider-floid", "generate", None),
    ("cartola-provider-khipu", "generate", None),
    ("cartola-provider-mibanco", "generate", None),
    ("cartola-provider-synaptic", "generate", None),
];

/// What a room generates: path from the root to text.
type Files = BTreeMap<String, String>;

#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing; fail where a file differs from what would be written
    #[arg(long)]
    check: bool,
}

pub fn run(arguments: &Arguments, root: &Path) -> Result<ExitCode> {
    let mut stale = Vec::new();
    for (package, example, folder) in GENERATORS {
        let files = generated(root, package, example)?;
        if !arguments.check {
            write(root, &files, *folder)?;
        }
        stale.extend(differing(root, &files, *folder)?);
    }
    let mut out = std::io::stdout().lock();
    for file in &stale {
        writeln!(out, "{file}: not what the code generates")?;
    }
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "generate: {} to write; run `cargo xtask generate`", stale.len())?;
    Ok(ExitCode::FAILURE)
}

fn generated(root: &Path, package: &str, example: &str) -> Result<Files> {
    let output = Command::new("cargo")
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            package,
            "--all-features",
            "--example",
            example,
        ])
        .current_dir(root)
        .output()
        .context("cargo could not be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{package}'s example {example}: {errors}");
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{package}'s example {example} printed something else than files"))
}

fn write(root: &Path, files: &Files, folder: Option<&str>) -> Result<()> {
    for left_over in left_over(root, files, folder)? {
        fs::remove_file(root.join(left_over))?;
    }
    for (file, text) in files {
        let path = root.join(file);
        let parent = path.parent().context("a generated file lies in a folder")?;
        fs::create_dir_all(parent)?;
        fs::write(&path, text).with_context(|| format!("{file} cannot be written"))?;
    }
    Ok(())
}

fn differing(root: &Path, files: &Files, folder: Option<&str>) -> Result<Vec<String>> {
    let mut stale = left_over(root, files, folder)?;
    for (file, text) in files {
        let found = fs::read_to_string(root.join(file)).unwrap_or_default();
        if found != *text {
            stale.push(file.clone());
        }
    }
    Ok(stale)
}

/// Files of the folder that nothing generates any longer.
fn left_over(root: &Path, files: &Files, folder: Option<&str>) -> Result<Vec<String>> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return Ok(Vec::new()) };
    let mut left = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let file = format!("{folder}/{}", name.to_string_lossy());
        if !files.contains_key(&file) {
            left.push(file);
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> Files {
        pairs.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn what_was_written_is_found_to_be_the_same() {
        let root = tempfile::tempdir().unwrap();
        let made = files(&[("docs/errors/a.md", "A"), ("openapi/v1.json", "{}")]);
        assert_eq!(
            differing(root.path(), &made, Some("docs/errors")).unwrap(),
            ["docs/errors/a.md", "openapi/v1.json"]
        );
        write(root.path(), &made, Some("docs/errors")).unwrap();
        assert!(differing(root.path(), &made, Some("docs/errors")).unwrap().is_empty());
    }

    #[test]
    fn a_page_that_nothing_generates_is_found_and_removed() {
        let root = tempfile::tempdir().unwrap();
        let folder = Some("docs/errors");
        write(root.path(), &files(&[("docs/errors/a.md", "A"), ("docs/errors/b.md", "B")]), folder)
            .unwrap();
        let now = files(&[("docs/errors/a.md", "A")]);
        assert_eq!(differing(root.path(), &now, folder).unwrap(), ["docs/errors/b.md"]);
        write(root.path(), &now, folder).unwrap();
        assert!(!root.path().join("docs/errors/b.md").exists());
    }
}
