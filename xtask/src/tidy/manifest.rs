//! What a `Cargo.toml` declares, with the line of each declaration.

use anyhow::{Context, Result};
use toml::de::{DeTable, DeValue};

use super::{finding::line_of, tree::Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Normal,
    Development,
    Build,
}

#[derive(Debug)]
pub struct Dependency {
    /// The name the manifest uses for it.
    pub name: String,
    pub kind: Kind,
    pub from_workspace: bool,
    pub line: usize,
}

/// A package of the workspace.
#[derive(Debug)]
pub struct Manifest {
    pub file: String,
    pub package: String,
    /// Its folder under `crates/`; none for what stands beside the rooms.
    pub room: Option<String>,
    pub dependencies: Vec<Dependency>,
}

impl Manifest {
    pub fn read_all(tree: &Tree) -> Result<Vec<Self>> {
        tree.texts()
            .filter(|(file, _)| file.ends_with("/Cargo.toml"))
            .map(|(file, text)| Self::parse(file, text).with_context(|| file.to_owned()))
            .collect()
    }

    fn parse(file: &str, text: &str) -> Result<Self> {
        let document = DeTable::parse(text)?.into_inner();
        let package = table(&document, "package").context("there is no [package]")?;
        let mut dependencies = declared(&document, text);
        for target in table(&document, "target").into_iter().flat_map(DeTable::values) {
            if let DeValue::Table(target) = target.get_ref() {
                dependencies.extend(declared(target, text));
            }
        }
        Ok(Self {
            file: file.to_owned(),
            package: string(package, "name").context("the package has no name")?.to_owned(),
            room: room_of(file),
            dependencies,
        })
    }
}

fn room_of(file: &str) -> Option<String> {
    let folder = file.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
    (!folder.contains('/')).then(|| folder.to_owned())
}

/// The crate name of a room: the binary is `cartola`, the others carry it in front.
pub fn package_of(room: &str) -> String {
    if room == "cartola" { room.to_owned() } else { format!("cartola-{room}") }
}

fn declared(document: &DeTable<'_>, text: &str) -> Vec<Dependency> {
    let kinds = [
        ("dependencies", Kind::Normal),
        ("dev-dependencies", Kind::Development),
        ("build-dependencies", Kind::Build),
    ];
    let mut dependencies = Vec::new();
    for (section, kind) in kinds {
        for (name, value) in table(document, section).into_iter().flatten() {
            let inherits =
                |table| matches!(value_of(table, "workspace"), Some(DeValue::Boolean(true)));
            dependencies.push(Dependency {
                name: name.get_ref().to_string(),
                kind,
                from_workspace: value.get_ref().as_table().is_some_and(inherits),
                line: line_of(text, name.span().start),
            });
        }
    }
    dependencies
}

pub fn table<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeTable<'i>> {
    value_of(table, key)?.as_table()
}

pub fn string<'a>(table: &'a DeTable<'_>, key: &str) -> Option<&'a str> {
    value_of(table, key)?.as_str()
}

fn value_of<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> Option<&'a DeValue<'i>> {
    Some(table.get(key)?.get_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_kind_of_declaration() {
        let manifest = "\
[package]
name = \"cartola-low\"

[dependencies]
serde.workspace = true
own = { path = \"../own\" }

[target.'cfg(unix)'.dependencies]
rustix = \"1\"

[dev-dependencies]
proptest = { workspace = true }

[build-dependencies.cc]
version = \"1\"
";
        let parsed = Manifest::parse("crates/low/Cargo.toml", manifest).unwrap();
        assert_eq!((parsed.package.as_str(), parsed.room.as_deref()), ("cartola-low", Some("low")));
        let shown: String = parsed.dependencies.iter().map(|each| format!("{each:?}\n")).collect();
        expect_test::expect![[r#"
            Dependency { name: "own", kind: Normal, from_workspace: false, line: 6 }
            Dependency { name: "serde", kind: Normal, from_workspace: true, line: 5 }
            Dependency { name: "proptest", kind: Development, from_workspace: true, line: 12 }
            Dependency { name: "cc", kind: Build, from_workspace: false, line: 14 }
            Dependency { name: "rustix", kind: Normal, from_workspace: false, line: 9 }
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn only_folders_of_crates_are_rooms() {
        assert_eq!(room_of("crates/store-sqlite/Cargo.toml").as_deref(), Some("store-sqlite"));
        assert_eq!(room_of("xtask/Cargo.toml"), None);
        assert_eq!(room_of("crates/engine/fuzz/Cargo.toml"), None);
    }
}
