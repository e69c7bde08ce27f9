//! `POST /floid/api/pis/get_iframe`: a page on which the payer pays, to be held in the merchant's.

use std::sync::Arc;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::checkouts::{CheckoutError, CheckoutOrder, Terms};
use cartola_engine::payments::{MAX_COMMENT, PaymentError};
use cartola_http::answer;
use cartola_model::{CheckoutStanding, Scope};
use cartola_primitives::{Currency, Money, Rut};

use super::asked::Asked;
use super::callback::Target;
use super::case::{Case, fingerprint};
use super::frames::{Frames, Here, origin_of};
use super::last_word::{LastWord, Subject};
use super::refused::Refused;
use crate::given::{Given, Mistake};
use crate::request::{self, pesos};
use crate::wire;

/// What the engine knows its checkouts by.
const VERB: &str = "floid.get_iframe";

/// Simple PIS Bank transfer iFrame solution
///
/// A page on which the payer chooses their bank and pays to the account that is configured. The same
/// `caseId` with the same body is the same page. What came of it is posted to `callbackUrl`, once.
#[utoipa::path(
    post, path = "/api/pis/get_iframe", operation_id = "get_iframe", tag = "payments",
    request_body = request::Iframe,
    responses((status = 200, description = "The page, ready to be put into another", body = wire::Iframe)),
)]
pub async fn get_iframe(
    Extension(frames): Extension<Arc<Frames>>,
    here: Here,
    asked: Asked,
) -> Result<Response, Refused> {
    asked.may(Scope::Manage)?;
    let wanted = Wanted::read(&asked, &asked.read()?).await?;
    let (engine, who) = (&asked.engine, &asked.who);
    let order = CheckoutOrder {
        amount: wanted.amount,
        rut: wanted.rut,
        terms: Terms {
            frames: frames.of(who.tenant, wanted.terms.on_success.as_deref()),
            ..wanted.terms.clone()
        },
        case: &checkout_case(&wanted.word.case),
        request: &wanted.fingerprint(),
        next: wanted.word.next(Subject::Checkout),
    };
    let checkout = engine.begin_checkout(who, &order).await?;
    let iframe = wire::Iframe::of(&frames.page(&here, checkout.token.expose()));
    Ok(answer::json(StatusCode::OK, &iframe))
}

/// What a body asks for.
struct Wanted {
    amount: Money,
    /// What came beside a `caseId`; it changes what is asked and nothing else.
    transaction: Option<String>,
    rut: Option<Rut>,
    terms: Terms,
    word: LastWord,
}

/// What the engine knows the page of a case by.
pub fn checkout_case(case: &Case) -> String {
    format!("{VERB}/{}", case.key())
}

impl Wanted {
    async fn read(asked: &Asked, body: &request::Iframe) -> Result<Self, Mistake> {
        let amount = Money::new(pesos(&body.amount, "amount")?, Currency::CLP);
        let transaction = body.transaction_id.optional_text("transactionId")?.map(str::to_owned);
        let case = match (&body.case_id, &transaction) {
            (Given::Absent, Some(_)) => Case::of(&body.transaction_id, "transactionId")?,
            (given, _) => Case::of(given, "caseId")?,
        };
        let rut = body.rut.optional_text("rut")?.map(|_| body.rut.rut("rut")).transpose()?;
        let url = (&body.callback_url, "callbackUrl");
        let key = (&body.callback_api_key, "callbackApiKey");
        let terms = Terms {
            comment: comment(&body.comment)?,
            on_success: leads_to(&body.redirect_on_success_url, "redirectOnSuccessUrl")?,
            on_failure: leads_to(&body.redirect_on_fail_url, "redirectOnFailUrl")?,
            frames: Vec::new(),
        };
        let target = Target::of(&asked.callbacks, url, key).await?;
        let word = LastWord::new(&asked.who, case, target);
        Ok(Self { amount, transaction, rut, terms, word })
    }

    fn fingerprint(&self) -> [u8; 32] {
        let (amount, rut) = (self.amount.to_decimal_string(), self.rut.as_ref().map(Rut::compact));
        let Terms { comment, on_success, on_failure, .. } = &self.terms;
        let [url, key] = self.word.target.parts();
        let texts = [&self.transaction, &rut, comment, on_success, on_failure];
        let [transaction, rut, comment, on_success, on_failure] = texts.map(Option::as_deref);
        let amount = Some(&*amount);
        fingerprint(&[amount, transaction, rut, comment, on_success, on_failure, url, key])
    }
}

/// What payer and bank are told.
fn comment(given: &Given) -> Result<Option<String>, Mistake> {
    let Some(text) = given.optional_text("comment")? else { return Ok(None) };
    let is_sound = text.chars().count() <= MAX_COMMENT && !text.chars().any(char::is_control);
    let problem = format!("it must be at most {MAX_COMMENT} printable characters");
    if is_sound { Ok(Some(text.to_owned())) } else { Err(Mistake::of("comment", problem)) }
}

/// Where the payer's browser goes: of what a page could run there is nothing.
fn leads_to(given: &Given, member: &str) -> Result<Option<String>, Mistake> {
    let Some(text) = given.optional_text(member)? else { return Ok(None) };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && origin_of(text).is_some();
    let problem = "an absolute URL is wanted, such as https://example.cl/paid";
    if is_plain { Ok(Some(text.to_owned())) } else { Err(Mistake::of(member, problem)) }
}

impl From<CheckoutError> for Refused {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::Engine(error) => error.into(),
            CheckoutError::Payment(PaymentError::TooLittle) => {
                Self::request("MINIMUM_MONEY_AMOUNT_1000: Minimum money amount is 1000.")
            }
            CheckoutError::Payment(PaymentError::TooMuch) => {
                Self::request("EXCEED_TRANSFER_LIMIT: the greatest amount is 100000000.")
            }
            CheckoutError::Payment(PaymentError::OtherRequest) => Self::other_case("caseId"),
            CheckoutError::Payment(error @ PaymentError::NoMerchant) => {
                Self::unconfigured(error.to_string())
            }
            error => Self::request(error.to_string()),
        }
    }
}

/// What the document says of a transaction that stands so; without a standing there is none.
pub const fn words(standing: Option<CheckoutStanding>) -> (&'static str, &'static str) {
    match standing {
        None => (
            "TRANSACTION_IS_NOT_EXIST",
            "Transaction is not created in the system. You can do it with get_iframe endpoint.",
        ),
        Some(CheckoutStanding::Open) => {
            ("TRANSACTION_IS_NOT_STARTED", "Transaction is not started.")
        }
        Some(CheckoutStanding::Paying) => {
            ("TRANSACTION_IS_IN_PROGRESS", "Please wait, transaction is in progress.")
        }
        Some(CheckoutStanding::Paid) => {
            ("TRANSACTION_IS_FINISHED_SUCCESSFULLY", "Transaction is finished successfully.")
        }
        Some(CheckoutStanding::Failed) => {
            ("TRANSACTION_IS_FINISHED_WITH_ERROR", "Transaction is finished with error.")
        }
        Some(CheckoutStanding::Expired) => (
            "TRANSACTION_IS_EXPIRED",
            "Transaction created in system is expired and not valid anymore. Please create new one with get_iframe endpoint.",
        ),
    }
}
