use cartola_crypto::seal::MAX_PLAIN_BYTES;
use cartola_crypto::{CryptoError, DataKey, Place, Sealed};
use cartola_primitives::randomness::SeededRandomness;
use data_encoding::HEXLOWER;
use expect_test::expect;
use proptest::prelude::*;

use crate::support::{
    Counting, KEY, OTHER_KEY, OTHER_TENANT, TENANT, check_hidden, first_counted_key, flip,
};

const PLACE: Place<'static> =
    Place { table: "credential", column: "secret", row: b"row-1", tenant: TENANT };
const SCHEMA: u16 = 3;
const PLAIN: &[u8] = b"mi clave";
const OVERHEAD_BYTES: usize = 28;

fn sealed() -> (DataKey, Sealed) {
    let randomness = Counting::default();
    let key = DataKey::generate(KEY, &randomness);
    let sealed = key.seal(&PLACE, SCHEMA, PLAIN, &randomness).unwrap();
    (key, sealed)
}

fn check_refused(key: &DataKey, place: &Place<'_>, sealed: &Sealed) {
    assert_eq!(key.open(place, sealed).err(), Some(CryptoError::Authentic), "{place:?}");
}

#[test]
fn opens_where_it_was_put() {
    let (key, sealed) = sealed();
    assert_eq!(key.open(&PLACE, &sealed).unwrap().expose(), PLAIN);
}

#[test]
fn format_is_pinned() {
    let (_, sealed) = sealed();
    expect!["202122232425262728292a2bbf53861300f96c6b6a28a639ee07c39aa59e1980cb1cfa4c"]
        .assert_eq(&HEXLOWER.encode(&sealed.bytes));
}

#[test]
fn does_not_open_elsewhere() {
    let (key, sealed) = sealed();
    let elsewhere = [
        Place { table: "person", ..PLACE },
        Place { column: "name", ..PLACE },
        Place { row: b"row-2", ..PLACE },
        Place { row: b"", ..PLACE },
        Place { tenant: OTHER_TENANT, ..PLACE },
        // The same letters, cut at another place.
        Place { table: "credentials", column: "ecret", ..PLACE },
        Place { column: "secretrow", row: b"-1", ..PLACE },
    ];
    for place in &elsewhere {
        check_refused(&key, place, &sealed);
    }
}

#[test]
fn does_not_open_as_another_schema() {
    let (key, sealed) = sealed();
    for schema in [0, SCHEMA - 1, SCHEMA + 1, SCHEMA.swap_bytes()] {
        check_refused(&key, &PLACE, &Sealed { schema, ..sealed.clone() });
    }
}

#[test]
fn does_not_open_with_another_key() {
    let (key, sealed) = sealed();
    let same_bytes = DataKey::generate(OTHER_KEY, &Counting::default());
    let same_id = DataKey::generate(KEY, &SeededRandomness::new(1));
    check_refused(&same_id, &PLACE, &sealed);
    check_refused(&same_bytes, &PLACE, &Sealed { key: OTHER_KEY, ..sealed.clone() });
    let wrong = CryptoError::OtherDataKey { sealed: KEY, held: OTHER_KEY };
    assert_eq!(same_bytes.open(&PLACE, &sealed).err(), Some(wrong));
    let relabelled = Sealed { key: OTHER_KEY, ..sealed };
    assert!(matches!(key.open(&PLACE, &relabelled), Err(CryptoError::OtherDataKey { .. })));
}

#[test]
fn does_not_open_when_cut() {
    let (key, sealed) = sealed();
    for length in 0..sealed.bytes.len() {
        let bytes = sealed.bytes[..length].to_vec();
        check_refused(&key, &PLACE, &Sealed { bytes, ..sealed.clone() });
    }
    let bytes = [sealed.bytes.as_slice(), &[0]].concat();
    check_refused(&key, &PLACE, &Sealed { bytes, ..sealed });
}

#[test]
fn refuses_more_than_the_limit() {
    let (key, _) = sealed();
    let refused = CryptoError::TooLarge { size: MAX_PLAIN_BYTES + 1, limit: MAX_PLAIN_BYTES };
    let plain = vec![0; MAX_PLAIN_BYTES + 1];
    let sealing = key.seal(&PLACE, SCHEMA, &plain, &Counting::default());
    assert_eq!(sealing.err(), Some(refused.clone()));
    let bytes = vec![0; MAX_PLAIN_BYTES + OVERHEAD_BYTES + 1];
    let opening = key.open(&PLACE, &Sealed { key: KEY, schema: SCHEMA, bytes });
    assert_eq!(opening.err(), Some(refused));
}

#[test]
fn debug_shows_sizes_only() {
    let (key, sealed) = sealed();
    expect!["DataKey(dky_02020202020202020202020202020202)"].assert_eq(&format!("{key:?}"));
    expect!["Sealed(36 bytes, key dky_02020202020202020202020202020202, schema 3)"]
        .assert_eq(&format!("{sealed:?}"));
    check_hidden(&format!("{key:#?} {sealed:#?}"), &first_counted_key());
    check_hidden(&format!("{sealed:#?}"), &sealed.bytes);
}

proptest! {
    #[test]
    fn opens_whatever_was_sealed(
        plain in prop::collection::vec(any::<u8>(), 0..300),
        row in prop::collection::vec(any::<u8>(), 0..40),
        schema: u16,
        seed: u64,
    ) {
        let randomness = SeededRandomness::new(seed);
        let key = DataKey::generate(KEY, &randomness);
        let place = Place { row: &row, ..PLACE };
        let sealed = key.seal(&place, schema, &plain, &randomness).unwrap();
        prop_assert_eq!(sealed.bytes.len(), plain.len() + OVERHEAD_BYTES);
        let opened = key.open(&place, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &plain);
    }

    #[test]
    fn any_flipped_bit_is_noticed(
        plain in prop::collection::vec(any::<u8>(), 0..100),
        bit: prop::sample::Index,
        seed: u64,
    ) {
        let randomness = SeededRandomness::new(seed);
        let key = DataKey::generate(KEY, &randomness);
        let mut sealed = key.seal(&PLACE, SCHEMA, &plain, &randomness).unwrap();
        let bits = 8 * sealed.bytes.len();
        flip(&mut sealed.bytes, bit.index(bits));
        prop_assert_eq!(key.open(&PLACE, &sealed).err(), Some(CryptoError::Authentic));
    }

    #[test]
    fn sealing_twice_never_looks_equal(plain: Vec<u8>, seed: u64) {
        let randomness = SeededRandomness::new(seed);
        let key = DataKey::generate(KEY, &randomness);
        let first = key.seal(&PLACE, SCHEMA, &plain, &randomness).unwrap();
        let second = key.seal(&PLACE, SCHEMA, &plain, &randomness).unwrap();
        prop_assert_ne!(first, second);
    }
}
