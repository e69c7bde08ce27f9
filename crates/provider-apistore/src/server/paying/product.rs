//! What *Pagos* and *Abono en línea* have in common: payouts of a list of their own.

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::{MAX_KEY_BYTES, OnceError, Repeatable};
use cartola_engine::payments::Payment;
use cartola_engine::payouts::{Payout, PayoutOfCase};
use cartola_engine::{Engine, EngineError};
use cartola_http::parameters::PathText;
use cartola_http::problem::{Code, Text};
use cartola_http::{PathId, Problem, Refusal, answer};
use cartola_model::{Principal, TransferFailure};
use cartola_primitives::id::PayoutId;
use serde::Serialize;

use super::super::refused::Refused;
use crate::wire;

/// What a key that is taken back is recorded with: no request for a payment can be equal to it.
const TAKEN_BACK: &[u8] = b"anulacion";

/// One of the two.
pub struct Product {
    /// The list in which its payouts stand, and the name of the call that begins one. It never changes.
    pub list: &'static str,
    /// That there is none, for people.
    pub unknown: fn() -> Problem,
}

/// A payout with all its payments.
pub type Standing = (Payout, Vec<Payment>);

impl Product {
    /// The payout of an id.
    pub async fn by_id(
        &self,
        engine: &Engine,
        who: &Principal,
        id: PathId<PayoutId>,
    ) -> Result<Standing, Refused> {
        let payout = engine.payout(who, self.list, id.0).await?.ok_or_else(self.unknown)?;
        Ok(standing(engine, who, payout).await?.ok_or_else(self.unknown)?)
    }

    /// What is told of the payout that was begun under a key.
    pub async fn by_key<T: Serialize>(
        &self,
        engine: &Engine,
        who: &Principal,
        key: Result<PathText, Refusal>,
        show: impl FnOnce(&Standing) -> T,
    ) -> Result<Response, Refused> {
        let found = self.found(engine, who, &key_of(key)?).await?.ok_or_else(self.unknown)?;
        Ok(answer::json(StatusCode::OK, &show(&found)))
    }

    /// Gives up what was begun under a key, or sees to it that nothing will be, and tells how it stands
    /// then, where it was begun.
    pub async fn take_back<T: Serialize>(
        &self,
        engine: &Engine,
        who: &Principal,
        key: Result<PathText, Refusal>,
        show: impl FnOnce(Option<&Standing>) -> T,
    ) -> Result<Response, Refused> {
        let stands = self.taken_back(engine, who, &key_of(key)?).await?;
        Ok(answer::json(StatusCode::OK, &show(stands.as_ref())))
    }

    async fn found(
        &self,
        engine: &Engine,
        who: &Principal,
        key: &str,
    ) -> Result<Option<Standing>, EngineError> {
        match engine.payout_of_case(who, self.list, key).await? {
            PayoutOfCase::Begun(payout) => standing(engine, who, *payout).await,
            PayoutOfCase::Nothing | PayoutOfCase::Gone => Ok(None),
        }
    }

    /// What is recorded under the key and what begins a payment cannot both be committed.
    async fn taken_back(
        &self,
        engine: &Engine,
        who: &Principal,
        key: &str,
    ) -> Result<Option<Standing>, Refused> {
        let mut known = engine.payout_of_case(who, self.list, key).await?;
        if matches!(known, PayoutOfCase::Nothing) {
            if self.shut(engine, who, key).await? {
                return Ok(None);
            }
            // It was begun in between.
            known = engine.payout_of_case(who, self.list, key).await?;
        }
        let known = match known {
            PayoutOfCase::Begun(payout) => *payout,
            PayoutOfCase::Gone => return Err((self.unknown)().into()),
            PayoutOfCase::Nothing => return Err(in_between().into()),
        };
        engine.give_up_payout(who, &known).await?;
        Ok(Some(standing(engine, who, known).await?.ok_or_else(self.unknown)?))
    }

    /// Whether nothing will be begun under the key; else something was, just now.
    async fn shut(&self, engine: &Engine, who: &Principal, key: &str) -> Result<bool, Refused> {
        let call = Repeatable { verb: self.list, key, request: TAKEN_BACK };
        let ticket = match engine.once(who, call).await {
            Ok(ticket) => ticket,
            Err(OnceError::Answered(_)) => return Ok(true),
            Err(OnceError::OtherRequest) => return Ok(false),
            Err(error) => return Err(Refusal::from(error).into()),
        };
        match engine.record(&ticket, &answer::recorded(StatusCode::OK, &never())).await {
            Ok(()) | Err(EngineError::Answered(_)) => Ok(true),
            Err(EngineError::OtherRequest) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// That nothing was begun under a key, and nothing will be.
pub const fn never() -> wire::NeverBegun {
    let reason = TransferFailure::Withdrawn.name();
    wire::NeverBegun { status: wire::Status::Failed, reason }
}

/// Nothing where some of it was erased with whoever paid.
async fn standing(
    engine: &Engine,
    who: &Principal,
    payout: Payout,
) -> Result<Option<Standing>, EngineError> {
    let payments = engine.payments_of_payout(who, &payout, 0..payout.lines.len()).await?;
    Ok(payments.map(|payments| (payout, payments)))
}

fn key_of(text: Result<PathText, Refusal>) -> Result<String, Refused> {
    let PathText(key) = text?;
    let is_key = (1..=MAX_KEY_BYTES).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_key { Ok(key) } else { Err(Problem::new(Code::IdempotencyKeyInvalid).into()) }
}

fn in_between() -> Problem {
    Problem::new(Code::Busy).after(1).detailed(Text::fixed(
        "What was begun under this key cannot be seen yet. Ask again.",
        "Lo iniciado con esta clave aún no se ve. Consulte de nuevo.",
    ))
}
