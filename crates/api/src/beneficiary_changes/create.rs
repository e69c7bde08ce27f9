//! `POST /v1/beneficiary-changes`

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::instructions::BeneficiaryOrder;
use cartola_http::callbacks::Callbacks;
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Json, Query, Refusal, answer, parse};
use cartola_model::authorization::Beneficiary;
use cartola_model::{AccountNumber, Instructed, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::instructions::given::{self, PayerAsked, wrong};
use crate::instructions::view::InstructionView;
use crate::wire;

/// A change of those whom somebody transfers to.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `account_id` or `payer`, `change`, `institution`, `account`, `rut` and `name`"
)]
#[schema(
    as = BeneficiaryChangeRequest,
    example = json!({"account_id": "acc_0198c1d2a3b4c5d6e7f8091a2b3c4d5e", "change": "add",
        "institution": "banco-estado", "account": "12345678", "rut": "12.345.678-5",
        "name": "María Soto", "alias": "María"})
)]
pub struct Asked {
    /// The account that whose bank is told: of a link that keeps credentials and was begun with `payments`. This, or
    /// `payer`.
    #[schema(value_type = Option<wire::AccountId>)]
    account_id: Option<String>,
    /// Whose bank it is, where no link keeps their credentials.
    payer: Option<PayerAsked>,
    /// `add`, also for one who is known with other data from now on, or `remove`.
    #[schema(value_type = String)]
    change: Beneficiary,
    /// The beneficiary's bank.
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// The beneficiary's account.
    account: String,
    /// The beneficiary's RUT.
    rut: String,
    /// The beneficiary's name.
    #[schema(max_length = 100)]
    name: String,
    /// What the customer calls them.
    #[schema(max_length = 100)]
    alias: Option<String>,
    /// Who is told of transfers.
    #[schema(max_length = 100)]
    email: Option<String>,
    /// The token of an approval by `/v1/authorizations`, of exactly this operation; it is used up.
    authorization: Option<String>,
    /// Where the end is posted, once, as a webhook of type `beneficiary.completed`,
    /// `beneficiary.cancelled` or `beneficiary.failed`.
    callback_url: Option<String>,
}

/// Change a beneficiary
///
/// Has a customer's bank add somebody to those whom the customer transfers to, or take them away.
/// `Idempotency-Key` is required, and kept with the change: the same key with the same body is the same
/// change, however it stands by then. The bank is told in the background, and the customer approves in its
/// app.
#[utoipa::path(
    post, path = "/v1/beneficiary-changes", operation_id = "create_beneficiary_change", tag = "beneficiary-changes",
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
    let account = AccountNumber::parse(&asked.account).map_err(|error| {
        let es = "se esperaba un número de cuenta";
        wrong("account")(Text::new(error.to_string(), es))
    })?;
    let what = Instructed::Beneficiary(BeneficiaryOrder {
        change: asked.change,
        institution: parse::institution(&asked.institution).map_err(wrong("institution"))?,
        account,
        rut: parse::rut(&asked.rut).map_err(wrong("rut"))?,
        name: asked.name.clone(),
        alias: asked.alias.clone(),
        email: asked.email.clone(),
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
