//! The in-memory backend passes the contract, and the contract's macro leaves nothing out.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use cartola_store::contract::Backend;
use cartola_store::memory::MemoryStore;

async fn memory() -> Backend {
    let store = Arc::new(MemoryStore::new());
    Backend::new(store.clone(), store.clone()).rotated_by(store)
}

cartola_store::contract_tests!(memory);

#[test]
fn every_behaviour_is_in_the_macro() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let listed = std::fs::read_to_string(sources.join("contract.rs")).unwrap();
    let listed: BTreeSet<(String, String)> = listed_behaviours(&listed);
    let mut written = BTreeSet::new();
    for file in std::fs::read_dir(sources.join("contract")).unwrap() {
        let path = file.unwrap().path();
        let domain = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("pub async fn ")
                && let Some((name, _)) = rest.split_once("(backend: Backend)")
            {
                written.insert((domain.clone(), name.to_owned()));
            }
        }
    }
    assert_eq!(written, listed);
}

/// Domain and name of each line of the macro's list, told by their indentation.
fn listed_behaviours(source: &str) -> BTreeSet<(String, String)> {
    let mut domain = "";
    let mut listed = BTreeSet::new();
    for line in source.lines() {
        let indent = line.len() - line.trim_start().len();
        match (indent, line.trim().strip_suffix(" {"), line.trim().strip_suffix(',')) {
            (12, Some(name), _) => domain = name,
            (16, _, Some(name)) => drop(listed.insert((domain.to_owned(), name.to_owned()))),
            _ => {}
        }
    }
    listed
}
