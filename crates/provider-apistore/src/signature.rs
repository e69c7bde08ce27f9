//! Who has sent a notification: `X-Signature: t=<unix seconds>,v1=<hex>`, the HMAC-SHA-256 of
//! `<t>.<body>`. Pure: bytes in, a verdict out.

use std::fmt;

use cartola_crypto::{ContentHash, WebhookSecret};
use cartola_primitives::{Secret, SignedDuration, Timestamp};

/// The header.
pub const HEADER: &str = "x-signature";

/// How far a signature's moment may be from now, before it or after it: what is older could be a copy,
/// and clocks differ.
pub const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Secrets that are taken at a time: the present one, and the one before it while it is replaced.
pub const MAX_SECRETS: usize = 2;

/// Signatures of one header that are looked at: a sender signs by as many secrets as it has.
const MAX_SIGNATURES: usize = 4;

/// Digits of the seconds of any year to come.
const MAX_DIGITS: usize = 12;

/// Hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// Why a notification is none that the sender signed just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureError {
    /// The header is not there, or is none.
    Form,
    /// Its moment is more than [`MAX_AGE`] away.
    Age,
    /// No secret has made it.
    Secret,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "X-Signature must be t=<unix seconds>,v1=<64 hexadecimal digits>",
            Self::Age => "t is more than five minutes from now",
            Self::Secret => "v1 is no signature of t and body by a secret that is known here",
        })
    }
}

impl std::error::Error for SignatureError {}

/// Why a text holds no secrets. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretsError;

impl fmt::Display for SecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected one to {MAX_SECRETS} secrets with a comma between them, each whsec_ and base64, \
             or a text of 24 to 64 bytes"
        )
    }
}

impl std::error::Error for SecretsError {}

/// The secrets of a sender, with commas between them: the present one, and the one before it while it is
/// replaced.
pub fn secrets(text: &Secret<String>) -> Result<Vec<WebhookSecret>, SecretsError> {
    let parts: Vec<&str> = text.expose().split(',').collect();
    if parts.len() > MAX_SECRETS {
        return Err(SecretsError);
    }
    let read = |part: &&str| WebhookSecret::of_sender(&Secret::new((*part).to_owned()));
    parts.iter().map(read).collect::<Result<_, _>>().map_err(|_| SecretsError)
}

/// Checks that one of the secrets has signed the body at a moment that is near. What it gives is a digest
/// of moment and body, whichever secret has signed them: another body, or another attempt, has another.
pub fn verify(
    header: Option<&str>,
    body: &[u8],
    secrets: &[WebhookSecret],
    now: Timestamp,
) -> Result<String, SignatureError> {
    let parts = header.map(parts).ok_or(SignatureError::Form)?;
    let (moment, signatures) = parts.ok_or(SignatureError::Form)?;
    let seconds = moment.parse().map_err(|_| SignatureError::Form)?;
    let at = Timestamp::from_second(seconds).map_err(|_| SignatureError::Form)?;
    if at.duration_since(now).abs() > MAX_AGE {
        return Err(SignatureError::Age);
    }
    let holds = |signature: &&&str| {
        secrets.iter().any(|secret| secret.has_stamped(moment, body, signature))
    };
    signatures.iter().find(holds).ok_or(SignatureError::Secret)?;
    Ok(ContentHash::of(&[moment.as_bytes(), b".", body].concat()).to_string())
}

/// `t`, and every `v1`. What a later version may add beside them is passed over.
fn parts(header: &str) -> Option<(&str, Vec<&str>)> {
    let (mut moment, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) if moment.is_none() => moment = Some(text),
            ("v1", text) if text.len() == SIGNATURE_DIGITS => signatures.push(text),
            ("t" | "v1", _) => return None,
            _ => {}
        }
    }
    let is_digits = |text: &&str| {
        (1..=MAX_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let moment = moment.filter(is_digits)?;
    (1..=MAX_SIGNATURES).contains(&signatures.len()).then_some((moment, signatures))
}
