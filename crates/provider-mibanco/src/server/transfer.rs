//! Transfers: asked for, looked at, answered, taken back, and what is posted of their end.
//!
//! A transfer is known by its `transfer_id`, under which stand at most one authorization and one
//! payment: the first where its payer had to be asked, the second once it is begun.

pub mod answer;
pub mod approved;
pub mod create;
pub mod ended;
pub mod look;
pub mod order;
pub mod told;
pub mod withdraw;

use cartola_engine::Engine;
use cartola_engine::authorizations::{Authorization, AuthorizationState};
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::payments::Payment;
use cartola_model::Principal;
use cartola_primitives::Rut;
use cartola_primitives::id::LinkId;

use super::named::{InPath, case_of};
use super::refused::Refused;
use crate::wire::ErrorCode;

/// What a `transfer_id` begins with, as the document prints it.
const ID_PREFIX: &str = "tr_";

/// A transfer as a path names it: by its `transfer_id` or its `end_to_end_id`.
pub fn in_path(text: &str) -> Result<InPath, Refused> {
    InPath::of(ID_PREFIX, text).ok_or_else(unknown)
}

/// What stands under a `transfer_id`.
pub struct Standing {
    pub payment: Option<Payment>,
    pub authorization: Option<Authorization>,
}

impl Standing {
    /// What stands there; a refusal where nothing does.
    pub async fn of(
        engine: &Engine,
        session: &DeviceSession,
        transfer_id: &str,
    ) -> Result<Self, Refused> {
        let found = Self::find(engine, &session.who, session.link.id, transfer_id).await?;
        if found.payment.is_none() && found.authorization.is_none() {
            return Err(unknown());
        }
        Ok(found)
    }

    /// The same, be there anything or not.
    pub async fn find(
        engine: &Engine,
        who: &Principal,
        link: LinkId,
        transfer_id: &str,
    ) -> Result<Self, Refused> {
        let case = case_of(link, transfer_id);
        let payment = engine.payment_of_case(who, &case).await?;
        if payment.is_some() {
            return Ok(Self { payment, authorization: None });
        }
        let authorization = engine.authorization_of_case(who, &case).await?;
        let is_used = authorization.as_ref().is_some_and(|asked| is_used(asked.state()));
        // The unit that uses it up begins the payment, which may have been a moment ago.
        let payment = if is_used { engine.payment_of_case(who, &case).await? } else { None };
        Ok(Self { payment, authorization })
    }
}

fn unknown() -> Refused {
    Refused::new(ErrorCode::TransferNotFound, "No existe esa transferencia de este cliente.")
}

/// Whether an approval was used up.
pub const fn is_used(state: &AuthorizationState) -> bool {
    matches!(state, AuthorizationState::Used { .. })
}

/// The customer of a session.
pub async fn rut_of(engine: &Engine, session: &DeviceSession) -> Result<Rut, Refused> {
    let rut = engine.rut_of_link(&session.who, session.link.id).await?;
    rut.ok_or_else(|| Refused::of(cartola_model::Failure::ConsentMissing))
}
