//! The commands of a translated page are those of the page.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::{
    finding::{Finding, line_of},
    tree::Tree,
};

/// Each page with its translation.
const PAGES: [(&str, &str); 1] = [("README.md", "README.es.md")];

pub fn check(tree: &Tree) -> Vec<Finding> {
    PAGES.into_iter().filter_map(|(page, other)| difference(tree, page, other)).collect()
}

/// The first command that only one of the two has.
fn difference(tree: &Tree, page: &str, other: &str) -> Option<Finding> {
    let (Ok(original), Ok(translated)) = (tree.text(page), tree.text(other)) else { return None };
    let (wanted, found) = (commands(original), commands(translated));
    let longest = wanted.len().max(found.len());
    let place = (0..longest).find(|&place| {
        wanted.get(place).map(|command| &command.0) != found.get(place).map(|command| &command.0)
    })?;
    let line = found.get(place).or(found.last()).map_or(1, |command| command.1);
    let problem = format!("the commands differ from those of {page}");
    Some(Finding::new(other, line, problem, "write the same command; comments may differ"))
}

/// Each command of the code blocks without its comment, and the line on which its block begins.
fn commands(text: &str) -> Vec<(String, usize)> {
    let mut commands = Vec::new();
    let mut block = None;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                block = Some(line_of(text, range.start));
            }
            Event::End(TagEnd::CodeBlock) => block = None,
            Event::Text(code) => {
                let Some(line) = block else { continue };
                let bare = code.lines().map(without_comment).filter(|command| !command.is_empty());
                commands.extend(bare.map(|command| (command.to_owned(), line)));
            }
            _ => {}
        }
    }
    commands
}

fn without_comment(line: &str) -> &str {
    let end = line.find(" # ").or(line.starts_with("# ").then_some(0));
    line[..end.unwrap_or(line.len())].trim_end()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{Tree, check};

    fn check_that(translated: &str, expected: Expect) {
        let tree = Tree::of(&[
            ("README.md", "Try\n\n```sh\nrun it    # now\n```\n"),
            ("README.es.md", translated),
        ]);
        let findings = check(&tree);
        expected.assert_eq(&findings.iter().map(ToString::to_string).collect::<String>());
    }

    #[test]
    fn commands_are_the_same_and_words_are_not() {
        check_that("Pruebe\n\n```sh\n# esto\nrun it  # ahora\n```\n", expect![[""]]);
        check_that("Pruebe\n\n```sh\nrun that\n```\n", expect!["README.es.md:3: the commands differ from those of README.md: write the same command; comments may differ"]);
        check_that("Pruebe\n", expect!["README.es.md:1: the commands differ from those of README.md: write the same command; comments may differ"]);
    }
}
