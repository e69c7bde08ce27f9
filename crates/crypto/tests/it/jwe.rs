//! Keys that open messages: made, stored and published.

use cartola_crypto::jwe::{Algorithm, DecryptionKey, DecryptionKeys};
use cartola_crypto::jws::{self, SigningKey};
use cartola_crypto::{CryptoError, KeyRing, MasterKey};
use cartola_primitives::randomness::SeededRandomness;
use serde_json::Value;

fn ring(seed: u64) -> KeyRing {
    KeyRing::new(MasterKey::generate(&SeededRandomness::new(seed)), Vec::new())
}

#[test]
fn a_key_is_the_same_after_it_was_stored() {
    let randomness = SeededRandomness::new(7);
    for algorithm in Algorithm::ALL {
        let key = DecryptionKey::generate(algorithm, &randomness);
        let wrapped = key.wrap(&ring(1), &randomness);
        let again = DecryptionKey::unwrap(&ring(1), &wrapped).unwrap();
        assert_eq!((again.id(), again.algorithm()), (key.id(), algorithm));
        let message = key.jwk().seal(b"12345", &randomness).unwrap();
        let opened = DecryptionKeys::new(vec![again]).open(&message, &randomness).unwrap();
        assert_eq!(opened.expose(), b"12345");
        assert!(DecryptionKey::unwrap(&ring(2), &wrapped).is_err());
    }
}

/// Both kinds are wrapped anew by the same call, and neither passes for the other.
#[test]
fn a_key_that_opens_never_passes_for_one_that_signs() {
    let randomness = SeededRandomness::new(8);
    let ring = ring(1);
    let opening = DecryptionKey::generate(Algorithm::EcdhEsA256Kw, &randomness);
    let signing = SigningKey::generate(jws::Algorithm::Es256, &randomness);
    let opening =
        SigningKey::rewrap(&ring, &opening.wrap(&ring, &randomness), &randomness).unwrap();
    let signing =
        SigningKey::rewrap(&ring, &signing.wrap(&ring, &randomness), &randomness).unwrap();
    assert!(DecryptionKey::unwrap(&ring, &opening).is_ok());
    assert!(SigningKey::unwrap(&ring, &signing).is_ok());
    assert_eq!(SigningKey::unwrap(&ring, &opening).err(), Some(CryptoError::Authentic));
    assert_eq!(DecryptionKey::unwrap(&ring, &signing).err(), Some(CryptoError::Authentic));
}

#[test]
fn what_is_published_is_public() {
    let randomness = SeededRandomness::new(9);
    let key = DecryptionKey::generate(Algorithm::EcdhEsA256Kw, &randomness);
    let shown = serde_json::to_value(key.jwk()).unwrap();
    let members: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    assert_eq!(shown["use"], Value::from("enc"));
    assert_eq!(format!("{key:?}"), format!("DecryptionKey({})", key.id()));
}
