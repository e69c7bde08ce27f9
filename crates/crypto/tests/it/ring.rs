use cartola_crypto::{CryptoError, DataKey, KeyRing, MasterKey, Place, WrappedKey};
use cartola_primitives::Secret;
use cartola_primitives::randomness::SeededRandomness;
use data_encoding::HEXLOWER;
use expect_test::expect;
use proptest::prelude::*;

use crate::support::{
    Counting, KEY, OTHER_KEY, OTHER_TENANT, TENANT, check_hidden, first_counted_key, flip,
};

const SUBJECT: &[u8] = b"person-1";
const PURPOSE: &str = "webhook";
const PLACE: Place<'static> =
    Place { table: "person", column: "name", row: b"row-1", tenant: TENANT };

fn counted_ring(randomness: &Counting) -> KeyRing {
    KeyRing::new(MasterKey::generate(randomness), Vec::new())
}

fn wrapped() -> (KeyRing, DataKey, WrappedKey) {
    let randomness = Counting::default();
    let ring = counted_ring(&randomness);
    let key = DataKey::generate(KEY, &randomness);
    let wrapped = ring.wrap(&key, TENANT, SUBJECT, &randomness);
    (ring, key, wrapped)
}

fn master(seed: u64) -> MasterKey {
    MasterKey::generate(&SeededRandomness::new(seed))
}

/// Both are the same key: what one seals, the other opens.
fn check_same(sealing: &DataKey, opening: &DataKey) {
    let sealed = sealing.seal(&PLACE, 1, b"Ana", &SeededRandomness::new(0)).unwrap();
    assert_eq!(opening.open(&PLACE, &sealed).unwrap().expose(), b"Ana");
}

#[test]
fn unwraps_what_it_wrapped() {
    let (ring, key, wrapped) = wrapped();
    let unwrapped = ring.unwrap(KEY, TENANT, SUBJECT, &wrapped).unwrap();
    assert_eq!(unwrapped.id(), KEY);
    check_same(&key, &unwrapped);
}

#[test]
fn formats_are_pinned() {
    let (ring, _, wrapped) = wrapped();
    expect!["8087321a731f343f"].assert_eq(&ring.active().to_string());
    expect!["404142434445464748494a4bc78c5144d6936a5af66989cc68fff38ebb7ce232108904b7afc478cf9cd8647ac2ba8440fa569128dc31d9556f70ca9e"]
        .assert_eq(&HEXLOWER.encode(&wrapped.bytes));
    let randomness = Counting::default();
    let ring = counted_ring(&randomness);
    let wrapped = ring.wrap_bytes(PURPOSE, b"secret", &randomness).unwrap();
    expect!["202122232425262728292a2bfef764156635fa751867fc3719a44b65932a3b65fde8"]
        .assert_eq(&HEXLOWER.encode(&wrapped.bytes));
}

#[test]
fn a_wrapped_key_is_bound_to_its_owner() {
    let (ring, _, wrapped) = wrapped();
    let others = [
        ring.unwrap(OTHER_KEY, TENANT, SUBJECT, &wrapped),
        ring.unwrap(KEY, OTHER_TENANT, SUBJECT, &wrapped),
        ring.unwrap(KEY, TENANT, b"person-2", &wrapped),
        ring.unwrap(KEY, TENANT, b"", &wrapped),
    ];
    for other in others {
        assert_eq!(other.err(), Some(CryptoError::Authentic));
    }
    let as_bytes = ring.unwrap_bytes(PURPOSE, &wrapped);
    assert_eq!(as_bytes.err(), Some(CryptoError::Authentic));
}

#[test]
fn a_wrapped_secret_is_bound_to_its_purpose() {
    let randomness = Counting::default();
    let ring = counted_ring(&randomness);
    let wrapped = ring.wrap_bytes(PURPOSE, b"secret", &randomness).unwrap();
    assert_eq!(ring.unwrap_bytes(PURPOSE, &wrapped).unwrap().expose(), b"secret");
    let other = ring.unwrap_bytes("session", &wrapped);
    assert_eq!(other.err(), Some(CryptoError::Authentic));
}

#[test]
fn a_wrapped_key_cannot_be_given_to_another_master_key() {
    let (_, _, wrapped) = wrapped();
    let ring = KeyRing::new(master(1), Vec::new());
    let claimed = WrappedKey { master: ring.active(), ..wrapped };
    let unwrapped = ring.unwrap(KEY, TENANT, SUBJECT, &claimed);
    assert_eq!(unwrapped.err(), Some(CryptoError::Authentic));
}

