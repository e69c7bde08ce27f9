//! `POST /synaptic/api/v1/users/status/by-entity`

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Gate, answer};
use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::caller::WithSession;
use super::refused::{Message, Refused};
use crate::Entity;

const SHAPE: &str = r#"{"username": "11.111.111-1", "entity": "banco-chile"}"#;

/// Whose standing, and where.
#[derive(Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct User {
    /// The RUT, in any written form.
    #[schema(example = "11.111.111-1")]
    username: String,
    /// The entity.
    #[schema(example = "banco-chile")]
    entity: String,
}

/// Whether an entity is asked for a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Whether it is.
    enabled: bool,
    /// Seconds until it is again; `null` where it is.
    retry_after: Option<i64>,
}

/// Look whether a user is locked
///
/// Three wrong passwords in a row lock a user at an entity for 24 hours.
#[utoipa::path(
    post, path = "/api/v1/users/status/by-entity", operation_id = "user_status", tag = "user",
    request_body = User,
    responses(
        (status = 200, description = "Whether the entity is asked", body = Standing),
        (status = 400, description = "The body, the user name or the entity is wrong", body = Message),
        (status = 401, description = "`Jwt is expired` or `Jwt is invalid`", body = Message),
    ),
    security(("sessionToken" = [])),
)]
pub async fn by_entity(
    State(gate): State<Gate>,
    caller: WithSession,
    request: Request,
) -> Result<Response, Refused> {
    let user: User = body::read(request, SHAPE).await?;
    let rut = Rut::parse(&user.username);
    let rut = rut.map_err(|error| Refused::request(format!("username: {error}")))?;
    let entity = Entity::find(&user.entity).ok_or_else(|| {
        Refused::request("entity: there is none of this name; GET /api/v1/entities lists them")
    })?;
    let engine = gate.engine();
    let until = engine.locked_until(&caller.0, &entity.institution.id, rut).await?;
    let retry_after = until.map(|until| until.duration_since(engine.now()).as_secs().max(0) + 1);
    let standing = Standing { enabled: retry_after.is_none(), retry_after };
    Ok(answer::json(StatusCode::OK, &standing))
}
