//! `GET /apistore/api/movimientos-saldos`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::rows::{BalanceRow, MovementKey, MovementQuery, Order};
use cartola_engine::{Engine, EngineError};
use cartola_http::cursor::{Cursor, List};
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Gate, Problem, Query, answer, parse};
use cartola_model::{MovementStatus, Principal, Scope};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Date, Timestamp, santiago};
use utoipa::IntoParams;

use super::account::{ACCOUNT_ID, Named, unknown};
use super::caller::Caller;
use super::refused::{Refused, Told};
use crate::mapping::{self, Known};
use crate::wire;

/// Days that one call may ask for, both ends included: three years.
pub const MAX_DAYS: i64 = 1_096;

/// Movements of a page at most.
pub const MAX_LIMIT: usize = 500;

/// Movements of a page where nothing is said.
pub const DEFAULT_LIMIT: usize = 100;

/// What is asked.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The account's number in any written form, for accounts at Banco de Chile; or its id in this
    /// gateway, for any account.
    #[param(value_type = String, example = "00-123-45678-90")]
    account_id: Named,
    /// The first day, by the booking day in Santiago.
    #[param(value_type = String, format = Date, example = "2025-01-01")]
    from: Date,
    /// The last day: not before `from`, and 1,096 days with it at most.
    #[param(value_type = String, format = Date, example = "2025-03-12")]
    to: Date,
    /// Movements of the page at most.
    #[param(required = false, minimum = 1, maximum = 500, default = 100)]
    limit: usize,
    /// The `next_cursor` of the page before.
    #[param(required = false, value_type = String)]
    cursor: Option<Cursor>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let asked = Self {
            account_id: needed(parameters, ACCOUNT_ID, Named::parse)?,
            from: needed(parameters, "from", parse::day)?,
            to: needed(parameters, "to", parse::day)?,
            limit: parameters
                .optional("limit", parse::whole(1..=MAX_LIMIT))?
                .unwrap_or(DEFAULT_LIMIT),
            cursor: parameters.optional("cursor", Cursor::parse)?,
        };
        asked.check_span()?;
        Ok(asked)
    }
}

fn needed<T>(
    parameters: &mut Parameters<'_>,
    name: &'static str,
    read: impl Fn(&str) -> Result<T, Text>,
) -> Result<T, Problem> {
    let missing = || Problem::parameter(name, Text::fixed("it is missing", "falta"));
    parameters.optional(name, read)?.ok_or_else(missing)
}

impl Asked {
    fn check_span(&self) -> Result<(), Problem> {
        let days = self.from.duration_until(self.to).as_hours() / 24 + 1;
        let why = match days {
            ..=0 => Text::fixed("it lies after `to`", "es posterior a `to`"),
            1..=MAX_DAYS => return Ok(()),
            _ => Text::new(
                format!("it and `to` are more than {MAX_DAYS} days"),
                format!("con `to` son más de {MAX_DAYS} días"),
            ),
        };
        Err(Problem::parameter("from", why))
    }

    /// What a cursor is bound to: all but the size of the page.
    fn filters(&self, account: AccountId) -> String {
        format!("{account} {} {}", self.from, self.to)
    }

    fn query(&self, account: AccountId, after: Option<MovementKey>) -> MovementQuery {
        MovementQuery {
            account: Some(account),
            from: Some(self.from),
            to: Some(self.to),
            min_amount: None,
            max_amount: None,
            text: None,
            status: Some(MovementStatus::Booked),
            order: Order::NewestFirst,
            after,
            limit: self.limit,
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

/// Read movements and balance
///
/// What the gateway knows of an account that a consent allows to be shown: its balance, and what was
/// booked on some days, page by page.
#[utoipa::path(
    get, path = "/api/movimientos-saldos", operation_id = "movements_and_balance",
    tag = "movimientos y saldos",
    params(Asked),
    responses(
        (status = 200, description = "One page", body = wire::Statement),
        (status = 400, description = "`invalid_request`: a parameter is wrong", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`: no such account", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 500, description = "`server_error`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Caller,
    asked: Result<Query<Asked>, cartola_http::Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let Query(asked) = asked?;
    let engine = gate.engine();
    let account = asked.account_id.find(engine, who).await?;
    Ok(answer::json(StatusCode::OK, &page(engine, who, account, asked).await?))
}

async fn page(
    engine: &Engine,
    who: &Principal,
    account: AccountId,
    asked: Asked,
) -> Result<wire::Statement, Refused> {
    let filters = asked.filters(account);
    let list = List { name: "apistore", tenant: who.tenant, filters: filters.as_bytes() };
    let after = asked.cursor.as_ref().map(|cursor| cursor.movement(list)).transpose()?;
    // Whose last consent ends between two reads has nothing to show any more.
    let balances = engine.balances(who, account).await?.ok_or_else(unknown)?;
    let found = engine.movements(who, asked.query(account, after)).await?;
    let rows = found.rows.iter().map(|row| row.map(|row| mapping::movement(&row.movement)));
    let movements = rows.collect::<Result<_, _>>().map_err(EngineError::from)?;
    let next = found.next.map(|key| Cursor::of_movement(list, key));
    let known = balances.iter().map(|row| {
        let BalanceRow { kind, amount, as_of, .. } = *row;
        Known { kind, amount, as_of }
    });
    let today = santiago::today(engine.now());
    let page = (movements, next.map(|cursor| cursor.as_str().to_owned()));
    Ok(mapping::statement(asked.account_id.written, (known, today), page))
}
