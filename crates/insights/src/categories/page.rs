//! The taxonomy as a table of Markdown.

use std::fmt::Write;

use super::Category;

/// Id, names and Floid's name of every class.
pub fn taxonomy_table() -> String {
    let mut table = "| id | grupo | clase | Floid |\n|---|---|---|---|\n".to_owned();
    for class in Category::all() {
        let (group, name, floid) = (class.group(), class.name(), class.floid_name());
        writeln!(table, "| `{class}` | {group} | {name} | `{floid}` |")
            .expect("a string takes all text");
    }
    table
}
