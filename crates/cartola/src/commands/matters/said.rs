//! What somebody says, from a file or standard input: an argument is seen by whoever lists the processes
//! of the machine, and kept in the history of a shell.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use cartola_primitives::Rut;
use clap::Args;
use serde::Deserialize;

use crate::problem::wrong_use;

/// Longest such file, bytes: three texts of the longest that a matter has, with room to spare.
const MAX_FILE: u64 = 64 << 10;

/// Where it is.
#[derive(Args)]
pub struct FromFile {
    /// Read RUT, text and contact from this file instead, or from standard input (`-`): a JSON object
    /// with `rut`, `text` and `contact`, as far as they are needed
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What is said.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Who asks.
    pub rut: Option<String>,
    /// What is asked, or answered.
    pub text: Option<String>,
    /// How to reach who asks.
    pub contact: Option<String>,
}

impl FromFile {
    /// What the file says; what the arguments say where there is none.
    pub fn or(&self, said: Said) -> anyhow::Result<Said> {
        let Some(file) = &self.file else { return Ok(said) };
        if said.rut.is_some() || said.text.is_some() || said.contact.is_some() {
            return Err(wrong_use("--file says it all: no --rut, --text or --contact beside it"));
        }
        read(file)
    }
}

impl Said {
    /// The RUT, if there is one. Not by clap, whose message would quote it.
    pub fn rut(&self) -> anyhow::Result<Option<Rut>> {
        let read = self.rut.as_deref().map(Rut::parse).transpose();
        read.map_err(|error| wrong_use(format!("the RUT: {error}")))
    }

    /// The text.
    pub fn text(&mut self) -> anyhow::Result<String> {
        let text = self.text.take().filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| wrong_use("say what in --text, or in the file of --file: it is kept"))
    }
}

fn read(path: &Path) -> anyhow::Result<Said> {
    let from: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(path);
        Box::new(file.with_context(|| format!("{} cannot be read", path.display()))?)
    };
    let mut bytes = Vec::new();
    let length = from.take(MAX_FILE + 1).read_to_end(&mut bytes);
    let length = length.with_context(|| format!("{} cannot be read", path.display()))?;
    if length as u64 > MAX_FILE {
        return Err(wrong_use(format!("{} is longer than {MAX_FILE} bytes", path.display())));
    }
    // The parser's complaint would quote it.
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let path = path.display();
        wrong_use(format!(
            "{path} is no JSON object with `rut`, `text` and `contact`: line {line}, column {column}"
        ))
    })
}
