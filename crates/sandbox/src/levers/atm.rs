//! `POST /_sandbox/atm/claim`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{Asked, Mistake, Refusal};
use crate::door::json;
use crate::sandbox::Sandbox;
use crate::world::ClaimError;

/// What somebody types at an ATM.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// The code that they were given.
    #[schema(example = "48201937")]
    code: String,
    /// Their RUT, in any written form.
    #[schema(example = "12.345.678-5")]
    rut: String,
}

/// What the ATM gives.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimedView {
    /// The bank's id, or its company portal's.
    #[schema(example = "banco-chile")]
    institution: String,
    /// What the bank calls the withdrawal.
    withdrawal_id: String,
    #[schema(example = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    end_to_end_id: String,
    /// Whole pesos.
    amount: i64,
    claimed_at: String,
}

impl From<ClaimError> for Refusal {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Log(error) => error.into(),
            ClaimError::Unknown => Self::unknown(error.to_string()),
            ClaimError::Over(_) => Self::conflict(error.to_string()),
        }
    }
}

/// Take cash at an ATM
///
/// As whoever was given the code of a card-free withdrawal: once, with their RUT. A wrong code or RUT
/// is counted; after three no ATM gives the cash.
#[utoipa::path(post, path = "/_sandbox/atm/claim", tag = "atm", request_body = Claim,
    responses(
        (status = 200, description = "The cash", body = ClaimedView),
        (status = 404, description = "No cash waits under that code for that RUT", body = Mistake),
        (status = 409, description = "It was taken, its time is over, it was cancelled, or too many have guessed",
            body = Mistake)))]
pub(crate) async fn claim(
    State(sandbox): State<Sandbox>,
    Asked(asked): Asked<Claim>,
) -> Result<Response, Refusal> {
    let rut = Rut::parse(&asked.rut).map_err(|error| Refusal::wrong(error.to_string()))?;
    let claimed =
        sandbox.blocking(move |sandbox| sandbox.world().claim_cash(&asked.code, rut)).await?;
    let view = ClaimedView {
        withdrawal_id: claimed.code,
        institution: claimed.key.customer.institution,
        end_to_end_id: claimed.key.id.to_string(),
        amount: claimed.amount,
        claimed_at: claimed.at.to_string(),
    };
    Ok(json(StatusCode::OK, &view))
}
