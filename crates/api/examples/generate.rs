//! Prints what is generated from the API as one JSON object: file, from the root, to its text.
//! `cargo xtask generate` writes it or checks it.

use std::collections::BTreeMap;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut files: BTreeMap<String, String> = cartola_api::error_pages()
        .into_iter()
        .map(|page| (format!("docs/errors/{}", page.file), page.text))
        .collect();
    files.insert("crates/api/openapi/v1.json".to_owned(), cartola_api::openapi_json());
    let text = serde_json::to_string(&files)?;
    io::stdout().write_all(text.as_bytes())
}
