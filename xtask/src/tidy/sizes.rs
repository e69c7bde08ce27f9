//! How large files, functions and rooms are.

use std::{collections::BTreeMap, fmt::Write as _};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{functions, tree::Tree};

/// How many of the largest the report names.
const REPORTED: usize = 5;
/// A room stands once it holds this many lines; before, its share says nothing.
const LINES_OF_A_ROOM: usize = 300;
/// Shares are compared once so many rooms stand.
const ROOMS_THAT_STAND: usize = 10;
/// Shares above the maximum count in steps, since each commit to any room moves all of them.
const PERCENT_STEP: usize = 5;

/// What has a maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    FileLines,
    FunctionLines,
    RoomPercent,
}

impl Measure {
    pub const fn maximum(self) -> usize {
        match self {
            Self::FileLines => 600,
            Self::FunctionLines => 70,
            Self::RoomPercent => 20,
        }
    }
}

#[derive(Debug)]
pub struct Size {
    pub measure: Measure,
    /// A path, `path::function` or a room.
    pub name: String,
    pub value: usize,
    pub file: String,
    pub line: usize,
}

#[derive(Debug, Default)]
pub struct Sizes {
    all: Vec<Size>,
    /// By room, tests included.
    room_lines: BTreeMap<String, usize>,
}

impl Sizes {
    pub fn measure(tree: &Tree) -> Result<Self> {
        let mut sizes = Self::default();
        for (file, text) in tree.texts_of("rs") {
            let lines = text.lines().count();
            sizes.add(Measure::FileLines, file.to_owned(), lines, file, 1);
            for function in functions::find(file, text)? {
                let name = format!("{file}::{}", function.name);
                sizes.add(Measure::FunctionLines, name, function.lines, file, function.line);
            }
            if let Some(room) = room_of(file) {
                *sizes.room_lines.entry(room.to_owned()).or_default() += lines;
            }
        }
        sizes.add_shares();
        Ok(sizes)
    }

    fn add(&mut self, measure: Measure, name: String, value: usize, file: &str, line: usize) {
        self.all.push(Size { measure, name, value, file: file.to_owned(), line });
    }

    fn add_shares(&mut self) {
        let standing = self.room_lines.values().filter(|lines| **lines >= LINES_OF_A_ROOM).count();
        if standing < ROOMS_THAT_STAND {
            return;
        }
        for (room, percent) in self.shares() {
            let maximum = Measure::RoomPercent.maximum();
            let value =
                if percent > maximum { percent.next_multiple_of(PERCENT_STEP) } else { percent };
            let manifest = format!("crates/{room}/Cargo.toml");
            self.add(Measure::RoomPercent, room, value, &manifest, 1);
        }
    }

    /// Percent of the rooms' lines, rounded up.
    fn shares(&self) -> Vec<(String, usize)> {
        let total = self.room_lines.values().sum::<usize>().max(1);
        let share = |lines: usize| (lines * 100).div_ceil(total);
        self.room_lines.iter().map(|(room, lines)| (room.clone(), share(*lines))).collect()
    }

    /// What is above its maximum.
    pub fn excesses(&self) -> impl Iterator<Item = &Size> {
        self.all.iter().filter(|size| size.value > size.measure.maximum())
    }

    /// Medians and the largest, for a reader.
    pub fn report(&self) -> String {
        let mut report = String::new();
        for (title, measure) in
            [("files", Measure::FileLines), ("functions", Measure::FunctionLines)]
        {
            let mut sizes: Vec<_> =
                self.all.iter().filter(|each| each.measure == measure).collect();
            sizes.sort_by_key(|size| std::cmp::Reverse(size.value));
            let median = sizes.get(sizes.len() / 2).map_or(0, |size| size.value);
            let _ = writeln!(report, "{title}: {}, median {median} lines", sizes.len());
            for size in sizes.iter().take(REPORTED) {
                let _ = writeln!(report, "{:>8}  {}", size.value, size.name);
            }
        }
        let _ = writeln!(report, "rooms: lines, percent");
        for (room, percent) in self.shares() {
            let _ = writeln!(report, "{:>8} {percent:>3} %  {room}", self.room_lines[&room]);
        }
        report
    }
}

fn room_of(file: &str) -> Option<&str> {
    Some(file.strip_prefix("crates/")?.split_once('/')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tree: &Tree, expected: &expect_test::Expect) {
        let sizes = Sizes::measure(tree).unwrap();
        let shown: String = sizes
            .excesses()
            .map(|Size { measure, name, value, file, line }| {
                format!("{measure:?} {name} = {value} ({file}:{line})\n")
            })
            .collect();
        expected.assert_eq(&shown);
    }

    #[test]
    fn only_what_is_above_the_maximum_is_an_excess() {
        let body = |lines: usize| format!("\nfn long() {{\n{}}}\n", "\n".repeat(lines - 2));
        let file = |lines: usize| "\n".repeat(lines);
        check(
            &Tree::of(&[
                ("a/at_most.rs", &body(70)),
                ("a/over.rs", &body(71)),
                ("b/at_most.rs", &file(600)),
                ("b/over.rs", &file(601)),
                ("b/over.md", &file(601)),
            ]),
            &expect_test::expect![[r#"
                FunctionLines a/over.rs::long = 71 (a/over.rs:2)
                FileLines b/over.rs = 601 (b/over.rs:1)
            "#]],
        );
    }

    /// Nine rooms of 300 lines, and one of `largest`.
    fn ten_rooms(largest: usize) -> Tree {
        let mut files: Vec<(String, String)> =
            (0..9).map(|room| (format!("crates/r{room}/a.rs"), "\n".repeat(300))).collect();
        files.push(("crates/large/a.rs".to_owned(), "\n".repeat(largest / 2)));
        files.push(("crates/large/b.rs".to_owned(), "\n".repeat(largest / 2)));
        let files: Vec<_> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Tree::of(&files)
    }

    #[test]
    fn a_room_is_measured_against_the_whole_in_steps() {
        check(&ten_rooms(674), &expect_test::expect![[""]]);
        check(
            &ten_rooms(720),
            &expect_test::expect![[r#"
            RoomPercent large = 25 (crates/large/Cargo.toml:1)
        "#]],
        );
    }

    #[test]
    fn shares_wait_until_ten_rooms_stand() {
        check(&Tree::of(&[("crates/only/a.rs", &"\n".repeat(500))]), &expect_test::expect![[""]]);
    }

    #[test]
    fn the_report_has_medians() {
        let tree = Tree::of(&[
            ("crates/low/a.rs", "fn a() {}\nfn b() {\n}\n"),
            ("crates/mid/b.rs", "fn c() {\n\n}\n"),
        ]);
        expect_test::expect![[r#"
            files: 2, median 3 lines
                   3  crates/low/a.rs
                   3  crates/mid/b.rs
            functions: 3, median 2 lines
                   3  crates/mid/b.rs::c
                   2  crates/low/a.rs::b
                   1  crates/low/a.rs::a
            rooms: lines, percent
                   3  50 %  low
                   3  50 %  mid
        "#]]
        .assert_eq(&Sizes::measure(&tree).unwrap().report());
    }
}
