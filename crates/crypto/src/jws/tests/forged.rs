//! Tokens that are wrong in one thing each, with a good signature wherever there can be one.

use cartola_primitives::Timestamp;
use cartola_primitives::randomness::SeededRandomness;
use data_encoding::BASE64URL_NOPAD;
use expect_test::{Expect, expect};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::jws::{Algorithm, Expected, KeySet, MAX_TOKEN_BYTES, SigningKey};

const EXPECTED: Expected<'_> =
    Expected { kind: "khipu+jwt", issuer: "https://gateway.example", audience: "khipu" };

const CLAIMS: &str = r#"{"aud":"khipu","exp":1000,"iat":100,"iss":"https://gateway.example","jti":"1","nbf":100,"sub":"ten"}"#;

fn key(algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(algorithm, &SeededRandomness::new(7))
}

fn header(key: &SigningKey) -> String {
    let (alg, kid) = (key.verifying().algorithm().name(), key.verifying().id());
    format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"khipu+jwt"}}"#)
}

fn signed(key: &SigningKey, header: &str, claims: &str) -> String {
    let message = message(header, claims);
    let signature = BASE64URL_NOPAD.encode(&key.sign_bytes(message.as_bytes()));
    format!("{message}.{signature}")
}

fn message(header: &str, claims: &str) -> String {
    [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".")
}

fn outcome(token: &str) -> String {
    let keys = [Algorithm::EdDsa, Algorithm::Es256].map(|one| key(one).verifying().clone());
    let now = Timestamp::from_second(500).unwrap();
    match KeySet::new(keys.to_vec()).verify(token, &EXPECTED, now) {
        Ok(claims) => format!("taken: {}", claims.id),
        Err(error) => format!("{error:?}"),
    }
}

fn check(token: &str, expect: &Expect) {
    expect.assert_eq(&outcome(token));
}

/// The header's text, changed, under a good signature.
fn check_header(change: impl Fn(&str) -> String, expect: &Expect) {
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let key = key(algorithm);
        check(&signed(&key, &change(&header(&key)), CLAIMS), expect);
    }
}

/// The claims' text with one piece changed, under a good signature.
fn check_claims(piece: &str, with: &str, expect: &Expect) {
    assert!(CLAIMS.contains(piece));
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        let key = key(algorithm);
        check(&signed(&key, &header(&key), &CLAIMS.replace(piece, with)), expect);
    }
}

#[test]
fn a_right_one_is_taken() {
    check_header(str::to_owned, &expect!["taken: 1"]);
}

#[test]
fn an_unsigned_one_is_not() {
    for none in ["none", "None", "NONE", "nOnE"] {
        let header = format!(r#"{{"alg":"{none}"}}"#);
        check(&format!("{}.", message(&header, CLAIMS)), &expect!["Unsigned"]);
    }
}

#[test]
fn the_token_does_not_choose_the_algorithm() {
    let other = |from: &'static str, to: &'static str| move |text: &str| text.replace(from, to);
    let eddsa = key(Algorithm::EdDsa);
    check(
        &signed(&eddsa, &other("EdDSA", "ES256")(&header(&eddsa)), CLAIMS),
        &expect!["OtherAlgorithm"],
    );
    check_header(
        |text| text.replace("EdDSA", "es256").replace("ES256", "EdDSA"),
        &expect!["OtherAlgorithm"],
    );
}

#[test]
fn a_public_key_is_no_secret_of_hs256() {
    let key = key(Algorithm::Es256);
    let header = header(&key).replace("ES256", "HS256");
    let message = message(&header, CLAIMS);
    let jwk = key.verifying().jwk();
    let x = BASE64URL_NOPAD.decode(jwk.x.as_bytes()).unwrap();
    for secret in [x, serde_json::to_vec(jwk).unwrap()] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(message.as_bytes());
        let signature = BASE64URL_NOPAD.encode(&mac.finalize().into_bytes());
        check(&format!("{message}.{signature}"), &expect!["OtherAlgorithm"]);
    }
}

#[test]
fn an_unknown_key_is_not_asked() {
    let stranger = SigningKey::generate(Algorithm::EdDsa, &SeededRandomness::new(8));
    check(&signed(&stranger, &header(&stranger), CLAIMS), &expect!["UnknownKey"]);
    let ours = header(&key(Algorithm::EdDsa));
    check(&signed(&stranger, &ours, CLAIMS), &expect!["Signature"]);
}

