//! `POST /mibanco/api/v1/mibanco/statement`

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::readings::ReadScope;
use cartola_engine::rows::{MovementQuery, MovementRow, Order};
use cartola_engine::{Engine, EngineError};
use cartola_http::{Gate, JsonOrUntyped, answer, parse};
use cartola_model::{AccountNumber, Failure, MovementStatus, Scope};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Date, santiago};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::desk;
use super::super::refused::{Refused, Told, answered};
use super::super::{screens, told};
use super::MAX_MOVEMENTS;
use crate::wire::{DEFAULT_PAGE_SIZE, ErrorCode, MAX_PAGE_SIZE};

/// Days that one call may ask for, both ends included: three years.
const MAX_DAYS: i64 = 1_096;

/// What is asked, key by key as the document prints it.
#[derive(Deserialize, ToSchema)]
#[schema(as = StatementRequest)]
#[serde(expecting = "an object with `account_id`, `currency`, `from_date` and `to_date`")]
pub struct Asked {
    /// The account's number, in any written form.
    #[schema(example = "00-123-45678-90")]
    account_id: String,
    /// Its currency.
    #[schema(example = "CLP")]
    currency: String,
    /// First day.
    #[schema(value_type = String, format = Date, example = "2026-04-01")]
    from_date: String,
    /// Last day: not before the first, and 1,096 days with it at most.
    #[schema(value_type = String, format = Date, example = "2026-04-30")]
    to_date: String,
    /// Which page, from 1. The first where it is absent.
    #[serde(default = "first_page")]
    #[schema(required = false, minimum = 1)]
    page: u32,
    /// Transactions on a page.
    #[serde(default = "default_page_size")]
    #[schema(required = false, minimum = 1, maximum = 500, default = 100)]
    page_size: u32,
}

const fn first_page() -> u32 {
    1
}

const fn default_page_size() -> u32 {
    DEFAULT_PAGE_SIZE
}

/// The same, once it makes sense.
struct Question {
    number: AccountNumber,
    currency: Currency,
    days: (Date, Date),
    page: u32,
    page_size: u32,
}

/// Read a page of an account's movements
///
/// Oldest first over all pages. The first page reads the bank; further ones within five minutes are of
/// the same reading.
#[utoipa::path(
    post, path = "/api/v1/mibanco/statement", operation_id = "statement", tag = "accounts",
    request_body = Asked,
    responses(
        (status = 200, description = "The page", body = told::Statement),
        (status = 400, description = "`INVALID_REQUEST`", body = Told),
        (status = 401, description = "`INVALID_TOKEN`, `INVALID_CREDENTIALS`", body = Told),
        (status = 403, description = "`DEVICE_MISMATCH`, `CONSENT_REQUIRED`", body = Told),
        (status = 404, description = "`ACCOUNT_NOT_FOUND`", body = Told),
        (status = 422, description = "`LIMIT_EXCEEDED`", body = Told),
        (status = 429, description = "`RATE_LIMITED`, with `Retry-After`", body = Told),
        (status = 502, description = "`BANK_ANSWER_INVALID`", body = Told),
        (status = 503, description = "`UNAVAILABLE`", body = Told),
        (status = 504, description = "`TIMEOUT`", body = Told),
    ),
    security(("session" = [])),
)]
pub async fn read(State(gate): State<Gate>, caller: Session, request: Request) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let question = asked.question()?;
        let told = tell(gate.engine(), session, &question).await?;
        screens::note(gate.engine(), session, ("mibanco.statement", screens::STATEMENT));
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

impl Asked {
    fn question(&self) -> Result<Question, Refused> {
        let number = AccountNumber::parse(&self.account_id)
            .map_err(|_| Refused::invalid("`account_id` no es un número de cuenta."))?;
        let currency = Currency::parse(&self.currency)
            .map_err(|_| Refused::invalid("`currency` debe ser CLP o USD."))?;
        let (from, to) = (day("from_date", &self.from_date)?, day("to_date", &self.to_date)?);
        let days = from.duration_until(to).as_hours() / 24 + 1;
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(Refused::invalid(
                "`to_date` debe ser igual o posterior a `from_date`, con 1.096 días a lo más.",
            ));
        }
        if self.page == 0 || !(1..=MAX_PAGE_SIZE).contains(&self.page_size) {
            return Err(Refused::invalid("`page` se cuenta desde 1, y `page_size` es de 1 a 500."));
        }
        let (page, page_size) = (self.page, self.page_size);
        Ok(Question { number, currency, days: (from, to), page, page_size })
    }
}

