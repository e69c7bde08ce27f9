//! `GET /synaptic/openapi.json`

use std::sync::LazyLock;

use axum::response::Response;
use cartola_http::document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, RefOr, Server};
use utoipa_axum::router::OpenApiRouter;

use super::PREFIX;

const DESCRIPTION: &str = "Synaptic's extraction protocol: an API key is traded for a session of one hour, a session begins tasks with a person's credentials, and a task is looked at until it has ended. Every refusal is `{\"message\": …}` under its status.";

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
        .title("Cartola: Synaptic")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key")));
    let session = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.security_schemes.insert("apiKey".to_owned(), RefOr::T(key));
    components.security_schemes.insert("sessionToken".to_owned(), RefOr::T(session));
    document
}
