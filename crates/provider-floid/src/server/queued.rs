//! `POST /floid/api/{income_check,transaction_history}`: results that are posted later.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cartola_engine::once::{RecordedAnswer, Reply};
use cartola_engine::readings::{ReadScope, THRESHOLD};
use cartola_http::answer;
use cartola_primitives::{Date, santiago};

use super::asked::Asked;
use super::callback::Target;
use super::case::{Case, NotBegun};
use super::desk::{Entry, Untold, to_its_end};
use super::errand::{Errand, Work};
use super::refused::Refused;
use super::telling::{income_begins, months_begin};
use crate::given::Mistake;
use crate::request::Queued;
use crate::{bank, failure, wire};

/// How many months *Transaction history* tells of.
const DURATIONS: [i64; 3] = [3, 12, 24];

/// What is told where nothing goes into the queue.
const NOT_ACCEPTED: &str = "The request was not accepted.";

/// A product that is posted later.
#[derive(Clone, Copy)]
enum Product {
    Income,
    History,
}

impl Product {
    /// The verb of its cases.
    const fn verb(self) -> &'static str {
        match self {
            Self::Income => "floid.income_check",
            Self::History => "floid.transaction_history",
        }
    }

    /// What the document says that an accepted request is told.
    const fn message(self) -> &'static str {
        match self {
            Self::Income => "Processing transactions for income check.",
            Self::History => "Processing transactions for transaction history.",
        }
    }
}

/// Income check
///
/// The result is posted to `callbackUrl`. The same `caseId` with the same body has one effect.
#[utoipa::path(
    post, path = "/api/income_check", operation_id = "income_check", tag = "financial information",
    request_body = Queued,
    responses((status = 200, description = "Whether it was accepted", body = wire::Accepted)),
)]
pub async fn income_check(asked: Asked) -> Result<Response, Refused> {
    to_its_end(accept(asked, Product::Income)).await
}

/// Transaction history
///
/// The result is posted to `callbackUrl`. The same `caseId` with the same body has one effect.
#[utoipa::path(
    post, path = "/api/transaction_history", operation_id = "transaction_history", tag = "financial information",
    request_body = Queued,
    responses((status = 200, description = "Whether it was accepted", body = wire::Accepted)),
)]
pub async fn transaction_history(asked: Asked) -> Result<Response, Refused> {
    to_its_end(accept(asked, Product::History)).await
}

async fn accept(asked: Asked, product: Product) -> Result<Response, Refused> {
    let body: Queued = asked.read()?;
    let entry = entry(&body)?;
    let months = match product {
        Product::Income => None,
        Product::History => Some(body.duration.one_of("duration", &DURATIONS)?),
    };
    let url = (&body.callback_url, "callbackUrl");
    let key = (&body.callback_api_key, "callbackApiKey");
    let target = Target::of(&asked.callbacks, url, key).await?;
    let case = Case::of(&body.case_id, "caseId")?;
    let ticket = {
        let (rut, months) = (entry.rut.compact(), months.map(|months| months.to_string()));
        let [url, key] = target.parts();
        let password = entry.password.expose().as_str();
        let parts = [
            Some(&*rut),
            Some(password),
            Some(entry.institution.as_str()),
            months.as_deref(),
            url,
            key,
        ];
        case.begin(&asked.engine, &asked.who, product.verb(), &parts).await
    };
    let ticket = match ticket {
        Ok(ticket) => ticket,
        Err(not_begun) => return repeated(not_begun),
    };
    let today = santiago::today(asked.engine.now());
    let (from, work) = work(months, today);
    let errand = Errand::new(&asked.who, case.as_str(), target, work);
    let accepted = wire::Accepted { is_accepted: true, message: product.message(), error: None };
    let accepted = answer::recorded(StatusCode::OK, &accepted);
    let reply = Reply { ticket: Some(&ticket), render: &|_| accepted.clone() };
    let next = |mandate| errand.next(mandate);
    let left = asked.desk().leave(&entry, ReadScope::movements(from, today), &next, reply).await;
    match left {
        Ok(()) => Ok(answer::fresh(accepted)),
        Err(Untold::Failure(failure)) => {
            let error = Some(failure::text(failure));
            let refused = wire::Accepted { is_accepted: false, message: NOT_ACCEPTED, error };
            Ok(answer::json(StatusCode::OK, &refused))
        }
        Err(Untold::Engine(error)) => repeated(error.into()),
    }
}

/// From which day on movements are asked for, and what is made of them.
fn work(months: Option<i64>, today: Date) -> (Date, Work) {
    match months.and_then(|months| u32::try_from(months).ok()) {
        None => (income_begins(today), Work::Income),
        Some(months) => {
            let from = months_begin(today, months);
            (from, Work::History(from))
        }
    }
}

fn entry(body: &Queued) -> Result<Entry, Mistake> {
    let rut = body.rut.rut("rut")?;
    let password = body.password.password("password")?;
    let bank = bank::of_name(body.bank_name.text("bankName")?, rut);
    let institution = bank.map_err(|error| Mistake::of("bankName", error))?.id.clone();
    Ok(Entry { institution, rut, password, threshold: THRESHOLD })
}

/// What a case is told that was begun before, or that cannot be.
pub fn repeated(not_begun: NotBegun) -> Result<Response, Refused> {
    match not_begun {
        NotBegun::Answered(RecordedAnswer { status, body }) => {
            Ok(answer::fresh(RecordedAnswer { status, body }))
        }
        NotBegun::OtherBody => Ok(Refused::other_case("caseId").into_response()),
        NotBegun::Engine(error) => Err(error.into()),
    }
}
