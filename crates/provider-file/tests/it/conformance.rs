//! What every layout holds to: the suite of whatever decodes, over a fixture of each.

use bytes::Bytes;
use cartola_connector::test_kit::Sample;
use cartola_connector::{Connector, decoding};
use cartola_primitives::{Date, Secret};
use cartola_provider_file::StatementFiles;

use crate::support::{SHARED, SHEET, TODAY, fixture, rezip};

const MAPPING: &str = include_str!("../../../../docs/examples/mapping.toml");

/// Whose statements the fixtures are, and what stands in them.
const FORBIDDEN: [&str; 10] = [
    "11.111.111",
    "11111111",
    "22.222.222",
    "Juana",
    "Pedro",
    "12345678",
    "00-123-45678-90",
    "EJEMPLO",
    "TRASPASO",
    "ARRIENDO",
];

/// What no list of any layout has.
const UNKNOWN: &str = "Xyzzy";

struct Fixture {
    connector: StatementFiles,
    layout: &'static str,
    bytes: Vec<u8>,
    unknown: Vec<u8>,
    mapping: Option<&'static str>,
}

impl Fixture {
    fn new(layout: &'static str, bytes: Vec<u8>, unknown: Vec<u8>) -> Self {
        Self { connector: StatementFiles::new(), layout, bytes, unknown, mapping: None }
    }

    /// A workbook, in which a word of a list becomes an unknown one.
    fn workbook(layout: &'static str, (name, part): (&str, &str), word: &str) -> Self {
        let unknown = rezip(name, part, |xml| xml.replace(word, UNKNOWN));
        Self::new(layout, fixture(name), unknown)
    }

    /// A file of OFX, in which the words of these elements become unknown ones.
    fn ofx(layout: &'static str, name: &str) -> Self {
        let mut text = String::from_utf8(fixture(name)).unwrap();
        for word in ["XFER", "FEE", "DEP", "DEBIT", "PAYMENT", "CREDIT", "CHECKING"] {
            for element in ["TRNTYPE", "ACCTTYPE"] {
                text = text.replace(&format!("<{element}>{word}<"), &format!("<{element}>XYZZY<"));
            }
        }
        Self::new(layout, fixture(name), text.into_bytes())
    }
}

impl Sample for Fixture {
    fn connector(&self) -> &dyn Connector {
        &self.connector
    }

    fn layout(&self) -> &'static str {
        self.layout
    }

    fn today(&self) -> Date {
        TODAY
    }

    fn bytes(&self) -> Bytes {
        self.bytes.clone().into()
    }

    fn mapping(&self) -> Option<&str> {
        self.mapping
    }

    fn with_unknown_words(&self) -> Bytes {
        self.unknown.clone().into()
    }

    fn forbidden(&self) -> Vec<Secret<String>> {
        FORBIDDEN.map(|text| Secret::new(text.to_owned())).into()
    }
}

fn account_sheet() -> Fixture {
    Fixture::workbook("banco-chile/account-sheet", ("account.xlsx", SHARED), "Internet")
}

/// The same in the other container, in which no byte of a text is found.
fn account_sheet_as_biff() -> Fixture {
    Fixture { bytes: fixture("account.xls"), ..account_sheet() }
}

fn card_sheet() -> Fixture {
    Fixture::workbook("banco-chile/card-unbilled-sheet", ("card.xlsx", SHEET), "Adicional")
}

fn ofx_1() -> Fixture {
    Fixture::ofx("ofx/1", "bank-1.ofx")
}

fn ofx_2() -> Fixture {
    Fixture::ofx("ofx/2", "two-accounts-2.ofx")
}

/// Its mapping says all that it means; what that does not name is a word that nobody knows.
fn mapped_csv() -> Fixture {
    let bytes = fixture("movimientos.csv");
    let unknown = bytes.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
        let wider = line.contains(&b'/') || line.starts_with(b"Fecha");
        let (text, end) = line.split_at(line.trim_ascii_end().len());
        let more = if wider { format!(";{UNKNOWN}") } else { String::new() };
        [text, more.as_bytes(), end].concat()
    });
    let unknown = unknown.collect();
    Fixture { mapping: Some(MAPPING), ..Fixture::new("csv/mapped", bytes, unknown) }
}

decoding!(account_sheet, account_sheet_as_biff, card_sheet, ofx_1, ofx_2, mapped_csv);

#[test]
fn every_layout_has_its_sample() {
    let samples = [account_sheet(), card_sheet(), ofx_1(), ofx_2(), mapped_csv()];
    let covered = samples.map(|sample| sample.layout);
    let manifest = StatementFiles::new();
    let layouts: Vec<&str> = manifest.manifest().layouts.iter().map(|layout| layout.id).collect();
    assert_eq!(layouts, covered);
}
