//! `GET /_sandbox/accounts/{number}`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Mistake, Refusal, account};
use crate::account::Account;
use crate::door::json;
use crate::sandbox::Sandbox;

/// An account, whoever's.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// As its bank writes it.
    #[schema(example = "00-487-42625-13")]
    account: String,
    /// Its bank's id.
    #[schema(example = "banco-chile")]
    institution: String,
    /// Such as `checking` or `credit_card`.
    kind: &'static str,
    /// The bank's name for it.
    product: &'static str,
    #[schema(example = "CLP")]
    currency: &'static str,
    /// The owner first.
    holders: Vec<Holder>,
    /// Minor units, as all amounts here: everything booked.
    ledger: i64,
    /// Without what is on its way out.
    available: i64,
    /// On its way in.
    held: i64,
    /// How far below zero it may go.
    limit: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Holder {
    #[schema(example = "12.345.678-5")]
    rut: String,
    name: String,
}

/// Read an account
#[utoipa::path(get, path = "/_sandbox/accounts/{number}", tag = "accounts",
    params(("number" = String, Path, description = "With or without hyphens")),
    responses(
        (status = 200, description = "The account", body = AccountView),
        (status = 404, description = "Nobody has it", body = Mistake)))]
pub(crate) async fn read(
    State(sandbox): State<Sandbox>,
    Path(number): Path<String>,
) -> Result<Response, Refusal> {
    let found = account(&sandbox, &number)?;
    let view = sandbox.blocking(move |sandbox| view(sandbox, &found)).await;
    let view = view.ok_or_else(|| Refusal::unknown("nobody has that account"))?;
    Ok(json(StatusCode::OK, &view))
}

fn view(sandbox: &Sandbox, account: &Account) -> Option<AccountView> {
    let balance = sandbox.world().balance(account.key)?;
    let population = sandbox.world().population();
    let holders = account.holders.iter().filter_map(|rut| {
        let name = population.identity(*rut)?.full_name();
        Some(Holder { rut: rut.dotted(), name })
    });
    Some(AccountView {
        account: account.number.written().to_owned(),
        institution: account.key.bank.id().to_string(),
        kind: account.key.product.kind().name(),
        product: account.product_name,
        currency: account.key.product.currency().code(),
        holders: holders.collect(),
        ledger: balance.ledger,
        available: balance.available,
        held: balance.held,
        limit: balance.limit,
    })
}
