//! *Pagos* and *abono en línea*: each a transfer of the customer's, known by its `Idempotency-Key`.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use cartola_model::{AccountNumber, Catalogue, EndToEndId, Institution, InstitutionId};
use cartola_primitives::{Currency, Rut};
use cartola_provider_apistore::wire::told::PaymentRequest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::caller::Client;
use super::refused::Refused;
use crate::bank::payment::challenge;
use crate::door::{self, header, misbehave};
use crate::key::AccountKey;
use crate::sandbox::Sandbox;
use crate::world::{MAX_GLOSA, Order, Stage, Transfer, TransferError, TransferKey, What, World};

/// Longest key, in bytes.
const MAX_KEY: usize = 255;

/// `POST api/pagos`, `POST api/abono-en-linea`
pub(super) async fn begin(
    State(sandbox): State<Sandbox>,
    client: Client,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let asked: PaymentRequest = serde_json::from_slice(&body).map_err(|_| Refused::invalid())?;
    let id = id_of(header(&headers, "idempotency-key").unwrap_or_default())?;
    let order = order(&sandbox, &client, &asked)?;
    let told =
        about(sandbox, client, id, move |world, key| world.begin_transfer(key, &order, None));
    let mut told = told.await?;
    told["reference"] = json!(asked.reference);
    Ok(door::json(StatusCode::CREATED, &told))
}

/// `GET api/pagos/clave/{key}`
pub(super) async fn look(
    State(sandbox): State<Sandbox>,
    client: Client,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, Refused> {
    let id = id_of(path.get("key").map(String::as_str).unwrap_or_default())?;
    Ok(door::json(StatusCode::OK, &about(sandbox, client, id, World::transfer).await?))
}

/// `POST api/pagos/clave/{key}/anulacion`
pub(super) async fn take_back(
    State(sandbox): State<Sandbox>,
    client: Client,
    Path(path): Path<HashMap<String, String>>,
) -> Result<Response, Refused> {
    let id = id_of(path.get("key").map(String::as_str).unwrap_or_default())?;
    Ok(door::json(StatusCode::OK, &about(sandbox, client, id, World::withdraw_transfer).await?))
}

/// What the box knows a transfer of that key by: the key where it is an end-to-end id, else what its
/// hash begins with.
fn id_of(key: &str) -> Result<EndToEndId, Refused> {
    if !(1..=MAX_KEY).contains(&key.len()) {
        return Err(Refused::invalid());
    }
    let hashed = || {
        let (id, _) = Sha256::digest(key.as_bytes())
            .split_first_chunk()
            .map(|(id, rest)| (*id, rest.len()))
            .expect("a hash has 32 bytes");
        EndToEndId::from_bytes(id)
    };
    Ok(EndToEndId::parse(key).unwrap_or_else(|_| hashed()))
}

async fn about(
    sandbox: Sandbox,
    client: Client,
    id: EndToEndId,
    work: impl FnOnce(&World, &TransferKey) -> Result<Transfer, TransferError> + Send + 'static,
) -> Result<Value, Refused> {
    if misbehave::nonsense(&sandbox, client.0.customer.rut).is_some() {
        return Ok(json!("Estamos trabajando para usted"));
    }
    let key = TransferKey { customer: client.0.customer, id };
    let done = sandbox.blocking(move |sandbox| {
        let transfer = work(sandbox.world(), &key)?;
        Ok::<_, Refused>(told(&key, &transfer))
    });
    done.await
}

/// The order as the box keeps it.
fn order(sandbox: &Sandbox, client: &Client, asked: &PaymentRequest) -> Result<Order, Refused> {
    let amount = asked.amount.money(Currency::CLP).map_err(|_| Refused::invalid())?.minor();
    let to = &asked.counterparty;
    let is_long = |text: &str| text.chars().count() > MAX_GLOSA;
    let is_wrong = amount <= 0
        || asked.currency.as_deref().is_some_and(|code| code != Currency::CLP.code())
        || asked.description.as_deref().is_some_and(is_long)
        || is_long(&to.name);
    if is_wrong {
        return Err(Refused::invalid());
    }
    let to_account = AccountNumber::parse(&to.account_id).map_err(|_| Refused::invalid())?;
    Ok(Order {
        from: payer(sandbox, client, &asked.account_id)?,
        to_bank: bank(&to.bank).ok_or_else(Refused::invalid)?,
        to_account: to_account.identity().to_owned(),
        to_rut: Some(Rut::parse(&to.rut).map_err(|_| Refused::invalid())?),
        to_name: Some(to.name.clone()),
        amount,
        comment: asked.description.clone(),
        what: What::Transfer,
    })
}

fn payer(sandbox: &Sandbox, client: &Client, number: &str) -> Result<AccountKey, Refused> {
    let key = client.account(sandbox, number)?.key;
    let pays = key.product.is_current() && key.product.currency() == Currency::CLP;
    pays.then_some(key).ok_or_else(Refused::invalid)
}

/// By the CMF's code, with a zero before it or without, or by the id.
fn bank(text: &str) -> Option<InstitutionId> {
    let is_meant = |row: &&Institution| {
        let code = row.cmf_code.as_deref();
        row.kind.is_bank()
            && row.bank.is_none()
            && (row.id.as_str() == text
                || code.is_some_and(|code| code == text || format!("0{code}") == text))
    };
    Catalogue::bundled().iter().find(is_meant).map(|row| row.id.clone())
}

fn told(key: &TransferKey, transfer: &Transfer) -> Value {
    let mut told = json!({"id": key.code(), "bank_reference": key.code()});
    match transfer.stage {
        Stage::Challenged { .. } => {
            told["status"] = json!("AUTHORIZATION_REQUIRED");
            if let Some(asked) = challenge(transfer) {
                told["authorization"] = json!({"type": asked.kind.word().to_lowercase(), "expires_at": asked.expires_at});
            }
        }
        Stage::Approved { .. } => told["status"] = json!("PENDING"),
        Stage::Settled { at } => {
            told["status"] = json!("COMPLETED");
            told["completed_at"] = json!(at);
        }
        Stage::Failed { reason, .. } => {
            told["status"] = json!("FAILED");
            told["reason"] = json!(reason.name());
        }
    }
    told
}
