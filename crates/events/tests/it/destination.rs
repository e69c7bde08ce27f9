use cartola_crypto::WebhookSecret;
use cartola_events::destination::{DestinationError, MAX_HEADERS, MAX_SECRETS};
use cartola_events::{Destination, TargetUrl};
use cartola_primitives::Secret;
use cartola_primitives::id::MessageId;
use cartola_primitives::randomness::SeededRandomness;

fn url() -> TargetUrl {
    TargetUrl::parse("https://example.cl/hooks").unwrap()
}

fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn secrets(count: u64) -> Vec<WebhookSecret> {
    (0..count).map(|seed| WebhookSecret::generate(&SeededRandomness::new(seed))).collect()
}

#[test]
fn every_secret_signs() {
    let id = MessageId::from_bytes([7; 16]);
    let expected =
        secrets(2).iter().map(|it| it.sign(&id.to_string(), 5, b"body")).collect::<Vec<_>>();
    let two = Destination::new(url(), &[], secrets(2)).unwrap();
    assert_eq!(two.signature(id, 5, b"body"), Some(expected.join(" ")));
    let none = Destination::new(url(), &[], Vec::new()).unwrap();
    assert_eq!(none.signature(id, 5, b"body"), None);
}

#[test]
fn headers_that_are_ours_are_not_taken() {
    for headers in [
        pairs(&[("Host", "elsewhere.cl")]),
        pairs(&[("Content-Length", "1")]),
        pairs(&[("Transfer-Encoding", "chunked")]),
        pairs(&[("webhook-signature", "v1,forged")]),
        pairs(&[("no name", "a")]),
        pairs(&[("x", "two\r\nlines: here")]),
        pairs(&[("x", "ñandú")]),
        vec![("x".to_owned(), "y".to_owned()); MAX_HEADERS + 1],
        vec![("x".to_owned(), "y".repeat(9_000))],
    ] {
        let outcome = Destination::new(url(), &headers, Vec::new());
        assert_eq!(outcome.err(), Some(DestinationError::Headers), "{headers:?}");
    }
    let many = Destination::new(url(), &[], secrets(MAX_SECRETS as u64 + 1));
    assert_eq!(many.err(), Some(DestinationError::Secrets));
}

#[test]
fn what_is_sealed_is_checked_again() {
    for (text, expected) in [
        ("", DestinationError::Form),
        ("{}", DestinationError::Form),
        (r#"{"url":"https://a.cl/","headers":[],"secrets":["short"]}"#, DestinationError::Secrets),
        (
            r#"{"url":"https://a.cl/","headers":[["host","b"]],"secrets":[]}"#,
            DestinationError::Headers,
        ),
    ] {
        let read = Destination::from_bytes(&Secret::new(text.as_bytes().to_vec()));
        assert_eq!(read.err(), Some(expected), "{text}");
    }
}
