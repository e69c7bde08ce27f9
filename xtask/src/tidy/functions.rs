//! Finds functions by their tokens, so that those inside macros (`proptest!`) are measured too.

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    /// From the keyword `fn` to the closing brace.
    pub lines: usize,
}

/// Every function of a file that has a body, nested ones as well.
pub fn find(file: &str, text: &str) -> Result<Vec<Function>> {
    let tokens: TokenStream =
        text.parse().ok().with_context(|| format!("{file} is not a sequence of Rust tokens"))?;
    let mut found = Vec::new();
    collect(tokens, &mut found);
    Ok(found)
}

fn collect(tokens: TokenStream, found: &mut Vec<Function>) {
    let mut head: Option<(String, usize)> = None;
    let mut follows_fn: Option<usize> = None;
    for token in tokens {
        match &token {
            TokenTree::Ident(word) if word == "fn" => follows_fn = Some(word.span().start().line),
            TokenTree::Ident(name) => {
                if let Some(line) = follows_fn.take() {
                    head = Some((name.to_string(), line));
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => head = None,
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace
                    && let Some((name, line)) = head.take()
                {
                    let lines = group.span_close().end().line - line + 1;
                    found.push(Function { name, line, lines });
                }
                follows_fn = None;
                collect(group.stream(), found);
            }
            _ => follows_fn = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &expect_test::Expect) {
        let found = find("x.rs", text).unwrap();
        let shown: String = found
            .iter()
            .map(|Function { name, line, lines }| format!("{name} at {line}: {lines}\n"))
            .collect();
        expected.assert_eq(&shown);
    }

    #[test]
    fn measures_from_the_keyword_to_the_brace() {
        check(
            "/// Words.\n#[inline]\npub async fn long(\n    a: u8,\n) -> [u8; { 3 }] {\n    [a; 3]\n}\nfn short() {}\n",
            &expect_test::expect![[r#"
                long at 3: 5
                short at 8: 1
            "#]],
        );
    }

    #[test]
    fn looks_into_impls_macros_and_bodies() {
        check(
            "impl A {\n fn method(&self) {\n  fn inner() {}\n }\n}\nproptest! {\n #[test]\n fn property(a in 0..9) {\n }\n}\n",
            &expect_test::expect![[r#"
                method at 2: 3
                inner at 3: 1
                property at 8: 2
            "#]],
        );
    }

    #[test]
    fn types_and_declarations_have_no_body() {
        check(
            "trait T { fn declared(&self); }\nstruct S { call: fn(u8) -> u8 }\nfn taker(call: fn()) { call() }\n",
            &expect_test::expect![[r#"
                taker at 3: 1
            "#]],
        );
    }
}
