//! Who calls.

use axum::http::request::Parts;
use cartola_http::{Gate, admit, bearer};
use cartola_model::{Failure, Principal, Scope};
use cartola_primitives::SignedDuration;

use super::AUDIENCE;
use super::declined::Declined;
use crate::Refusal;

/// Longest token that is looked at, bytes. Ours have some 600.
const MAX_TOKEN_BYTES: usize = 4_096;

/// The caller, if the token is one of ours for this facade, its client holds, and its allowance is
/// not used up.
pub async fn caller(gate: &Gate, parts: &Parts) -> Result<Principal, Declined> {
    let token = bearer(&parts.headers, MAX_TOKEN_BYTES);
    let token = token.map_err(|_| Failure::GatewayAuth)?;
    let who = gate.engine().principal_of_token(token, AUDIENCE).await?;
    admit(gate, &parts.extensions, &who).map_err(|seconds| {
        let until = gate.engine().now() + SignedDuration::from_secs(i64::from(seconds));
        Declined::Until(Failure::RateLimited.into(), until)
    })?;
    Ok(who)
}

/// Insists on a scope.
pub fn must(who: &Principal, scope: Scope) -> Result<(), Declined> {
    if who.may(scope) { Ok(()) } else { Err(Refusal::of_scope(scope.name()).into()) }
}
