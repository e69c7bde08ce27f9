//! Reading fixtures and showing what came of them.

use std::fmt::Write as _;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use bytes::Bytes;
use cartola_connector::{Batch, Connector, DecodeError, Line, SourceFile};
use cartola_primitives::{Date, date};
use cartola_provider_file::StatementFiles;
use expect_test::Expect;
use zip::write::SimpleFileOptions;

/// The day on which every test runs.
pub const TODAY: Date = date(2026, 5, 4);

/// A fixture's bytes.
pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// Bytes and mapping as a source.
pub fn source(bytes: impl Into<Vec<u8>>, mapping: Option<&str>) -> SourceFile<'_> {
    SourceFile { bytes: Bytes::from(bytes.into()), today: TODAY, mapping, password: None }
}

/// Decodes bytes without a mapping.
pub fn decode(bytes: impl Into<Vec<u8>>) -> Result<Vec<Batch>, DecodeError> {
    StatementFiles::new().decode(&source(bytes, None))
}

/// Decodes bytes and compares what came of it, a refusal with its kind.
pub fn check(bytes: impl Into<Vec<u8>>, mapping: Option<&str>, expected: &Expect) {
    let decoded = StatementFiles::new().decode(&source(bytes, mapping));
    expected.assert_eq(&match decoded {
        Ok(batches) => batches.iter().map(show).collect(),
        Err(error) => format!("{}: {error}\n", error.kind.name()),
    });
}

/// A batch, one fact a line.
pub fn show(batch: &Batch) -> String {
    let mut shown = String::new();
    let account = &batch.account;
    let known = |text: Option<&str>| text.unwrap_or("?").to_owned();
    let institution = account.institution.as_ref().map(ToString::to_string);
    let _ = writeln!(
        shown,
        "{} {:?} of {}\naccount {} {} {} {} rut {} name {}",
        batch.layout,
        batch.source,
        batch.as_of,
        known(institution.as_deref()),
        known(account.kind.map(cartola_model::AccountKind::name)),
        account.currency,
        known(account.number.as_ref().map(cartola_model::AccountNumber::written)),
        known(account.holder.rut.map(|rut| rut.compact()).as_deref()),
        known(account.holder.name.as_deref()),
    );
    let coverage = batch.coverage;
    let complete = if coverage.complete { "complete" } else { "partial" };
    let _ = writeln!(shown, "covers {} to {}, {complete}", coverage.from, coverage.to);
    if let Some(period) = batch.period {
        let total = |minor: Option<i64>| minor.map_or("?".to_owned(), |minor| minor.to_string());
        let (debits, credits) = (total(period.total_debits), total(period.total_credits));
        let _ = writeln!(
            shown,
            "period {} to {}, cargos {debits}, abonos {credits}",
            period.from, period.to
        );
    }
    for balance in &batch.balances {
        let _ = writeln!(
            shown,
            "balance {} {} on {}",
            balance.kind.name(),
            balance.amount.minor(),
            balance.as_of
        );
    }
    for line in &batch.lines {
        shown += &show_line(line);
    }
    for warning in &batch.warnings {
        let place = warning.place.as_ref().map_or("the file".to_owned(), ToString::to_string);
        let _ = writeln!(shown, "warning {} at {place}: {}", warning.code, warning.text);
    }
    shown
}

fn show_line(line: &Line) -> String {
    let seen = &line.observation;
    let balance = seen.balance_after.map_or("?".to_owned(), |minor| minor.to_string());
    let mut shown = format!(
        "{} {} {} = {balance} [{}]",
        line.place,
        seen.booked_on,
        seen.amount.minor(),
        seen.glosa
    );
    let details = &seen.details;
    for (name, text) in [
        ("document", &details.document),
        ("reference", &details.reference),
        ("channel", &details.channel),
        ("branch", &details.branch),
        ("city", &details.city),
    ] {
        if let Some(text) = text {
            let _ = write!(shown, " {name} {text}");
        }
    }
    if let Some(day) = seen.value_on {
        let _ = write!(shown, " value {day}");
    }
    if let Some(card) = &details.card {
        let _ = write!(
            shown,
            " card {}{}",
            card.last4,
            if card.additional { " additional" } else { "" }
        );
    }
    if let Some(instalment) = details.instalment {
        let _ = write!(shown, " instalment {}/{}", instalment.number, instalment.of);
    }
    if let Some(other) = &line.counterparty {
        let rut = other.rut.map(|rut| rut.compact());
        let parts = [other.name.as_deref(), rut.as_deref(), other.account.as_deref()];
        let _ = write!(shown, " with {}", parts.map(|part| part.unwrap_or("?")).join(" "));
    }
    shown + "\n"
}

/// An XLSX with one of its parts changed, which must be a change.
pub fn rezip(name: &str, part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let changed = std::cell::Cell::new(false);
    let bytes = rezip_any(name, part, |text| {
        let new = change(text);
        changed.set(new != text);
        new
    });
    assert!(changed.get(), "{part} of {name} is not there or has nothing to change");
    bytes
}

/// An XLSX with one of its parts changed or not.
pub fn rezip_any(name: &str, part: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(fixture(name))).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let entry_name = entry.name().unwrap().into_owned();
        if entry_name == part {
            text = change(&text);
        }
        writer.start_file(entry_name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The only sheet of a fixture.
pub const SHEET: &str = "xl/worksheets/sheet1.xml";

/// The texts that the cells of a fixture share.
pub const SHARED: &str = "xl/sharedStrings.xml";
