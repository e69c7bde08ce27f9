use cartola_crypto::{ContentHash, DeviceJwk, DeviceKey, DeviceSecret, Statement};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use p256::ecdsa::Signature;
use p256::ecdsa::signature::Signer;

use crate::support::{Counting, first_counted_key, flip};

const NONCE: [u8; 16] = [7; 16];
const SUBJECT: &str = "aut_0198c1d2a3b4c5d6e7f8091a2b3c4d5e";

fn statement(verdict: &'static str) -> Statement<'static> {
    let shown = ContentHash::of(b"Transferencia\nMonto: $250.000");
    Statement { subject: SUBJECT, nonce: &NONCE, shown, verdict }
}

#[test]
fn what_is_signed_is_five_lines() {
    let expected = format!(
        "cartola/mi-pass/v1\n{SUBJECT}\n{}\n{}\napprove",
        "07".repeat(16),
        ContentHash::of(b"Transferencia\nMonto: $250.000").hex()
    );
    assert_eq!(statement("approve").to_string(), expected);
}

#[test]
fn a_signature_is_of_one_statement_and_one_phone() {
    let randomness = Counting::default();
    let secret = DeviceSecret::generate(&randomness);
    assert_eq!(secret.expose(), &first_counted_key());
    let key = secret.public();
    let signature = secret.sign(&statement("approve"));
    assert!(key.signed(&statement("approve"), &signature));
    assert!(!key.signed(&statement("deny"), &signature));
    let other = Statement { subject: "aut_other", ..statement("approve") };
    assert!(!key.signed(&other, &signature));
    let other = Statement { nonce: &[8; 16], ..statement("approve") };
    assert!(!key.signed(&other, &signature));
    let other = Statement { shown: ContentHash::of(b"$2.500.000"), ..statement("approve") };
    assert!(!key.signed(&other, &signature));
    for bit in 0..signature.len() * 8 {
        let mut altered = signature;
        flip(&mut altered, bit);
        assert!(!key.signed(&statement("approve"), &altered), "bit {bit}");
    }
    assert!(!key.signed(&statement("approve"), &signature[..63]));
    let stranger = DeviceSecret::generate(&randomness);
    assert!(!stranger.public().signed(&statement("approve"), &signature));
    let kept = DeviceSecret::from_bytes(*secret.expose());
    assert_eq!(kept.sign(&statement("approve")), signature);
}

#[test]
fn a_key_is_read_back_from_its_jwk() {
    let key = DeviceSecret::generate(&Counting::default()).public();
    let jwk = key.jwk();
    assert_eq!((jwk.kty.as_str(), jwk.crv.as_str(), &jwk.y), ("OKP", "Ed25519", &None));
    let again = DeviceKey::parse(&jwk).unwrap();
    assert_eq!(again.thumbprint(), key.thumbprint());
    assert_eq!(again.thumbprint().len(), 43);
}

fn jwk(kty: &str, crv: &str, x: &str, y: Option<&str>) -> DeviceJwk {
    let y = y.map(str::to_owned);
    DeviceJwk { kty: kty.to_owned(), crv: crv.to_owned(), x: x.to_owned(), y }
}

/// The key of RFC 7515, appendix A.3: what its private half signs is taken, and nothing else.
#[test]
fn a_key_on_p_256_is_taken() {
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    let d = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
    let key = DeviceKey::parse(&jwk("EC", "P-256", x, Some(y))).unwrap();
    assert_eq!(key.jwk(), jwk("EC", "P-256", x, Some(y)));
    let secret = BASE64URL_NOPAD.decode(d.as_bytes()).unwrap();
    let secret = p256::ecdsa::SigningKey::from_slice(&secret).unwrap();
    let signature: Signature = secret.sign(statement("approve").to_string().as_bytes());
    let signature = signature.to_bytes();
    assert!(key.signed(&statement("approve"), &signature));
    assert!(!key.signed(&statement("deny"), &signature));
    for bit in 0..signature.len() * 8 {
        let mut altered = signature;
        flip(&mut altered, bit);
        assert!(!key.signed(&statement("approve"), &altered), "bit {bit}");
    }
    // As DER, which is not how it is sent.
    let der: Signature = secret.sign(statement("approve").to_string().as_bytes());
    assert!(!key.signed(&statement("approve"), der.to_der().as_bytes()));
}

#[test]
fn what_is_no_key_is_refused() {
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    let zero = BASE64URL_NOPAD.encode(&[0; 32]);
    let one = BASE64URL_NOPAD.encode(
        &HEXLOWER
            .decode(b"0100000000000000000000000000000000000000000000000000000000000000")
            .unwrap(),
    );
    for wrong in [
        jwk("EC", "P-256", x, None),
        jwk("EC", "P-256", y, Some(x)),
        jwk("EC", "P-384", x, Some(y)),
        jwk("OKP", "Ed25519", &one, None),
        jwk("OKP", "Ed25519", &zero, Some(&zero)),
        jwk("OKP", "Ed25519", "AAAA", None),
        jwk("OKP", "X25519", x, None),
        jwk("RSA", "", x, None),
        jwk("OKP", "Ed25519", &format!("{zero}="), None),
    ] {
        assert!(DeviceKey::parse(&wrong).is_err(), "{wrong:?}");
    }
}
