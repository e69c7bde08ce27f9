//! Third-party crates: one table, each line with its reason, none without a user.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use toml::de::DeTable;

use super::{
    finding::{Finding, line_of},
    manifest::{self, Manifest},
    tree::Tree,
};

const FILE: &str = "Cargo.toml";

pub fn check(tree: &Tree, manifests: &[Manifest]) -> Result<Vec<Finding>> {
    let text = tree.text(FILE)?;
    let mut findings = workspace_table(text, manifests)?;
    for manifest in manifests {
        for dependency in manifest.dependencies.iter().filter(|each| !each.from_workspace) {
            let problem = format!("`{}` is not taken from the workspace", dependency.name);
            let remedy = format!(
                "write `{}.workspace = true` and declare it, with its reason, in the root manifest",
                dependency.name
            );
            findings.push(Finding::new(&manifest.file, dependency.line, problem, remedy));
        }
    }
    Ok(findings)
}

fn workspace_table(text: &str, manifests: &[Manifest]) -> Result<Vec<Finding>> {
    let document = DeTable::parse(text).context(FILE)?.into_inner();
    let dependencies = manifest::table(&document, "workspace")
        .and_then(|workspace| manifest::table(workspace, "dependencies"))
        .with_context(|| format!("{FILE}: there is no [workspace.dependencies]"))?;
    let used: BTreeSet<&str> = manifests
        .iter()
        .flat_map(|manifest| &manifest.dependencies)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for (name, value) in dependencies {
        let line = line_of(text, name.span().start);
        let name = name.get_ref();
        if !used.contains(name.as_ref()) {
            let problem = format!("no member uses `{name}`");
            findings.push(Finding::new(FILE, line, problem, "remove the line"));
        }
        let is_path = value.get_ref().as_table().is_some_and(|table| table.contains_key("path"));
        if !is_path && !has_reason(text, value.span().end) {
            let problem = format!("`{name}` has no reason");
            let remedy = "end the line with `# why it is here`";
            findings.push(Finding::new(FILE, line, problem, remedy));
        }
    }
    Ok(findings)
}

/// True where a comment with words follows on the line that the value ends on.
fn has_reason(text: &str, value_end: usize) -> bool {
    let rest = text[value_end..].lines().next().unwrap_or_default();
    rest.trim_start().strip_prefix('#').is_some_and(|reason| !reason.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::lines;

    fn check(workspace: &str, member: &str, expected: &expect_test::Expect) {
        let root = format!("[workspace.dependencies]\n{workspace}");
        let member = format!("[package]\nname = \"cartola-low\"\n[dependencies]\n{member}");
        let tree = Tree::of(&[(FILE, &root), ("crates/low/Cargo.toml", &member)]);
        let manifests = Manifest::read_all(&tree).unwrap();
        expected.assert_eq(&lines(&super::check(&tree, &manifests).unwrap()));
    }

    #[test]
    fn a_reason_beside_each_and_a_user_for_each() {
        check(
            "serde = \"1\" # every shape\ncartola-mid = { path = \"crates/mid\" }\n",
            "serde.workspace = true\ncartola-mid = { workspace = true }\n",
            &expect_test::expect![[""]],
        );
    }

    #[test]
    fn a_line_without_a_reason() {
        check(
            "csv = \"1\"\nserde = { version = \"1\", features = [\n  \"derive\", # not here\n] }\ntoml = \"1\" #\n",
            "csv.workspace = true\nserde.workspace = true\ntoml.workspace = true\n",
            &expect_test::expect![[r#"
                Cargo.toml:2: `csv` has no reason: end the line with `# why it is here`
                Cargo.toml:3: `serde` has no reason: end the line with `# why it is here`
                Cargo.toml:6: `toml` has no reason: end the line with `# why it is here`
            "#]],
        );
    }

    #[test]
    fn a_crate_that_nobody_uses() {
        check(
            "serde = \"1\" # every shape\n",
            "",
            &expect_test::expect![[r#"
            Cargo.toml:2: no member uses `serde`: remove the line
        "#]],
        );
    }

    #[test]
    fn a_version_of_its_own() {
        check(
            "serde = \"1\" # every shape\n",
            "serde = \"1\"\nown = { path = \"../own\" }\n",
            &expect_test::expect![[r#"
                crates/low/Cargo.toml:5: `own` is not taken from the workspace: write `own.workspace = true` and declare it, with its reason, in the root manifest
                crates/low/Cargo.toml:4: `serde` is not taken from the workspace: write `serde.workspace = true` and declare it, with its reason, in the root manifest
            "#]],
        );
    }
}
