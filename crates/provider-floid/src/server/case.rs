//! A caller's case: the same id with the same body has one effect and one answer.

use cartola_engine::once::{OnceError, RecordedAnswer, Repeatable, Ticket};
use cartola_engine::{Engine, EngineError};
use cartola_model::Principal;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::given::{Given, Mistake};

/// Longest case id, characters.
pub const MAX_CASE: usize = 255;

/// A case id. It may hold anything, a RUT too: it is kept sealed only, or as a keyed digest.
#[derive(Serialize, Deserialize)]
pub struct Case(String);

/// Why a case is not begun.
pub enum NotBegun {
    /// It was, with the same body: this is its answer.
    Answered(RecordedAnswer),
    /// It was, with another body.
    OtherBody,
    /// Anything else.
    Engine(EngineError),
}

impl Case {
    /// A case id that must be there.
    pub fn of(given: &Given, member: &str) -> Result<Self, Mistake> {
        let text = given.text(member)?;
        if text.chars().count() > MAX_CASE {
            return Err(Mistake::of(member, format!("it is longer than {MAX_CASE} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(Mistake::of(member, "it must be printable"));
        }
        Ok(Self(text.to_owned()))
    }

    /// As the caller wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Any text for a case, and plain ASCII for a key.
    pub fn key(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }

    /// The right to record the answer of a call in this case. Each verb has its own cases. `asked` is
    /// what a body asks for, part by part, absent ones too.
    pub async fn begin(
        &self,
        engine: &Engine,
        who: &Principal,
        verb: &'static str,
        asked: &[Option<&str>],
    ) -> Result<Ticket, NotBegun> {
        self.begin_known(engine, who, verb, &fingerprint(asked)).await
    }

    /// The same where it is known already what is asked.
    pub async fn begin_known(
        &self,
        engine: &Engine,
        who: &Principal,
        verb: &'static str,
        request: &[u8],
    ) -> Result<Ticket, NotBegun> {
        let call = Repeatable { verb, key: &self.key(), request };
        engine.once(who, call).await.map_err(|error| match error {
            OnceError::Answered(answer) => NotBegun::Answered(answer),
            OnceError::OtherRequest => NotBegun::OtherBody,
            OnceError::Engine(error) => NotBegun::Engine(error),
            OnceError::Key => unreachable!("a digest in hexadecimal is a key"),
        })
    }
}

/// What a body asks for, in a form that is equal for equal ones. Parts cannot take each other's
/// place: each has its length before it.
pub fn fingerprint(asked: &[Option<&str>]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in asked {
        digest.update([u8::from(part.is_some())]);
        let part = part.unwrap_or_default();
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// What a conflict says that came while the call was made: somebody else made the same one.
impl From<EngineError> for NotBegun {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Answered(answer) => Self::Answered(answer),
            EngineError::OtherRequest => Self::OtherBody,
            error => Self::Engine(error),
        }
    }
}
