//! `Idempotency-Key`: the same call twice has one effect and one answer.

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use cartola_engine::Engine;
use cartola_engine::once::{self, Repeatable, Ticket};
use cartola_model::Principal;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem};
use crate::refusal::Refusal;

/// Names a call.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key that a call came with, if any.
pub struct IdempotencyKey(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let invalid = || Problem::new(Code::IdempotencyKeyInvalid);
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        if values.next().is_some() {
            return Err(invalid().into());
        }
        // Here, for whoever takes it as the name of something too: an empty one would name whatever is
        // asked for with a variable that is not set.
        let key = value.to_str().ok().filter(|key| once::is_key(key)).ok_or_else(invalid)?;
        Ok(Self(Some(key.to_owned())))
    }
}

impl IdempotencyKey {
    /// The key as it came, for what is known by it for longer than an answer is kept.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// The right to make the call; none where it came without a key and can be repeated at will.
    /// A call that was made before is refused with the answer that it got.
    pub async fn ticket(
        &self,
        engine: &Engine,
        who: &Principal,
        verb: &'static str,
        asked: Fingerprint,
    ) -> Result<Option<Ticket>, Refusal> {
        let Some(key) = &self.0 else { return Ok(None) };
        let request = asked.finish();
        Ok(Some(engine.once(who, Repeatable { verb, key, request: &request }).await?))
    }
}

/// What a call asks, gathered part by part, whatever the form in which it came.
#[derive(Clone, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// One more part. Absent parts are added too, so that parts cannot take each other's place.
    #[must_use]
    pub fn with(mut self, part: Option<&[u8]>) -> Self {
        self.0.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
