//! `POST /v1/imports`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::imports::Imported;
use cartola_engine::once::Reply;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Query, Refusal, answer};
use cartola_model::Scope;
use utoipa::ToSchema;

use super::form::Form;
use super::view::ImportedView;
use crate::wire;

/// A statement file and what its giver says about it.
#[derive(ToSchema)]
#[schema(as = ImportRequest)]
#[allow(dead_code, reason = "describes the form; the parts are read one by one")]
struct ImportForm {
    /// The file, at most 32 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// How to read a file that does not explain itself (TOML), at most 64 KiB.
    #[schema(required = false, value_type = String, max_length = 65536)]
    mapping: Option<String>,
    /// The account it belongs to, for files that do not say.
    #[schema(required = false, value_type = wire::AccountId)]
    account_id: Option<String>,
    /// The institution it comes from, for files that do not say.
    #[schema(required = false, value_type = wire::InstitutionId)]
    institution: Option<String>,
    /// What opens an encrypted file.
    #[schema(required = false, value_type = String, format = Password, max_length = 256)]
    password: Option<String>,
}

/// Import a statement file
///
/// The file is read as a whole: either everything in it becomes movements, balances and a consent,
/// or nothing is kept and the answer says where and why. Importing a file again, or one that
/// overlaps with it, makes no movement twice.
#[utoipa::path(
    post, path = "/v1/imports", operation_id = "create_import", tag = "imports",
    request_body(content = ImportForm, content_type = "multipart/form-data"),
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
    // The form is read once it is known that its sender may send one.
    let form = Form::read(request).await?;
    let ticket = key.ticket(engine, who, "imports.create", form.fingerprint).await?;
    let render =
        |imported: &Imported| answer::recorded(StatusCode::CREATED, &ImportedView::of(imported));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let imported = engine.import(who, form.upload, reply).await?;
    Ok(answer::fresh(render(&imported)))
}
