use cartola_crypto::{CryptoError, WebhookSecret};
use cartola_primitives::Secret;
use cartola_primitives::randomness::SeededRandomness;
use data_encoding::BASE64;

fn parse(text: &str) -> Result<WebhookSecret, CryptoError> {
    WebhookSecret::parse(&Secret::new(text.to_owned()))
}

/// The example of the Standard Webhooks reference libraries, and others that Python's hmac gave.
#[test]
fn known_signatures() {
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let secret = parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let cases = [
        (
            ID,
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (ID, 1_614_265_330, "", "v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
        ("msg_1", 0, "á\u{0}.", "r7mjFuK/R8LOJWyvy6lnM8koF+oyy/p8udrdJIw3GRc="),
    ];
    for (id, timestamp, body, expected) in cases {
        assert_eq!(secret.sign(id, timestamp, body.as_bytes()), format!("v1,{expected}"));
    }
}

#[test]
fn a_secret_is_24_to_64_bytes_with_or_without_its_prefix() {
    for length in [24, 32, 64] {
        let digits = BASE64.encode(&vec![7; length]);
        let signatures = [format!("whsec_{digits}"), format!(" {digits}\n")]
            .map(|text| parse(&text).unwrap().sign("id", 1, b"body"));
        assert_eq!(signatures[0], signatures[1]);
    }
    for text in [
        String::new(),
        "whsec_".to_owned(),
        format!("whsec_{}", BASE64.encode(&[7; 23])),
        format!("whsec_{}", BASE64.encode(&[7; 65])),
        "whsec_no base64 at all, but long enough".to_owned(),
    ] {
        assert_eq!(parse(&text).unwrap_err(), CryptoError::WebhookSecretFormat);
    }
}

#[test]
fn a_new_secret_is_read_again_and_does_not_show() {
    let secret = WebhookSecret::generate(&SeededRandomness::new(1));
    let again = WebhookSecret::parse(&secret.to_text()).unwrap();
    assert_eq!(secret.sign("id", 1, b"body"), again.sign("id", 1, b"body"));
    assert_eq!(format!("{secret:?}"), "WebhookSecret");
    let other = WebhookSecret::generate(&SeededRandomness::new(2));
    assert_ne!(secret.sign("id", 1, b"body"), other.sign("id", 1, b"body"));
}

/// By `openssl dgst -sha256 -mac HMAC`, over `1741773600.{}` with the bytes 0 to 23 as the key.
#[test]
fn a_stamp_is_what_another_program_makes() {
    let secret = WebhookSecret::from_bytes(Secret::new((0..24).collect())).unwrap();
    let expected = "63cb9d1095865c9eb32ff162c239fd4c6eef75a668c7a937c2ea8484014b1b4a";
    assert_eq!(secret.stamp(1_741_773_600, b"{}"), expected);
}

#[test]
fn a_stamp_is_known_by_who_can_make_it() {
    let secret = WebhookSecret::from_bytes(Secret::new((0..24).collect())).unwrap();
    let stamped = "63cb9d1095865c9eb32ff162c239fd4c6eef75a668c7a937c2ea8484014b1b4a";
    assert!(secret.has_stamped("1741773600", b"{}", stamped));
    assert!(secret.has_stamped("1741773600", b"{}", &stamped.to_uppercase()));
    for (timestamp, body, stamped) in [
        ("1741773601", "{}", stamped),
        ("1741773600", "{ }", stamped),
        ("1741773600", "{}", &stamped[2..]),
        ("1741773600", "{}", "no hexadecimal"),
        ("1741773600", "{}", ""),
    ] {
        assert!(!secret.has_stamped(timestamp, body.as_bytes(), stamped), "{timestamp} {body}");
    }
}

#[test]
fn a_sender_s_secret_is_base64_behind_its_prefix_and_else_a_text() {
    let of = |text: &str| WebhookSecret::of_sender(&Secret::new(text.to_owned()));
    let digits = BASE64.encode(&[b'a'; 24]);
    let (prefixed, plain) = (of(&format!("whsec_{digits}")).unwrap(), of(&"a".repeat(24)).unwrap());
    assert_eq!(prefixed.stamp(1, b"x"), plain.stamp(1, b"x"));
    assert_ne!(of(&digits).unwrap().stamp(1, b"x"), plain.stamp(1, b"x"));
    assert_eq!(of("too short").unwrap_err(), CryptoError::WebhookSecretFormat);
}
