//! Rows as CSV or JSON, written one by one.

use std::io::Write;

use anyhow::Context;
use csv::{Terminator, WriterBuilder};
use serde::Serialize;

use super::{Format, Sink};

/// What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), full-width forms
/// included.
const FORMULA_SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

const WRITING: &str = "the export cannot be written";

/// A row of an export.
pub trait Record: Serialize {
    /// Names of the columns.
    const COLUMNS: &'static [&'static str];

    /// The cells, in the order of the columns.
    fn cells(&self) -> Vec<Cell<'_>>;
}

/// A cell of a CSV row.
pub enum Cell<'a> {
    /// What somebody else wrote: kept from being taken for a formula.
    Text(&'a str),
    /// What we wrote: numbers, days, ids.
    Plain(String),
}

impl<'a> Cell<'a> {
    /// Text that may be missing.
    pub fn maybe(text: Option<&'a str>) -> Self {
        Self::Text(text.unwrap_or_default())
    }

    /// A value of ours that may be missing.
    pub fn plain(value: Option<impl ToString>) -> Self {
        Self::Plain(value.map(|value| value.to_string()).unwrap_or_default())
    }

    fn into_text(self) -> String {
        match self {
            Self::Plain(text) => text,
            Self::Text(text) if text.starts_with(FORMULA_SIGNS) => format!("'{text}"),
            Self::Text(text) => text.to_owned(),
        }
    }
}

/// Where rows go.
pub enum Rows<'a> {
    /// As CSV; the header is written with the first row, or at the end.
    Csv { writer: Box<csv::Writer<&'a mut Sink>>, headed: bool },
    /// As one array.
    Json { sink: &'a mut Sink, rows: u64 },
}

impl<'a> Rows<'a> {
    pub fn new(format: Format, sink: &'a mut Sink) -> Self {
        if format == Format::Csv {
            let mut builder = WriterBuilder::new();
            builder.has_headers(false).terminator(Terminator::CRLF);
            return Self::Csv { writer: Box::new(builder.from_writer(sink)), headed: false };
        }
        Self::Json { sink, rows: 0 }
    }

    /// Writes the header of a CSV file, once; a file without rows has one too.
    pub fn head<R: Record>(&mut self) -> anyhow::Result<()> {
        if let Self::Csv { writer, headed } = self
            && !std::mem::replace(headed, true)
        {
            writer.write_record(R::COLUMNS).context(WRITING)?;
        }
        Ok(())
    }

    /// Writes a row.
    pub fn push<R: Record>(&mut self, record: &R) -> anyhow::Result<()> {
        match self {
            Self::Csv { writer, .. } => {
                let cells = record.cells().into_iter().map(Cell::into_text);
                writer.write_record(cells).context(WRITING)
            }
            Self::Json { sink, rows } => {
                let before = if *rows == 0 { "[\n" } else { ",\n" };
                *rows += 1;
                sink.write_all(before.as_bytes()).context(WRITING)?;
                serde_json::to_writer(sink, record).context(WRITING)
            }
        }
    }

    /// Ends the file.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Csv { mut writer, .. } => writer.flush().context(WRITING),
            Self::Json { sink, rows } => {
                let end = if rows == 0 { "[]\n" } else { "\n]\n" };
                sink.write_all(end.as_bytes()).context(WRITING)
            }
        }
    }
}
