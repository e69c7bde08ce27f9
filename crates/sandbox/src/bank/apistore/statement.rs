//! `GET api/movimientos-saldos`: from the newest movement to the oldest, page by page.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_primitives::{Date, Money};
use cartola_provider_apistore::wire::{self, Amount, MovementType};
use serde::Deserialize;

use super::caller::Client;
use super::refused::Refused;
use crate::account::Account;
use crate::door::{Reading, json, misbehave};
use crate::movement::{Movement, Status};
use crate::sandbox::Sandbox;

/// Movements of a page at most, and where nothing is said.
const MAX_LIMIT: usize = 500;
const DEFAULT_LIMIT: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    account_id: String,
    from: Date,
    to: Date,
    limit: Option<usize>,
    /// How many movements the pages before had.
    cursor: Option<usize>,
}

pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    client: Client,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refused> {
    let Query(asked) = asked.map_err(|_| Refused::invalid())?;
    if let Some(page) = misbehave::nonsense(&sandbox, client.0.customer.rut) {
        return Ok(page);
    }
    let limit = asked.limit.unwrap_or(DEFAULT_LIMIT);
    if asked.from > asked.to || !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refused::invalid());
    }
    let page = sandbox.blocking(move |sandbox| page(sandbox, &client, asked, limit)).await?;
    Ok(json(StatusCode::OK, &page))
}

fn page(
    sandbox: &Sandbox,
    client: &Client,
    asked: Asked,
    limit: usize,
) -> Result<wire::Statement, Refused> {
    let account = client.account(sandbox, &asked.account_id)?;
    let currency = account.key.product.currency();
    let begin = asked.cursor.unwrap_or(0);
    let reading = reading(sandbox, client, &account, &asked);
    let booked: Vec<&Movement> =
        reading.movements.iter().rev().filter(|each| each.status == Status::Booked).collect();
    let end = begin.saturating_add(limit).min(booked.len());
    let told = booked.get(begin..end).ok_or_else(Refused::invalid)?;
    let balance = sandbox.world().balance(account.key).map(|balance| wire::Balance {
        amount: Amount::of(Money::new(balance.available, currency)),
        currency: currency.code(),
    });
    Ok(wire::Statement {
        account_id: asked.account_id,
        balance,
        balance_as_of: None,
        balance_type: None,
        movements: told.iter().map(|each| movement(each)).collect(),
        next_cursor: (end < booked.len()).then(|| end.to_string()),
    })
}

/// The first page looks at what there is, the others go on with that.
fn reading(sandbox: &Sandbox, client: &Client, account: &Account, asked: &Asked) -> Reading {
    let (key, days, access) = (account.key, (asked.from, asked.to), &client.0.access);
    let begun = sandbox.sessions().reading(access);
    let going_on =
        begun.filter(|begun| asked.cursor.is_some() && (begun.key, begun.days) == (key, days));
    going_on.unwrap_or_else(|| {
        let movements = sandbox.world().statement(key, days).into();
        let reading = Reading { key, days, movements };
        sandbox.sessions().keep_reading(access, Some(reading.clone()));
        reading
    })
}

fn movement(told: &Movement) -> wire::Movement {
    let kind = match told.channel {
        "Compras" => MovementType::Purchase,
        "Cajero Automático" => MovementType::Withdrawal,
        _ if told.other.customer().is_some() => MovementType::Transfer,
        _ if told.amount.minor() < 0 => MovementType::Debit,
        _ => MovementType::Credit,
    };
    wire::Movement {
        date: told.booked.date().to_string(),
        amount: Amount::of(told.amount),
        kind,
        description: told.glosa.clone(),
    }
}
