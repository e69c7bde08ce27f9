use std::sync::Arc;

use cartola_connector::{Connector as _, Recognition, Registry};
use cartola_provider_file::StatementFiles;
use expect_test::expect;

use crate::support::{fixture, source};

fn recognised(bytes: impl Into<Vec<u8>>) -> Recognition {
    StatementFiles::new().recognise(&source(bytes, None))
}

#[test]
fn content_tells_what_a_file_is() {
    for name in
        ["account.xlsx", "account.xls", "card.xlsx", "card.xls", "bank-1.ofx", "two-accounts-2.ofx"]
    {
        assert_eq!(recognised(fixture(name)), Recognition::Certain, "{name}");
    }
    for possible in
        [Vec::new(), fixture("movimientos.csv"), b"%PDF-1.7".to_vec(), b"PK\x03\x04".to_vec()]
    {
        assert_eq!(recognised(possible), Recognition::Possible);
    }
    for foreign in [&b"\x7fELF\x02\x01"[..], b"just a line of prose\n", b"{\"a\": 1}\n"] {
        assert_eq!(recognised(foreign), Recognition::No);
    }
}

#[test]
fn the_registry_reads_through_the_connector() {
    let registry = Registry::default().with(Arc::new(StatementFiles::new()));
    let batches = registry.decode(&source(fixture("account.xls"), None)).unwrap();
    assert_eq!(batches[0].layout, "banco-chile/account-sheet");
}

#[test]
fn the_manifest_lists_every_layout_with_how_it_is_known() {
    let connector = StatementFiles::new();
    let layouts = connector.manifest().layouts.iter();
    let shown: String =
        layouts.map(|l| format!("{} {:?}: {}\n", l.id, l.provenance, l.summary)).collect();
    expect![[r#"
        banco-chile/account-sheet SecondHand: Banco de Chile, account, "Saldos y movimientos" as XLS or XLSX
        banco-chile/card-unbilled-sheet SecondHand: Banco de Chile, credit card, "Saldos y Movimientos No Facturados" as XLS or XLSX
        ofx/1 Standard: OFX 1 (SGML), statements of bank accounts and credit cards
        ofx/2 Standard: OFX 2 (XML), statements of bank accounts and credit cards
        csv/mapped Mapped: CSV of any origin, with a mapping file that says what its columns are
    "#]].assert_eq(&shown);
}
