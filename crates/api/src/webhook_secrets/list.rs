//! `GET /v1/webhook-secrets`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::rows::CredentialRow;
use cartola_http::callbacks::MAX_SECRETS;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText, List};

/// A secret that signs callbacks and webhooks. What it is was shown when it was made, and never
/// again.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct SecretView {
    #[schema(value_type = wire::WebhookSecretId)]
    id: IdText,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Until when it signs, or signed; left out while nobody has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    until: Option<Timestamp>,
    /// Whether it signs now.
    signs: bool,
}

impl SecretView {
    fn of(row: &CredentialRow, signs: bool) -> Self {
        Self { id: row.id.into(), created_at: row.created_at, until: row.revoked_at, signs }
    }
}

/// List webhook secrets
///
/// All that were ever made, the oldest first, always whole.
#[utoipa::path(
    get, path = "/v1/webhook-secrets", operation_id = "list_webhook_secrets", tag = "messages",
    responses((status = 200, description = "All of them", body = List<SecretView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let (engine, now) = (gate.engine(), gate.engine().now());
    let rows = engine.webhook_secret_rows(who).await?;
    let beyond = rows.iter().filter(|row| row.holds(now)).count().saturating_sub(MAX_SECRETS);
    let mut holding = 0;
    let view = |row: &CredentialRow| {
        holding += usize::from(row.holds(now));
        SecretView::of(row, row.holds(now) && holding > beyond)
    };
    let body = List::whole(rows.iter().map(view).collect());
    Ok(answer::json(StatusCode::OK, &body))
}