#[test]
fn a_header_has_its_three_members() {
    let malformed = expect!["Malformed { part: Header }"];
    check_header(|text| text.replace('}', r#","crit":["b64"],"b64":false}"#), &malformed);
    check_header(|text| text.replace('}', r#","jku":"https://example.com"}"#), &malformed);
    check_header(|text| text.replace(r#","typ":"khipu+jwt""#, ""), &malformed);
    check_header(|text| text.replace(r#""khipu+jwt""#, "1"), &malformed);
    check_header(|text| format!("[{text}]"), &malformed);
    check_header(|text| format!("{text} x"), &malformed);
    check_header(|_| "[".repeat(200), &malformed);
    check_header(|text| text.replace("khipu+jwt", "sfa+jwt"), &expect!["OtherKind"]);
}

#[test]
fn no_member_is_there_twice() {
    let twice = |text: &str| text.replace('}', r#","typ":"khipu+jwt"}"#);
    check_header(twice, &expect!["DuplicateMember { part: Header }"]);
    let none_after = |text: &str| text.replace('}', r#","alg":"none"}"#);
    check_header(none_after, &expect!["DuplicateMember { part: Header }"]);
    let claims = expect!["DuplicateMember { part: Claims }"];
    check_claims(r#""sub""#, r#""sub":"other","sub""#, &claims);
    check_claims(r#""sub""#, r#""s\u0075b":"other","sub""#, &claims);
    check_claims(r#""sub""#, r#""deep":[{"a":1,"a":2}],"sub""#, &claims);
}

#[test]
fn claims_are_what_they_must_be() {
    check_claims(r#""aud":"khipu""#, r#""aud":"floid""#, &expect!["OtherAudience"]);
    check_claims("gateway.example", "another.example", &expect!["OtherIssuer"]);
    check_claims(r#""khipu""#, r#"["khipu"]"#, &expect![[r#"Claim { name: "aud" }"#]]);
    check_claims(r#","jti":"1""#, "", &expect![[r#"Claim { name: "jti" }"#]]);
    check_claims("1000", "1000.5", &expect![[r#"Claim { name: "exp" }"#]]);
    check_claims("1000", r#""1000""#, &expect![[r#"Claim { name: "exp" }"#]]);
    check_claims("1000", "9223372036854775807", &expect![[r#"Claim { name: "exp" }"#]]);
    check_claims("{", "[{", &expect!["Malformed { part: Claims }"]);
}

#[test]
fn time_is_ours() {
    check_claims("1000", "501", &expect!["taken: 1"]);
    check_claims("1000", "500", &expect!["Expired"]);
    check_claims("1000", "-1", &expect!["Expired"]);
    check_claims(r#""nbf":100"#, r#""nbf":505"#, &expect!["taken: 1"]);
    check_claims(r#""nbf":100"#, r#""nbf":506"#, &expect!["NotYetValid"]);
    check_claims(r#""iat":100"#, r#""iat":506"#, &expect!["NotYetValid"]);
}

#[test]
fn other_spellings_of_a_right_one_are_refused() {
    let key = key(Algorithm::EdDsa);
    let right = signed(&key, &header(&key), CLAIMS);
    check(&format!("{right}="), &expect!["Malformed { part: Signature }"]);
    check(&format!(" {right}"), &expect!["Malformed { part: Header }"]);
    check(&format!("{right}."), &expect!["Malformed { part: Form }"]);
    check(&right.replace('.', ""), &expect!["Malformed { part: Form }"]);
    check(&right[..right.len() - 2], &expect!["Signature"]);
    check(right.rsplit_once('.').unwrap().0, &expect!["Malformed { part: Form }"]);
    check("", &expect!["Malformed { part: Form }"]);
    check("..", &expect!["Malformed { part: Header }"]);
    check(&"a".repeat(MAX_TOKEN_BYTES), &expect!["Malformed { part: Form }"]);
    check(&"a".repeat(MAX_TOKEN_BYTES + 1), &expect!["TooLarge"]);
}

#[test]
fn no_character_can_be_another() {
    let key = key(Algorithm::EdDsa);
    let right = signed(&key, &header(&key), CLAIMS);
    for index in 0..right.len() {
        for other in ["A", "B", "_", "."] {
            let mut altered = right.clone();
            altered.replace_range(index..=index, other);
            if altered != right {
                assert!(!outcome(&altered).starts_with("taken"), "at {index}: {other}");
            }
        }
    }
}
