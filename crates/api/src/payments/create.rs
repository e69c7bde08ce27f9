//! `POST /v1/payments`

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::payments::{PaymentError, PaymentOrder};
use cartola_http::{
    Approval, Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer, parse,
    problem::{Code, Text},
};
use cartola_model::{AccountNumber, Scope};
use cartola_primitives::{Currency, Money, Rut, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::PaymentView;
use crate::institutions::known;
use crate::links::refused;
use crate::wire;

/// What is paid, by whom, and with what their bank lets them in.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `institution`, `rut`, `credentials` and `amount`"
)]
#[schema(
    as = PaymentRequest,
    example = json!({"institution": "banco-estado", "rut": "12.345.678-5",
        "credentials": {"password": "…"}, "amount": 25000,
        "comment": "Pedido 4711"})
)]
pub struct Asked {
    /// The customer's bank.
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// The customer.
    rut: String,
    /// What the bank lets them in with beside the RUT: `password`, or `mi_pin`. Kept sealed until the
    /// payment has ended.
    #[schema(value_type = BTreeMap<String, String>)]
    credentials: BTreeMap<String, String>,
    /// Whole pesos.
    #[schema(minimum = 1000, maximum = 100_000_000)]
    amount: i64,
    /// Pesos alone.
    #[schema(value_type = Option<wire::CurrencyCode>)]
    currency: Option<String>,
    /// From which of the customer's accounts; the first one that pays where nothing is said.
    from_account: Option<String>,
    /// What both sides are told, at most 120 characters.
    #[schema(max_length = 120)]
    comment: Option<String>,
}

/// The field of every bank's form that says who signs in.
const RUT_FIELD: &str = "rut";

/// What of a request stands for the customer's leave: all but the credentials.
#[derive(Serialize)]
struct Evidence<'a> {
    institution: &'a str,
    rut: String,
    amount: i64,
    from_account: &'a Option<String>,
    comment: &'a Option<String>,
}

/// Pay
///
/// Asks the customer's bank for a transfer to the merchant that is configured. `Idempotency-Key` is
/// required, and kept with the payment: the same key with the same body is the same payment, however
/// it stands by then. The bank is told in the background; look at the payment for what follows. Where
/// payments need the customer's approval on their phone, its token comes as `X-MiPass-Token`.
#[utoipa::path(
    post, path = "/v1/payments", operation_id = "create_payment", tag = "payments",
    params(("X-MiPass-Token" = Option<String>, Header, description = "The token of the customer's approval of exactly this payment.")),
    request_body = Asked,
    responses((status = 201, description = "The payment", body = PaymentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "idempotency_key_missing", "payment_invalid", "payment_unconfigured",
        "institution_not_configured", "credentials_malformed", "approval_needed",
        "approval_other", "approval_ended", "operation_invalid", "not_found", "person_blocked",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    approval: Approval,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let case = key.text().ok_or_else(|| Problem::new(Code::IdempotencyKeyMissing))?;
    let case = format!("v1/{case}");
    let wrong = |name| move |why: Text| Problem::new(Code::PaymentInvalid).named(name, why);
    let rut = parse::rut(&asked.rut).map_err(wrong("rut"))?;
    let written = asked.currency.as_deref().unwrap_or(Currency::CLP.code());
    let currency = Currency::parse(written).map_err(|_| {
        wrong("currency")(Text::fixed("payments are in CLP", "los pagos son en CLP"))
    })?;
    let fields = secrets(&asked.credentials, rut);
    let evidence = evidence(&asked, rut);
    let request = [evidence.as_bytes(), &answered(&asked.credentials)].concat();
    let from = asked.from_account.as_deref().map(AccountNumber::parse).transpose();
    let from = from.map_err(|error| {
        wrong("from_account")(Text::new(error.to_string(), "se esperaba un número de cuenta"))
    })?;
    let institution = parse::institution(&asked.institution).map_err(wrong("institution"))?;
    let order = PaymentOrder {
        institution: known(institution)?,
        rut,
        fields: &fields,
        amount: Money::new(asked.amount, currency),
        from,
        payee: None,
        comment: asked.comment.clone(),
        case: &case,
        request: &request,
        evidence: evidence.as_bytes(),
        approval: approval.token(),
        next: None,
    };
    let begun = gate.engine().begin_payment(who, &order).await;
    let payment = begun.map_err(|error| match error {
        PaymentError::Link(error) => refused(error, gate.engine().now()),
        error => error.into(),
    })?;
    Ok(answer::json(StatusCode::CREATED, &PaymentView::from(payment)))
}

/// What signs the customer in: their RUT too, where the form has a field for it.
fn secrets(written: &BTreeMap<String, String>, rut: Rut) -> BTreeMap<String, Secret<String>> {
    let given = written.iter().map(|(name, text)| (name.clone(), Secret::new(text.clone())));
    let rut = (RUT_FIELD.to_owned(), Secret::new(rut.compact()));
    std::iter::once(rut).chain(given).collect()
}

fn evidence(asked: &Asked, rut: Rut) -> String {
    let evidence = Evidence {
        institution: &asked.institution,
        rut: rut.compact(),
        amount: asked.amount,
        from_account: &asked.from_account,
        comment: &asked.comment,
    };
    serde_json::to_string(&evidence).expect("texts and a number are JSON")
}

fn answered(credentials: &BTreeMap<String, String>) -> Vec<u8> {
    serde_json::to_vec(credentials).expect("texts by name are JSON")
}
