//! What is written on stdout, and progress on stderr.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// How often a progress bar is drawn while nothing else moves it.
const TICK: Duration = Duration::from_millis(120);

/// Writes one line.
pub fn line(text: impl std::fmt::Display) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

/// Says on stderr what is no result. Where that is closed, nobody listens.
pub fn note(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes a value as one line of JSON.
pub fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    Ok(line(serde_json::to_string(value)?)?)
}

/// Writes rows in aligned columns, under a heading.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([heading[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let heading: Vec<String> = heading.iter().map(ToString::to_string).collect();
    let mut stdout = io::stdout().lock();
    for row in std::iter::once(&heading).chain(rows) {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let text = cells.collect::<Vec<_>>().join("  ");
        writeln!(stdout, "{}", text.trim_end())?;
    }
    stdout.flush()
}

/// A bar over a known amount of work; nothing is drawn where stderr is not a terminal.
pub fn progress(total: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total).with_message(what);
    let style = ProgressStyle::with_template(
        "{spinner} {msg} {wide_bar} {human_pos}/{human_len} {elapsed}",
    )
    .expect("the template is sound");
    bar.set_style(style);
    bar.enable_steady_tick(TICK);
    bar
}

/// A sign of life for work of unknown length; nothing is drawn where stderr is not a terminal.
pub fn spinner(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} {human_pos} {elapsed}")
        .expect("the template is sound");
    let bar = ProgressBar::new_spinner().with_style(style).with_message(what);
    bar.enable_steady_tick(TICK);
    bar
}
