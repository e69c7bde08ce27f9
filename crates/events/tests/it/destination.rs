use cartola_crypto::WebhookSecret;
use cartola_events::destination::{DestinationError, MAX_HEADERS};
use cartola_events::signature::signature;
use cartola_events::{Destination, Stamp, TargetUrl};
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, MessageId};
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
    assert_eq!(signature(&secrets(2), id, 5, b"body"), Some(expected.join(" ")));
    assert_eq!(signature(&[], id, 5, b"body"), None);
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
        let outcome = Destination::new(url(), &headers);
        assert_eq!(outcome.err(), Some(DestinationError::Headers), "{headers:?}");
    }
}

#[test]
fn a_receiver_is_a_host_and_a_port_however_they_are_written() {
    for (text, receiver) in [
        ("https://Example.CL/hooks?case=7", "example.cl:443"),
        ("http://example.cl:8080", "example.cl:8080"),
        ("http://example.cl/", "example.cl:80"),
        ("https://[2001:DB8::1]/", "[2001:db8::1]:443"),
    ] {
        assert_eq!(TargetUrl::parse(text).unwrap().receiver(), receiver);
    }
}

#[test]
fn what_is_sealed_is_checked_again() {
    for (text, expected) in [
        ("", DestinationError::Form),
        ("{}", DestinationError::Form),
        (r#"{"url":"https://a.cl/","headers":[["host","b"]]}"#, DestinationError::Headers),
    ] {
        let read = Destination::from_bytes(&Secret::new(text.as_bytes().to_vec()));
        assert_eq!(read.err(), Some(expected), "{text}");
    }
}

/// Envelopes held secrets once.
#[test]
fn what_an_earlier_version_sealed_beside_is_left() {
    let text = r#"{"url":"https://a.cl/","headers":[],"secrets":["whsec_c2VjcmV0"]}"#;
    let read = Destination::from_bytes(&Secret::new(text.as_bytes().to_vec())).unwrap();
    assert_eq!(read.url().to_text(), "https://a.cl/");
}

#[test]
fn a_stamp_is_sealed_along_and_made_at_each_attempt() {
    let signer = CredentialId::from_bytes([7; 16]);
    let stamped = Destination::new(url(), &[]).unwrap().stamped(Stamp::new("x-signature", signer));
    let read = Destination::from_bytes(&stamped.to_bytes()).unwrap();
    let stamp = read.stamp().unwrap();
    assert_eq!(stamp.signer(), signer);
    let (name, value) = stamp.line(&secrets(2), 5, b"{}").unwrap();
    let [new, old] = [0, 1].map(|index| secrets(2)[index].stamp(5, b"{}"));
    assert_eq!(
        (name.as_str(), value.to_str().unwrap()),
        ("x-signature", &*format!("t=5,v1={new},v1={old}"))
    );
    let later = stamp.line(&secrets(2), 6, b"{}").unwrap();
    assert_ne!(later.1, value);
    assert_eq!(Destination::new(url(), &[]).unwrap().stamp(), None);
}
