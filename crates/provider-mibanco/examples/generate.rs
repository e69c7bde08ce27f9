//! Prints what is generated from the facade as one JSON object: file, from the root, to its text.
//! `cargo xtask generate` writes it or checks it.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let file = "crates/provider-mibanco/openapi/mibanco.json";
    let document = cartola_provider_mibanco::server::openapi_json();
    let text = serde_json::json!({ file: document }).to_string();
    io::stdout().write_all(text.as_bytes())
}