#[test]
fn an_unknown_master_key_is_named() {
    let (known, _, wrapped) = wrapped();
    let ring = KeyRing::new(master(1), vec![master(2)]);
    let unknown = CryptoError::UnknownMasterKey { id: known.active() };
    assert!(!ring.holds(known.active()));
    assert_eq!(ring.unwrap(KEY, TENANT, SUBJECT, &wrapped).err(), Some(unknown.clone()));
    let rewrapped = ring.rewrap(KEY, TENANT, SUBJECT, &wrapped, &Counting::default());
    assert_eq!(rewrapped.err(), Some(unknown));
}

#[test]
fn rotation_keeps_the_data_key() {
    let randomness = SeededRandomness::new(3);
    let key = DataKey::generate(KEY, &randomness);
    let wrapped = KeyRing::new(master(1), vec![]).wrap(&key, TENANT, SUBJECT, &randomness);

    let rotating = KeyRing::new(master(2), vec![master(1)]);
    assert!(rotating.is_outdated(&wrapped));
    let rewrapped = rotating.rewrap(KEY, TENANT, SUBJECT, &wrapped, &randomness).unwrap();
    assert!(!rotating.is_outdated(&rewrapped));

    let rotated = KeyRing::new(master(2), vec![]);
    check_same(&key, &rotated.unwrap(KEY, TENANT, SUBJECT, &rewrapped).unwrap());
}

#[test]
fn rotation_keeps_other_secrets() {
    let randomness = SeededRandomness::new(3);
    let old = KeyRing::new(master(1), vec![]);
    let wrapped = old.wrap_bytes(PURPOSE, b"secret", &randomness).unwrap();
    let rotating = KeyRing::new(master(2), vec![master(1)]);
    let rewrapped = rotating.rewrap_bytes(PURPOSE, &wrapped, &randomness).unwrap();
    let rotated = KeyRing::new(master(2), vec![]);
    assert_eq!(rotated.unwrap_bytes(PURPOSE, &rewrapped).unwrap().expose(), b"secret");
}

#[test]
fn any_key_of_a_ring_can_wrap() {
    let randomness = SeededRandomness::new(3);
    let (old, new) = (KeyRing::new(master(1), vec![]), KeyRing::new(master(2), vec![]));
    let both = old.and(&new).and(&new);
    assert_eq!(both.active(), old.active());
    let second = both.with_active(new.active()).unwrap();
    let wrapped = second.wrap_bytes(PURPOSE, b"secret", &randomness).unwrap();
    assert_eq!(wrapped.master, new.active());
    assert_eq!(new.unwrap_bytes(PURPOSE, &wrapped).unwrap().expose(), b"secret");
    assert!(second.holds(old.active()));
    let unknown = CryptoError::UnknownMasterKey { id: new.active() };
    assert_eq!(old.with_active(new.active()).err(), Some(unknown));
}

#[test]
fn reads_the_key_it_wrote() {
    let key = MasterKey::generate(&Counting::default());
    let text = key.to_base64();
    assert_eq!(text.expose(), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    assert_eq!(MasterKey::from_base64(&text).unwrap().id(), key.id());
    let line = Secret::new(format!("{}\n", text.expose()));
    assert_eq!(MasterKey::from_base64(&line).unwrap().id(), key.id());
}

#[test]
fn refuses_text_that_is_no_key() {
    let wrong = [
        "",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        // 31 and 33 bytes.
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
        // Bits left over, a foreign letter, hexadecimal digits.
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh_=",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    ];
    for text in wrong {
        let read = MasterKey::from_base64(&Secret::new(text.to_owned()));
        assert_eq!(read.err(), Some(CryptoError::KeyFormat), "{text}");
    }
}

#[test]
fn debug_shows_ids_and_sizes_only() {
    let (ring, _, wrapped) = wrapped();
    expect![
        "KeyRing { active: MasterKey(8087321a731f343f), others: [] } \
         WrappedKey(60 bytes, master 8087321a731f343f)"
    ]
    .assert_eq(&format!("{ring:?} {wrapped:?}"));
    check_hidden(&format!("{ring:#?} {wrapped:#?}"), &first_counted_key());
    check_hidden(&format!("{wrapped:#?}"), &wrapped.bytes);
}

proptest! {
    #[test]
    fn any_flipped_bit_is_noticed(bit in 0..8 * 60_usize) {
        let (ring, _, mut wrapped) = wrapped();
        flip(&mut wrapped.bytes, bit);
        let unwrapped = ring.unwrap(KEY, TENANT, SUBJECT, &wrapped);
        prop_assert_eq!(unwrapped.err(), Some(CryptoError::Authentic));
    }
}
