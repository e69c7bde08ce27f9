//! Files that are not understood: what is said of them, and where.

use std::io::{Cursor, Write as _};

use expect_test::expect;

use crate::support::{SHARED, SHEET, check, decode, fixture, rezip};

/// The account fixture with one text replaced in its sheet.
fn with_cell(from: &str, to: &str) -> String {
    let bytes = rezip("account.xlsx", SHEET, |xml| {
        assert!(xml.contains(from), "the fixture has no {from}");
        xml.replacen(from, to, 1)
    });
    decode(bytes).unwrap_err().to_string()
}

/// The account fixture with one shared text replaced.
fn with_text(from: &str, to: &str) -> String {
    let bytes = rezip("account.xlsx", SHARED, |xml| {
        assert!(xml.contains(from), "the fixture has no {from}");
        xml.replacen(from, to, 1)
    });
    decode(bytes).map_or_else(|error| error.to_string(), |_| "read".to_owned())
}

#[test]
fn files_of_other_kinds_are_told_what_to_become() {
    check(
        "",
        None,
        &expect![[r#"
            unrecognised: the file: it is empty
        "#]],
    );
    check(
        "just a line of prose\n",
        None,
        &expect![[r#"
        unrecognised: the file: expected OFX, or CSV with a mapping file; this text is neither
    "#]],
    );
    check(
        "\u{feff}<!DOCTYPE html><table><tr><td>Fecha</td></tr></table>",
        None,
        &expect![[r#"
        unsupported: the file: this is a web page, whatever its name says; open it in a spreadsheet and save it as XLSX
    "#]],
    );
    check(
        "  <HTML><body>x</body></HTML>",
        None,
        &expect![[r#"
        unsupported: the file: this is a web page, whatever its name says; open it in a spreadsheet and save it as XLSX
    "#]],
    );
    check(
        "%PDF-1.7\n",
        None,
        &expect![[r#"
        unsupported: the file: PDF statements are not read; download the same statement as XLS or XLSX
    "#]],
    );
    check(
        "<?xml version=\"1.0\"?><Workbook/>",
        None,
        &expect![[r#"
        unsupported: the file: this is an Excel 2003 XML file; open it in a spreadsheet and save it as XLSX
    "#]],
    );
    check(
        "<?xml version=\"1.0\"?><Document/>\n",
        None,
        &expect![[r#"
        unrecognised: the file: expected OFX, or CSV with a mapping file; this text is neither
    "#]],
    );
}

#[test]
fn a_workbook_of_something_else_is_unrecognised() {
    let other = rezip("account.xlsx", SHARED, |xml| xml.replace("Abonos (CLP)", "Ventas"));
    check(
        other,
        None,
        &expect![[r#"
        unrecognised: the file: the workbook has none of the titles and table headers that are known; docs/statement-files.md lists them, and a CSV export can be read with a mapping
    "#]],
    );
}

#[test]
fn files_cut_short_are_refused() {
    let cut = |name: &str| {
        let bytes = fixture(name);
        format!("{name}: {}", decode(&bytes[..bytes.len() * 2 / 3]).unwrap_err())
    };
    let names = ["account.xlsx", "account.xls", "bank-1.ofx", "two-accounts-2.ofx"];
    expect![[r#"
        account.xlsx: the file: the ZIP container is damaged or cut short; download the file again
        account.xls: the file: the XLS workbook is damaged or cut short; download it again
        bank-1.ofx: line 11: expected the end of a tag; the file is cut short
        two-accounts-2.ofx: line 3: expected the end of every element; the file is cut short"#]]
    .assert_eq(&names.map(cut).join("\n"));
}

#[test]
fn cells_that_are_wrong_are_refused_at_their_place() {
    let both = r#"<v>950000</v></c><c r="F28"><v>1</v></c>"#;
    let said = [
        with_cell("<v>50000</v>", "<v>50000.5</v>"),
        with_cell("<v>50000</v>", "<v>-50000</v>"),
        with_cell("<v>50000</v>", "<v>1e300</v>"),
        with_cell("<v>950000</v>", "<v>1e15</v>"),
        with_cell("<v>500000</v>", "<v>0.25</v>"),
        with_cell("<v>950000</v></c>", both),
    ];
    expect![[r#"
        cell E28: expected an amount in CLP without decimals
        cell E28: expected cargo and abono without sign, found a negative one
        cell E28: expected an amount of at most 30000000000000 minor units
        cell G28: expected an amount of at most 30000000000000 minor units
        cell D22: expected an amount in CLP without decimals
        cell E28: expected either a cargo or an abono, found both"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn texts_that_are_wrong_are_refused_at_their_place() {
    let said = [
        with_text("06/01/2026", "31/02/2026"),
        with_text("06/01/2026", "01/01/0001"),
        with_text("06/01/2026", "ayer"),
        with_text("15/01/2026", "15/01/2199"),
        with_text("Movimientos al 15/01/2026", "Movimientos al 31/02/2026"),
        with_text("Pesos Chilenos (CLP)", "Pesetas"),
        with_text("Pesos Chilenos (CLP)", "US Dollar"),
        with_text("00-123-45678-90", "sin número"),
        with_text("PAC SEGURO EJEMPLO", &"x".repeat(1_001)),
        with_text("PAC SEGURO EJEMPLO", &"x".repeat(4_097)),
        with_text("Internet", &"x".repeat(256)),
    ];
    expect![[r#"
        cell B30: expected a day that the calendar has
        cell B30: expected a day from 1990-01-01 to 7 days after today
        cell B30: expected a date such as 31/01/2026
        cell B26: expected a day from 1990-01-01 to 7 days after today
        cell B26: expected a day that the calendar has
        cell C11: expected a currency that is known, such as Pesos or US Dollar
        cell C11: expected the same currency here and in the table header
        cell C10: the account number has a character that is neither a digit, hyphen, dot, blank nor asterisk
        cell B34: expected a glosa of at most 1000 characters
        cell C34: expected a text of at most 4096 characters
        cell B28: expected a channel of at most 255 characters"#]].assert_eq(&said.join("\n"));
}

#[test]
fn a_heading_without_its_rut_or_account_is_read() {
    assert_eq!(with_text("11.111.111-1", "sin rut"), "read");
    assert_eq!(with_text("Cuenta:", "Producto:"), "read");
}

#[test]
fn encrypted_workbooks_say_that_they_are() {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/EncryptedPackage").unwrap().write_all(b"secret").unwrap();
    check(
        container.into_inner().into_inner(),
        None,
        &expect![[r#"
        encrypted: the file: the workbook is encrypted; open it with its password and save it without one
    "#]],
    );
}

#[test]
fn encrypted_biff_says_that_it_is() {
    // A BOF of BIFF8 and a FILEPASS.
    let stream = [0x09, 0x08, 4, 0, 0, 6, 5, 0, 0x2F, 0, 2, 0, 1, 0];
    check(
        biff(&stream),
        None,
        &expect![[r#"
        encrypted: the file: the workbook is encrypted; open it with its password and save it without one
    "#]],
    );
}

#[test]
fn ole_files_of_other_kinds_are_refused() {
    let old = [0x09, 0x08, 4, 0, 0, 5, 5, 0];
    check(
        biff(&old),
        None,
        &expect![[r#"
        unsupported: the file: this is a workbook older than Excel 97; open it in a spreadsheet and save it as XLSX
    "#]],
    );
    let container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    check(
        container.into_inner().into_inner(),
        None,
        &expect![[r#"
        unsupported: the file: this OLE file holds no Excel 97 workbook; open it in a spreadsheet and save it as XLSX
    "#]],
    );
}

#[test]
fn zip_files_of_other_kinds_are_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("cartola.csv", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(b"Fecha;Monto\n").unwrap();
    check(
        writer.finish().unwrap().into_inner(),
        None,
        &expect![[r#"
        unsupported: the file: this ZIP file is no XLSX workbook; unpack it first
    "#]],
    );
}

#[test]
fn markup_that_is_no_sound_ofx_is_refused() {
    let xml = |body: &str| {
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?OFX OFXHEADER=\"200\"?>\n{body}")
    };
    check(
        xml("<OFX></SIGNON></OFX>"),
        None,
        &expect![[r#"
        malformed: line 3: expected well-formed XML
    "#]],
    );
    check(
        xml("<OFX>&unknown;</OFX>"),
        None,
        &expect![[r#"
        malformed: line 3: expected no entity but those of characters, such as &amp;
    "#]],
    );
    check(
        "OFXHEADER:100\n\nno tags",
        None,
        &expect![[r#"
        malformed: line 3: expected the end of every aggregate; the file is cut short
    "#]],
    );
    check(
        "OFXHEADER:100\n\n<OFX><![CDATA[x]]></OFX>",
        None,
        &expect![[r#"
        malformed: line 3: expected tags alone; declarations are not read
    "#]],
    );
    check(
        "OFXHEADER:100\nCHARSET:KOI8-R\n\n<OFX></OFX>",
        None,
        &expect![[r#"
        unsupported: the file: expected OFX in UTF-8, Windows-1252 or ISO 8859-1
    "#]],
    );
}

#[test]
fn invalid_utf_8_is_refused_with_its_line() {
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OFX>\n<NAME>CAF".to_vec();
    bytes.push(0xC9);
    bytes.extend(b"</NAME></OFX>");
    check(
        bytes,
        None,
        &expect![[r#"
        malformed: line 3: expected UTF-8, as the file or its mapping says it is
    "#]],
    );
}

#[test]
fn a_refusal_never_quotes_the_file() {
    for (from, to) in [
        ("PAC SEGURO EJEMPLO", "x"),
        ("06/01/2026", "Juana 1-9"),
        ("00-123-45678-90", "clave Juana"),
    ] {
        let said = with_text(from, &to.repeat(1_001));
        assert!(!said.contains("Juana") && !said.contains("xx"), "{said}");
    }
}

/// An OLE2 container with that workbook stream.
pub fn biff(stream: &[u8]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    container.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
    container.into_inner().into_inner()
}
