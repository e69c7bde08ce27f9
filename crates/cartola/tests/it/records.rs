//! Products that are told as a whole, read from a demo's sandbox.

mod everything;
mod products;

use std::path::Path;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::chile::{self, Chile};
use crate::http::Client;
use crate::installation::Demo;
use crate::process::{self, Ended};

/// A demo with links of the person `ok` of its sandbox.
struct Scene {
    folder: TempDir,
    demo: Demo,
    chile: Chile,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        Self { folder, demo, chile }
    }

    /// Begins a link to each of these institutions, all at once.
    fn add(&self, institutions: &[String]) {
        thread::scope(|scope| {
            for institution in institutions {
                scope.spawn(|| add(self.folder.path(), &self.chile, institution));
            }
        });
    }

    /// Reads, a line of JSON for each link.
    fn sync(&self, more: &[&str]) -> Ended {
        let arguments = ["sync", "--data", "demo", "--json"];
        process::run(self.folder.path(), &[&arguments[..], more].concat())
    }

    fn client(&self) -> Client {
        self.demo.client()
    }
}

/// In a folder of its own for the file with the password.
fn add(folder: &Path, chile: &Chile, institution: &str) {
    let own = folder.join(institution);
    std::fs::create_dir(&own).unwrap();
    let data = folder.join("demo");
    let more = ["--data", data.to_str().unwrap()];
    let begun = chile::add_link(&own, chile, ("ok", institution), &more).done().json();
    assert_eq!(begun["institution"], institution);
}

/// The products of the records of an institution, each once, in order.
fn products_of(records: &[Value], link: &Value) -> Vec<String> {
    let of_link = records.iter().filter(|record| &record["link_id"] == link);
    let mut products: Vec<String> =
        of_link.map(|record| record["product"].as_str().unwrap().to_owned()).collect();
    products.sort();
    products
}
