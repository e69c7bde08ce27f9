//! A sheet as its cells that hold something; empty ones cost nothing, wherever they are.

use cartola_connector::Place;
use cartola_primitives::{Currency, Date};

use crate::amount::{self, Separators};
use crate::day::{self, DayProblem, Days, Epoch};
use crate::limits::{
    MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_TEXT_CHARACTERS, MAX_WORKBOOK_TEXT_BYTES,
};
use crate::refusal::{self, Decoded};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text, trimmed and never blank.
    Text(Box<str>),
    /// A number, an amount or a day's serial.
    Number(f64),
}

impl Value {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) => None,
        }
    }
}

/// A cell that holds something; row and column count from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    pub(crate) row: u32,
    pub(crate) column: u32,
    pub(crate) value: Value,
}

impl Cell {
    /// Where it is.
    pub(crate) const fn place(&self) -> Place {
        refusal::cell(self.row, self.column)
    }

    /// Whether it may be an amount: a number, or a text that begins like one.
    pub(crate) fn is_figure(&self) -> bool {
        let begins =
            |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || "$-".contains(c));
        self.value.text().is_none_or(begins)
    }

    /// Its amount in minor units; `None` where it prints nothing as a hyphen.
    pub(crate) fn amount(&self, currency: Currency) -> Decoded<Option<i64>> {
        let read = match &self.value {
            Value::Text(text) => amount::from_text(text, currency, Separators::Chilean),
            Value::Number(number) => amount::from_number(*number, currency).map(Some),
        };
        read.map_err(|problem| refusal::malformed(self.place(), problem.to_string()))
    }

    /// Its day, if a file may speak of it.
    pub(crate) fn day(&self, sheet: &Sheet, days: Days) -> Decoded<Date> {
        let day = sheet.day(&self.value).and_then(|day| days.check(day));
        day.map_err(|problem| refusal::malformed(self.place(), problem.to_string()))
    }
}

/// One sheet, cells in order of rows and columns.
#[derive(Debug)]
pub(crate) struct Sheet {
    cells: Vec<Cell>,
    epoch: Epoch,
}

impl Sheet {
    /// The rows that hold something, from the top.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunk_by(|a, b| a.row == b.row)
    }

    /// The rows after that one.
    pub(crate) fn rows_after(&self, row: u32) -> impl Iterator<Item = &[Cell]> {
        let start = self.cells.partition_point(|cell| cell.row <= row);
        self.cells[start..].chunk_by(|a, b| a.row == b.row)
    }

    /// The cells of that row.
    pub(crate) fn row(&self, row: u32) -> &[Cell] {
        let start = self.cells.partition_point(|cell| cell.row < row);
        let end = self.cells.partition_point(|cell| cell.row <= row);
        &self.cells[start..end]
    }

    /// The day in a cell: text or serial.
    pub(crate) fn day(&self, value: &Value) -> Result<Date, DayProblem> {
        match value {
            Value::Text(text) => day::from_text(text),
            Value::Number(serial) => day::from_serial(*serial, self.epoch),
        }
    }
}

/// Gathers the cells of a workbook's sheets, within the limits of all of them together.
#[derive(Debug, Default)]
pub(crate) struct Workbook {
    sheets: Vec<Sheet>,
    open: Vec<Cell>,
    cells: usize,
    text_bytes: usize,
}

impl Workbook {
    /// Adds a number to the open sheet; row and column count from 0.
    pub(crate) fn number(&mut self, row: u32, column: u32, number: f64) -> Decoded<()> {
        self.push(row, column, Value::Number(number))
    }

    /// Adds a text to the open sheet; row and column count from 0.
    pub(crate) fn text(&mut self, row: u32, column: u32, text: &str) -> Decoded<()> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let place = || refusal::cell(row.saturating_add(1), column.saturating_add(1));
        // A text of few bytes cannot have too many characters.
        if text.len() > MAX_TEXT_CHARACTERS && text.chars().nth(MAX_TEXT_CHARACTERS).is_some() {
            let limit = format!("expected a text of at most {MAX_TEXT_CHARACTERS} characters");
            return Err(refusal::too_large(place(), limit));
        }
        self.text_bytes += text.len();
        if self.text_bytes > MAX_WORKBOOK_TEXT_BYTES {
            let limit = format!("expected at most {MAX_WORKBOOK_TEXT_BYTES} bytes of text in all");
            return Err(refusal::too_large(place(), limit));
        }
        self.push(row, column, Value::Text(text.into()))
    }

    /// Ends the open sheet.
    pub(crate) fn end_sheet(&mut self, epoch: Epoch) {
        let mut cells = std::mem::take(&mut self.open);
        // Both writers known put cells in order; the formats do not promise it.
        cells.sort_by_key(|cell| (cell.row, cell.column));
        cells.dedup_by_key(|cell| (cell.row, cell.column));
        self.sheets.push(Sheet { cells, epoch });
    }

    /// The sheets that have ended.
    pub(crate) fn into_sheets(self) -> Vec<Sheet> {
        self.sheets
    }

    fn push(&mut self, row: u32, column: u32, value: Value) -> Decoded<()> {
        let (row, column) = (row.saturating_add(1), column.saturating_add(1));
        if row > MAX_ROWS || column > MAX_COLUMNS {
            let limit = format!("expected at most {MAX_ROWS} rows and {MAX_COLUMNS} columns");
            return Err(refusal::too_large(refusal::cell(row, column), limit));
        }
        self.cells += 1;
        if self.cells > MAX_CELLS {
            let limit = format!("expected at most {MAX_CELLS} cells in all");
            return Err(refusal::too_large(refusal::cell(row, column), limit));
        }
        self.open.push(Cell { row, column, value });
        Ok(())
    }
}
