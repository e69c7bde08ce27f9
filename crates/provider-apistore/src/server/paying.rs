//! *Pagos* and *Abono en línea*: what is paid out of a tenant's own account.

pub mod by_key;
pub mod deposits;
mod order;
pub mod outcomes;
pub mod payments;
mod product;
mod refusal;
mod shown;

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::{RecordedAnswer, Reply};
use cartola_engine::payouts::{PayoutOrder, PayoutStanding};
use cartola_http::cursor::{Cursor, List};
use cartola_http::once::Fingerprint;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Code;
use cartola_http::{Approval, Gate, IdempotencyKey, Problem, answer, parse};
use cartola_model::Principal;
use cartola_primitives::id::PayoutId;
use utoipa::IntoParams;

use super::refused::Refused;
use order::Order;

/// Entries of a page at most.
pub const MAX_PAGE_ENTRIES: usize = 100;

const _: () =
    assert!(MAX_PAGE_ENTRIES == cartola_engine::payouts::MAX_LINES, "a batch fits a page");

/// Which page is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paged {
    /// Entries of the page at most.
    #[param(required = false, minimum = 1, maximum = 100, default = 100)]
    limit: usize,
    /// The `next_cursor` of the page before.
    #[param(required = false, value_type = String)]
    cursor: Option<Cursor>,
}

impl FromQuery for Paged {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let limit = parameters.optional("limit", parse::whole(1..=MAX_PAGE_ENTRIES))?;
        let cursor = parameters.optional("cursor", Cursor::parse)?;
        Ok(Self { limit: limit.unwrap_or(MAX_PAGE_ENTRIES), cursor })
    }
}

impl Paged {
    /// Behind which payout the page begins.
    fn after(&self, list: List<'_>) -> Result<Option<PayoutId>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bytes = cursor.open(list)?.try_into().map_err(|_| strange())?;
        Ok(Some(PayoutId::from_bytes(bytes)))
    }

    /// At which line the page begins, from 0.
    fn line(&self, list: List<'_>) -> Result<usize, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(0) };
        let bytes = cursor.open(list)?.try_into().map_err(|_| strange())?;
        usize::try_from(u64::from_be_bytes(bytes)).map_err(|_| strange())
    }
}

fn strange() -> Problem {
    Problem::internal("a sealed cursor holds something else than a place".to_owned())
}

/// The list of payouts under that name.
fn list_of(name: &'static str, who: &Principal) -> List<'static> {
    List { name, tenant: who.tenant, filters: b"" }
}

fn next_of(list: List<'_>, next: Option<PayoutId>) -> Option<String> {
    next.map(|id| Cursor::new(list, id.as_bytes()).as_str().to_owned())
}

/// Begins what was asked for, once for its key.
async fn begin(
    gate: &Gate,
    who: &Principal,
    (key, approval): (&IdempotencyKey, &Approval),
    (list, order): (&'static str, Order),
    render: &(dyn Fn(&PayoutStanding) -> RecordedAnswer + Send + Sync),
) -> Result<Response, Refused> {
    let engine = gate.engine();
    let case = key.text().ok_or_else(|| Problem::new(Code::IdempotencyKeyMissing))?;
    let request = Fingerprint::default().with(Some(&order.request));
    let ticket = key.ticket(engine, who, list, request).await?;
    // A payout that is known stays known, whatever becomes of its account.
    let found = order.account.find(engine, who).await;
    let wanted = PayoutOrder {
        list,
        account: found.as_ref().ok().copied(),
        named: &order.account.written,
        is_batch: order.is_batch,
        lines: order.lines,
        case,
        request: &order.request,
        approval: approval.token(),
        next: outcomes::kind(),
    };
    let reply = Reply { ticket: ticket.as_ref(), render };
    match engine.begin_payout(who, &wanted, reply).await {
        Ok(standing) => Ok(answer::fresh(render(&standing))),
        Err(error) => {
            let unfound = found.err();
            Err(refusal::refused(error, order.is_batch, unfound, engine.now()))
        }
    }
}

fn created<T: serde::Serialize>(body: &T) -> RecordedAnswer {
    answer::recorded(StatusCode::CREATED, body)
}
