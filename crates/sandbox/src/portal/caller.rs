//! Who calls, and where.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use cartola_primitives::{Clock, Timestamp};
use cartola_provider_mibanco::wire::ErrorCode;

use crate::door::{Refusal, bearer, misbehave};
use crate::sandbox::Sandbox;
use crate::world::Customer;

/// No device is asked for here: all sessions are of the same one.
pub(crate) const DEVICE: &str = "portal";

/// The institution that a request came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(pub &'static str);

/// Notes where a request came to, and does what was ordered for that institution.
pub(crate) async fn arrive(
    State((sandbox, place)): State<(Sandbox, Place)>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(place);
    misbehave::at(&sandbox, place.0, request, next).await
}

impl FromRequestParts<Sandbox> for Place {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _sandbox: &Sandbox) -> Result<Self, Refusal> {
        let place = parts.extensions.get::<Self>().copied();
        Ok(place.expect("every route of an institution is behind `arrive`"))
    }
}

/// Somebody with a session.
pub(crate) struct Caller {
    pub customer: Customer,
    /// What the box's clock shows.
    pub now: Timestamp,
}

impl FromRequestParts<Sandbox> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let place = Place::from_request_parts(parts, sandbox).await?;
        let token = bearer(&parts.headers).ok_or(Refusal::new(ErrorCode::InvalidToken))?;
        let now = sandbox.world().now();
        let customer = sandbox.sessions().customer(token, DEVICE, now);
        // A bank's token is of another device: here it is as unknown as any other.
        let customer = customer.ok().filter(|customer| customer.institution == place.0);
        let customer = customer.ok_or(Refusal::new(ErrorCode::InvalidToken))?;
        misbehave::as_customer(sandbox, customer.rut).await?;
        Ok(Self { customer, now })
    }
}
