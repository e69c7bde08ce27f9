use cartola_connector::DecodeErrorKind;

use super::{CONTINUE, inline, shared};
use crate::container::biff::records::Records;
use crate::limits::MAX_SHARED_TEXTS;

const NARROW: u8 = 0;

/// A table of shared texts that goes on in so many records, read.
fn texts(first: &[u8], continued: &[&[u8]]) -> Option<Vec<String>> {
    let mut stream = Vec::new();
    for data in continued {
        stream.extend(CONTINUE.to_le_bytes());
        stream.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        stream.extend(*data);
    }
    let data = [&[0; 8], first].concat();
    let texts = shared(&data, &mut Records::at(&stream, 0)).ok()?;
    Some(texts.into_iter().map(String::from).collect())
}

#[test]
fn narrow_and_wide_texts() {
    let table = [&[2, 0, NARROW, b'a', 0xF1][..], &[1, 0, 1, 0xAC, 0x20]].concat();
    assert_eq!(texts(&table, &[]).unwrap(), ["añ", "€"]);
}

#[test]
fn a_text_over_the_end_of_a_record_goes_on_behind_new_flags() {
    assert_eq!(texts(&[3, 0, NARROW, b'a'], &[&[NARROW, b'b', b'c']]).unwrap(), ["abc"]);
    let wide = [1, 0xAC, 0x20, b'!', 0];
    assert_eq!(texts(&[3, 0, NARROW, b'a'], &[&wide]).unwrap(), ["a€!"]);
    let next = [&[NARROW, b'b'][..], &[1, 0, NARROW, b'z']].concat();
    assert_eq!(texts(&[2, 0, NARROW, b'a'], &[&next]).unwrap(), ["ab", "z"]);
}

#[test]
fn a_text_may_begin_with_a_record() {
    assert_eq!(texts(&[1, 0, NARROW, b'a'], &[&[1, 0, NARROW, b'b']]).unwrap(), ["a", "b"]);
}

#[test]
fn formatting_is_skipped_over_the_end_of_a_record() {
    // One run of formatting and two bytes of phonetics, parted between two records.
    let rich = [1, 0, 0x08 | 0x04, 1, 0, 2, 0, 0, 0, b'a', 9, 9];
    let rest = [9, 9, 9, 9, 1, 0, NARROW, b'b'];
    assert_eq!(texts(&rich, &[&rest]).unwrap(), ["a", "b"]);
}

#[test]
fn what_ends_too_early_is_damaged() {
    for table in [&[2][..], &[2, 0], &[2, 0, NARROW, b'a'], &[1, 0, 1, b'a'], &[1, 0, 8, 1]] {
        assert_eq!(texts(table, &[]), None, "{table:?}");
    }
    assert!(inline(&[2, 0, NARROW, b'a']).is_err());
    assert!(inline(&[]).is_err());
}

#[test]
fn texts_without_characters_are_counted_too() {
    let table = vec![0; 8 + 3 * (MAX_SHARED_TEXTS + 1)];
    let error = shared(&table, &mut Records::at(&[], 0)).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooLarge);
}

#[test]
fn half_a_surrogate_pair_is_replaced() {
    assert_eq!(inline(&[1, 0, 1, 0x3D, 0xD8]).unwrap(), "\u{fffd}");
}
