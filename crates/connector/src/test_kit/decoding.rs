//! What every connector that decodes holds to, whatever its layouts.

use bytes::Bytes;
use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Date, Secret};

use super::Capture;
use crate::{
    Batch, Connector, DecodeError, DecodeErrorKind, MAX_BATCHES, MAX_MAPPING_BYTES,
    MAX_SOURCE_BYTES, Recognition, SourceFile,
};

/// A connector and a source of one of its layouts, with several movements.
pub trait Sample {
    /// Who reads it.
    fn connector(&self) -> &dyn Connector;

    /// The layout that it is of.
    fn layout(&self) -> &'static str;

    /// The day on which it is read.
    fn today(&self) -> Date;

    /// The source.
    fn bytes(&self) -> Bytes;

    /// What explains it, where it does not itself.
    fn mapping(&self) -> Option<&str> {
        None
    }

    /// The source with a word that nobody knows wherever it may say one from a list.
    fn with_unknown_words(&self) -> Bytes;

    /// What no log and no refusal may show: RUTs in every written form, names, glosas, account
    /// numbers.
    fn forbidden(&self) -> Vec<Secret<String>>;
}

/// Given with every source: no layout has use for it, and none may tell it.
const PASSWORD: &str = "clave-del-archivo";

/// In so many places a source is cut off.
const CUTS: usize = 16;

fn decode_as(
    sample: &dyn Sample,
    bytes: Bytes,
    mapping: Option<&str>,
) -> Result<Vec<Batch>, DecodeError> {
    let password = Secret::new(PASSWORD.to_owned());
    let (today, password) = (sample.today(), Some(&password));
    sample.connector().decode(&SourceFile { bytes, today, mapping, password })
}

fn decode(sample: &dyn Sample, bytes: Bytes) -> Vec<Batch> {
    decode_as(sample, bytes, sample.mapping()).expect("the source is read")
}

/// The source is taken for what it is, and says as much.
pub fn is_known_by_its_content(sample: &dyn Sample) {
    let listed = &sample.connector().manifest().layouts;
    assert!(listed.iter().any(|layout| layout.id == sample.layout()), "the manifest lists it not");
    let (bytes, today, mapping) = (sample.bytes(), sample.today(), sample.mapping());
    let source = SourceFile { bytes, today, mapping, password: None };
    let least = if mapping.is_some() { Recognition::Possible } else { Recognition::Certain };
    assert!(sample.connector().recognise(&source) >= least, "it is not recognised");
    for batch in decode(sample, sample.bytes()) {
        assert_eq!(batch.layout, sample.layout());
    }
}

/// Reading again, with a password or without, says the same in every part.
pub fn decoding_again_says_the_same(sample: &dyn Sample) {
    let first = decode(sample, sample.bytes());
    let (bytes, today, mapping) = (sample.bytes(), sample.today(), sample.mapping());
    let source = SourceFile { bytes, today, mapping, password: None };
    let second = sample.connector().decode(&source).expect("the source is read again");
    assert_eq!(first.len(), second.len(), "a batch more or less");
    for (first, second) in first.iter().zip(&second) {
        assert!(is_same(first, second), "a second reading differs");
    }
}

fn is_same(first: &Batch, second: &Batch) -> bool {
    let head = |batch: &Batch| (batch.layout, batch.source, batch.as_of, batch.coverage);
    let lines = first.lines.iter().zip(&second.lines).all(|(first, second)| {
        (&first.place, &first.observation, &first.counterparty)
            == (&second.place, &second.observation, &second.counterparty)
    });
    head(first) == head(second)
        && first.account == second.account
        && first.period == second.period
        && first.balances == second.balances
        && first.warnings == second.warnings
        && lines
        && first.lines.len() == second.lines.len()
}

/// Batches are of days that were, oldest first, within what they cover, in their account's currency.
pub fn batches_hold_together(sample: &dyn Sample) {
    let batches = decode(sample, sample.bytes());
    assert!((1..=MAX_BATCHES).contains(&batches.len()), "{} batches", batches.len());
    let lines: usize = batches.iter().map(|batch| batch.lines.len()).sum();
    assert!(lines > 1, "the sample has too few movements to show an order");
    for batch in &batches {
        let (coverage, currency) = (batch.coverage, batch.account.currency);
        assert!(coverage.from <= coverage.to && batch.as_of <= sample.today());
        assert!(!coverage.complete || coverage.to <= batch.as_of, "it covers what was to come");
        assert!(batch.lines.is_sorted_by_key(|line| line.observation.booked_on), "not in order");
        for line in &batch.lines {
            let seen = &line.observation;
            assert!(coverage.contains(seen.booked_on), "{}: outside of what it covers", line.place);
            assert_eq!(seen.amount.currency(), currency, "{}", line.place);
        }
    }
}

/// Neither the log nor a refusal shows the password or anything about a person, wherever the source is
/// cut off.
pub fn nothing_secret_is_logged_or_said(sample: &dyn Sample) {
    let capture = Capture::begin();
    decode(sample, sample.bytes());
    let (whole, mut said) = (sample.bytes(), String::new());
    for cut in 0..CUTS {
        let part = whole.slice(..whole.len() * cut / CUTS);
        if let Err(error) = decode_as(sample, part, sample.mapping()) {
            said.extend([error.to_string(), format!(" {error:?}\n")]);
        }
    }
    assert!(!said.is_empty(), "no cut was noticed");
    said += &capture.text();
    let password = Secret::new(PASSWORD.to_owned());
    for (index, secret) in sample.forbidden().iter().chain([&password]).enumerate() {
        assert!(!said.contains(secret.expose()), "forbidden text {index} was said");
    }
}

/// A word that nobody knows loses what it says, and no account and no movement.
pub fn unknown_words_of_files(sample: &dyn Sample) {
    assert_ne!(sample.bytes(), sample.with_unknown_words(), "the sample says no unknown word");
    let known = decode(sample, sample.bytes());
    let unknown = decode(sample, sample.with_unknown_words());
    assert_eq!(accounts(&known), accounts(&unknown), "an account is lost to a word");
    assert_eq!(movements(&known), movements(&unknown), "a movement is lost to a word");
}

fn accounts(batches: &[Batch]) -> Vec<(Option<&str>, Currency)> {
    let accounts = batches.iter().map(|batch| &batch.account);
    accounts
        .map(|account| (account.number.as_ref().map(AccountNumber::written), account.currency))
        .collect()
}

fn movements(batches: &[Batch]) -> Vec<(Date, i64, &str)> {
    let lines = batches.iter().flat_map(|batch| &batch.lines);
    let seen = lines.map(|line| &line.observation);
    seen.map(|seen| (seen.booked_on, seen.amount.minor(), seen.glosa.as_str())).collect()
}

/// What is larger than a source or a mapping may be is refused as that, whatever begins it.
pub fn limits_hold(sample: &dyn Sample) {
    let mut huge = sample.bytes().to_vec();
    huge.resize(MAX_SOURCE_BYTES + 1, b' ');
    let refusal = decode_as(sample, huge.into(), sample.mapping()).expect_err("it is too large");
    assert_eq!(refusal.kind, DecodeErrorKind::TooLarge);
    let Some(mapping) = sample.mapping() else { return };
    let padded = mapping.to_owned() + &" ".repeat(MAX_MAPPING_BYTES);
    let refusal = decode_as(sample, sample.bytes(), Some(&padded)).expect_err("it is too large");
    assert_eq!(refusal.kind, DecodeErrorKind::Mapping);
}
