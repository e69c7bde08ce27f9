//! Files made to exhaust memory or time. Each is small; a reader without limits would not be.

use std::io::{Cursor, Write as _};

use cartola_connector::DecodeErrorKind;
use cartola_provider_file::limits::{
    HEAD_ROWS, MAX_ACCOUNTS, MAX_CELLS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_MAPPING_BYTES, MAX_ROWS,
    MAX_SHEETS, MAX_TEXT_CHARACTERS, MAX_XML_DEPTH, MAX_ZIP_ENTRIES,
};
use expect_test::expect;
use zip::write::SimpleFileOptions;

use crate::refusals::biff;
use crate::support::{SHARED, SHEET, check, decode, rezip};

/// The account fixture with more rows of XML at the end of its sheet.
fn with_rows(rows: &str) -> Vec<u8> {
    rezip("account.xlsx", SHEET, |xml| xml.replace("</sheetData>", &format!("{rows}</sheetData>")))
}

fn assert_too_large(bytes: Vec<u8>) {
    assert_eq!(decode(bytes).unwrap_err().kind, DecodeErrorKind::TooLarge);
}

#[test]
fn a_cell_in_a_far_corner_is_refused_where_it_stands() {
    let far = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    check(
        with_rows(far),
        None,
        &expect![[r#"
            too_large: cell XFD1048576: expected at most 250000 rows and 256 columns
        "#]],
    );
    let wide = r#"<row r="60"><c r="IW60"><v>1</v></c></row>"#;
    check(
        with_rows(wide),
        None,
        &expect![[r#"
        too_large: cell IW60: expected at most 250000 rows and 256 columns
    "#]],
    );
}

#[test]
fn a_far_corner_without_value_costs_nothing() {
    let empty = with_rows(r#"<row r="1048576"><c r="XFD1048576"/></row>"#);
    assert_eq!(decode(empty).unwrap()[0].lines.len(), 8);
}

#[test]
fn a_biff_cell_beyond_the_columns_is_refused_where_it_stands() {
    // BOF, one BOUNDSHEET at 26, EOF; the sheet: BOF and a NUMBER in row 2, column 300.
    let mut stream = vec![0x09, 0x08, 4, 0, 0, 6, 5, 0];
    stream.extend([0x85, 0, 9, 0, 25, 0, 0, 0, 0, 0, 1, 0, b'a', 0x0A, 0, 0, 0]);
    stream.extend([0x09, 0x08, 4, 0, 0, 6, 0x10, 0]);
    stream.extend([0x03, 0x02, 14, 0, 1, 0, 0x2C, 1, 0, 0]);
    stream.extend(1.0_f64.to_le_bytes());
    check(
        biff(&stream),
        None,
        &expect![[r#"
        too_large: cell KO2: expected at most 250000 rows and 256 columns
    "#]],
    );
}

#[test]
fn the_cells_of_a_workbook_are_counted() {
    let columns = u16::try_from(MAX_COLUMNS).unwrap();
    let rows = u16::try_from(MAX_CELLS / usize::from(columns)).unwrap();
    let mut stream = vec![0x09, 0x08, 4, 0, 0, 6, 5, 0];
    stream.extend([0x85, 0, 9, 0, 25, 0, 0, 0, 0, 0, 1, 0, b'a', 0x0A, 0, 0, 0]);
    stream.extend([0x09, 0x08, 4, 0, 0, 6, 0x10, 0]);
    // A MULRK of the number 1 in every column of every row, and of one row more.
    let numbers = [0, 0, 6, 0, 0, 0].repeat(usize::from(columns));
    for row in 0..=rows {
        stream.extend(0xBD_u16.to_le_bytes());
        stream.extend((6 * columns + 6).to_le_bytes());
        stream.extend([row.to_le_bytes(), [0, 0]].concat());
        stream.extend(&numbers);
        stream.extend((columns - 1).to_le_bytes());
    }
    stream.extend([0x0A, 0, 0, 0]);
    check(
        biff(&stream),
        None,
        &expect![[r#"
        too_large: cell A15626: expected at most 4000000 cells in all
    "#]],
    );
}

#[test]
fn a_table_header_too_far_down_is_not_found() {
    let moved = rezip("account.xlsx", SHEET, |xml| {
        let cells = 'B'..='G';
        cells.fold(xml.to_owned(), |xml, column| {
            xml.replace(&format!("r=\"{column}27\""), &format!("r=\"{column}{}\"", HEAD_ROWS + 1))
        })
    });
    assert_eq!(decode(moved).unwrap_err().kind, DecodeErrorKind::Unrecognised);
}

#[test]
fn biff_texts_that_many_cells_share_are_counted_for_each() {
    // One text of 4,096 characters, shown by 17,000 cells.
    let text = vec![b'x'; MAX_TEXT_CHARACTERS];
    let mut sst = vec![0_u8; 8];
    sst.extend([0, 0x10, 0]);
    sst.extend(text);
    let length = u16::try_from(sst.len()).unwrap().to_le_bytes();
    let mut stream = vec![0x09, 0x08, 4, 0, 0, 6, 5, 0, 0xFC, 0, length[0], length[1]];
    stream.extend(sst);
    let sheet = u32::try_from(stream.len() + 13 + 4).unwrap().to_le_bytes();
    stream.extend([0x85, 0, 9, 0, sheet[0], sheet[1], sheet[2], sheet[3], 0, 0, 1, 0, b'a']);
    stream.extend([0x0A, 0, 0, 0, 0x09, 0x08, 4, 0, 0, 6, 0x10, 0]);
    for row in 0_u16..17_000 {
        let row = row.to_le_bytes();
        stream.extend([0xFD, 0, 10, 0, row[0], row[1], 0, 0, 0, 0, 0, 0, 0, 0]);
    }
    stream.extend([0x0A, 0, 0, 0]);
    check(
        biff(&stream),
        None,
        &expect![[r#"
        too_large: cell A16385: expected at most 67108864 bytes of text in all
    "#]],
    );
}

#[test]
fn a_container_that_inflates_beyond_measure_is_refused() {
    let zeros = vec![b' '; 1 << 20];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    for _ in 0..130 {
        writer.write_all(&zeros).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    check(
        bomb,
        None,
        &expect![[r#"
        too_large: the file: expected a smaller workbook: a part of it inflates beyond the limit
    "#]],
    );
}

#[test]
fn a_part_that_only_describes_may_not_be_large() {
    let styles = rezip("account.xlsx", "xl/styles.xml", |xml| {
        xml.replace("</cellXfs>", &format!("{}</cellXfs>", "<xf/>".repeat(500_000)))
    });
    assert_too_large(styles);
}

#[test]
fn a_container_of_many_entries_is_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..=MAX_ZIP_ENTRIES {
        writer.start_file(format!("{number}.xml"), SimpleFileOptions::default()).unwrap();
    }
    check(
        writer.finish().unwrap().into_inner(),
        None,
        &expect![[r#"
        too_large: the file: expected at most 64 entries in the XLSX container
    "#]],
    );
}

#[test]
fn a_workbook_that_declares_more_texts_than_it_has_is_refused() {
    let lying = rezip("account.xlsx", SHARED, |xml| {
        xml.replace("uniqueCount=\"", "uniqueCount=\"99999999999")
    });
    check(
        lying,
        None,
        &expect![[r#"
        too_large: the file: expected at most 2000000 shared texts
    "#]],
    );
}

#[test]
fn a_workbook_of_many_sheets_is_refused() {
    let sheets =
        (0..MAX_SHEETS).map(|n| format!(r#"<sheet name="s{n}" sheetId="{}" r:id="rId1"/>"#, n + 9));
    let sheets: String = sheets.collect();
    let many = rezip("account.xlsx", "xl/workbook.xml", |xml| {
        xml.replace("<sheets>", "<sheets xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">")
            .replace("</sheets>", &format!("{sheets}</sheets>"))
    });
    check(
        many,
        None,
        &expect![[r#"
        too_large: the file: expected at most 16 sheets
    "#]],
    );
}

#[test]
fn a_document_type_is_refused_and_no_entity_grows() {
    let lol = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let sheet = rezip("account.xlsx", SHARED, |xml| xml.replacen("<sst", &format!("{lol}<sst"), 1));
    check(
        sheet,
        None,
        &expect![[r#"
        malformed: the file: expected a workbook without a document type declaration
    "#]],
    );
    check(
        format!("<?xml version=\"1.0\"?>{lol}<?OFX?><OFX>&b;</OFX>"),
        None,
        &expect![[r#"
        malformed: line 1: expected OFX without a document type declaration
    "#]],
    );
    check(
        format!("OFXHEADER:100\n\n{lol}<OFX>&b;</OFX>"),
        None,
        &expect![[r#"
        malformed: line 3: expected tags alone; declarations are not read
    "#]],
    );
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "<A>".repeat(MAX_XML_DEPTH + 1);
    check(
        format!("<?xml version=\"1.0\"?><?OFX?>{deep}"),
        None,
        &expect![[r#"
        too_large: line 1: expected elements at most 64 deep
    "#]],
    );
    check(
        format!("OFXHEADER:100\n\n{}", "<A>\n".repeat(MAX_XML_DEPTH + 1)),
        None,
        &expect![[r#"
        too_large: line 67: expected aggregates at most 64 deep
    "#]],
    );
    let sheet = rezip("account.xlsx", SHEET, |xml| {
        xml.replacen("<sheetData>", &format!("{deep}<sheetData>"), 1)
    });
    check(
        sheet,
        None,
        &expect![[r#"
        too_large: the file: expected elements at most 64 deep
    "#]],
    );
}

#[test]
fn files_rows_fields_and_texts_beyond_their_limits_are_refused() {
    let mapping =
        "[account]\ncurrency = \"CLP\"\n[columns]\ndate = 1\ndescription = 2\namount = 3\n";
    let header = "date,text,amount\n";
    let rows = "05/01/2026,a,1\n".repeat(MAX_ROWS as usize + 1);
    let long = "x".repeat(MAX_TEXT_CHARACTERS + 1);
    let csv = [",".repeat(MAX_COLUMNS as usize), format!("05/01/2026,{long},1"), rows];
    let said = csv.map(|lines| check_csv(&format!("{header}{lines}\n"), mapping));
    expect![[r#"
        line 2: expected at most 256 fields in a line
        line 2: expected fields of at most 4096 characters; is a quote not closed?
        line 250002: expected at most 250000 lines"#]]
    .assert_eq(&said.join("\n"));
    check(
        vec![b'x'; MAX_FILE_BYTES + 1],
        None,
        &expect![[r#"
        too_large: the file: expected a file of at most 33554432 bytes
    "#]],
    );
    let long_mapping = format!("{mapping}#{}", "x".repeat(MAX_MAPPING_BYTES));
    expect!["the file: expected a mapping of at most 65536 bytes"]
        .assert_eq(&check_csv(header, &long_mapping));
}

#[test]
fn ofx_transactions_are_counted() {
    let one = "<STMTTRN><TRNAMT>1</STMTTRN>";
    let many = one.repeat(MAX_ROWS as usize + 1);
    let file =
        format!("<OFX><STMTRS><CURDEF>CLP<BANKTRANLIST>\n{many}</BANKTRANLIST></STMTRS></OFX>");
    check(
        file,
        None,
        &expect![[r#"
        too_large: transaction 250001: expected at most 250000 transactions
    "#]],
    );
}

#[test]
fn ofx_statements_are_counted() {
    let many = "<STMTRS>\n</STMTRS>".repeat(MAX_ACCOUNTS + 1);
    check(
        format!("<OFX>\n{many}</OFX>"),
        None,
        &expect![[r#"
        too_large: the file: expected at most 50 statements
    "#]],
    );
}

#[test]
fn warnings_are_bounded() {
    let row = |n: u32| {
        format!(r#"<row r="{n}"><c r="B{n}" t="inlineStr"><is><t>05/01/2026</t></is></c></row>"#)
    };
    let rows: String = (50..300).map(row).collect();
    let batches = decode(with_rows(&rows)).unwrap();
    assert_eq!(batches[0].warnings.len(), 101);
    assert_eq!(batches[0].warnings[100].text, "150 further warnings are left out");
}

fn check_csv(csv: &str, mapping: &str) -> String {
    use cartola_connector::Connector as _;
    let file = crate::support::source(csv, Some(mapping));
    cartola_provider_file::StatementFiles::new().decode(&file).unwrap_err().to_string()
}
