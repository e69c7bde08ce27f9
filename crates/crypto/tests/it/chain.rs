use cartola_crypto::chain::{link, verify};
use cartola_crypto::{BreakKind, ChainBreak, ChainHash, ChainHead, Entry, Verifier};
use cartola_primitives::Timestamp;
use expect_test::expect;
use proptest::prelude::*;

use crate::support::{OTHER_TENANT, TENANT};

const LENGTH: u64 = 6;

/// A chain of [`LENGTH`] entries, and its head.
fn chain() -> (Vec<Entry>, ChainHead) {
    let mut head = ChainHead::start(TENANT);
    let mut entries = Vec::new();
    for number in 1..=LENGTH {
        let at = Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
        let body = format!("consent.granted {number}").into_bytes();
        head = head.followed_by(TENANT, at, &body);
        entries.push(Entry { sequence: head.sequence, at, body, hash: head.hash });
    }
    (entries, head)
}

/// What an auditor who kept the head finds after `tamper`.
fn audit(tamper: impl FnOnce(&mut Vec<Entry>)) -> Result<ChainHead, ChainBreak> {
    let (mut entries, head) = chain();
    tamper(&mut entries);
    let reached = verify(TENANT, ChainHead::start(TENANT), entries)?;
    Verifier::new(TENANT, reached).finish(&head)
}

fn check(tamper: impl FnOnce(&mut Vec<Entry>), sequence: u64, kind: BreakKind) {
    assert_eq!(audit(tamper), Err(ChainBreak { sequence, kind }));
}

/// Links every entry anew, as a forger who knows the format would.
fn forge(entries: &mut [Entry]) {
    let mut head = ChainHead::start(TENANT);
    for entry in entries {
        head = head.followed_by(TENANT, entry.at, &entry.body);
        (entry.sequence, entry.hash) = (head.sequence, head.hash);
    }
}

#[test]
fn formats_are_pinned() {
    let genesis = ChainHash::genesis(TENANT);
    expect!["2c90718180ab52be2cefb67eed22359d8ca3883347dfcc0450eec66363fdcd32"]
        .assert_eq(&genesis.hex());
    let at = Timestamp::from_nanosecond(1_700_000_000_123_456_789).unwrap();
    let first = link(&genesis, TENANT, 1, at, b"consent.granted");
    expect!["06de3842c43f1d5d725b36923effb6bbf0dcdd14e156e6bc10bba896b75cf0f1"]
        .assert_eq(&first.hex());
    let before_1970 = Timestamp::from_nanosecond(-1).unwrap();
    let second = link(&first, TENANT, 2, before_1970, b"");
    expect!["7579417a91d19c399ab26c0b8c9718684a0cb539f6153e05e91a3f152823721a"]
        .assert_eq(&second.hex());
}

#[test]
fn an_untouched_chain_holds() {
    let (_, head) = chain();
    assert_eq!(audit(|_| ()), Ok(head));
    assert_eq!(head.sequence, LENGTH);
}

#[test]
fn an_empty_chain_holds() {
    let start = ChainHead::start(TENANT);
    let reached = verify(TENANT, start, Vec::<Entry>::new());
    assert_eq!(reached, Ok(start));
    assert_eq!(Verifier::from_genesis(TENANT).finish(&start), Ok(start));
}

#[test]
fn a_check_goes_on_where_the_last_one_ended() {
    let (entries, head) = chain();
    let trusted = &entries[2];
    let rest = entries[3..].iter().cloned();
    assert_eq!(verify(TENANT, (trusted.sequence, trusted.hash), rest), Ok(head));
}

#[test]
fn a_change_is_found() {
    check(|entries| entries[2].body.push(b'!'), 3, BreakKind::Altered);
    check(|entries| entries[2].at = Timestamp::UNIX_EPOCH, 3, BreakKind::Altered);
    check(|entries| entries[2].hash = entries[1].hash, 3, BreakKind::Altered);
    check(|entries| entries[5].body.clear(), 6, BreakKind::Altered);
}

