use std::collections::HashSet;

use cartola_crypto::{CryptoError, Digest, KeyRing, LookupKey, MasterKey};
use cartola_primitives::randomness::SeededRandomness;
use expect_test::expect;
use proptest::prelude::*;

use crate::support::{Counting, OTHER_TENANT, TENANT, check_hidden, first_counted_key};

const RUT: &[u8] = b"11111111-1";

fn key() -> LookupKey {
    LookupKey::generate(&Counting::default())
}

#[test]
fn formats_are_pinned() {
    expect!["147c1c224abed4c63d28bd59b984502bf08c32fd6f3a057cfd566d088e4d0c44"]
        .assert_eq(&key().digest("person.rut", TENANT, RUT).hex());
    expect!["4d9e072b690c5e0a63fbe9b064be8fe6d33e93cc0b168f2d2eae2a0d132450f3"]
        .assert_eq(&key().digest_of_installation("api-key", RUT).hex());
}

#[test]
fn whatever_differs_gives_another_digest() {
    let other_key = LookupKey::generate(&SeededRandomness::new(1));
    let digests = [
        key().digest("person.rut", TENANT, RUT),
        key().digest("person.name", TENANT, RUT),
        key().digest("person.rut", OTHER_TENANT, RUT),
        key().digest("person.rut", TENANT, b"11111111-2"),
        key().digest("person.rut", TENANT, b""),
        key().digest_of_installation("person.rut", RUT),
        other_key.digest("person.rut", TENANT, RUT),
    ];
    assert_eq!(digests.iter().collect::<HashSet<_>>().len(), digests.len());
    assert_eq!(key().digest("person.rut", TENANT, RUT), digests[0]);
}

#[test]
fn survives_wrapping_and_rotation() {
    let randomness = SeededRandomness::new(2);
    let ring = KeyRing::new(MasterKey::generate(&randomness), vec![]);
    let wrapped = key().wrap(&ring, &randomness);
    let unwrapped = LookupKey::unwrap(&ring, &wrapped).unwrap();
    assert_eq!(unwrapped.digest("a", TENANT, RUT), key().digest("a", TENANT, RUT));

    let other = ring.wrap_bytes("another purpose", &first_counted_key(), &randomness).unwrap();
    assert_eq!(LookupKey::unwrap(&ring, &other).err(), Some(CryptoError::Authentic));
}

#[test]
fn a_digest_is_stored_and_read_back() {
    let digest = key().digest("person.rut", TENANT, RUT);
    assert_eq!(Digest::from_bytes(*digest.as_bytes()), digest);
    assert_eq!(Digest::from_hex(&digest.hex()), Ok(digest));
    for text in ["", "14", &digest.hex()[..63], &format!("{}z", &digest.hex()[..63])] {
        let wrong = CryptoError::HexFormat { expected: 64 };
        assert_eq!(Digest::from_hex(text), Err(wrong), "{text}");
    }
}

#[test]
fn debug_shows_a_few_digits_only() {
    let digest = key().digest("person.rut", TENANT, RUT);
    expect!["LookupKey Digest(147c1c22…)"].assert_eq(&format!("{:?} {digest:?}", key()));
    check_hidden(&format!("{:#?}", key()), &first_counted_key());
    check_hidden(&format!("{digest:#?}"), &digest.as_bytes()[4..]);
}

proptest! {
    #[test]
    fn equality_and_order_are_those_of_the_bytes(left: [u8; 32], right: [u8; 32], equal: bool) {
        let right = if equal { left } else { right };
        let (one, other) = (Digest::from_bytes(left), Digest::from_bytes(right));
        prop_assert_eq!(one == other, left == right);
        prop_assert_eq!(one.cmp(&other), left.cmp(&right));
    }
}
