//! `POST /v1/bill-payments`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::instructions::BillOrder;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Json, Query, Refusal, answer};
use cartola_model::{Instructed, Scope};
use cartola_primitives::Money;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::instructions::given::{self, PayerAsked};
use crate::instructions::view::InstructionView;
use crate::wire;

/// A bill.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `account_id` or `payer`, `biller_code`, `customer_number` and `amount`"
)]
#[schema(
    as = BillPaymentRequest,
    example = json!({"account_id": "acc_0198c1d2a3b4c5d6e7f8091a2b3c4d5e",
        "biller_code": "1001", "customer_number": "1234567-8", "amount": 23990})
)]
pub struct Asked {
    /// The account that pays: of a link that keeps credentials and was begun with `payments`. This, or
    /// `payer`.
    #[schema(value_type = Option<wire::AccountId>)]
    account_id: Option<String>,
    /// Whose bank it is, where no link keeps their credentials.
    payer: Option<PayerAsked>,
    /// Who is paid, as the record `service_accounts` names them in `biller_code`.
    biller_code: String,
    /// The customer's number there, as in `customer_number` of that record.
    customer_number: String,
    /// All that is owed, in whole pesos.
    #[schema(minimum = 1)]
    amount: i64,
    /// Pesos alone.
    #[schema(value_type = Option<wire::CurrencyCode>)]
    currency: Option<String>,
    /// The token of an approval by `/v1/authorizations`, of exactly this operation; it is used up.
    authorization: Option<String>,
    /// Where the end is posted, once, as a webhook of type `bill_payment.completed`,
    /// `bill_payment.cancelled` or `bill_payment.failed`.
    callback_url: Option<String>,
}

/// Pay a bill
///
/// Has the payer's bank pay what is owed at a company. `Idempotency-Key` is required, and kept with the
/// payment: the same key with the same body is the same payment, however it stands by then. The bank is
/// told in the background, and the payer approves in its app.
#[utoipa::path(
    post, path = "/v1/bill-payments", operation_id = "create_bill_payment", tag = "bill-payments",
    request_body = Asked,
    responses((status = 201, description = "As it stands", body = InstructionView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "idempotency_key_missing", "instruction_invalid",
        "instruction_not_offered", "account_not_enabled", "institution_not_configured",
        "credentials_malformed", "not_found", "approval_needed", "approval_other",
        "approval_ended", "operation_invalid", "person_blocked",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    Extension(callbacks): Extension<Option<Callbacks>>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let currency = given::pesos(asked.currency.as_deref())?;
    let what = Instructed::BillPayment(BillOrder {
        biller_code: asked.biller_code.clone(),
        customer_number: asked.customer_number.clone(),
        amount: Money::new(asked.amount, currency),
    });
    let common = given::Asked {
        account_id: asked.account_id.as_deref(),
        payer: asked.payer.as_ref(),
        authorization: asked.authorization.as_deref(),
        callback_url: asked.callback_url.as_deref(),
    };
    let callbacks = callbacks.as_ref();
    let begun = given::give(gate.engine(), callbacks, (who, &key), &common, what).await?;
    Ok(answer::json(StatusCode::CREATED, &InstructionView::from(begun)))
}
