//! Who has sent a notification.

use cartola_crypto::WebhookSecret;
use cartola_primitives::{Secret, SignedDuration, Timestamp};
use cartola_provider_apistore::signature::{self, MAX_AGE, SignatureError, verify};

const BODY: &[u8] = br#"{"event":"transfer.received"}"#;

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::of_sender(&Secret::new(text.to_owned())).unwrap()
}

fn first() -> WebhookSecret {
    secret("the-first-secret-of-the-bank")
}

fn second() -> WebhookSecret {
    secret("the-second-secret-of-the-bank")
}

fn now() -> Timestamp {
    "2026-11-20T15:00:00Z".parse().unwrap()
}

/// A header that these secrets have made at a moment.
fn signed(secrets: &[WebhookSecret], at: Timestamp) -> String {
    let t = at.as_second();
    let stamps = secrets.iter().map(|secret| format!(",v1={}", secret.stamp(t, BODY)));
    format!("t={t}{}", stamps.collect::<String>())
}

fn checked(header: &str, secrets: &[WebhookSecret]) -> Result<String, SignatureError> {
    verify(Some(header), BODY, secrets, now())
}

#[test]
fn either_secret_signs_while_one_takes_the_place_of_the_other() {
    let header = signed(&[first()], now());
    assert!(checked(&header, &[first()]).is_ok());
    assert!(checked(&header, &[second(), first()]).is_ok());
    assert_eq!(checked(&header, &[second()]), Err(SignatureError::Secret));
    // The sender may sign by both, and this side may know either.
    let both = signed(&[second(), first()], now());
    assert!(checked(&both, &[first()]).is_ok() && checked(&both, &[second()]).is_ok());
}

#[test]
fn a_signature_is_taken_for_five_minutes_either_way() {
    let second_more = SignedDuration::from_secs(1);
    for (age, expected) in [
        (SignedDuration::ZERO, true),
        (MAX_AGE, true),
        (-MAX_AGE, true),
        (MAX_AGE + second_more, false),
        (-MAX_AGE - second_more, false),
    ] {
        let checked = checked(&signed(&[first()], now() - age), &[first()]);
        assert_eq!(checked.is_ok(), expected, "{age:?}");
        assert!(expected || checked == Err(SignatureError::Age));
    }
}

#[test]
fn another_body_or_moment_is_not_signed() {
    let header = signed(&[first()], now());
    let other = verify(Some(&header), b"{}", &[first()], now());
    assert_eq!(other, Err(SignatureError::Secret));
    let later =
        header.replacen(&now().as_second().to_string(), &(now().as_second() + 1).to_string(), 1);
    assert_eq!(checked(&later, &[first()]), Err(SignatureError::Secret));
}

#[test]
fn what_is_no_signature_is_called_so() {
    let good = first().stamp(now().as_second(), BODY);
    let t = now().as_second();
    for header in [
        String::new(),
        "hello".to_owned(),
        format!("v1={good}"),
        format!("t={t}"),
        format!("t={t},v1=abc"),
        format!("t=-{t},v1={good}"),
        format!("t=+{t},v1={good}"),
        format!("t={t},t={t},v1={good}"),
        format!("t=9999999999999,v1={good}"),
        format!("t={t}{}", format!(",v1={good}").repeat(5)),
    ] {
        assert_eq!(checked(&header, &[first()]), Err(SignatureError::Form), "{header}");
    }
    assert_eq!(verify(None, BODY, &[first()], now()), Err(SignatureError::Form));
    // What a later version adds is no hindrance.
    assert!(checked(&format!("t={t}, v1={good}, v2=abc"), &[first()]).is_ok());
}

#[test]
fn two_attempts_have_two_marks_and_a_copy_has_its_own() {
    let marked = |at: Timestamp| checked(&signed(&[first()], at), &[first()]).unwrap();
    let again = now() + SignedDuration::from_secs(5);
    assert_eq!(marked(now()), marked(now()));
    assert_ne!(marked(now()), marked(again));
    // Written otherwise it is the same signature.
    let header = signed(&[first()], now());
    let written = header.to_uppercase().replace("T=", "t=").replace("V1=", "v1=");
    assert_eq!(checked(&written, &[first()]).unwrap(), marked(now()));
    // So it is by another secret, or by both.
    for secrets in [vec![second()], vec![second(), first()]] {
        let header = signed(&secrets, now());
        assert_eq!(checked(&header, &[first(), second()]).unwrap(), marked(now()));
    }
}

#[test]
fn secrets_are_one_or_two() {
    let read = |text: &str| signature::secrets(&Secret::new(text.to_owned())).map(|all| all.len());
    let one = "the-first-secret-of-the-bank";
    assert_eq!(read(one), Ok(1));
    assert_eq!(read(&format!("{one}, {one}")), Ok(2));
    assert!(read(&[one; 3].join(",")).is_err() && read("").is_err() && read("short").is_err());
}
