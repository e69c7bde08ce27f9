//! Present excesses over the maxima, each with its number, which only goes down.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context, Result};

use super::{
    finding::{Finding, line_of},
    sizes::{Measure, Size, Sizes},
    tree::Tree,
};

pub const FILE: &str = "xtask/tidy.toml";

const HEAD: &str = "\
# What is larger than it may be, with the number it has reached. Numbers only go down: `cargo xtask tidy --write`
# lowers them and drops what is no longer needed; it never raises one or adds a line.
";

const WRITE: &str = "run `cargo xtask tidy --write` and commit the lower number";

#[derive(Debug, Default)]
pub struct Ratchet {
    recorded: BTreeMap<Measure, BTreeMap<String, usize>>,
    /// The file's text, to name lines in.
    text: String,
}

impl Ratchet {
    pub fn read(tree: &Tree) -> Result<Self> {
        let text = tree.text(FILE)?.to_owned();
        Ok(Self { recorded: toml::from_str(&text).context(FILE)?, text })
    }

    fn recorded(&self, size: &Size) -> Option<usize> {
        self.recorded.get(&size.measure)?.get(&size.name).copied()
    }

    pub fn check(&self, sizes: &Sizes) -> Vec<Finding> {
        let mut findings: Vec<_> =
            sizes.excesses().filter_map(|size| self.too_large(size)).collect();
        let lowered = self.lowered(sizes);
        for (measure, recorded) in &self.recorded {
            for (name, number) in recorded {
                let reached = lowered.recorded.get(measure).and_then(|sizes| sizes.get(name));
                if reached != Some(number) {
                    let problem = match reached {
                        Some(reached) => format!("`{name}` is down from {number} to {reached}"),
                        None => format!("`{name}` keeps to the maximum now, or is gone"),
                    };
                    findings.push(Finding::new(FILE, self.line_with(name), problem, WRITE));
                }
            }
        }
        findings
    }

    fn too_large(&self, size: &Size) -> Option<Finding> {
        let allowed = self.recorded(size).unwrap_or(size.measure.maximum());
        if size.value <= allowed {
            return None;
        }
        let Size { name, value, .. } = size;
        let (problem, remedy) = match size.measure {
            Measure::FileLines => (
                format!("{value} lines, {allowed} at most"),
                "split it by what each half need not know",
            ),
            Measure::FunctionLines => (
                format!("`{name}` has {value} lines, {allowed} at most"),
                "give its parts names of their own",
            ),
            Measure::RoomPercent => (
                format!("`{name}` holds up to {value} % of the code, {allowed} % at most"),
                "move what others could do without knowing it",
            ),
        };
        Some(Finding::new(&size.file, size.line, problem, remedy))
    }

    /// The same ratchet with each number as low as the code allows, and without what is no longer needed.
    pub fn lowered(&self, sizes: &Sizes) -> Self {
        let mut lowered = Self::default();
        for size in sizes.excesses() {
            if let Some(recorded) = self.recorded(size) {
                let section = lowered.recorded.entry(size.measure).or_default();
                let number = section.entry(size.name.clone()).or_default();
                // A file may have several functions of one name: the largest counts.
                *number = size.value.min(recorded).max(*number);
            }
        }
        lowered.text = lowered.to_string();
        lowered
    }

    fn line_with(&self, name: &str) -> usize {
        self.text.find(name).map_or(1, |offset| line_of(&self.text, offset))
    }
}

impl fmt::Display for Ratchet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections = toml::to_string(&self.recorded).map_err(|_| fmt::Error)?;
        let gap = if sections.is_empty() { "" } else { "\n" };
        write!(formatter, "{HEAD}{gap}{sections}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::lines;

    /// Checks a file of `length` lines against a ratchet, and shows what `--write` would leave.
    fn check(ratchet: &str, length: usize, expected: &expect_test::Expect) {
        let tree = Tree::of(&[("a.rs", &"\n".repeat(length)), (FILE, ratchet)]);
        let sizes = Sizes::measure(&tree).unwrap();
        let ratchet = Ratchet::read(&tree).unwrap();
        let written = ratchet.lowered(&sizes).to_string();
        let sections = written.strip_prefix(HEAD).unwrap();
        expected.assert_eq(&format!("{}---{sections}", lines(&ratchet.check(&sizes))));
    }

    const RECORDED: &str = "[file_lines]\n\"a.rs\" = 700\n";

    #[test]
    fn an_excess_without_a_line_is_refused_and_not_written() {
        check(
            "",
            601,
            &expect_test::expect![[r#"
            a.rs:1: 601 lines, 600 at most: split it by what each half need not know
            ---"#]],
        );
    }

    #[test]
    fn at_the_recorded_number_all_is_well() {
        check(
            RECORDED,
            700,
            &expect_test::expect![[r#"
            ---
            [file_lines]
            "a.rs" = 700
        "#]],
        );
    }

    #[test]
    fn above_the_recorded_number_is_refused_and_not_written() {
        check(
            RECORDED,
            701,
            &expect_test::expect![[r#"
            a.rs:1: 701 lines, 700 at most: split it by what each half need not know
            ---
            [file_lines]
            "a.rs" = 700
        "#]],
        );
    }

    #[test]
    fn below_the_recorded_number_asks_to_write() {
        check(
            RECORDED,
            650,
            &expect_test::expect![[r#"
            xtask/tidy.toml:2: `a.rs` is down from 700 to 650: run `cargo xtask tidy --write` and commit the lower number
            ---
            [file_lines]
            "a.rs" = 650
        "#]],
        );
    }

    #[test]
    fn within_the_maximum_asks_to_drop_the_line() {
        check(
            RECORDED,
            600,
            &expect_test::expect![[r#"
            xtask/tidy.toml:2: `a.rs` keeps to the maximum now, or is gone: run `cargo xtask tidy --write` and commit the lower number
            ---"#]],
        );
    }

    #[test]
    fn of_functions_with_one_name_the_largest_counts() {
        let long = |lines: usize| format!("fn long() {{\n{}}}\n", "\n".repeat(lines - 2));
        let text = format!("mod a {{\n{}}}\nmod b {{\n{}}}\n", long(90), long(80));
        let ratchet = "[function_lines]\n\"a.rs::long\" = 90\n";
        let tree = Tree::of(&[("a.rs", &text), (FILE, ratchet)]);
        let findings = Ratchet::read(&tree).unwrap().check(&Sizes::measure(&tree).unwrap());
        assert_eq!(lines(&findings), "");
    }

    #[test]
    fn an_unknown_measure_is_an_error() {
        let tree = Tree::of(&[(FILE, "[file_words]\n\"a.rs\" = 1\n")]);
        assert!(Ratchet::read(&tree).is_err());
    }
}
