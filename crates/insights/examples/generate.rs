//! Prints what is generated from the rules as one JSON object: file, from the root, to its text.
//! `cargo xtask generate` writes it or checks it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use cartola_insights::categories::{Confusion, Matcher, taxonomy_table};

#[path = "../tests/it/corpus.rs"]
mod corpus;

/// What stands around the tables.
const PAGE: &str = include_str!("categories.md");
/// Mistakes of a set that are shown.
const SHOWN: usize = 25;

fn main() -> io::Result<()> {
    let matcher = Matcher::bundled();
    let sets = [
        ("development half", corpus::measured(&matcher, corpus::DEVELOPMENT)),
        ("holdout half", corpus::measured(&matcher, corpus::HOLDOUT)),
        ("styles of banks", corpus::measured(&matcher, corpus::STYLES)),
        ("sandbox", corpus::measured_sandbox(&matcher)),
    ];
    let confusions: String = sets[1..].iter().map(|(name, set)| confusion(name, set)).collect();
    let page = PAGE
        .replace("{version}", &matcher.versions().1.to_string())
        .replace("{taxonomy}", &taxonomy_table())
        .replace("{businesses}", &businesses(corpus::HOLDOUT).to_string())
        .replace("{scores}", &scores(&sets))
        .replace("{confusions}", &confusions);
    let text = serde_json::json!({ "docs/categories.md": page }).to_string();
    io::stdout().write_all(text.as_bytes())
}

fn businesses(file: &'static str) -> usize {
    corpus::lines(file).into_iter().map(|line| line.of).collect::<BTreeSet<_>>().len()
}

fn scores(sets: &[(&str, Confusion)]) -> String {
    let mut table =
        "| set | movements | right | right group | general | wrong |\n|---|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for (name, set) in sets {
        let score = set.score();
        let share = |count: u64| percent(count, score.all);
        let (right, group) = (share(score.right), share(score.right_group));
        let (general, wrong) = (share(score.general), share(score.wrong()));
        writeln!(table, "| {name} | {} | {right} | {group} | {general} | {wrong} |", score.all)
            .expect("a string takes all text");
    }
    table
}

fn percent(count: u64, all: u64) -> String {
    let per_mille = count * 1_000 / all.max(1);
    format!("{}.{} %", per_mille / 10, per_mille % 10)
}

fn confusion(name: &str, set: &Confusion) -> String {
    let mut text = format!("\n### {name}\n\n| is | is told to be | movements |\n|---|---|--:|\n");
    let mistakes = set.mistakes();
    for (right, told, count) in mistakes.iter().take(SHOWN) {
        writeln!(text, "| `{right}` | `{told}` | {count} |").expect("a string takes all text");
    }
    if let Some(rest) = mistakes.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let count: u64 = rest.iter().map(|(_, _, count)| count).sum();
        writeln!(text, "| {} more pairs | | {count} |", rest.len()).expect("as above");
    }
    text
}
