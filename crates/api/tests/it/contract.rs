//! Whether answers are what the OpenAPI document says.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use axum::http::Method;
use cartola_model::{Failure, PaymentFailure, TransferFailure};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::world::Answer;

pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&cartola_api::openapi_json()).unwrap());

/// Checks status, type, code and body against what the document says of the operation.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some(template) = template_of(path) else { return };
    let operation = &DOCUMENT["paths"][template][method.as_str().to_lowercase()];
    if operation.is_null() {
        return;
    }
    let status = answer.status.as_u16().to_string();
    let response = &operation["responses"][&status];
    assert!(!response.is_null(), "{method} {template} answers {status}: {}", answer.text());
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    let content = &response["content"][media_type];
    assert!(!content.is_null(), "{method} {template} {status} as {media_type}");
    if media_type.ends_with("json") {
        check_body(&format!("{method} {template} {status}"), &content["schema"], &answer.json());
    }
    if media_type == "application/problem+json" {
        let problem = answer.json();
        let code = problem["code"].as_str().unwrap();
        assert!(!content["examples"][code].is_null(), "{method} {template} refuses with {code}");
    }
}

fn check_body(what: &str, schema: &Value, body: &Value) {
    let validator = validator(schema);
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{what}: {wrong:?} in {body}");
}

/// A validator for one schema, with all components at hand.
pub fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let key = schema.to_string();
    if let Some(validator) = MADE.lock().unwrap().get(&key) {
        return validator.clone();
    }
    let whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap();
    let validator = Arc::new(validator);
    MADE.lock().unwrap().insert(key, validator.clone());
    validator
}

/// The path of the document that a request went to: one without braces wins.
fn template_of(path: &str) -> Option<&'static str> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    if let Some((exact, _)) = paths.get_key_value(path) {
        return Some(exact);
    }
    let pieces: Vec<&str> = path.split('/').collect();
    let matches = |template: &&String| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == pieces.len()
            && wanted.iter().zip(&pieces).all(|(want, have)| want == have || want.starts_with('{'))
    };
    paths.keys().find(matches).map(String::as_str)
}

#[test]
fn the_committed_document_is_the_generated_one() {
    let committed = include_str!("../../openapi/v1.json");
    assert!(
        committed == cartola_api::openapi_json(),
        "crates/api/openapi/v1.json is stale: run `cargo xtask generate`"
    );
}

#[test]
fn the_committed_error_pages_are_the_generated_ones() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
    let pages = cartola_api::error_pages();
    for page in &pages {
        let committed = std::fs::read_to_string(format!("{folder}/{}", page.file));
        assert!(
            committed.is_ok_and(|text| text == page.text),
            "docs/errors/{} is stale: run `cargo xtask generate`",
            page.file
        );
    }
    let committed = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(committed, pages.len(), "docs/errors has a page of a code that is gone");
}

/// What a caller may be told of a payment that failed, with its class: a bank's word, or a class. A key's
/// own is told at once, and nothing is begun without a mandate.
#[test]
fn the_page_of_payments_has_every_code_of_a_failure() {
    let never = [Failure::GatewayAuth, Failure::ConsentMissing];
    let classes = Failure::ALL.into_iter().filter(|failure| !never.contains(failure));
    let reasons = TransferFailure::ALL.into_iter().map(PaymentFailure::Refused);
    let reasons = reasons.chain(classes.map(PaymentFailure::of));
    let told: BTreeSet<_> = reasons.map(|it| (it.name(), it.class().name())).collect();
    assert_eq!(codes_of_the_page(), told, "docs/payments.md has other codes of a failure");
}

/// The rows of both tables; where the second has no column for it, the class is the same word.
fn codes_of_the_page() -> BTreeSet<(&'static str, &'static str)> {
    let page = include_str!("../../../../docs/payments.md");
    let (_, tables) = page.split_once("`failure` has a `code`").unwrap();
    let (tables, _) = tables.split_once("\n## ").unwrap();
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    let named = cells.filter(|cells| cells[0] != "code`");
    let codes = named.flat_map(|cells| {
        let class =
            (cells.len() == 3 && cells[1] != "the same").then(|| cells[1].trim_matches('`'));
        let codes = cells[0].split("`, `").map(|code| code.trim_end_matches('`'));
        codes.map(|code| (code, class.unwrap_or(code))).collect::<Vec<_>>()
    });
    codes.collect()
}

#[test]
fn every_operation_says_who_may_call_it_and_has_a_name() {
    let mut names = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            names.push(operation["operationId"].as_str().unwrap());
            let scopes = operation["security"][0]["api_key"].as_array().map_or(0, Vec::len);
            let open = !path.starts_with("/v1/") || path == "/v1/openapi.json";
            assert_eq!(scopes, usize::from(!open), "{path}");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{path}");
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn examples_fit_their_schemas() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let mut checked = 0;
    for (name, schema) in schemas {
        let own = schema.get("example").into_iter();
        let examples = own.chain(schema["examples"].as_array().into_iter().flatten());
        for example in examples {
            check_body(name, &json!({ "$ref": format!("#/components/schemas/{name}") }), example);
            checked += 1;
        }
    }
    assert!(checked > 5);
}
