use cartola_primitives::{SignedDuration, Timestamp};

use super::compact::{Header, Unverified};
use super::{CLOCK_SKEW_SECONDS, Claims, Jwks, TokenError, VerifyingKey};

/// The keys whose tokens are taken. To rotate, a new key joins every set first, then signs; the
/// old one leaves when the last token that it signed has expired.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
}

/// What a token must be to be taken here.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// `typ`, such as `khipu+jwt`.
    pub kind: &'a str,
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub audience: &'a str,
}

impl KeySet {
    /// A set of these keys.
    pub fn new(keys: Vec<VerifyingKey>) -> Self {
        Self { keys }
    }

    /// The set as it is served to whoever checks our tokens.
    pub fn jwks(&self) -> Jwks {
        Jwks { keys: self.keys.iter().map(|key| key.jwk().clone()).collect() }
    }

    /// The claims of a token, if one of the keys signed it, it is what is expected, and it is
    /// valid `now`.
    pub fn verify(
        &self,
        token: &str,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<Claims, TokenError> {
        let unverified = Unverified::parse(token)?;
        let key = self.key(&unverified.header)?;
        if !key.accepts(unverified.message.as_bytes(), &unverified.signature) {
            return Err(TokenError::Signature);
        }
        let claims = unverified.claims()?;
        check_purpose(&unverified.header, &claims, expected)?;
        check_time(&claims, now)?;
        Ok(claims)
    }

    /// The key that the header names, if the header agrees with how that key signs.
    fn key(&self, header: &Header) -> Result<&VerifyingKey, TokenError> {
        let key = self.keys.iter().find(|key| key.id() == header.key);
        let key = key.ok_or(TokenError::UnknownKey)?;
        let agrees = key.algorithm().name() == header.algorithm;
        if agrees { Ok(key) } else { Err(TokenError::OtherAlgorithm) }
    }
}

fn check_purpose(
    header: &Header,
    claims: &Claims,
    expected: &Expected<'_>,
) -> Result<(), TokenError> {
    if header.kind != expected.kind {
        return Err(TokenError::OtherKind);
    }
    if claims.issuer != expected.issuer {
        return Err(TokenError::OtherIssuer);
    }
    if claims.audience != expected.audience {
        return Err(TokenError::OtherAudience);
    }
    Ok(())
}

fn check_time(claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
    if now >= claims.expires_at {
        return Err(TokenError::Expired);
    }
    let skew = SignedDuration::from_secs(CLOCK_SKEW_SECONDS);
    // At the very end of time there is no later instant that could be too early.
    let latest = now.checked_add(skew).unwrap_or(Timestamp::MAX);
    if claims.not_before > latest || claims.issued_at > latest {
        return Err(TokenError::NotYetValid);
    }
    Ok(())
}