#[test]
fn an_entry_of_another_tenant_is_found() {
    let (entries, _) = chain();
    let found = verify(OTHER_TENANT, ChainHead::start(OTHER_TENANT), entries);
    assert_eq!(found, Err(ChainBreak { sequence: 1, kind: BreakKind::Altered }));
}

#[test]
fn an_omission_is_found() {
    check(|entries| drop(entries.remove(0)), 1, BreakKind::Missing);
    check(|entries| drop(entries.remove(3)), 4, BreakKind::Missing);
    check(|entries| drop(entries.drain(1..4)), 2, BreakKind::Missing);
}

#[test]
fn disorder_is_found() {
    check(|entries| entries.swap(1, 2), 2, BreakKind::Reordered);
    check(|entries| entries.reverse(), 1, BreakKind::Reordered);
    check(|entries| entries.insert(4, entries[1].clone()), 2, BreakKind::Reordered);
}

#[test]
fn entries_that_changed_places_are_found() {
    let swap_bodies = |entries: &mut Vec<Entry>| {
        let body = entries[1].body.clone();
        entries[1].body = std::mem::replace(&mut entries[3].body, body);
    };
    check(swap_bodies, 2, BreakKind::Altered);
}

#[test]
fn a_cut_end_is_found_by_whoever_kept_the_head() {
    check(|entries| entries.truncate(4), 5, BreakKind::Missing);
    check(Vec::clear, 1, BreakKind::Missing);
}

#[test]
fn a_chain_linked_anew_is_found_by_whoever_kept_the_head() {
    let rewrite = |entries: &mut Vec<Entry>| {
        entries[2].body.push(b'!');
        forge(entries);
    };
    check(rewrite, LENGTH, BreakKind::Altered);
    let lengthen = |entries: &mut Vec<Entry>| {
        entries.push(entries[0].clone());
        forge(entries);
    };
    check(lengthen, LENGTH + 1, BreakKind::Altered);
}

#[test]
fn a_verifier_stays_before_a_break() {
    let (mut entries, _) = chain();
    entries[1].body.clear();
    let mut verifier = Verifier::from_genesis(TENANT);
    verifier.take(&entries[0]).unwrap();
    assert!(verifier.take(&entries[1]).is_err());
    assert_eq!(verifier.head(), (1, entries[0].hash).into());
}

#[test]
fn bodies_may_be_borrowed() {
    let (entries, head) = chain();
    let borrowed = entries.iter().map(|entry| {
        let Entry { sequence, at, body, hash } = entry;
        Entry { sequence: *sequence, at: *at, body: body.as_slice(), hash: *hash }
    });
    assert_eq!(verify(TENANT, ChainHead::start(TENANT), borrowed), Ok(head));
}

#[test]
fn the_last_possible_sequence_does_no_harm() {
    let (entries, head) = chain();
    let start = ChainHead { sequence: u64::MAX, ..head };
    let found = verify(TENANT, start, entries);
    assert_eq!(found, Err(ChainBreak { sequence: 1, kind: BreakKind::Reordered }));
}

proptest! {
    #[test]
    fn any_flipped_bit_of_a_body_is_found(
        index in 0..6_usize,
        bit: prop::sample::Index,
    ) {
        let found = audit(|entries| {
            let body = &mut entries[index].body;
            let bits = 8 * body.len();
            crate::support::flip(body, bit.index(bits));
        });
        let sequence = u64::try_from(index).unwrap() + 1;
        prop_assert_eq!(found, Err(ChainBreak { sequence, kind: BreakKind::Altered }));
    }

    #[test]
    fn any_other_order_is_found(order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let found = audit(|entries| {
            *entries = order.iter().map(|index| entries[*index].clone()).collect();
        });
        let first_moved = (0..6_u64).zip(&order).find(|(place, index)| *place != **index as u64);
        match first_moved {
            None => prop_assert!(found.is_ok()),
            Some((place, _)) => {
                let kind = BreakKind::Reordered;
                prop_assert_eq!(found, Err(ChainBreak { sequence: place + 1, kind }));
            }
        }
    }
}
