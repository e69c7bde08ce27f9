//! `/apistore/api/abono-en-linea`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::payments::Payment;
use cartola_engine::payouts::{Payout, PayoutStanding};
use cartola_http::cursor::List;
use cartola_http::problem::Text;
use cartola_http::{
    Approval, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer, body,
};
use cartola_model::{Principal, Scope};
use cartola_primitives::id::{PayoutId, TenantId};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::order::{Batch, Order, Single};
use super::product::Product;
use super::{MAX_PAGE_ENTRIES, Paged, begin, created, list_of, next_of, shown};
use crate::wire;

/// What they have in common with payments.
pub const PRODUCT: Product = Product { list: "apistore.abonos", unknown };

/// One deposit, or several in a batch: `deposits` makes the difference.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = DepositsRequest)]
pub enum Asked {
    /// One.
    Single(Single),
    /// Several.
    Batch(Batch),
}

/// One deposit, or a batch.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Deposit)]
pub enum Shown {
    /// One.
    Single(Box<wire::Payment>),
    /// A batch.
    Batch(Box<wire::Batch>),
}

#[derive(Deserialize)]
struct Kind {
    deposits: Option<IgnoredAny>,
}

/// Deposit
///
/// One deposit, or up to 100 in a batch, each a transfer from the account as for a payment. Where a
/// line cannot be, nothing of the batch is paid; where the bank refuses one, the others are paid all
/// the same, and each line says what became of it. They are made one after another. The same
/// `Idempotency-Key` with the same body pays once, and has for a day the same answer; after that, the
/// deposit as it stands then.
#[utoipa::path(
    post, path = "/api/abono-en-linea", operation_id = "create_deposit", tag = "abono en línea",
    params(
        ("Idempotency-Key" = String, Header, description = "1 to 255 printable ASCII characters of the caller's."),
        ("X-MiPass-Token" = Option<String>, Header, description = "The token of the approval of exactly this payment, where such a one is required."),
    ),
    request_body = Asked,
    responses(
        (status = 201, description = "The deposit, or the batch with all its lines", body = Shown),
        (status = 400, description = "`invalid_request`: no JSON; no key, or an unsound one", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`; `authorization_required`: the account's holder has to approve it on their phone", body = Told),
        (status = 404, description = "`not_found`: no such account to pay from; what was begun under the key was erased with whoever paid", body = Told),
        (status = 409, description = "`account_not_enabled`: no link may pay from the account; `authorization_invalid`: the approval is of something else, unknown or no more", body = Told),
        (status = 422, description = "`invalid_request`: the body; `idempotency_key_reused`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<IdempotencyKey, Refusal>,
    approval: Approval,
    asked: Result<Json<Box<RawValue>>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let (key, Json(asked)) = (key?, asked?);
    let render =
        |begun: &PayoutStanding| created(&Shown::whole(who, &begun.payout, &begun.payments));
    begin(&gate, who, (&key, &approval), (PRODUCT.list, order(asked.get().as_bytes())?), &render)
        .await
}

/// What is asked for, whichever it is.
fn order(body: &[u8]) -> Result<Order, Problem> {
    let Kind { deposits } = body::parse(body)?;
    let asked = match deposits {
        Some(IgnoredAny) => Asked::Batch(body::parse(body)?),
        None => Asked::Single(body::parse(body)?),
    };
    match asked {
        Asked::Single(single) => single.read(),
        Asked::Batch(batch) => batch.read(),
    }
}

/// List deposits
///
/// Single ones and batches, the oldest first. How they stand is told of each by itself.
#[utoipa::path(
    get, path = "/api/abono-en-linea", operation_id = "list_deposits", tag = "abono en línea",
    params(Paged),
    responses(
        (status = 200, description = "One page", body = wire::Deposits),
        (status = 400, description = "`invalid_request`: a parameter is wrong", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Caller,
    paged: Result<Query<Paged>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let Query(paged) = paged?;
    let list = list_of(PRODUCT.list, who);
    let found = gate.engine().payouts(who, PRODUCT.list, paged.after(list)?, paged.limit).await?;
    let deposits = found.rows.iter().map(shown::summary).collect();
    let body = wire::Deposits { deposits, next_cursor: next_of(list, found.next) };
    Ok(answer::json(StatusCode::OK, &body))
}

/// The lines of a batch, as a list with cursors of its own.
const LINES: &str = "apistore.lines";

/// Look at a deposit
///
/// Of a batch, `limit` and `cursor` are of its lines.
#[utoipa::path(
    get, path = "/api/abono-en-linea/{id}", operation_id = "read_deposit", tag = "abono en línea",
    params(("id" = String, Path, description = "The deposit's `id`."), Paged),
    responses(
        (status = 200, description = "The deposit as it stands", body = Shown),
        (status = 400, description = "`invalid_request`: no id, or a wrong parameter", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Caller,
    id: Result<PathId<PayoutId>, Refusal>,
    paged: Result<Query<Paged>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let (id, Query(paged)) = (id?, paged?);
    let (payout, payments) = PRODUCT.by_id(gate.engine(), who, id).await?;
    let lines = lines_of(who.tenant, &payout.row.id);
    let first = paged.line(lines)?;
    let shown = Shown::of(&payout, &payments, (lines, first, paged.limit));
    Ok(answer::json(StatusCode::OK, &shown))
}

fn unknown() -> Problem {
    let text = Text::fixed("There is no such deposit.", "No existe ese abono.");
    Problem::not_found("deposit").detailed(text)
}

const fn lines_of(tenant: TenantId, id: &PayoutId) -> List<'_> {
    List { name: LINES, tenant, filters: id.as_bytes() }
}

impl Shown {
    /// All of it, with its first page of lines.
    pub fn whole(who: &Principal, payout: &Payout, payments: &[Payment]) -> Self {
        let lines = lines_of(who.tenant, &payout.row.id);
        Self::of(payout, payments, (lines, 0, MAX_PAGE_ENTRIES))
    }

    fn of(payout: &Payout, payments: &[Payment], page: (List<'_>, usize, usize)) -> Self {
        if payout.is_batch {
            return Self::Batch(Box::new(shown::batch(payout, payments, page)));
        }
        Self::Single(Box::new(shown::single(payout, payments)))
    }
}
