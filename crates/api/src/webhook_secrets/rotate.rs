//! `POST /v1/webhook-secrets/rotate`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_engine::webhook_secrets::{MAX_OVERLAP, Rotated, USUAL_OVERLAP};
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, JsonOrNothing, Problem, Query, Refusal, answer, of_write,
};
use cartola_model::Scope;
use cartola_primitives::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// How a secret takes the place of those before it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `overlap_seconds`")]
#[schema(as = RotationRequest, example = json!({"overlap_seconds": 86400}))]
pub struct Asked {
    /// For how long the secrets before it sign too, in seconds; 0 ends them at once, as after a leak.
    #[schema(required = false, nullable = false, value_type = u32, maximum = 2_592_000, default = 86400)]
    overlap_seconds: Option<i64>,
}

const _: () = assert!(MAX_OVERLAP.as_secs() == 2_592_000, "the document says so");
const _: () = assert!(USUAL_OVERLAP.as_secs() == 86_400, "the document says so");

/// A new secret.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhookSecret)]
struct RotatedView<'a> {
    #[schema(value_type = wire::WebhookSecretId)]
    id: IdText,
    /// The secret, as libraries of Standard Webhooks take it. It is shown in this answer alone.
    #[schema(pattern = "^whsec_[0-9A-Za-z+/=]+$")]
    secret: &'a str,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Until when the secrets before it sign too.
    #[schema(value_type = wire::Instant)]
    others_until: Timestamp,
}

/// Rotate the webhook secret
///
/// Makes a new secret, which signs from now on. The secrets before it sign beside it for a day, or for
/// as long as is said, so that receivers can change over at any moment of it.
#[utoipa::path(
    post, path = "/v1/webhook-secrets/rotate", operation_id = "rotate_webhook_secret",
    tag = "messages",
    request_body = Asked,
    responses((status = 201, description = "The new secret, this once", body = RotatedView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn rotate(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    JsonOrNothing(asked): JsonOrNothing<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let seconds = asked.overlap_seconds.map(|seconds| seconds.to_string());
    let request = Fingerprint::default().with(seconds.as_deref().map(str::as_bytes));
    let ticket = key.ticket(engine, who, "webhook_secrets.rotate", request).await?;
    let overlap = asked.overlap()?;
    let render = |rotated: &Rotated| {
        let view = RotatedView {
            id: rotated.id.into(),
            secret: rotated.secret.expose(),
            created_at: rotated.created_at,
            others_until: rotated.others_until,
        };
        answer::recorded(StatusCode::CREATED, &view)
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let rotated = engine.rotate_webhook_secret(who, overlap, reply).await.map_err(of_write)?;
    Ok(answer::fresh(render(&rotated)))
}

impl Asked {
    fn overlap(&self) -> Result<SignedDuration, Problem> {
        let Some(seconds) = self.overlap_seconds else { return Ok(USUAL_OVERLAP) };
        let most = MAX_OVERLAP.as_secs();
        if (0..=most).contains(&seconds) {
            return Ok(SignedDuration::from_secs(seconds));
        }
        let why = Text::new(
            format!("expected a whole number from 0 to {most}"),
            format!("se esperaba un número entero de 0 a {most}"),
        );
        Err(Problem::new(Code::JsonInvalid).named("overlap_seconds", why))
    }
}
