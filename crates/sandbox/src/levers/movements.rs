//! Movements: read, added, amended, deleted.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cartola_model::AccountNumber;
use cartola_primitives::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Asked, Mistake, Refusal, account};
use crate::door::json;
use crate::movement::{Movement, Status};
use crate::sandbox::Sandbox;
use crate::world::{Amendment, NewMovement};

/// A movement to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Added {
    /// Whose account, by its number.
    #[schema(example = "00-487-42625-13")]
    account: String,
    /// Minor units; below zero the account pays.
    #[schema(example = -15000)]
    amount: i64,
    /// As the bank prints it.
    #[schema(example = "COMPRA NACIONAL LIBRERIA")]
    description: String,
    /// The day it is booked on: today where absent. No bank day is the next one; one to come is
    /// pending until then.
    #[schema(value_type = Option<String>, example = "2026-11-20")]
    date: Option<Date>,
    /// Another account of the box, which gets the other side; the system's account where absent.
    counterparty_account: Option<String>,
    /// Número de documento.
    document: Option<String>,
}

/// What is to be different.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amended {
    /// Minor units, of the sign that it has.
    amount: Option<i64>,
    /// The text on this account.
    description: Option<String>,
}

/// The days to read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Days {
    /// First day.
    #[param(value_type = String, example = "2026-11-01")]
    from: Date,
    /// Last day.
    #[param(value_type = String, example = "2026-11-30")]
    to: Date,
}

/// One line of an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct MovementView {
    /// Unique within the account.
    #[schema(example = "MB-2026112000031")]
    reference: String,
    /// The day it is booked on.
    #[schema(value_type = String)]
    date: Date,
    /// When it was made, in Santiago.
    occurred: String,
    amount: i64,
    #[schema(example = "CLP")]
    currency: &'static str,
    description: String,
    /// `booked` or `pending`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        Self {
            reference: movement.reference,
            date: movement.booked.date(),
            occurred: movement.occurred.to_string(),
            amount: movement.amount.minor(),
            currency: movement.amount.currency().code(),
            description: movement.glosa,
            status: match movement.status {
                Status::Booked => "booked",
                Status::Pending => "pending",
            },
            balance_after: movement.balance_after,
        }
    }
}

/// Read an account's movements
#[utoipa::path(get, path = "/_sandbox/accounts/{number}/movements", tag = "movements",
    params(("number" = String, Path), Days),
    responses(
        (status = 200, description = "Oldest first, pending at the end", body = Vec<MovementView>),
        (status = 404, description = "Nobody has that account", body = Mistake)))]
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    Path(number): Path<String>,
    days: Result<Query<Days>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(days) = days.map_err(|_| Refusal::wrong("give `from` and `to` as YYYY-MM-DD"))?;
    let key = account(&sandbox, &number)?.key;
    let read =
        sandbox.blocking(move |sandbox| sandbox.world().statement(key, (days.from, days.to)));
    let views: Vec<MovementView> = read.await.into_iter().map(MovementView::from).collect();
    Ok(json(StatusCode::OK, &views))
}

/// Add a movement
///
/// On both its sides: money comes from the account given, or from the system's.
#[utoipa::path(post, path = "/_sandbox/movements", tag = "movements", request_body = Added,
    responses(
        (status = 201, description = "The movement", body = MovementView),
        (status = 400, description = "No such movement can be", body = Mistake),
        (status = 404, description = "Nobody has that account", body = Mistake)))]
pub(crate) async fn add(
    State(sandbox): State<Sandbox>,
    Asked(asked): Asked<Added>,
) -> Result<Response, Refusal> {
    let key = account(&sandbox, &asked.account)?.key;
    let counterparty = asked.counterparty_account.as_deref().map(AccountNumber::parse).transpose();
    let new = NewMovement {
        amount: asked.amount,
        glosa: asked.description,
        occurred: None,
        booked_on: asked.date,
        counterparty: counterparty.map_err(|error| Refusal::wrong(error.to_string()))?,
        document: asked.document,
    };
    let added = sandbox.blocking(move |sandbox| sandbox.world().post(key, &new)).await?;
    Ok(json(StatusCode::CREATED, &MovementView::from(added)))
}

/// Amend a movement
///
/// One of the base history too. The amount changes on both sides, the text on this one.
#[utoipa::path(patch, path = "/_sandbox/accounts/{number}/movements/{reference}", tag = "movements",
    params(("number" = String, Path), ("reference" = String, Path)), request_body = Amended,
    responses(
        (status = 200, description = "The movement as it is now", body = MovementView),
        (status = 400, description = "No such amendment can be", body = Mistake),
        (status = 404, description = "No such movement", body = Mistake)))]
pub(crate) async fn amend(
    State(sandbox): State<Sandbox>,
    Path((number, reference)): Path<(String, String)>,
    Asked(asked): Asked<Amended>,
) -> Result<Response, Refusal> {
    let key = account(&sandbox, &number)?.key;
    let amendment = Amendment { amount: asked.amount, glosa: asked.description };
    let amend = move |sandbox: &Sandbox| sandbox.world().amend(key, &reference, &amendment);
    let amended = sandbox.blocking(amend).await?;
    Ok(json(StatusCode::OK, &MovementView::from(amended)))
}

/// Delete a movement
///
/// One of the base history too, on both its sides.
#[utoipa::path(delete, path = "/_sandbox/accounts/{number}/movements/{reference}", tag = "movements",
    params(("number" = String, Path), ("reference" = String, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "No such movement", body = Mistake)))]
pub(crate) async fn delete(
    State(sandbox): State<Sandbox>,
    Path((number, reference)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let key = account(&sandbox, &number)?.key;
    sandbox.blocking(move |sandbox| sandbox.world().delete(key, &reference)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
