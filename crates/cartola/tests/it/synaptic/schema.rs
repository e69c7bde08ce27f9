//! Results against a schema that was written from the document.

use serde_json::{Value, json};

/// Insists that each result of a product keeps to its model.
#[track_caller]
pub fn check(product: &str, results: &Value) {
    let text = include_str!("../../../../provider-synaptic/tests/it/schemas/synaptic-1.0.0.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let model = file["actions"][product].as_str().unwrap();
    let whole = json!({"$ref": format!("#/$defs/{model}"), "$defs": file["$defs"]});
    let validator = jsonschema::draft202012::new(&whole).unwrap();
    for result in results.as_array().unwrap() {
        let wrong: Vec<String> =
            validator.iter_errors(result).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{product}: {wrong:?}");
    }
}
