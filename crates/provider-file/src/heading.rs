//! Finding labels and table headers by their text. Rows and columns move from export to export.

use cartola_primitives::Currency;

use crate::label;
use crate::limits::HEAD_ROWS;
use crate::refusal::Decoded;
use crate::sheet::{Cell, Sheet};

/// A sheet with the texts of its head folded for finding.
#[derive(Debug)]
pub(crate) struct Heading<'a> {
    sheet: &'a Sheet,
    labels: Vec<Label<'a>>,
}

/// One text of the head.
#[derive(Debug)]
pub(crate) struct Label<'a> {
    cell: &'a Cell,
    folded: String,
}

/// A run of columns that belongs to one header cell: up to the next header, since the columns
/// between are parts of a merged cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    from: u32,
    to: u32,
}

impl Span {
    /// The first cell of a row that lies within.
    pub(crate) fn first(self, row: &[Cell]) -> Option<&Cell> {
        self.all(row).next()
    }

    /// The cells of a row that lie within.
    pub(crate) fn all(self, row: &[Cell]) -> impl DoubleEndedIterator<Item = &Cell> {
        row.iter().filter(move |cell| (self.from..=self.to).contains(&cell.column))
    }

    /// Its first column.
    pub(crate) const fn column(self) -> u32 {
        self.from
    }
}

/// A table header: its row and the columns asked for, in the order asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<const N: usize> {
    pub(crate) row: u32,
    pub(crate) columns: [Span; N],
}

impl<'a> Heading<'a> {
    /// Folds the head of a sheet.
    pub(crate) fn of(sheet: &'a Sheet) -> Self {
        let texts = sheet.rows().flatten().take_while(|cell| cell.row <= HEAD_ROWS);
        let labels = texts
            .filter_map(|cell| Some(Label { cell, folded: label::fold(cell.value.text()?) }))
            .collect();
        Self { sheet, labels }
    }

    /// The sheet.
    pub(crate) const fn sheet(&self) -> &'a Sheet {
        self.sheet
    }

    /// The folded texts above a row.
    pub(crate) fn texts_above(&self, row: u32) -> impl Iterator<Item = &str> {
        let above = self.labels.iter().take_while(move |label| label.cell.row < row);
        above.map(|label| label.folded.as_str())
    }

    /// The first text that is one of the names.
    pub(crate) fn find(&self, names: &[&str]) -> Option<&'a Cell> {
        let label = self.labels.iter().find(|label| names.contains(&label.folded.as_str()))?;
        Some(label.cell)
    }

    /// The texts that begin with the name.
    pub(crate) fn starting(&self, name: &str) -> impl Iterator<Item = &'a Cell> {
        self.labels
            .iter()
            .filter(move |label| label.folded.starts_with(name))
            .map(|label| label.cell)
    }

    /// The value to the right of a label: the first cell after it in its row.
    pub(crate) fn right_of(&self, names: &[&str]) -> Option<&'a Cell> {
        let label = self.find(names)?;
        self.sheet.row(label.row).iter().find(|cell| cell.column > label.column)
    }

    /// The amount below a label, or to its right where nothing is below; in minor units.
    pub(crate) fn amount_below(&self, name: &str, currency: Currency) -> Decoded<Option<i64>> {
        let Some(label) = self.find(&[name]) else { return Ok(None) };
        let below = self.sheet.row(label.row + 1).iter().find(|cell| cell.column == label.column);
        let right = || self.right_of(&[name]).filter(|cell| cell.is_figure());
        below.or_else(right).map_or(Ok(None), |cell| cell.amount(currency))
    }

    /// The first row that has every one of the columns.
    pub(crate) fn header<const N: usize>(&self, columns: &[&str; N]) -> Option<Header<N>> {
        self.labels.chunk_by(|a, b| a.cell.row == b.cell.row).find_map(|row| {
            let mut spans = [Span { from: 0, to: 0 }; N];
            for (span, column) in spans.iter_mut().zip(columns) {
                *span = span_of(row, column)?;
            }
            Some(Header { row: row[0].cell.row, columns: spans })
        })
    }

    /// Whether some row has every one of the columns.
    pub(crate) fn has_header(&self, columns: &[&str]) -> bool {
        self.labels
            .chunk_by(|a, b| a.cell.row == b.cell.row)
            .any(|row| columns.iter().all(|column| span_of(row, column).is_some()))
    }

    /// The folded header text of the column, such as `CARGOS (CLP)`.
    pub(crate) fn header_text(&self, row: u32, span: Span) -> &str {
        self.labels
            .iter()
            .find(|label| label.cell.row == row && label.cell.column == span.from)
            .map_or("", |label| &label.folded)
    }
}

fn span_of(row: &[Label<'_>], column: &str) -> Option<Span> {
    let at = row.iter().position(|label| label::names(&label.folded, column))?;
    let from = row[at].cell.column;
    let to = row.get(at + 1).map_or(u32::MAX, |next| next.cell.column - 1);
    Some(Span { from, to })
}