/// The day of a field.
fn day(name: &str, text: &str) -> Result<Date, Refused> {
    parse::day(text).map_err(|why| Refused::invalid(format!("`{name}`: {}.", why.es)))
}

async fn tell(
    engine: &Engine,
    session: &DeviceSession,
    question: &Question,
) -> Result<told::Statement, Refused> {
    let (from, to) = question.days;
    let today = santiago::today(engine.now());
    let scope =
        if from > today { ReadScope::ACCOUNTS } else { ReadScope::movements(from, to.min(today)) };
    if question.page == 1 {
        desk::read(engine, session, scope).await?;
    } else {
        desk::read_unless_fresh(engine, session, scope).await?;
    }
    let account = meant(engine, session, question).await?;
    page(engine, session, account.row.id, question).await
}

/// The account that is meant, of those that the bank shows to this customer.
async fn meant(
    engine: &Engine,
    session: &DeviceSession,
    question: &Question,
) -> Result<OpenAccount, Refused> {
    let accounts = engine.accounts_of(&session.who, session.link.id).await?;
    let is_meant = |account: &OpenAccount| {
        let number = AccountNumber::parse(&account.number);
        account.row.currency == question.currency
            && told::account_type(account.row.kind).is_some()
            && number.is_ok_and(|number| number.identity() == question.number.identity())
    };
    let found = accounts.into_iter().find(is_meant);
    found.ok_or_else(|| {
        Refused::new(ErrorCode::AccountNotFound, "El cliente no tiene esa cuenta en esa moneda.")
    })
}

/// The rows of one page, and how many there are in all.
struct Window {
    first: usize,
    end: usize,
    seen: usize,
    rows: Vec<MovementRow>,
}

async fn page(
    engine: &Engine,
    session: &DeviceSession,
    account: AccountId,
    question: &Question,
) -> Result<told::Statement, Refused> {
    let size = question.page_size as usize;
    let first = (question.page as usize - 1).saturating_mul(size);
    let end = first.saturating_add(size);
    let mut window = Window { first, end, seen: 0, rows: Vec::new() };
    for status in [MovementStatus::Booked, MovementStatus::Pending] {
        window.look(engine, session, (account, question.days, status)).await?;
    }
    let total_pages = u32::try_from(window.seen.div_ceil(size).max(1)).unwrap_or(u32::MAX);
    if question.page > total_pages {
        return Err(Refused::invalid("`page`: no existe esa página."));
    }
    let mut transactions = Vec::with_capacity(window.rows.len());
    for row in &window.rows {
        let other = engine.counterparty(&session.who, row).await?;
        transactions.push(told::transaction(&row.movement, other));
    }
    Ok(told::Statement {
        account_id: question.number.written().to_owned(),
        page: question.page,
        total_pages,
        transactions,
    })
}

impl Window {
    /// Counts all movements of a status, and keeps those of the page.
    async fn look(
        &mut self,
        engine: &Engine,
        session: &DeviceSession,
        (account, (from, to), status): (AccountId, (Date, Date), MovementStatus),
    ) -> Result<(), Refused> {
        let mut after = None;
        loop {
            let query = MovementQuery {
                account: Some(account),
                from: Some(from),
                to: Some(to),
                min_amount: None,
                max_amount: None,
                text: None,
                status: Some(status),
                order: Order::OldestFirst,
                after,
                limit: usize::MAX,
                now: engine.now(),
            };
            let found = engine.movements(&session.who, query).await?;
            for row in found.rows.to_rows().map_err(EngineError::from)? {
                if (self.first..self.end).contains(&self.seen) {
                    self.rows.push(row);
                }
                self.seen += 1;
            }
            if self.seen > MAX_MOVEMENTS {
                return Err(Failure::LimitExceeded.into());
            }
            after = found.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}
