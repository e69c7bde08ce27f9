use cartola_crypto::fingerprint::sha256;
use cartola_crypto::{ContentHash, CryptoError};
use expect_test::expect;

#[test]
fn is_plain_sha256() {
    // FIPS 180-4's own examples, as NIST publishes them.
    expect!["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]
        .assert_eq(&ContentHash::of(b"").hex());
    expect!["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]
        .assert_eq(&ContentHash::of(b"abc").to_string());
    assert_eq!(ContentHash::of(b"abc").as_bytes(), &sha256(b"abc"));
}

#[test]
fn is_read_back_from_hex_and_json() {
    let hash = ContentHash::of(b"cartola");
    assert_eq!(hash.hex().parse(), Ok(hash));
    assert_eq!(hash.hex().to_uppercase().parse(), Ok(hash));
    let json = serde_json::to_string(&hash).unwrap();
    assert_eq!(json, format!("\"{hash}\""));
    assert_eq!(serde_json::from_str::<ContentHash>(&json).unwrap(), hash);
    let value = serde_json::to_value(hash).unwrap();
    assert_eq!(serde_json::from_value::<ContentHash>(value).unwrap(), hash);
}

#[test]
fn refuses_what_is_no_hash() {
    let wrong = CryptoError::HexFormat { expected: 64 };
    assert_eq!("ba78".parse::<ContentHash>(), Err(wrong.clone()));
    assert_eq!("g".repeat(64).parse::<ContentHash>(), Err(wrong));
    assert!(serde_json::from_str::<ContentHash>("\"ba78\"").is_err());
    assert!(serde_json::from_str::<ContentHash>("[1,2]").is_err());
}
