//! `POST /v1/withdrawals`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::instructions::CashOrder;
use cartola_http::callbacks::Callbacks;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Json, Query, Refusal, answer, parse};
use cartola_model::{Instructed, Scope};
use cartola_primitives::Money;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::instructions::given::{self, PayerAsked, wrong};
use crate::instructions::view::InstructionView;
use crate::wire;

/// Cash for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `account_id` or `payer`, `rut` and `amount`"
)]
#[schema(
    as = WithdrawalRequest,
    example = json!({"account_id": "acc_0198c1d2a3b4c5d6e7f8091a2b3c4d5e",
        "rut": "12.345.678-5", "amount": 50000, "comment": "Turno del viernes",
        "callback_url": "https://pagos.example.cl/giros"})
)]
pub struct Asked {
    /// The account that pays: of a link that keeps credentials and was begun with `payments`. This, or
    /// `payer`.
    #[schema(value_type = Option<wire::AccountId>)]
    account_id: Option<String>,
    /// Whose bank it is, where no link keeps their credentials.
    payer: Option<PayerAsked>,
    /// Who may take the cash, in any written form.
    rut: String,
    /// Whole pesos, in notes that ATMs have.
    #[schema(minimum = 1000, maximum = 1_000_000)]
    amount: i64,
    /// Pesos alone.
    #[schema(value_type = Option<wire::CurrencyCode>)]
    currency: Option<String>,
    /// What the payer's statement says of it, at most 120 characters.
    #[schema(max_length = 120)]
    comment: Option<String>,
    /// The token of an approval by `/v1/authorizations`, of exactly this operation; it is used up.
    authorization: Option<String>,
    /// Where the end is posted, once, as a webhook of type `withdrawal.claimed`, `withdrawal.expired`,
    /// `withdrawal.cancelled` or `withdrawal.failed`.
    callback_url: Option<String>,
}

/// Put cash aside
///
/// Has the payer's bank put cash aside for a third person, who takes it at an ATM with a code and their RUT
/// (*giro sin tarjeta*). `Idempotency-Key` is required, and kept with the withdrawal: the same key with the
/// same body is the same withdrawal, however it stands by then. The bank is told in the background, and
/// the payer approves in its app; look at the withdrawal for the code.
#[utoipa::path(
    post, path = "/v1/withdrawals", operation_id = "create_withdrawal", tag = "withdrawals",
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
    let rut = parse::rut(&asked.rut).map_err(wrong("rut"))?;
    let currency = given::pesos(asked.currency.as_deref())?;
    let what = Instructed::Withdrawal(CashOrder {
        rut,
        amount: Money::new(asked.amount, currency),
        comment: asked.comment.clone(),
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
