//! Whatever the bytes, decoding answers.

use cartola_connector::Connector as _;
use cartola_provider_file::StatementFiles;
use proptest::prelude::*;

use crate::support::{SHARED, SHEET, fixture, rezip_any, source};

const FIXTURES: [&str; 7] = [
    "account.xlsx",
    "account.xls",
    "card.xls",
    "card.xlsx",
    "bank-1.ofx",
    "two-accounts-2.ofx",
    "movimientos.csv",
];

const MAPPING: &str = include_str!("../../../../docs/examples/mapping.toml");

/// Decodes and recognises; what is read must hold together.
fn answers(bytes: &[u8]) {
    let connector = StatementFiles::new();
    for mapping in [None, Some(MAPPING)] {
        let file = source(bytes, mapping);
        let _ = connector.recognise(&file);
        let Ok(batches) = connector.decode(&file) else { continue };
        assert!(!batches.is_empty());
        for batch in batches {
            let coverage = batch.coverage;
            assert!(coverage.from <= coverage.to);
            assert!(!coverage.complete || coverage.to <= batch.as_of);
            let mut days = batch.lines.iter().map(|line| line.observation.booked_on);
            assert!(coverage.complete || days.all(|day| coverage.contains(day)));
        }
    }
}

/// Replaces, removes or repeats bytes.
fn mutate(bytes: &mut Vec<u8>, changes: &[(prop::sample::Index, u8, u8)]) {
    for (index, kind, value) in changes {
        if bytes.is_empty() {
            return;
        }
        let at = index.index(bytes.len());
        match kind % 4 {
            0 => bytes[at] = *value,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, *value),
            _ => {
                let end = bytes.len().min(at + usize::from(*value));
                let run = bytes[at..end].to_vec();
                bytes.splice(at..at, run);
            }
        }
    }
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec(any::<(prop::sample::Index, u8, u8)>(), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        answers(&bytes);
    }

    #[test]
    fn random_bytes_behind_a_signature(
        signature in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"OFXHEADER:100\n<OFX>", b"<?xml?><OFX>",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        answers(&[signature, &bytes].concat());
    }

    #[test]
    fn random_text(text in "[<>/A-Z&;:,.\\-\"\n 0-9]{0,400}") {
        answers(format!("<OFX>{text}").as_bytes());
        answers(text.as_bytes());
    }

    #[test]
    fn mutated_fixtures(name in prop::sample::select(&FIXTURES[..]), changes in changes()) {
        let mut bytes = fixture(name);
        mutate(&mut bytes, &changes);
        answers(&bytes);
    }

    #[test]
    fn workbooks_with_a_mutated_part(
        part in prop::sample::select(&[SHEET, SHARED, "xl/workbook.xml", "xl/styles.xml"][..]),
        changes in changes(),
    ) {
        answers(&rezip_any("account.xlsx", part, |xml| {
            let mut bytes = xml.as_bytes().to_vec();
            mutate(&mut bytes, &changes);
            String::from_utf8_lossy(&bytes).into_owned()
        }));
    }

    #[test]
    fn any_mapping(mapping in "[a-z_\\[\\]=\"\n 0-9]{0,300}") {
        let _ = StatementFiles::new().decode(&source(fixture("movimientos.csv"), Some(&mapping)));
    }
}
