//! Rows against the definitions of UK Open Banking that the provider's own tests keep.

use serde_json::{Value, json};

/// Insists that each row of `Data` keeps to its definition, which has the name of the list.
#[track_caller]
pub fn check(data: &Value) {
    let text =
        include_str!("../../../../provider-khipu/tests/it/schemas/uk-open-banking-3.1.11.json");
    let file: Value = serde_json::from_str(text).unwrap();
    for (name, rows) in data.as_object().unwrap() {
        let whole = json!({"$ref": format!("#/$defs/{name}"), "$defs": file["$defs"]});
        let validator = jsonschema::draft202012::new(&whole).unwrap();
        for row in rows.as_array().unwrap() {
            let wrong: Vec<String> =
                validator.iter_errors(row).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    }
}
