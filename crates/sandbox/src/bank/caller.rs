//! Who calls: the bank they call, the device, and the session.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use cartola_primitives::{Clock, Timestamp};
use cartola_provider_mibanco::wire::{DEVICE_ID_HEADER, ErrorCode};

use crate::credentials::COMPANY_SUFFIX;
use crate::door::{Refusal, bearer, header, misbehave};
use crate::key::BankIndex;
use crate::sandbox::Sandbox;
use crate::world::Customer;

/// Longest device id, in bytes.
const MAX_DEVICE_BYTES: usize = 128;

/// A bank and a device; enough to open a session.
pub(crate) struct Visitor {
    /// The bank's id, or its company portal's.
    pub institution: String,
    pub device: String,
}

impl FromRequestParts<Sandbox> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, sandbox)
            .await
            .map_err(|_| Refusal::invalid("La dirección no es válida."))?;
        let institution = path.get("institution").cloned().unwrap_or_default();
        bank_of(&institution).ok_or(Refusal::invalid("El banco no existe."))?;
        let device = header(&parts.headers, DEVICE_ID_HEADER).unwrap_or_default();
        if device.is_empty() || device.len() > MAX_DEVICE_BYTES {
            return Err(Refusal::new(ErrorCode::DeviceMismatch));
        }
        Ok(Self { institution, device: device.to_owned() })
    }
}

/// A customer with a session.
pub(crate) struct Caller {
    pub customer: Customer,
    pub bank: BankIndex,
    pub access: String,
    /// What the box's clock shows.
    pub now: Timestamp,
}

impl FromRequestParts<Sandbox> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, sandbox).await?;
        let access =
            bearer(&parts.headers).ok_or(Refusal::new(ErrorCode::InvalidToken))?.to_owned();
        let now = sandbox.world().now();
        let customer = sandbox.sessions().customer(&access, &visitor.device, now)?;
        let bank =
            bank_of(&visitor.institution).filter(|_| customer.institution == visitor.institution);
        let bank = bank.ok_or(Refusal::new(ErrorCode::InvalidToken))?;
        misbehave::as_customer(sandbox, customer.rut).await?;
        Ok(Self { customer, bank, access, now })
    }
}

/// The bank behind an id or a company portal's id.
pub(crate) fn bank_of(institution: &str) -> Option<BankIndex> {
    BankIndex::find(institution.strip_suffix(COMPANY_SUFFIX).unwrap_or(institution))
}
