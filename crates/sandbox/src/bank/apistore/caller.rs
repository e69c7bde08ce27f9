//! Who calls: a client with a token.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use cartola_model::AccountNumber;
use cartola_primitives::Clock;

use super::DEVICE;
use super::refused::Refused;
use crate::account::Account;
use crate::bank::accounts;
use crate::bank::caller::{Caller, bank_of};
use crate::door::{bearer, misbehave};
use crate::sandbox::Sandbox;

/// A client, as the customer that it is.
pub(crate) struct Client(pub Caller);

impl FromRequestParts<Sandbox> for Client {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refused> {
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, sandbox)
            .await
            .map_err(|_| Refused::invalid())?;
        let institution = path.get("institution").cloned().unwrap_or_default();
        let access = bearer(&parts.headers).ok_or_else(Refused::token)?.to_owned();
        let now = sandbox.world().now();
        let customer = sandbox.sessions().customer(&access, DEVICE, now);
        let customer = customer.map_err(|_| Refused::token())?;
        let bank = bank_of(&institution).filter(|_| customer.institution == institution);
        let bank = bank.ok_or_else(Refused::token)?;
        misbehave::as_customer(sandbox, customer.rut).await?;
        Ok(Self(Caller { customer, bank, access, now }))
    }
}

impl Client {
    /// The account of theirs that has the number, in whatever form it is written.
    pub(crate) fn account(&self, sandbox: &Sandbox, number: &str) -> Result<Account, Refused> {
        let number = AccountNumber::parse(number).map_err(|_| Refused::unknown())?;
        let all = accounts::shown(sandbox, &self.0);
        let found = all.into_iter().find(|each| each.number.identity() == number.identity());
        found.ok_or_else(Refused::unknown)
    }
}
