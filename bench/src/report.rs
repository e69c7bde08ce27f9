//! What was measured, as a page of Markdown.

use std::fmt::Write;

use cartola_primitives::Date;

use crate::trail::Path;
use crate::watch::Readings;

/// One line of the table.
pub struct Figure {
    /// What it is about.
    pub what: String,
    /// What the gateway reached.
    pub measured: String,
    /// What it is compared with, from the same run.
    pub against: String,
    /// Measured over compared, of each round.
    pub ratio: Option<Readings>,
    /// What we aim at; nothing is asserted.
    pub aim: &'static str,
}

/// The table.
#[derive(Default)]
pub struct Report {
    figures: Vec<Figure>,
    /// Paths whose entries were counted, and are not reported yet.
    pub paths: Vec<Path>,
}

impl Report {
    /// One more line.
    pub fn add(&mut self, figure: Figure) {
        self.figures.push(figure);
    }

    /// The table in Markdown.
    pub fn table(&self) -> String {
        let mut text =
            "| what | measured | against | ratio | aim |\n|---|--:|--:|--:|--:|\n".to_owned();
        for Figure { what, measured, against, ratio, aim } in &self.figures {
            let ratio = ratio.as_ref().map_or_else(String::new, shown_ratio);
            writeln!(text, "| {what} | {measured} | {against} | {ratio} | {aim} |")
                .expect("a string takes all text");
        }
        text
    }
}

/// The page that is written.
pub struct Page<'a> {
    /// When it was measured.
    pub on: Date,
    /// Whether the long benches ran.
    pub full: bool,
    /// What it was measured on.
    pub machine: &'a [(&'static str, String)],
    /// The figures.
    pub table: &'a str,
}

/// What stands below the figures.
const MEANING: &str = include_str!("meaning.md");

impl Page<'_> {
    /// The page in Markdown.
    pub fn text(&self) -> String {
        let Self { on, full, machine, table } = self;
        let command = if *full { "./x bench --full" } else { "./x bench" };
        let facts: String =
            machine.iter().map(|(name, fact)| format!("| {name} | {fact} |\n")).collect();
        format!(
            "# Benchmarks\n\nMeasured on {on} by `{command}`, which writes this page. Figures are \
             medians of rounds, with the least and the greatest in brackets; a ratio is taken \
             within each round. Aims are what we want, not what is checked.\n\n{table}\n\
             ## The machine\n\n| | |\n|---|---|\n{facts}\n{MEANING}"
        )
    }
}

fn shown_ratio(readings: &Readings) -> String {
    let (least, most) = readings.ends();
    format!("{:.2} ({least:.2}–{most:.2})", readings.median())
}

/// A rate of movements: the median, then the ends.
pub fn movements_a_second(readings: &Readings) -> String {
    of_rounds(readings, "movements/s")
}

/// The median of rounds, then the ends.
pub fn of_rounds(readings: &Readings, unit: &str) -> String {
    let (least, most) = readings.ends();
    format!("{} {unit} ({}–{})", grouped(readings.median()), grouped(least), grouped(most))
}

/// Times in milliseconds: the median, then the ends.
pub fn milliseconds(readings: &Readings) -> String {
    let (least, most) = readings.ends();
    format!("{:.2} ms ({least:.2}–{most:.2})", readings.median())
}

/// Bytes as millions of them.
#[allow(clippy::cast_precision_loss, reason = "memory stays far below 2^52 bytes")]
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// A whole number with its thousands apart.
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_median_and_ends() {
        let readings = Readings::of([1_234_567.0, 900.0, 12_000.4]);
        let mut report = Report::default();
        report.add(Figure {
            what: "pages".to_owned(),
            measured: of_rounds(&readings, "pages/s"),
            against: String::new(),
            ratio: Some(Readings::of([0.5, 0.625])),
            aim: "≥ 0.5",
        });
        assert_eq!(
            report.table().lines().last(),
            Some("| pages | 12,000 pages/s (900–1,234,567) |  | 0.56 (0.50–0.62) | ≥ 0.5 |")
        );
    }
}
