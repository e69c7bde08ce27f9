//! Links in Markdown that point into the repository.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{
    finding::{Finding, line_of},
    tree::{Tree, extension_of},
};

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.texts_of("md") {
        for (target, line) in links(text) {
            if let Some(problem) = problem_of(tree, file, &target) {
                findings.push(Finding::new(file, line, problem, "correct the link"));
            }
        }
    }
    findings
}

/// Target and line of each link and image that stays in the repository.
fn links(text: &str) -> Vec<(String, usize)> {
    let mut links = Vec::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            && !dest_url.contains("://")
            && !dest_url.starts_with("mailto:")
        {
            links.push((dest_url.to_string(), line_of(text, range.start)));
        }
    }
    links
}

fn problem_of(tree: &Tree, file: &str, target: &str) -> Option<String> {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let Some(resolved) = resolve(file, path) else {
        return Some(format!("`{target}` leaves the repository"));
    };
    if !tree.holds(&resolved) {
        return Some(format!("`{target}` points to `{resolved}`, which is not there"));
    }
    let page = tree.text(&resolved).ok().filter(|_| extension_of(&resolved) == Some("md"))?;
    (!anchor.is_empty() && !anchors(page).iter().any(|known| known == anchor))
        .then(|| format!("`{target}` names a heading that `{resolved}` does not have"))
}

/// The path from the root that a link of `file` means, or `None` where it climbs above the root.
fn resolve(file: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(file.to_owned());
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The anchors of a page's headings, as forges make them: lower case, hyphens for blanks, a number on repetition.
fn anchors(page: &str) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor_of(&heading.take().unwrap_or_default());
                let times = seen.entry(anchor.clone()).or_default();
                anchors.push(if *times == 0 { anchor } else { format!("{anchor}-{times}") });
                *times += 1;
            }
            _ => {}
        }
    }
    anchors
}

fn anchor_of(heading: &str) -> String {
    let kept = heading.chars().filter(|each| each.is_alphanumeric() || " -_".contains(*each));
    kept.map(|each| if each == ' ' { '-' } else { each }).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::lines;

    /// Checks `docs/page.md`, beside which stand `docs/other.md` and `README.md`.
    fn check(page: &str, expected: &expect_test::Expect) {
        let tree = Tree::of(&[
            ("README.md", "# Cartola\n"),
            ("docs/other.md", "# A `code` title, twice\n\n# A `code` title, twice\n"),
            ("docs/page.md", page),
        ]);
        expected.assert_eq(&lines(&super::check(&tree)));
    }

    #[test]
    fn links_that_resolve() {
        check(
            "# Here\n[a](other.md) [b](../README.md#cartola) [c](#here) [d](../docs/) [e]\n\
             [f](https://example.cl/gone.md) <mailto:a@example.cl>\n\n[e]: other.md#a-code-title-twice-1\n",
            &expect_test::expect![[""]],
        );
    }

    #[test]
    fn links_that_do_not() {
        check(
            "# Here\n\n[a](gone.md)\n![b](../gone.png)\n[c](#gone)\n[d](other.md#gone)\n[e](../../x)\n[f]\n\n[f]: gone.md\n",
            &expect_test::expect![[r#"
                docs/page.md:3: `gone.md` points to `docs/gone.md`, which is not there: correct the link
                docs/page.md:4: `../gone.png` points to `gone.png`, which is not there: correct the link
                docs/page.md:5: `#gone` names a heading that `docs/page.md` does not have: correct the link
                docs/page.md:6: `other.md#gone` names a heading that `docs/other.md` does not have: correct the link
                docs/page.md:7: `../../x` leaves the repository: correct the link
                docs/page.md:8: `gone.md` points to `docs/gone.md`, which is not there: correct the link
            "#]],
        );
    }

    #[test]
    fn code_is_not_a_link() {
        check("`[a](gone.md)`\n\n```\n[b](gone.md)\n```\n", &expect_test::expect![[""]]);
    }
}
