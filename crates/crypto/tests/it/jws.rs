use cartola_crypto::CryptoError;
use cartola_crypto::jws::{Algorithm, Claims, Expected, KeySet, SigningKey, TokenError};
use cartola_crypto::{KeyRing, MasterKey};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Randomness, Timestamp};
use data_encoding::BASE64URL_NOPAD;
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Map, json};

use crate::support::{Counting, check_hidden, first_counted_key};

const ALGORITHMS: [Algorithm; 2] = [Algorithm::EdDsa, Algorithm::Es256];
const EXPECTED: Expected<'_> = Expected { kind: "a+jwt", issuer: "us", audience: "here" };

/// The same bytes again and again.
#[derive(Debug)]
struct Fixed(Vec<u8>);

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

fn key(algorithm: Algorithm, seed: u64) -> SigningKey {
    SigningKey::generate(algorithm, &SeededRandomness::new(seed))
}

fn claims() -> Claims {
    let second = |seconds| Timestamp::from_second(seconds).unwrap();
    Claims {
        issuer: "us".into(),
        subject: "ten_1".into(),
        audience: "here".into(),
        id: "1".into(),
        issued_at: second(100),
        not_before: second(100),
        expires_at: second(1000),
        private: Map::from_iter([("link".into(), json!("lnk_1"))]),
    }
}

fn verify(keys: &[&SigningKey], token: &str) -> Result<Claims, TokenError> {
    let keys = keys.iter().map(|key| key.verifying().clone()).collect();
    KeySet::new(keys).verify(token, &EXPECTED, Timestamp::from_second(500).unwrap())
}

/// RFC 8037 appendix A: the private key of A.1 has the public key and the thumbprint of A.2, A.3.
#[test]
fn a_key_is_named_by_its_thumbprint() {
    let private = BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let key = SigningKey::generate(Algorithm::EdDsa, &Fixed(private));
    let jwks = KeySet::new(vec![key.verifying().clone()]).jwks();
    expect![[r#"
        {
          "keys": [
            {
              "kty": "OKP",
              "crv": "Ed25519",
              "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
              "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
              "use": "sig",
              "alg": "EdDSA"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&jwks).unwrap());
}

/// RFC 7515 appendix A.3: the private key has this public key. The thumbprint is our own sum.
#[test]
fn a_key_of_p256_has_both_coordinates() {
    let private = BASE64URL_NOPAD.decode(b"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap();
    let key = SigningKey::generate(Algorithm::Es256, &Fixed(private));
    let jwk = key.verifying().jwk();
    assert_eq!(jwk.x, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
    assert_eq!(jwk.y.as_deref(), Some("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
    assert_eq!((jwk.kty.as_str(), jwk.crv.as_str(), jwk.kid.len()), ("EC", "P-256", 43));
}

#[test]
fn what_is_signed_is_read_back() {
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 1);
        let token = key.sign("a+jwt", &claims()).unwrap();
        assert!(verify(&[&key], &token).unwrap() == claims());
    }
}

#[test]
fn keys_rotate() {
    let (old, new) = (key(Algorithm::EdDsa, 1), key(Algorithm::Es256, 2));
    let tokens = [&old, &new].map(|key| key.sign("a+jwt", &claims()).unwrap());
    for token in &tokens {
        assert!(verify(&[&old, &new], token).is_ok());
    }
    assert_eq!(verify(&[&new], &tokens[0]), Err(TokenError::UnknownKey));
    assert!(verify(&[&new], &tokens[1]).is_ok());
    assert_eq!(verify(&[], &tokens[1]), Err(TokenError::UnknownKey));
}

#[test]
fn a_claim_of_ones_own_shadows_none() {
    let mut shadowing = claims();
    shadowing.private.insert("exp".into(), json!(9_999));
    let key = key(Algorithm::EdDsa, 1);
    assert_eq!(key.sign("a+jwt", &shadowing), Err(TokenError::ReservedClaim));
}

#[test]
fn more_than_is_taken_is_not_signed() {
    let mut long = claims();
    long.private.insert("note".into(), json!("x".repeat(4096)));
    let key = key(Algorithm::EdDsa, 1);
    assert_eq!(key.sign("a+jwt", &long), Err(TokenError::TooLarge));
}

#[test]
fn a_key_is_stored_wrapped() {
    let randomness = SeededRandomness::new(3);
    let ring = KeyRing::new(MasterKey::generate(&randomness), Vec::new());
    for algorithm in ALGORITHMS {
        let key = key(algorithm, 1);
        let wrapped = key.wrap(&ring, &randomness);
        let again = SigningKey::unwrap(&ring, &wrapped).unwrap();
        assert_eq!(again.verifying().jwk(), key.verifying().jwk());
        assert!(verify(&[&key], &again.sign("a+jwt", &claims()).unwrap()).is_ok());
    }
    let other = ring.wrap_bytes("token-signing-key", &[3; 33], &randomness).unwrap();
    assert_eq!(SigningKey::unwrap(&ring, &other).err(), Some(CryptoError::Authentic));
    let short = ring.wrap_bytes("token-signing-key", &[1; 32], &randomness).unwrap();
    assert_eq!(SigningKey::unwrap(&ring, &short).err(), Some(CryptoError::Authentic));
}

#[test]
fn debug_shows_no_secret() {
    for algorithm in ALGORITHMS {
        let key = SigningKey::generate(algorithm, &Counting::default());
        check_hidden(&format!("{key:?}"), &first_counted_key());
    }
    expect![[r#"Claims { id: "1", .. }"#]].assert_eq(&format!("{:?}", claims()));
}

proptest! {
    #[test]
    fn any_text_survives(subject in ".{0,40}", note in ".{0,40}", seconds in 101_i64..1_000_000) {
        let mut claims = claims();
        claims.subject = subject;
        claims.expires_at = Timestamp::from_second(500 + seconds).unwrap();
        claims.private.insert("note".into(), json!([note]));
        let key = key(Algorithm::EdDsa, 1);
        let token = key.sign("a+jwt", &claims).unwrap();
        prop_assert!(verify(&[&key], &token).is_ok_and(|read| read == claims));
    }

    #[test]
    fn no_text_does_harm(text in ".{0,80}") {
        prop_assert!(verify(&[&key(Algorithm::EdDsa, 1)], &text).is_err());
    }
}
