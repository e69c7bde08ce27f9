//! The OpenAPI document: generated from the handlers, completed here with what all of them share.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::response::Response;
use cartola_http::document;
use cartola_http::problem::{Body, Code, MEDIA_TYPE, Problem, Retry};
use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HeaderBuilder, HttpMethod, InfoBuilder, ObjectBuilder, OpenApi,
    PathItem, Ref, RefOr, Required, ResponseBuilder, Schema, Server, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::routes;

/// Problems that any request with a key can meet.
const OF_ALL_WITH_KEY: &[Code] = &[
    Code::KeyMissing,
    Code::KeyMalformed,
    Code::KeyUnknown,
    Code::ScopeMissing,
    Code::RateLimited,
];

/// Problems that any request can meet.
const OF_ALL: &[Code] =
    &[Code::Internal, Code::Busy, Code::Interrupted, Code::Timeout, Code::NotReady];

/// Problems that any POST can meet.
const OF_POSTS: &[Code] = &[
    Code::BodyTooLarge,
    Code::BodyIncomplete,
    Code::RequestTimeout,
    Code::IdempotencyKeyInvalid,
    Code::IdempotencyKeyReused,
    Code::OutcomeUnknown,
    Code::StorageFull,
];

/// Problems that a POST with a JSON body can meet.
const OF_JSON: &[Code] = &[Code::ContentTypeUnsupported, Code::JsonMalformed, Code::JsonInvalid];

/// Where an operation lists its own problems.
const PROBLEMS: &str = "x-problems";

/// In front of the names of schemas that are parts of an operation which somebody approves.
const PARTS: &str = "Authorized";

const DESCRIPTION: &str = "Accounts, balances and movements of Chilean banks, under the consent that allows each of them to be shown. Amounts are whole numbers in minor units of their currency. Lists are `{\"data\": […], \"next_cursor\": …}`. Every refusal is a problem (RFC 9457) with a stable code, in English and Spanish.";

/// The document.
pub fn openapi() -> OpenApi {
    let mut document = routes::documented(None, Arc::default()).into_openapi();
    document.info = InfoBuilder::new()
        .title("Cartola")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_with(Components::new);
    components.security_schemes.insert("api_key".to_owned(), RefOr::T(api_key()));
    components.schemas.insert(Body::name().into_owned(), Body::schema());
    let mut needed = Vec::new();
    Body::schemas(&mut needed);
    components.schemas.extend(needed);
    open_parts(components);
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete(&method, operation);
        }
    }
    document
}

/// The parts of an operation take no other member than their own, which their reader sees to. Where a
/// part's schema said so, no operation would fit it: its `kind` stands beside.
fn open_parts(components: &mut Components) {
    let parts = components.schemas.iter_mut().filter(|(name, _)| name.starts_with(PARTS));
    for (_, part) in parts {
        if let RefOr::T(Schema::Object(part)) = part {
            part.additional_properties = None;
        }
    }
}

/// The document as it is committed and served: keys sorted, one blank per level.
pub fn openapi_json() -> String {
    document::text(&openapi())
}

/// Describe the API
///
/// This document.
#[utoipa::path(
    get, path = "/v1/openapi.json", operation_id = "openapi", tag = "operations",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub async fn serve() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(openapi_json);
    document::served(&TEXT)
}

fn api_key() -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(
        "An API key, as `cartola tenants add` prints it once. Its scopes are among `read`, `import`, `manage`, `audit`, `enrol`."
            .to_owned(),
    );
    SecurityScheme::Http(scheme)
}

/// The operations of a path.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let get = item.get.as_mut().map(|operation| (HttpMethod::Get, operation));
    let post = item.post.as_mut().map(|operation| (HttpMethod::Post, operation));
    get.into_iter().chain(post)
}

/// Adds to an operation what all of its kind share.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    if *method == HttpMethod::Post {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in problems_of(method, operation) {
        by_status.entry(code.entry().status).or_default().push(code);
    }
    for (status, codes) in by_status {
        let response = problem_response(&codes);
        operation.responses.responses.insert(status.to_string(), RefOr::T(response));
    }
}

fn problems_of(method: &HttpMethod, operation: &Operation) -> Vec<Code> {
    let own = operation.extensions.as_ref().and_then(|extensions| extensions.get(PROBLEMS));
    let own = own.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut codes: Vec<Code> = own
        .map(|name| Code::parse(name).expect("operations name codes of the catalogue"))
        .collect();
    if operation.security.is_some() {
        codes.extend(OF_ALL_WITH_KEY);
    }
    if *method == HttpMethod::Post {
        codes.extend(OF_POSTS);
        codes.extend(OF_JSON.iter().filter(|_| !takes_form(operation)));
    }
    codes.extend(OF_ALL);
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn takes_form(operation: &Operation) -> bool {
    let Some(RefOr::T(body)) = &operation.request_body else { return false };
    body.content.contains_key("multipart/form-data")
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name("idempotency-key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names the call. Repeating it under the same key within 24 hours has no further effect and gets the same answer, with the header `idempotent-replayed: true`.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(255))
                .pattern(Some("^[ -~]+$")),
        ))
        .build()
}

/// One status, with an example of each code that comes with it.
fn problem_response(codes: &[Code]) -> utoipa::openapi::Response {
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Body::name())));
    for code in codes {
        let body = Problem::new(*code).body("req_0198c1d2a3b4c5d6e7f8091a2b3c4d5e");
        let body: Value = serde_json::from_slice(&body).expect("a problem's body is JSON");
        let example = utoipa::openapi::example::ExampleBuilder::new()
            .summary(code.entry().title.en.clone())
            .value(Some(body))
            .build();
        content = content.examples_from_iter([(code.name(), example)]);
    }
    let names: Vec<String> = codes.iter().map(|code| format!("`{}`", code.name())).collect();
    let mut response = ResponseBuilder::new()
        .description(names.join(", "))
        .content(MEDIA_TYPE, content.build())
        .header("x-request-id", text_header("The request's id."));
    if codes.iter().any(|code| matches!(code.entry().retry, Retry::Later { .. })) {
        response = response.header("retry-after", text_header("Seconds to wait."));
    }
    if codes.iter().any(|code| code.entry().status == 401) {
        response = response.header("www-authenticate", text_header("The challenge (RFC 6750)."));
    }
    response.build()
}

fn text_header(description: &str) -> utoipa::openapi::Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(description))
        .build()
}
