//! `GET /floid/openapi.json`

use std::sync::LazyLock;

use axum::response::Response;
use cartola_http::document;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
    SecurityRequirement, Server,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use super::PREFIX;
use crate::wire::{ErrorObject, Failed, IncomeCheck, Posted, TransactionHistory, TransferCallback};

const SCHEME: &str = "apiKey";

/// Where the current dialect begins.
const CURRENT: &str = "/floid/cl/";

const DESCRIPTION: &str = "Floid's protocol in both dialects: one endpoint for each product under `/api`, one for each institution and product under `/cl`. `Authorization` holds an API key of the tenant, bare or as a bearer. An institution's refusal of a person is 200 with what went wrong in `error`, under `/cl` an error object.";

/// What else any operation answers.
const REFUSALS: [(&str, &str); 4] = [
    ("400", "The request is wrong"),
    ("401", "The API key is missing, unknown or withdrawn"),
    ("429", "Too many requests; `Retry-After` says how long to wait"),
    ("500", "The gateway failed"),
];

/// The document of the facade
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "about",
    responses((status = 200, description = "This document")),
)]
pub async fn serve() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);
    document::served(&DOCUMENT)
}

/// The document, as it is served and committed.
pub fn openapi_json() -> String {
    document::text(&openapi())
}

fn openapi() -> OpenApi {
    let mut document = OpenApiRouter::new().nest(PREFIX, super::documented()).into_openapi();
    document.info = InfoBuilder::new()
        .title("Cartola: Floid")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    add::<Failed<'static>>(components);
    add::<ErrorObject<'static>>(components);
    // What is posted is described too, though no operation answers it.
    add_posted::<IncomeCheck>(components);
    add_posted::<TransactionHistory>(components);
    add::<TransferCallback<'static>>(components);
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("Authorization")));
    components.security_schemes.insert(SCHEME.to_owned(), RefOr::T(key));
    for (path, item) in &mut document.paths.paths {
        let refusal = if path.starts_with(CURRENT) { ErrorObject::name() } else { Failed::name() };
        item.post.iter_mut().for_each(|post| complete(post, &refusal));
    }
    document
}

fn add<T: ToSchema>(components: &mut Components) {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    T::schemas(&mut schemas);
    schemas.push((T::name().into_owned(), <T as PartialSchema>::schema()));
    components.schemas.extend(schemas);
}

/// Adds a result, and the callback that holds it.
fn add_posted<T: ToSchema>(components: &mut Components) {
    add::<T>(components);
    let name = format!("{}Callback", T::name());
    components.schemas.insert(name, <Posted<'static, T> as PartialSchema>::schema());
}

/// Adds what all operations share.
fn complete(operation: &mut Operation, refusal: &str) {
    operation.security = Some(vec![SecurityRequirement::new::<_, _, String>(SCHEME, [])]);
    for (status, description) in REFUSALS {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(refusal))).build();
        let told = ResponseBuilder::new()
            .description(description)
            .content("application/json", content)
            .build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(told));
    }
}
