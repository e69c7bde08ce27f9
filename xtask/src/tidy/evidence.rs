//! The compliance matrix: each rule names the code that keeps it and the test that shows it, and both
//! are there.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{
    finding::{Finding, line_of},
    tree::Tree,
};

/// The page with the matrix.
const PAGE: &str = "docs/compliance.md";

/// The heading of a matrix, its cells one after another.
const HEADING: &str = "rulekept byshown by";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let Ok(page) = tree.text(PAGE) else { return Vec::new() };
    rows(page).iter().flat_map(|row| problems(tree, row)).collect()
}

/// A row of a table, by cell.
#[derive(Debug, Default)]
struct Row {
    line: usize,
    cells: Vec<Vec<Link>>,
}

/// A link, and what it says.
#[derive(Debug)]
struct Link {
    target: String,
    text: String,
}

fn rows(page: &str) -> Vec<Row> {
    let (mut rows, mut row, mut link) = (Vec::new(), Row::default(), None::<Link>);
    // Other tables of the page hold no rules.
    let (mut heading, mut in_heading) = (String::new(), false);
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::TableHead) => (heading, in_heading) = (String::new(), true),
            Event::End(TagEnd::TableHead) => in_heading = false,
            Event::Text(text) if in_heading => heading.push_str(&text),
            Event::Start(Tag::TableRow) => {
                row = Row { line: line_of(page, range.start), cells: Vec::new() };
            }
            Event::Start(Tag::TableCell) => row.cells.push(Vec::new()),
            Event::Start(Tag::Link { dest_url, .. }) => {
                link = Some(Link { target: dest_url.to_string(), text: String::new() });
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(link) = &mut link {
                    link.text.push_str(&text);
                }
            }
            Event::End(TagEnd::Link) => {
                let (cell, link) = (row.cells.last_mut(), link.take());
                if let (Some(cell), Some(link)) = (cell, link) {
                    cell.push(link);
                }
            }
            Event::End(TagEnd::TableRow) if heading == HEADING => {
                rows.push(std::mem::take(&mut row));
            }
            _ => {}
        }
    }
    rows
}

fn problems(tree: &Tree, row: &Row) -> Vec<Finding> {
    let finding = |what: String, mend| Finding::new(PAGE, row.line, what, mend);
    let mut findings = Vec::new();
    for (cell, what) in [(1, "code"), (2, "test")] {
        if row.cells[cell].is_empty() {
            let missing = format!("the rule names no {what}");
            findings.push(finding(missing, "name it, with a link to its file"));
        }
        for link in &row.cells[cell] {
            let Some(text) = link.target.strip_prefix("../").and_then(|path| tree.text(path).ok())
            else {
                // A link that leads nowhere is told by the check of links.
                continue;
            };
            let name = link.text.rsplit("::").next().unwrap_or_default();
            let is_there = match what {
                "test" => text.contains(&format!("fn {name}(")),
                _ => text.contains(name),
            };
            if !is_there {
                let gone = format!("the {what} `{name}` is not in `{}`", link.target);
                findings.push(finding(gone, "name what keeps or shows the rule now"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "pub fn keep() {}\n#[test]\nfn it_is_kept() {}\n";

    fn found(row: &str) -> Vec<String> {
        let page = format!("| rule | kept by | shown by |\n|---|---|---|\n{row}\n");
        let tree = Tree::of(&[(PAGE, &page), ("src/a.rs", CODE)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_rule_with_code_and_test_is_right() {
        let row = "| r | [`a::keep`](../src/a.rs) | [`it_is_kept`](../src/a.rs) |";
        assert_eq!(found(row), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_there_is_found() {
        let row = "| r | [`lose`](../src/a.rs) | [`keep_it`](../src/a.rs) |";
        assert_eq!(found(row).len(), 2);
        assert_eq!(found("| r | | none |").len(), 2);
    }
}
