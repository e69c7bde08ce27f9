//! `POST /v1/imports`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::imports::Imported;
use cartola_engine::once::Reply;
use cartola_http::body::declared_length;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Query, Refusal, answer};
use cartola_model::Scope;

use super::form::{Form, Parts};
use super::view::ImportedView;

/// Import a statement file
///
/// The file is read as a whole: either everything in it becomes movements, balances and a consent,
/// or nothing is kept and the answer says where and why. Importing a file again, or one that
/// overlaps with it, makes no movement twice. Uploads wait for one another up to 10 seconds where
/// many come at once; then they are `busy`.
#[utoipa::path(
    post, path = "/v1/imports", operation_id = "create_import", tag = "imports",
    request_body(content = Parts, content_type = "multipart/form-data"),
    responses((status = 201, description = "What came of it", body = ImportedView)),
    security(("api_key" = ["import"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "content_type_unsupported", "form_malformed", "form_invalid",
        "not_found", "file_unrecognised", "file_malformed", "file_unsupported", "file_too_large",
        "file_encrypted", "file_mapping", "file_shape", "account_unclear", "account_mismatch",
    ]))),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    request: axum::extract::Request,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Import)?;
    let engine = gate.engine();
    // The form is read once it is known that its sender may send one, and that there is room.
    let _room = gate.room(declared_length(request.headers())).await?;
    let form = Form::read(request).await?;
    let ticket = key.ticket(engine, who, "imports.create", form.fingerprint).await?;
    let render =
        |imported: &Imported| answer::recorded(StatusCode::CREATED, &ImportedView::of(imported));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let imported = engine.import(who, form.upload, reply).await?;
    Ok(answer::fresh(render(&imported)))
}
