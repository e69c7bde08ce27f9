//! `GET /mibanco/openapi.json`

use std::sync::LazyLock;

use axum::response::Response;
use cartola_http::document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, RefOr, Server};
use utoipa_axum::router::OpenApiRouter;

use super::PREFIX;

const DESCRIPTION: &str = "Mi Banco, Banco de Chile's mobile channel, for every bank of the catalogue: a session of a device, accounts, statements, products, and Mi Pass. Every refusal is `{\"code\", \"message\", \"retry_after\"?}` under its status.";

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
        .title("Cartola: Mi Banco")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    let schemes = [
        ("session", HttpAuthScheme::Bearer),
        ("api_key", HttpAuthScheme::Bearer),
        ("client", HttpAuthScheme::Basic),
    ];
    for (name, scheme) in schemes {
        let scheme = SecurityScheme::Http(Http::new(scheme));
        components.security_schemes.insert(name.to_owned(), RefOr::T(scheme));
    }
    document
}
