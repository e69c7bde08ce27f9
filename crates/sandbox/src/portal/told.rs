//! What every reading of a product shares.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use cartola_primitives::Timestamp;
use cartola_provider_mibanco::wire::ErrorCode;
use jiff::civil::DateTime;
use serde::Serialize;

use super::caller::Caller;
use crate::door::{Refusal, json, misbehave};
use crate::identity::{self, Identity};
use crate::resident::Resident;
use crate::sandbox::Sandbox;
use crate::world::World;

/// Somebody who asks.
pub(crate) struct Asking {
    pub world: Arc<World>,
    pub resident: Resident,
    /// What clocks in Santiago show in the box.
    pub now: DateTime,
    pub instant: Timestamp,
}

impl Asking {
    pub(crate) fn identity(&self) -> Identity {
        identity::of(self.resident.seed, self.resident.household.rut)
    }
}

/// A call that reads one product, which everybody has who has a user name here.
pub(crate) fn reading<T>(tell: fn(&Asking) -> T) -> MethodRouter<Sandbox>
where
    T: Serialize + Send + 'static,
{
    get(move |State(sandbox): State<Sandbox>, caller: Caller| {
        answer(sandbox, caller, move |asking| Some(tell(asking)))
    })
}

/// A call that reads one product, which some have and others do not.
pub(crate) fn reading_if_any<T>(tell: fn(&Asking) -> Option<T>) -> MethodRouter<Sandbox>
where
    T: Serialize + Send + 'static,
{
    get(move |State(sandbox): State<Sandbox>, caller: Caller| answer(sandbox, caller, tell))
}

async fn answer<T: Serialize + Send + 'static>(
    sandbox: Sandbox,
    caller: Caller,
    tell: impl FnOnce(&Asking) -> Option<T> + Send + 'static,
) -> Result<Response, Refusal> {
    let rut = caller.customer.rut;
    if let Some(page) = misbehave::nonsense(&sandbox, rut) {
        return Ok(page);
    }
    let told = sandbox.blocking(move |sandbox| {
        let world = Arc::clone(sandbox.world());
        let resident = Resident::of(world.population().seed(), rut)?;
        let now = world.local_now();
        tell(&Asking { world, resident, now, instant: caller.now })
    });
    let told = told.await.ok_or(Refusal::new(ErrorCode::ProductNotFound))?;
    Ok(json(StatusCode::OK, &told))
}
