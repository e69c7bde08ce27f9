//! `GET /synaptic/api/v1/tasks/{taskId}`

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::tasks::TaskState;
use cartola_http::{Gate, answer};
use cartola_model::Failure;
use cartola_primitives::id::TaskId;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::ACTIONS;
use super::caller::WithSession;
use super::refused::{Message, Refused};

/// Where a task stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
pub struct TaskView<'a> {
    /// `pending`, `running`, `success` or `error`.
    #[schema(example = "success")]
    task_status: &'static str,
    /// 202 until it has ended; 200; or what went wrong: 400 the entity takes no such request, 401 wrong password, 404 no such product,
    /// 423 locked, 429 quota, 502 bad answer, 503 entity down, 504 timeout, 500 the gateway failed.
    #[schema(example = 200)]
    task_status_code: u16,
    /// One of the models for each thing that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>, nullable = false)]
    results: Option<&'a RawValue>,
    /// What went wrong, one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<&'static str>,
}

/// Look where an extraction stands
///
/// A task and its results are kept for 24 hours.
#[utoipa::path(
    get, path = "/api/v1/tasks/{taskId}", operation_id = "read_task", tag = "extraction",
    params(("taskId" = String, Path, description = "The task, as `POST /tasks` gave it.")),
    responses(
        (status = 200, description = "Where it stands", body = TaskView),
        (status = 401, description = "`Jwt is expired` or `Jwt is invalid`", body = Message),
        (status = 404, description = "There is no such task, or it is no longer kept", body = Message),
    ),
    security(("sessionToken" = [])),
)]
pub async fn look(
    State(gate): State<Gate>,
    caller: WithSession,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    let unknown = || Refused::new(StatusCode::NOT_FOUND, "there is no such task");
    let Path(id) = id.map_err(|_| unknown())?;
    let id = TaskId::from_hex(&id).map_err(|_| unknown())?;
    let standing = gate.engine().task(&caller.0, id).await?.ok_or_else(unknown)?;
    let is_ours = standing.row.action.starts_with(ACTIONS);
    let state = if is_ours { standing.state } else { return Err(unknown()) };
    let TaskState::Done(result) = &state else {
        return Ok(answer::json(StatusCode::OK, &without_results(&state)));
    };
    let results = serde_json::from_slice(result.expose())
        .map_err(|_| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the gateway failed"))?;
    let view = TaskView {
        task_status: "success",
        task_status_code: 200,
        results: Some(results),
        message: None,
    };
    Ok(answer::json(StatusCode::OK, &view))
}

fn without_results(state: &TaskState) -> TaskView<'static> {
    let (task_status, task_status_code, message) = match state {
        TaskState::Pending => ("pending", 202, None),
        TaskState::Running | TaskState::Done(_) => ("running", 202, None),
        TaskState::Failed(failure) => {
            let (code, message) = of_failure(*failure);
            ("error", code, Some(message))
        }
    };
    TaskView { task_status, task_status_code, results: None, message }
}

/// Every failure as the protocol has it.
const fn of_failure(failure: Failure) -> (u16, &'static str) {
    match failure {
        Failure::CredentialsInvalid => (401, "the entity refused the credentials"),
        Failure::ChallengeRequired => (401, "the entity wants a second factor"),
        Failure::ChallengeRejected => (401, "the second factor was refused"),
        Failure::ChallengeExpired => (401, "the second factor came too late"),
        Failure::NoData => (404, "the person has no such product there"),
        Failure::Unsupported => (404, "the entity has no such product"),
        Failure::CredentialsLocked => {
            (423, "the user is locked; POST /api/v1/users/status/by-entity says until when")
        }
        Failure::RateLimited => (429, "the entity takes no more calls for now"),
        Failure::LimitExceeded => (429, "there is more than one result can hold"),
        Failure::ProviderAnswerInvalid => (502, "the entity gave an answer that is none"),
        Failure::InstitutionDown => (503, "the entity cannot be reached"),
        Failure::Timeout => (504, "the entity did not answer in time"),
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => {
            (403, "what allowed to ask the entity has ended")
        }
        Failure::RequestInvalid => (400, "the entity takes no such request"),
        Failure::GatewayAuth | Failure::InsufficientFunds | Failure::Internal => {
            (500, "the gateway failed")
        }
    }
}
