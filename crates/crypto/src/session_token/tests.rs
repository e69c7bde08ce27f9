use cartola_primitives::Timestamp;
use cartola_primitives::randomness::SeededRandomness;
use data_encoding::BASE64URL_NOPAD;

use super::{HEADER, SessionClaims, SessionKey, SessionTokenError};

fn key(seed: u64) -> SessionKey {
    SessionKey::generate(&SeededRandomness::new(seed))
}

fn claims() -> SessionClaims {
    SessionClaims {
        aud: "facade".into(),
        sub: "key_1".into(),
        tenant: "ten_1".into(),
        jti: "1".into(),
        iat: 1_000,
        exp: 4_600,
    }
}

fn verify(token: &str, second: i64) -> Result<SessionClaims, SessionTokenError> {
    key(1).verify(token, "facade", Timestamp::from_second(second).unwrap())
}

#[test]
fn the_header_is_the_one_that_is_documented() {
    let header = BASE64URL_NOPAD.decode(HEADER.as_bytes()).unwrap();
    assert_eq!(header, br#"{"alg":"HS256","typ":"JWT"}"#);
}

#[test]
fn a_token_says_what_was_signed_until_it_expires() {
    let token = key(1).sign(&claims());
    assert_eq!(verify(token.expose(), 4_599), Ok(claims()));
    assert_eq!(verify(token.expose(), 4_600), Err(SessionTokenError::Expired));
}

#[test]
fn the_signature_is_hmac_sha_256_of_the_first_two_parts() {
    // RFC 7515, appendix A.1: its key, and its message.
    let key = BASE64URL_NOPAD
        .decode(b"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let message = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = BASE64URL_NOPAD.encode(&crate::mac::mac_of(&key, &[message.as_bytes()]));
    assert_eq!(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

#[test]
fn what_is_altered_or_of_another_key_or_facade_is_invalid() {
    let token = key(1).sign(&claims());
    let token = token.expose();
    for place in 0..token.len() {
        let mut altered = token.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(verify(&altered, 1_000), Err(SessionTokenError::Invalid), "{place}");
    }
    let of_other = key(2).sign(&claims());
    assert_eq!(verify(of_other.expose(), 1_000), Err(SessionTokenError::Invalid));
    let elsewhere = key(1).sign(&SessionClaims { aud: "other".into(), ..claims() });
    assert_eq!(verify(elsewhere.expose(), 1_000), Err(SessionTokenError::Invalid));
    for malformed in ["", "a", "a.b", "a.b.c", "..", &token[..token.len() - 1]] {
        assert_eq!(verify(malformed, 1_000), Err(SessionTokenError::Invalid));
    }
    let unsigned = token.rsplit_once('.').unwrap().0;
    assert_eq!(verify(&format!("{unsigned}."), 1_000), Err(SessionTokenError::Invalid));
}
