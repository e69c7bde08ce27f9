//! Text that must not be committed.

use super::{
    finding::Finding,
    tree::{Tree, extension_of},
};

/// What banks and other programs wrote is kept as it came.
const DATA_EXTENSIONS: [&str; 10] =
    ["csv", "dat", "ofx", "qfx", "qif", "snap", "svg", "tsv", "txt", "xml"];
/// Written by cargo; it names its registry.
const LOCK_FILE: &str = "Cargo.lock";

/// Something not to be written, in pieces so that this file does not hold it.
struct Forbidden {
    text: &'static str,
    remedy: &'static str,
}

const fn forbidden(text: &'static str, remedy: &'static str) -> Forbidden {
    Forbidden { text, remedy }
}

const FINISH: &str = "finish it, or leave it out";
const SWITCHED_OFF: &str = "mend the test or remove it";
const UNUSED: &str = "remove what is not used";

/// Refused where no letter, digit or underscore touches them.
const WORDS: [Forbidden; 8] = [
    forbidden(concat!("to", "do!"), FINISH),
    forbidden(concat!("unimpl", "emented!"), FINISH),
    forbidden(concat!("TO", "DO"), FINISH),
    forbidden(concat!("FIX", "ME"), FINISH),
    forbidden(concat!("db", "g!"), "remove it, or trace what an operator needs"),
    forbidden(concat!("#[ig", "nore"), SWITCHED_OFF),
    forbidden(concat!("allow(", "dead_code"), UNUSED),
    forbidden(concat!("allow(", "unused"), UNUSED),
];

const BY_NAME: &str = "name the package and its tool, not the host";

const HOSTS: [Forbidden; 13] = [
    forbidden(concat!("crates", ".io"), BY_NAME),
    forbidden(concat!("py", "pi.org"), BY_NAME),
    forbidden(concat!("python", "hosted.org"), BY_NAME),
    forbidden(concat!("npm", "js.org"), BY_NAME),
    forbidden(concat!("npm", "js.com"), BY_NAME),
    forbidden(concat!("yarn", "pkg.com"), BY_NAME),
    forbidden(concat!("ruby", "gems.org"), BY_NAME),
    forbidden(concat!("proxy.go", "lang.org"), BY_NAME),
    forbidden(concat!("repo.ma", "ven.apache.org"), BY_NAME),
    forbidden(concat!("nu", "get.org"), BY_NAME),
    forbidden(concat!("docker", ".io"), BY_NAME),
    forbidden(concat!("deb.de", "bian.org"), BY_NAME),
    forbidden(concat!("archive.ubu", "ntu.com"), BY_NAME),
];

const RELATIVE: &str = "write a path relative to the repository, or $HOME";

/// Refused where they begin a path.
const FOLDERS: [Forbidden; 4] = [
    forbidden(concat!("/ho", "me/"), RELATIVE),
    forbidden(concat!("/ro", "ot/"), RELATIVE),
    forbidden(concat!("/Us", "ers/"), RELATIVE),
    forbidden(concat!("/wo", "rk/"), RELATIVE),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in tree.texts().filter(|(file, _)| *file != LOCK_FILE) {
        let written_here = !is_data(file);
        for (line, content) in (1..).zip(text.split('\n')) {
            let mut refuse = |problem: String, remedy| {
                findings.push(Finding::new(file, line, problem, remedy));
            };
            for Forbidden { text, remedy } in refused_in(content, written_here) {
                refuse(format!("`{text}`"), *remedy);
            }
            if written_here && content.ends_with([' ', '\t', '\r']) {
                refuse("blanks at the end of the line".to_owned(), "remove them");
            }
        }
        if written_here && !text.is_empty() && !text.ends_with('\n') {
            let line = text.lines().count();
            findings.push(Finding::new(file, line, "no newline at the end", "add one"));
        }
    }
    findings
}

fn is_data(file: &str) -> bool {
    extension_of(file).is_some_and(|extension| DATA_EXTENSIONS.contains(&extension))
}

fn refused_in(line: &str, written_here: bool) -> impl Iterator<Item = &'static Forbidden> {
    let words = WORDS.iter().filter(move |each| written_here && stands_alone(line, each.text));
    let hosts = HOSTS.iter().filter(move |each| line.contains(each.text));
    let folders = FOLDERS.iter().filter(move |each| begins_a_path(line, each.text));
    words.chain(hosts).chain(folders)
}

fn stands_alone(line: &str, word: &str) -> bool {
    let touches = |character: char| character.is_alphanumeric() || character == '_';
    // A pattern with a bracket may go on: it stands for every lint of a family, or carries a reason.
    let open_ended = word.contains(['(', '[']);
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].ends_with(touches);
        let after = line[start + word.len()..].starts_with(touches);
        !before && (open_ended || !after)
    })
}

fn begins_a_path(line: &str, folder: &str) -> bool {
    let inside = |character: char| character.is_alphanumeric() || "._-}".contains(character);
    line.match_indices(folder).any(|(start, _)| !line[..start].ends_with(inside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::lines;

    fn check(file: &str, text: &str, expected: &expect_test::Expect) {
        expected.assert_eq(&lines(&super::check(&Tree::of(&[(file, text)]))));
    }

    /// One line with each forbidden text, so that a pattern which never matches shows.
    fn each(forbidden: &[Forbidden]) -> String {
        forbidden.iter().map(|each| format!("x {}x\n", each.text)).collect()
    }

    #[test]
    fn every_word_is_found() {
        let text: String = WORDS.iter().map(|each| format!("({})\n", each.text)).collect();
        assert_eq!(super::check(&Tree::of(&[("a.rs", &text)])).len(), WORDS.len());
    }

    #[test]
    fn every_host_and_folder_is_found() {
        let text = each(&HOSTS) + &each(&FOLDERS);
        let found = super::check(&Tree::of(&[("a.csv", &text)]));
        assert_eq!(found.len(), HOSTS.len() + FOLDERS.len());
    }

    #[test]
    fn says_what_to_do() {
        let text = format!("fn a() {{\n    {}();\n}}\n", WORDS[0].text);
        let findings = super::check(&Tree::of(&[("a.rs", &text)]));
        let expected = format!("a.rs:2: `{}`: finish it, or leave it out\n", WORDS[0].text);
        assert_eq!(lines(&findings), expected);
    }

    #[test]
    fn parts_of_words_and_of_addresses_pass() {
        let spanish = format!("ME{}\n", WORDS[2].text);
        check("a.md", &spanish, &expect_test::expect![[""]]);
        let address = format!("see https://example.cl{}page\n", FOLDERS[0].text);
        check("a.md", &address, &expect_test::expect![[""]]);
    }

    #[test]
    fn blanks_and_the_last_newline() {
        check(
            "a.rs",
            "a \nb\t\nc\r\nd",
            &expect_test::expect![[r#"
            a.rs:1: blanks at the end of the line: remove them
            a.rs:2: blanks at the end of the line: remove them
            a.rs:3: blanks at the end of the line: remove them
            a.rs:4: no newline at the end: add one
        "#]],
        );
        check("a.rs", "", &expect_test::expect![[""]]);
    }

    #[test]
    fn files_of_banks_stay_as_they_came() {
        let line = format!("01/02;{}   \r\n;", WORDS[2].text);
        check("fixtures/cartola.csv", &line, &expect_test::expect![[""]]);
    }

    #[test]
    fn the_lock_file_may_name_its_registry() {
        check(LOCK_FILE, &each(&HOSTS), &expect_test::expect![[""]]);
    }
}
