//! CSV read through a mapping file.

mod columns;
mod date_format;
mod mapping;
mod quotes;
mod row;

use cartola_connector::{AccountClaim, Batch, DecodeError, Holder, Line, Place, SourceFile};
use cartola_model::{AccountNumber, Catalogue, SourceKind};
use cartola_primitives::{Date, Rut};
use csv::{ReaderBuilder, StringRecord};

use self::columns::Columns;
use self::mapping::{Mapping, Order};
use self::row::Rows;
use crate::chain;
use crate::day::Days;
use crate::limits::{MAX_COLUMNS, MAX_ROWS, MAX_TEXT_CHARACTERS};
use crate::line::Warnings;
use crate::refusal::{self, Decoded};
use crate::text;

/// Reads a file through its mapping.
pub(crate) fn decode(file: &SourceFile<'_>, mapping: &str, layout: &'static str) -> Decoded<Batch> {
    let mapping = Mapping::parse(mapping)?;
    let account = claim(&mapping)?;
    let days = Days::until(file.today);
    let declared_from = declared(mapping.file.from, "from", days)?;
    let declared_to = declared(mapping.file.as_of, "as_of", days)?;
    let mut warnings = Warnings::default();
    let mut lines =
        read(&text::decode(&file.bytes, mapping.charset())?, &mapping, days, &mut warnings)?;
    put_in_order(&mut lines, mapping.file.order);
    let last = lines.iter().map(|line| line.observation.booked_on).max();
    let as_of = declared_to.or(last).map(|day| day.min(days.today())).ok_or_else(|| {
        let reason = "expected movements, or as_of in the mapping where a file may have none";
        refusal::malformed(Place::File, reason)
    })?;
    let coverage = if !mapping.file.complete && chain::is_unbroken(&lines) {
        // Balances prove the days between the first and the last of them, whatever is declared.
        let proven = last.map_or(as_of, |last| last.min(as_of));
        chain::coverage(&lines, None, proven, true)
    } else {
        chain::coverage(&lines, declared_from, as_of, mapping.file.complete)
    };
    Ok(Batch {
        layout,
        source: SourceKind::MappedFile,
        account,
        as_of,
        coverage,
        period: None,
        lines,
        balances: Vec::new(),
        warnings: warnings.into_vec(),
    })
}

fn claim(mapping: &Mapping) -> Decoded<AccountClaim> {
    let account = &mapping.account;
    if account.institution.as_ref().is_some_and(|id| Catalogue::bundled().find(id).is_none()) {
        let reason = "the mapping's account.institution is not in the catalogue of institutions";
        return Err(refusal::mapping(reason));
    }
    let number = account.number.as_deref().map(AccountNumber::parse).transpose();
    let number = number.map_err(|problem| {
        refusal::mapping(format!("the mapping's account.number is wrong: {problem}"))
    })?;
    let rut = account.holder_rut.as_deref().map(Rut::parse).transpose();
    let rut =
        rut.map_err(|_| refusal::mapping("the mapping's account.holder_rut is no sound RUT"))?;
    Ok(AccountClaim {
        institution: account.institution.clone(),
        kind: account.kind,
        currency: account.currency,
        number,
        holder: Holder { rut, name: account.holder_name.clone() },
    })
}

fn declared(day: Option<toml::value::Date>, key: &str, days: Days) -> Decoded<Option<Date>> {
    let Some(written) = day else { return Ok(None) };
    let number = |part: u8| i8::try_from(part).unwrap_or(0);
    let year = i16::try_from(written.year).unwrap_or(0);
    let day = Date::new(year, number(written.month), number(written.day)).ok();
    day.and_then(|day| days.check(day).ok()).map(Some).ok_or_else(|| {
        refusal::mapping(format!("the mapping's file.{key} is no day that a file may speak of"))
    })
}

fn put_in_order(lines: &mut [Line], order: Order) {
    match order {
        Order::Detect => chain::oldest_first(lines),
        Order::NewestFirst => lines.reverse(),
        Order::OldestFirst => {}
    }
}

fn read(text: &str, mapping: &Mapping, days: Days, warnings: &mut Warnings) -> Decoded<Vec<Line>> {
    let skipped = mapping.file.skip_lines;
    let text = after_lines(text, skipped);
    if let Some(line) = quotes::broken(text, mapping.delimiter()) {
        let reason = "expected a quote to be closed where its field ends";
        return Err(refusal::malformed(Place::Line(line + u64::from(skipped)), reason));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(mapping.delimiter())
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut header = None;
    if mapping.file.header {
        if !reader.read_record(&mut record).map_err(|error| unreadable(&error, skipped))? {
            let place = Place::Line(u64::from(skipped) + 1);
            return Err(refusal::malformed(
                place,
                "expected a header line, the file ends before it",
            ));
        }
        header = Some(record.clone());
    }
    let columns = Columns::resolve(&mapping.columns, header.as_ref())?;
    let rows = Rows::new(mapping, columns, days)?;
    let mut lines = Vec::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(&error, skipped))? {
        let line = record.position().map_or(0, csv::Position::line) + u64::from(skipped);
        check_size(&record, line, lines.len())?;
        lines.extend(rows.line(&record, line, warnings)?);
    }
    Ok(lines)
}

/// The text behind so many lines; nothing where it has fewer.
fn after_lines(text: &str, count: u32) -> &str {
    let lines = text.split_inclusive('\n').take(usize::try_from(count).unwrap_or(usize::MAX));
    &text[lines.map(str::len).sum()..]
}

fn check_size(record: &StringRecord, line: u64, lines: usize) -> Decoded<()> {
    let too_long = |field: &str| field.chars().nth(MAX_TEXT_CHARACTERS).is_some();
    let limit = if lines >= MAX_ROWS as usize {
        format!("expected at most {MAX_ROWS} lines")
    } else if record.len() > MAX_COLUMNS as usize {
        format!("expected at most {MAX_COLUMNS} fields in a line")
    } else if record.as_slice().len() > MAX_TEXT_CHARACTERS && record.iter().any(too_long) {
        format!(
            "expected fields of at most {MAX_TEXT_CHARACTERS} characters; is a quote not closed?"
        )
    } else {
        return Ok(());
    };
    Err(refusal::too_large(Place::Line(line), limit))
}

fn unreadable(error: &csv::Error, skipped: u32) -> DecodeError {
    let place = error
        .position()
        .map_or(Place::File, |position| Place::Line(position.line() + u64::from(skipped)));
    refusal::malformed(place, "expected a line of CSV")
}
