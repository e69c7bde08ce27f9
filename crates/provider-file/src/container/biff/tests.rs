//! The reader against the one of another library, which shares no code with it.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader as _, Xls};

use super::super::Extent;
use crate::sheet::Value;

/// The cells of every sheet that hold something: row and column from 1, and the value.
type Cells = Vec<Vec<(u32, u32, Value)>>;

fn ours(bytes: &[u8]) -> Cells {
    let sheets = super::open(bytes, Extent::Whole).unwrap();
    let cells = sheets.iter().map(|sheet| sheet.rows().flatten());
    cells
        .map(|cells| cells.map(|cell| (cell.row, cell.column, cell.value.clone())).collect())
        .collect()
}

fn theirs(bytes: &[u8]) -> Cells {
    let mut workbook = Xls::new(Cursor::new(bytes)).unwrap();
    let ranges = workbook.worksheets();
    let cells = ranges.iter().map(|(_, range)| {
        let (first_row, first_column) = range.start().unwrap();
        let cells = range.used_cells().filter_map(move |(row, column, data)| {
            let (row, column) = (u32::try_from(row).unwrap(), u32::try_from(column).unwrap());
            Some((first_row + row + 1, first_column + column + 1, value(data)?))
        });
        cells.collect()
    });
    cells.collect()
}

fn value(data: &Data) -> Option<Value> {
    match data {
        Data::String(text) if text.trim().is_empty() => None,
        Data::String(text) => Some(Value::Text(text.trim().into())),
        Data::Int(number) => Some(Value::Number(f64::from(i32::try_from(*number).unwrap()))),
        Data::Float(number) => Some(Value::Number(*number)),
        Data::DateTime(moment) => Some(Value::Number(moment.as_f64())),
        other => panic!("no fixture has a cell such as {other:?}"),
    }
}

#[test]
fn every_fixture_reads_as_the_other_library_reads_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let workbooks: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "xls")).collect();
    assert!(workbooks.len() >= 3, "the fixtures have moved");
    for path in workbooks {
        let bytes = std::fs::read(&path).unwrap();
        let cells = ours(&bytes);
        assert!(cells.iter().map(Vec::len).sum::<usize>() > 20, "{path:?}");
        assert_eq!(cells, theirs(&bytes), "{path:?}");
    }
}
