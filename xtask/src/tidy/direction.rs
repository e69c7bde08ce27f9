//! Who may depend on whom: declared edges between rooms, and third-party crates by room as cargo resolves it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    finding::Finding,
    manifest::{Kind, Manifest, package_of},
    rooms::{self, House, Room},
    tree::Tree,
};

pub fn check(tree: &Tree, manifests: &[Manifest]) -> Result<Vec<Finding>> {
    let house = House::parse(tree.text(rooms::FILE)?)?;
    let mut findings = rooms_match_folders(&house, manifests);
    for manifest in manifests {
        let Some(room) = house.rooms.iter().find(|room| manifest.room.as_ref() == Some(&room.name))
        else {
            continue;
        };
        findings.extend(declared_edges(&house, room, manifest));
        findings.extend(declared_fences(&house, room, manifest));
        findings.extend(resolved_fences(&house, room, manifest, &resolve(&tree.root, manifest)?));
    }
    Ok(findings)
}

fn rooms_match_folders(house: &House, manifests: &[Manifest]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rows: BTreeSet<&String> = house.rooms.iter().map(|room| &room.name).collect();
    let folders: BTreeMap<&String, &Manifest> =
        manifests.iter().filter_map(|manifest| Some((manifest.room.as_ref()?, manifest))).collect();
    for (folder, manifest) in &folders {
        if !rows.contains(folder) {
            let problem = format!("the room `{folder}` is not in {}", rooms::FILE);
            findings.push(Finding::new(&manifest.file, 1, problem, "add its row under Rooms"));
        }
        if manifest.package != package_of(folder) {
            let problem = format!("the package is called `{}`", manifest.package);
            let remedy = format!("call it `{}`, as its folder is", package_of(folder));
            findings.push(Finding::new(&manifest.file, 1, problem, remedy));
        }
    }
    for room in &house.rooms {
        if !folders.contains_key(&room.name) {
            let problem = format!("the room `{}` has no folder", room.name);
            findings.push(Finding::new(rooms::FILE, room.line, problem, "remove its row"));
        }
    }
    findings
}

fn declared_edges(house: &House, room: &Room, manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in &manifest.dependencies {
        let Some(other) =
            house.rooms.iter().find(|other| package_of(&other.name) == dependency.name)
        else {
            continue;
        };
        let in_tests = dependency.kind == Kind::Development
            && (room.in_tests_also.contains(&other.name) || other.name == room.name);
        if !in_tests && !room.may_depend_on.contains(&other.name) {
            findings.push(Finding::new(
                &manifest.file,
                dependency.line,
                format!("`{}` must not depend on `{}`", room.name, other.name),
                format!("move the code, or change the table in {} and say why", rooms::FILE),
            ));
        }
    }
    findings
}

fn declared_fences(house: &House, room: &Room, manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in &manifest.dependencies {
        if let Some(only_in) = house.fences.get(&dependency.name)
            && dependency.kind != Kind::Development
            && !only_in.contains(&room.name)
        {
            findings.push(Finding::new(
                &manifest.file,
                dependency.line,
                format!("`{}` must not know the crate `{}`", room.name, dependency.name),
                format!("use it in {}", listed(only_in)),
            ));
        }
    }
    findings
}

fn resolved_fences(
    house: &House,
    room: &Room,
    manifest: &Manifest,
    resolved: &BTreeSet<String>,
) -> Vec<Finding> {
    let reach = house.reach(&room.name);
    let mut findings = Vec::new();
    for (fenced, only_in) in &house.fences {
        let declared = manifest.dependencies.iter().any(|each| each.name == *fenced);
        let reached = only_in.iter().any(|room| reach.contains(room.as_str()));
        if resolved.contains(fenced) && !declared && !reached {
            findings.push(Finding::new(
                &manifest.file,
                1,
                format!("the crate `{fenced}` comes in through another one"),
                format!(
                    "`cargo tree -p {} --all-features -e normal -i {fenced}` shows which; drop it or a feature of it",
                    manifest.package
                ),
            ));
        }
    }
    findings
}

