//! What every reading of a product shares: who asks, of whom, when.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use cartola_provider_mibanco::wire::ErrorCode;
use jiff::civil::DateTime;
use serde::Serialize;

use super::caller::Caller;
use crate::account::Account;
use crate::door::{Refusal, json, misbehave};
use crate::key::{AccountKey, BankIndex, Product};
use crate::resident::Resident;
use crate::sandbox::Sandbox;
use crate::world::{Customer, World};

/// A customer who asks one of their banks.
pub(crate) struct Asking {
    pub world: Arc<World>,
    pub bank: BankIndex,
    pub customer: Customer,
    pub resident: Resident,
    /// What clocks in Santiago show in the box.
    pub now: DateTime,
}

impl Asking {
    pub(crate) fn seed(&self) -> u64 {
        self.resident.seed
    }

    /// Whether it is the bank that lends to them and keeps their savings.
    pub(crate) fn is_main(&self) -> bool {
        self.bank == self.resident.main().bank
    }

    /// Their accounts here of that product, those held together with somebody included.
    pub(crate) fn accounts(&self, product: Product) -> Vec<Account> {
        let mut accounts = self.world.population().accounts(self.resident.household.rut);
        accounts.retain(|each| each.key.bank == self.bank && each.key.product == product);
        accounts
    }

    /// Their own accounts here.
    pub(crate) fn own(&self) -> impl Iterator<Item = AccountKey> {
        let bank = self.bank;
        self.resident.keys.iter().copied().filter(move |key| key.bank == bank)
    }
}

/// A call that reads one product.
pub(crate) fn reading<T>(tell: fn(&Asking) -> T) -> MethodRouter<Sandbox>
where
    T: Serialize + Send + 'static,
{
    get(move |State(sandbox): State<Sandbox>, caller: Caller| {
        answer(sandbox, caller, move |asking| Ok(tell(asking)))
    })
}

/// The answer to a call; what it takes is drawn up off the server's own threads.
pub(crate) async fn answer<T: Serialize + Send + 'static>(
    sandbox: Sandbox,
    caller: Caller,
    tell: impl FnOnce(&Asking) -> Result<T, Refusal> + Send + 'static,
) -> Result<Response, Refusal> {
    let rut = caller.customer.rut;
    if let Some(page) = misbehave::nonsense(&sandbox, rut) {
        return Ok(page);
    }
    let told = sandbox.blocking(move |sandbox| {
        let world = Arc::clone(sandbox.world());
        let resident = Resident::of(world.population().seed(), rut)
            .ok_or(Refusal::new(ErrorCode::ProductNotFound))?;
        let now = world.local_now();
        tell(&Asking { world, bank: caller.bank, customer: caller.customer, resident, now })
    });
    Ok(json(StatusCode::OK, &told.await?))
}
