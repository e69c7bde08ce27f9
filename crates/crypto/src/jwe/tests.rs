//! Messages of another implementation, the vectors of RFC 7518, and what does not open.

use cartola_primitives::randomness::SeededRandomness;
use data_encoding::BASE64URL_NOPAD;
use p256::SecretKey;

use super::key::{Private, rsa_of};
use super::message::agreed_key;
use super::{Algorithm, DecryptionKey, DecryptionKeys, JweError};

const PLAIN: &[u8] = br#"{"mi_pin":"12345","iat":1790000000}"#;

// Made with OpenSSL, by pyca/cryptography 48. The second one has `apu` and `apv`.
const RSA_PRIMES: &str = "31UbEpR6SMFdMZv9qcGsD7MrvVpA_mJIr4tzkAUJcooVHhq2vBuoaeapSAIuRf6LXc8Pny3R2IODUj7CtpzfrDhubT\
    VDOJzR_16Soo6fHilukXZ3tWTxqoAnh-5StzMCqLf19GUH-smlxfSb5zdxN_toq009W5uHYKUCgUzWbDfbEs2ePclJ\
    m7ZCLuAAoi0AjzAUVg_cClEnFj0H_mPFZlc5kVSQTlfQBE0FJqSh92FkXIB2OCDMSSnHGiBxpZU85kPr1jiqbF5src\
    IZa0JdVe7nvgwFWJLQji1miUqrbT7F23httPnxY1dKQ4fadazjtNfoIkReo_KBAmoUOjTDSw";
const RSA_MESSAGE: &str = "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.j10hlnF5MclzUBLBkLKOfy-l0NmL1W813UJ9x_\
    YWYd1EhO7wdYMEdAnSExtETUyAWmhytCUKbjKz-W2UV0_-m7HjYj5V765TgVosfMvcH8lkA8QhS0k2gHiXjME5ENGk\
    vYDlvmMaiDLAOrJAoYqsShyKw244CuBqs8UuAZMYcYW3NrF3yDgf16LbmgHfCF13ff0v-4TSfB-5xIeLHN0ZViPBz4\
    rZ-j-7bid54K2lT4M5V815FtdSAlkcjkGuqNugNUTYjwuQ1-R68aB5rHO9LctfkEOI7He5gni6HHeUWaeqNc1QdKlp\
    SNceJv4n9i75XeMowJu3FzWjYnAzsN41iA.xG1itdusPt848mBw.EVRqQswEu-RuHYmh3xO8dnZjlBcjQbqpuN-dZu\
    KZkTolY8w.KZjGj1L8-6CTEtCRCpSaWg";
const P256_SECRET: &str = "D8Yjp8IM5tAbcEL3atA6GLbtD92eyRnh718NJQtuxzc";
const P256_MESSAGE: &str = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJhcHUiOiJRV3hwWTJVIiwiYXB2IjoiUW05aS\
    IsImVwayI6eyJrdHkiOiJFQyIsImNydiI6IlAtMjU2IiwieCI6IjJCNFhxXzNuMmVGdDdyeDBNNGJkdjNPSG9oVS1G\
    Y3VidkZVMVR6dWN4ZHMiLCJ5IjoiMTIyOUw3T1M0RW5rVTdSX1dfcXVoNXlDUVBPT202Ung5UnQ3aGlldWpRVSJ9fQ\
    .PER8XiISlzcOM14MJLLYTNJjyTLG5MI3GnyOdn66NBhzLJdTgngc0Q.QallPEGkKtPVUghC.Jg7AXV0jNxqIcIBeU\
    A009lNuB2wHCO47my92EA0WFkHUXTI.VzXXrKNC-A95DaZIGzeLOg";

fn bytes(text: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url")
}

fn keys() -> DecryptionKeys {
    let rsa = rsa_of(&bytes(RSA_PRIMES)).expect("a key");
    let p256 = SecretKey::from_slice(&bytes(P256_SECRET)).expect("a scalar");
    let keys = [Private::Rsa(Box::new(rsa)), Private::P256(p256)];
    DecryptionKeys::new(keys.into_iter().map(DecryptionKey::of).collect())
}

