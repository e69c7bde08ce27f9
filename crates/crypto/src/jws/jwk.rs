//! Public keys as JSON (RFC 7517), for whoever checks our tokens.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::Algorithm;
use crate::fingerprint::sha256;

/// A set of public keys, as served at a `jwks_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `OKP` or `EC`.
    pub kty: String,
    /// `Ed25519` or `P-256`.
    pub crv: String,
    /// The key, or its x coordinate: 32 bytes in base64url.
    pub x: String,
    /// The y coordinate, of `EC` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The thumbprint.
    pub kid: String,
    /// `sig`: these keys sign and do nothing else.
    #[serde(rename = "use")]
    pub usage: String,
    /// `EdDSA` or `ES256`.
    pub alg: String,
}

impl Jwk {
    pub(super) fn new(algorithm: Algorithm, x: &[u8], y: Option<&[u8]>) -> Self {
        let (kty, crv) = match algorithm {
            Algorithm::EdDsa => ("OKP", "Ed25519"),
            Algorithm::Es256 => ("EC", "P-256"),
        };
        let x = BASE64URL_NOPAD.encode(x);
        let y = y.map(|y| BASE64URL_NOPAD.encode(y));
        Self {
            kid: thumbprint(kty, crv, &x, y.as_deref()),
            kty: kty.to_owned(),
            crv: crv.to_owned(),
            x,
            y,
            usage: "sig".to_owned(),
            alg: algorithm.name().to_owned(),
        }
    }
}

/// SHA-256 of the required members in the order of their names, without blanks (RFC 7638 §3).
fn thumbprint(kty: &str, crv: &str, x: &str, y: Option<&str>) -> String {
    let y = y.map(|y| format!(r#","y":"{y}""#)).unwrap_or_default();
    let members = format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}"{y}}}"#);
    BASE64URL_NOPAD.encode(&sha256(members.as_bytes()))
}
