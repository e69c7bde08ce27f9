//! `GET /apistore/openapi.json`

use std::sync::LazyLock;

use axum::response::Response;
use cartola_http::document;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, RefOr, Server};
use utoipa_axum::router::OpenApiRouter;

use super::PREFIX;

const SCHEME: &str = "client_credentials";

const DESCRIPTION: &str = "Banco de Chile's ApiStore, as far as its shapes are public: a client's id and secret are traded for a token of one hour, which opens movements, balances, payments and deposits. Every refusal is `{\"error\", \"error_description\"}` under its status.";

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
        .title("Cartola: ApiStore")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    let scopes = [
        ("read", "look at accounts, balances and movements"),
        ("manage", "begin and end what acts"),
    ];
    let flow = ClientCredentials::new(format!("{PREFIX}/oauth/token"), Scopes::from_iter(scopes));
    let scheme = SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]));
    components.security_schemes.insert(SCHEME.to_owned(), RefOr::T(scheme));
    document
}