fn opened(text: &str) -> Result<Vec<u8>, JweError> {
    keys().open(text, &SeededRandomness::new(1)).map(|plain| plain.expose().clone())
}

#[test]
fn messages_of_another_implementation_open() {
    for message in [RSA_MESSAGE, P256_MESSAGE] {
        assert_eq!(opened(message).as_deref(), Ok(PLAIN));
    }
}

/// RFC 7518, Appendix C.
#[test]
fn keys_are_agreed_on_as_the_rfc_prints() {
    let secret = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110,
        163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];
    let parties = [b"Alice".to_vec(), b"Bob".to_vec()];
    let key = agreed_key(&secret, "A128GCM", &parties, 128);
    assert_eq!(BASE64URL_NOPAD.encode(&key[..16]), "VqqN6vgjbSBcIijNcacQGg");
}

/// Every part is bound to every other.
#[test]
fn a_message_that_was_altered_does_not_open() {
    for message in [RSA_MESSAGE, P256_MESSAGE] {
        let parts: Vec<&str> = message.split('.').collect();
        for index in 1..parts.len() {
            let mut changed = bytes(parts[index]);
            changed[0] ^= 1;
            let changed = BASE64URL_NOPAD.encode(&changed);
            let mut parts = parts.clone();
            parts[index] = &changed;
            assert_eq!(opened(&parts.join(".")), Err(JweError::Closed), "part {index}");
        }
        let header = String::from_utf8(bytes(parts[0])).expect("JSON");
        let header = header.replacen('{', "{ ", 1);
        let header = BASE64URL_NOPAD.encode(header.as_bytes());
        let mut parts = parts;
        parts[0] = &header;
        assert_eq!(opened(&parts.join(".")), Err(JweError::Closed));
    }
}

#[test]
fn what_is_no_message_for_us_is_named() {
    let tail = P256_MESSAGE.split_once('.').expect("parts").1;
    let with = |header: &str| format!("{}.{tail}", BASE64URL_NOPAD.encode(header.as_bytes()));
    let far = "0".repeat(43);
    let off = format!(r#"{{"kty":"EC","crv":"P-256","x":"{far}","y":"{far}"}}"#);
    let cases = [
        ("12345".to_owned(), JweError::Malformed),
        ("a.b.c.d".to_owned(), JweError::Malformed),
        (format!("{P256_MESSAGE}."), JweError::Malformed),
        ("a".repeat(5_000), JweError::TooLarge),
        (with(r#"{"alg":"dir","enc":"A256GCM"}"#), JweError::Algorithm),
        (with(r#"{"alg":"RSA1_5","enc":"A256GCM"}"#), JweError::Algorithm),
        (with(r#"{"alg":"RSA-OAEP-256","enc":"A128GCM"}"#), JweError::Algorithm),
        (with(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","zip":"DEF"}"#), JweError::Algorithm),
        (with(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","crit":["exp"]}"#), JweError::Algorithm),
        (with(r#"{"alg":"RSA-OAEP-256","alg":"dir","enc":"A256GCM"}"#), JweError::Malformed),
        (with(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"none"}"#), JweError::UnknownKey),
        (with(r#"{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}"#), JweError::Malformed),
        (
            with(&format!(r#"{{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{off}}}"#)),
            JweError::Malformed,
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(opened(&message), Err(expected), "{message}");
    }
}

#[test]
fn what_a_client_makes_opens_with_the_key_that_it_names() {
    let randomness = SeededRandomness::new(2);
    let keys = keys();
    for key in keys.iter() {
        let message = key.jwk().seal(PLAIN, &randomness).expect("a key of ours");
        assert_eq!(
            keys.open(&message, &randomness).map(|it| it.expose().clone()).as_deref(),
            Ok(PLAIN)
        );
        let others = keys.iter().filter(|other| other.id() != key.id());
        assert!(others.count() > 0);
        let stranger = DecryptionKey::generate(Algorithm::EcdhEsA256Kw, &randomness);
        let strangers = DecryptionKeys::new(vec![stranger]);
        assert_eq!(strangers.open(&message, &randomness).err(), Some(JweError::UnknownKey));
    }
}
