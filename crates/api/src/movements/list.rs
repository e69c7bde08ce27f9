//! `GET /v1/movements`

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::EngineError;
use cartola_engine::rows::{MovementKey, MovementQuery, Order};
use cartola_http::cursor::{Cursor, List as CursorList};
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_insights::categories::Rulebook;
use cartola_model::{MovementStatus, Principal, Scope};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Date, Timestamp};
use utoipa::IntoParams;

use super::category::{Include, Labeller};
use super::view::MovementView;
use super::{counterparties_of_page, write};
use crate::page::PageAsked;
use crate::wire::{self, List};

/// Longest text that is searched for, in characters.
const MAX_TEXT: usize = 100;

const STATUSES: &[(&str, MovementStatus)] = &[
    ("pending", MovementStatus::Pending),
    ("booked", MovementStatus::Booked),
    ("removed", MovementStatus::Removed),
];

const ORDERS: &[(&str, Order)] =
    &[("newest_first", Order::NewestFirst), ("oldest_first", Order::OldestFirst)];

/// Which movements are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Of one account only.
    #[param(required = false, value_type = wire::AccountId)]
    account_id: Option<AccountId>,
    /// Booked on this day or later.
    #[param(required = false, value_type = wire::Day)]
    from: Option<Date>,
    /// Booked on this day or earlier.
    #[param(required = false, value_type = wire::Day)]
    to: Option<Date>,
    /// With at least this signed amount, in minor units.
    #[param(required = false, value_type = i64)]
    min_amount: Option<i64>,
    /// With at most this signed amount, in minor units.
    #[param(required = false, value_type = i64)]
    max_amount: Option<i64>,
    /// Whose glosa contains this text, blind to case and accents.
    #[param(required = false, value_type = String, min_length = 1, max_length = 100)]
    text: Option<String>,
    /// In this status; when absent, all but removed ones.
    #[param(required = false, value_type = super::view::Status, inline)]
    status: Option<MovementStatus>,
    /// `newest_first` (when absent) or `oldest_first`; movements of one day by id.
    #[param(required = false, value_type = String, pattern = "^(newest_first|oldest_first)$", default = "newest_first")]
    order: Order,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let asked = Self {
            account_id: parameters.optional("account_id", parse::id)?,
            from: parameters.optional("from", parse::day)?,
            to: parameters.optional("to", parse::day)?,
            min_amount: parameters.optional("min_amount", parse::whole(i64::MIN..=i64::MAX))?,
            max_amount: parameters.optional("max_amount", parse::whole(i64::MIN..=i64::MAX))?,
            text: parameters.optional("text", parse::text(MAX_TEXT))?,
            status: parameters.optional("status", parse::one_of(STATUSES))?,
            order: parameters.optional("order", parse::one_of(ORDERS))?.unwrap_or_default(),
        };
        asked.check_bounds()?;
        Ok(asked)
    }
}

impl Asked {
    fn check_bounds(&self) -> Result<(), Problem> {
        if self.from.zip(self.to).is_some_and(|(from, to)| from > to) {
            let why = Text::fixed("it lies after `to`", "es posterior a `to`");
            return Err(Problem::parameter("from", why));
        }
        if self.min_amount.zip(self.max_amount).is_some_and(|(min, max)| min > max) {
            let why = Text::fixed("it is greater than `max_amount`", "es mayor que `max_amount`");
            return Err(Problem::parameter("min_amount", why));
        }
        Ok(())
    }

    /// What a cursor of this list is bound to: all but the size of the page.
    fn filters(&self) -> String {
        format!("{self:?}")
    }

    fn query(self, after: Option<MovementKey>, limit: usize) -> MovementQuery {
        MovementQuery {
            account: self.account_id,
            from: self.from,
            to: self.to,
            min_amount: self.min_amount,
            max_amount: self.max_amount,
            text: self.text,
            status: self.status,
            order: self.order,
            after,
            limit,
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

/// List movements
///
/// Movements of all accounts that a consent allows to be shown, or of one, by booking day. An
/// account that is unknown, or that no consent allows any longer, is not found. `include=category`
/// adds what each was for.
#[utoipa::path(
    get, path = "/v1/movements", operation_id = "list_movements", tag = "movements",
    params(Asked, Include, PageAsked),
    responses((status = 200, description = "One page", body = List<MovementView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid", "not_found"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    Extension(rules): Extension<Arc<Rulebook>>,
    caller: Authenticated,
    Query((asked, (include, page))): Query<(Asked, (Include, PageAsked))>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let account = asked.account_id;
    let filters = asked.filters();
    let list = list_of(who, &filters);
    let after = page.cursor.as_ref().map(|cursor| cursor.movement(list)).transpose()?;
    let found = engine.movements(who, asked.query(after, page.limit)).await?;
    // An account that has movements to show is there; one that has none may not be.
    if let (Some(account), true) = (account, found.rows.is_empty())
        && !engine.shows_account(who, account).await?
    {
        return Err(Problem::not_found("account").into());
    }
    let sides = counterparties_of_page(engine, who, &found.rows).await?;
    let labels = if include.categories() {
        let mut labeller = Labeller::new(engine, who, rules.of(who.tenant));
        labeller.labels_of_page(&found.rows, &sides).await?
    } else {
        Vec::new()
    };
    let next = found.next.map(|key| Cursor::of_movement(list, key));
    let body = write::page(&found.rows, &sides, &labels, next.as_ref().map(Cursor::as_str))
        .map_err(EngineError::from)?;
    Ok(answer::json_bytes(StatusCode::OK, body))
}

fn list_of<'a>(who: &Principal, filters: &'a str) -> CursorList<'a> {
    CursorList { name: "movements", tenant: who.tenant, filters: filters.as_bytes() }
}
