//! `GET /khipu/openapi.json`

use std::sync::LazyLock;

use axum::response::Response;
use cartola_http::document;
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation as Described, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, Ref, RefOr, Required,
    Response as Told, ResponseBuilder, SecurityRequirement, Server, Type,
};
use utoipa_axum::router::OpenApiRouter;

use super::PREFIX;
use crate::Segment;

const TAG: &str = "banking";

const SCHEME: &str = "client_credentials";

/// Any refusal: `Data` is `null` in it, so that any operation's envelope describes it.
const REFUSAL: &str = "Envelope_Accounts";

const DESCRIPTION: &str = "Khipu's banking protocol. A bank's refusal is `\"Status\": \"ERROR\"` under HTTP 200; what is wrong with the request itself has a status of its own, in the same form.";

/// What else any operation answers.
const REFUSALS: [(&str, &str); 7] = [
    ("202", "Accepted: the result is posted to `CallbackUrl`"),
    ("400", "`P001`, `P002`, `P003`: the request is wrong"),
    ("401", "`A000`: the token is missing, invalid, expired or revoked"),
    ("404", "`P003`: unknown segment, bank or operation"),
    ("405", "`P003`: another method is wanted"),
    ("429", "`I002`: too many requests; `Retry-After` says how long to wait"),
    ("500", "`I001`: the gateway failed"),
];

/// The document as it is committed and served.
pub fn openapi_json() -> String {
    let mut document = serde_json::to_value(openapi()).expect("the document is plain data");
    document["components"]["schemas"].as_object_mut().into_iter().flatten().for_each(without_data);
    document::text(&document)
}

/// Describe the facade
///
/// This document.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub async fn serve() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(openapi_json);
    document::served(&TEXT)
}

fn openapi() -> OpenApi {
    let mut document = OpenApiRouter::new().nest(PREFIX, super::documented()).into_openapi();
    document.info = InfoBuilder::new()
        .title("Cartola: Khipu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    components.security_schemes.insert(SCHEME.to_owned(), RefOr::T(scheme()));
    let posts = document.paths.paths.values_mut().filter_map(|item| item.post.as_mut());
    posts.filter(|post| is_banking(post)).for_each(complete);
    document
}

/// Says that an envelope may be without data. The macro says so of any member but a generic one.
fn without_data((name, schema): (&String, &mut Value)) {
    if name.starts_with("Envelope_") {
        let data = schema["properties"]["Data"].take();
        schema["properties"]["Data"] = json!({ "oneOf": [data, { "type": "null" }] });
    }
}

fn is_banking(operation: &Described) -> bool {
    operation.tags.as_ref().is_some_and(|tags| tags.iter().any(|tag| tag == TAG))
}

fn scheme() -> SecurityScheme {
    let flow = ClientCredentials::new(format!("{PREFIX}/oauth/token"), Scopes::new());
    SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)]))
}

/// Adds what all operations of a bank share.
fn complete(operation: &mut Described) {
    let segments = Segment::ALL.map(Segment::name);
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let named = |name: &str, description: &str| {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
    };
    let segment =
        named("segment", "The bank's side.").schema(Some(text().enum_values(Some(segments))));
    let bank =
        named("bank", "The bank's domain, such as `demo-bank.khipu.com`.").schema(Some(text()));
    operation.parameters = Some(vec![RefOr::T(segment.build()), RefOr::T(bank.build())]);
    operation.security = Some(vec![SecurityRequirement::new::<_, _, String>(SCHEME, [])]);
    for (status, description) in REFUSALS {
        operation.responses.responses.insert(status.to_owned(), RefOr::T(told(description)));
    }
}

fn told(description: &str) -> Told {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(REFUSAL))).build();
    ResponseBuilder::new().description(description).content("application/json", content).build()
}
