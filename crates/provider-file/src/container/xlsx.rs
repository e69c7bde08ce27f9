//! XLSX workbooks, read cell by cell: a sheet is never laid out as a grid, so a cell in a far
//! corner costs what any other cell costs.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, Xlsx, XlsxError};
use cartola_connector::{DecodeError, Place};

use super::{Extent, xlsx_audit};
use crate::day::Epoch;
use crate::limits::MAX_SHEETS;
use crate::refusal::{self, Decoded};
use crate::sheet::{Sheet, Workbook};

/// Opens a workbook after its container has been found within the limits.
pub(crate) fn open(bytes: &[u8], extent: Extent) -> Decoded<Vec<Sheet>> {
    xlsx_audit::check(bytes)?;
    let mut xlsx = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let names: Vec<String> = xlsx
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    if names.len() > MAX_SHEETS {
        let limit = format!("expected at most {MAX_SHEETS} sheets");
        return Err(refusal::too_large(Place::File, limit));
    }
    let mut workbook = Workbook::default();
    for name in &names {
        read_sheet(&mut xlsx, name, extent, &mut workbook)?;
    }
    Ok(workbook.into_sheets())
}

fn read_sheet(
    xlsx: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    extent: Extent,
    workbook: &mut Workbook,
) -> Decoded<()> {
    let epoch = if xlsx.has_1904_epoch() { Epoch::Year1904 } else { Epoch::Year1900 };
    let mut cells = xlsx.worksheet_cells_reader(name).map_err(|error| damaged(&error))?;
    while let Some(cell) = cells.next_cell().map_err(|error| damaged(&error))? {
        let (row, column) = cell.get_position();
        if row >= extent.rows() {
            break;
        }
        push(workbook, row, column, cell.get_value())?;
    }
    workbook.end_sheet(epoch);
    Ok(())
}

fn push(workbook: &mut Workbook, row: u32, column: u32, value: &DataRef<'_>) -> Decoded<()> {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "amounts are checked against a lower limit")]
        DataRef::Int(number) => workbook.number(row, column, *number as f64),
        DataRef::Float(number) => workbook.number(row, column, *number),
        DataRef::DateTime(moment) => workbook.number(row, column, moment.as_f64()),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            workbook.text(row, column, text)
        }
        DataRef::SharedString(text) => workbook.text(row, column, text),
        DataRef::Error(_) => workbook.text(row, column, "#ERROR"),
        DataRef::Bool(_) | DataRef::Empty => Ok(()),
    }
}

/// The reader's own words may quote the file, so they are left out.
fn damaged(error: &XlsxError) -> DecodeError {
    match error {
        XlsxError::Password => refusal::encrypted(super::PASSWORD),
        XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => {
            refusal::unsupported("this ZIP file is no XLSX workbook; unpack it first")
        }
        _ => refusal::malformed(
            Place::File,
            "the XLSX workbook is damaged or cut short; download it again",
        ),
    }
}
