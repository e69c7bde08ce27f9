//! The cells of one sheet of a workbook.

use super::records::{Record, Records};
use super::{BOF, EOF, damaged, strings};
use crate::container::Extent;
use crate::refusal::Decoded;
use crate::sheet::Workbook;

const FORMULA: u16 = 0x0006;
const LABEL: u16 = 0x0204;
const LABELSST: u16 = 0x00FD;
const MULRK: u16 = 0x00BD;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027E;
const RSTRING: u16 = 0x00D6;
const STRING: u16 = 0x0207;

/// Where the value of a cell begins, behind its row, column and format.
const VALUE: usize = 6;

/// Marks a formula's result as something else than a number.
const NO_NUMBER: u16 = 0xFFFF;

/// Bytes of one number of a [`MULRK`] record: its format and itself.
const MULRK_STEP: usize = 6;

/// Reads the cells from the sheet's first record to its last.
pub(super) fn read(
    mut records: Records<'_>,
    texts: &[Box<str>],
    extent: Extent,
    workbook: &mut Workbook,
) -> Decoded<()> {
    // Charts lie within a sheet between a BOF and an EOF of their own.
    let mut depth = 0_usize;
    loop {
        let record = records.next().ok_or_else(damaged)??;
        match record.id {
            BOF => depth += 1,
            EOF if depth <= 1 => return Ok(()),
            EOF => depth -= 1,
            _ if depth == 0 => return Err(damaged()),
            FORMULA | LABEL | LABELSST | MULRK | NUMBER | RK | RSTRING
                if depth == 1 && u32::from(record.u16_at(0)?) < extent.rows() =>
            {
                push(&record, &mut records, texts, workbook)?;
            }
            _ => {}
        }
    }
}

fn push(
    record: &Record<'_>,
    records: &mut Records<'_>,
    texts: &[Box<str>],
    workbook: &mut Workbook,
) -> Decoded<()> {
    let (row, column) = (u32::from(record.u16_at(0)?), u32::from(record.u16_at(2)?));
    match record.id {
        LABELSST => {
            let index = usize::try_from(record.u32_at(VALUE)?).map_err(|_| damaged())?;
            workbook.text(row, column, texts.get(index).ok_or_else(damaged)?)
        }
        LABEL | RSTRING => {
            let data = record.data.get(VALUE..).ok_or_else(damaged)?;
            workbook.text(row, column, &strings::inline(data)?)
        }
        NUMBER => workbook.number(row, column, record.f64_at(VALUE)?),
        RK => workbook.number(row, column, short_number(record.u32_at(VALUE)?)),
        MULRK => push_several(record, row, column, workbook),
        _ => push_result(record, records, row, column, workbook),
    }
}

fn push_several(
    record: &Record<'_>,
    row: u32,
    first_column: u32,
    workbook: &mut Workbook,
) -> Decoded<()> {
    // Row and first column stand before the numbers, the last column behind them.
    let count = record.data.len().saturating_sub(6) / MULRK_STEP;
    for (column, index) in (first_column..).zip(0..count) {
        let number = short_number(record.u32_at(VALUE + index * MULRK_STEP)?);
        workbook.number(row, column, number)?;
    }
    Ok(())
}

/// The result of a formula; a text stands in a record of its own.
fn push_result(
    record: &Record<'_>,
    records: &mut Records<'_>,
    row: u32,
    column: u32,
    workbook: &mut Workbook,
) -> Decoded<()> {
    if record.u16_at(VALUE + 6)? != NO_NUMBER {
        return workbook.number(row, column, record.f64_at(VALUE)?);
    }
    match records.next_if(STRING) {
        Some(text) => workbook.text(row, column, &strings::inline(text.data)?),
        None => Ok(()),
    }
}

/// A number in 30 bits: an integer or the upper bits of a double, in units or hundredths.
fn short_number(packed: u32) -> f64 {
    const HUNDREDTHS: u32 = 1;
    const INTEGER: u32 = 2;
    let number = if packed & INTEGER == 0 {
        f64::from_bits(u64::from(packed & !3) << 32)
    } else {
        f64::from(packed.cast_signed() >> 2)
    };
    if packed & HUNDREDTHS == 0 { number } else { number / 100.0 }
}