/// Names of all packages that the one of `manifest` is built from, with all its own features and nobody else's.
fn resolve(root: &Path, manifest: &Manifest) -> Result<BTreeSet<String>> {
    let output = Command::new("cargo")
        .args(["tree", "--locked", "--all-features", "-e", "normal", "--prefix", "none"])
        .args(["--format", "{p}", "-p", &manifest.package])
        .current_dir(root)
        .output()
        .context("cargo tree could not be run")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo tree -p {}: {errors}", manifest.package);
    let lines = String::from_utf8(output.stdout)?;
    Ok(lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

fn listed(rooms: &BTreeSet<String>) -> String {
    rooms.iter().map(|room| format!("`{room}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tidy::finding::lines;

    const PAGE: &str = "\
## Rooms

| crate | may depend on | in tests also |
|---|---|---|
| `low` | | |
| `mid` | `low` | |
| `top` | `mid` | `low` |

### Fenced crates

| third-party crate | only in |
|---|---|
| `tokio` | `mid` |
";

    /// A workspace in a folder of its own: rooms as named, `tokio` and `wrapper` (which needs it) as outsiders.
    fn house(rooms: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let file = folder.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let package = |folder: &str, name: &str, dependencies: &str| {
            let head = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n");
            write(&format!("{folder}/Cargo.toml"), format!("{head}[dependencies]\n{dependencies}"));
            write(&format!("{folder}/src/lib.rs"), String::new());
        };
        write("ARCHITECTURE.md", PAGE.to_owned());
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\nexclude = [\"outside\"]\n"
                .to_owned(),
        );
        package("outside/tokio", "tokio", "");
        package("outside/wrapper", "wrapper", "tokio = { path = \"../tokio\" }\n");
        for (room, dependencies) in rooms {
            package(&format!("crates/{room}"), &package_of(room), dependencies);
        }
        run(folder.path(), "git", &["init", "-q"]);
        run(folder.path(), "cargo", &["generate-lockfile", "--offline", "--quiet"]);
        folder
    }

    fn run(folder: &Path, program: &str, arguments: &[&str]) {
        let status = Command::new(program).args(arguments).current_dir(folder).status().unwrap();
        assert!(status.success(), "{program} {arguments:?}");
    }

    fn check(rooms: &[(&str, &str)], expected: &expect_test::Expect) {
        let folder = house(rooms);
        let mut tree = Tree::tracked(folder.path()).unwrap();
        tree.forget("outside/");
        let manifests = Manifest::read_all(&tree).unwrap();
        let findings = super::check(&tree, &manifests).unwrap();
        expected.assert_eq(&lines(&findings));
    }

    const LOW: &str = "cartola-low = { path = \"../low\" }\n";
    const MID: &str = "cartola-mid = { path = \"../mid\" }\n";
    const TOKIO: &str = "tokio = { path = \"../../outside/tokio\" }\n";
    const WRAPPER: &str = "wrapper = { path = \"../../outside/wrapper\", optional = true }\n";

    #[test]
    fn a_house_in_order_has_no_findings() {
        let mid = format!("{LOW}{TOKIO}");
        let top = format!("{MID}[dev-dependencies]\n{LOW}");
        check(&[("low", ""), ("mid", &mid), ("top", &top)], &expect_test::expect![[""]]);
    }

    #[test]
    fn an_edge_that_the_table_does_not_give() {
        let top = format!("{MID}{LOW}");
        check(
            &[("low", ""), ("mid", LOW), ("top", &top)],
            &expect_test::expect![[r#"
            crates/top/Cargo.toml:6: `top` must not depend on `low`: move the code, or change the table in ARCHITECTURE.md and say why
        "#]],
        );
    }

    #[test]
    fn a_fenced_crate_declared_outside_its_rooms() {
        let top = format!("{MID}{TOKIO}");
        check(
            &[("low", ""), ("mid", LOW), ("top", &top)],
            &expect_test::expect![[r#"
            crates/top/Cargo.toml:6: `top` must not know the crate `tokio`: use it in `mid`
        "#]],
        );
    }

    #[test]
    fn a_fenced_crate_behind_an_optional_feature_of_another() {
        check(
            &[("low", WRAPPER), ("mid", LOW), ("top", MID)],
            &expect_test::expect![[r#"
            crates/low/Cargo.toml:1: the crate `tokio` comes in through another one: `cargo tree -p cartola-low --all-features -e normal -i tokio` shows which; drop it or a feature of it
        "#]],
        );
    }

    #[test]
    fn rows_and_folders_are_the_same() {
        check(
            &[("low", ""), ("mid", LOW), ("extra", "")],
            &expect_test::expect![[r#"
            crates/extra/Cargo.toml:1: the room `extra` is not in ARCHITECTURE.md: add its row under Rooms
            ARCHITECTURE.md:7: the room `top` has no folder: remove its row
        "#]],
        );
    }
}
