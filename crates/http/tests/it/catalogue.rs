//! The rows of the problems.

use std::collections::BTreeSet;

use cartola_http::problem::catalogue::{Entry, entries};
use cartola_http::problem::{Code, Problem, Retry, Text};

#[test]
fn every_code_has_one_row_and_every_row_a_code() {
    let rows: Vec<Code> = entries().map(|entry| entry.code).collect();
    let distinct: BTreeSet<Code> = rows.iter().copied().collect();
    assert_eq!(rows.len(), distinct.len());
    assert_eq!(distinct, Code::ALL.iter().copied().collect());
    for code in Code::ALL {
        assert_eq!(Code::parse(code.name()), Some(*code));
    }
    assert_eq!(Code::parse("nothing"), None);
}

#[test]
fn names_are_stable_looking_and_statuses_those_of_refusals() {
    for Entry { name, status, retry, .. } in entries() {
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
        assert!((400..600).contains(status), "{name}");
        let later = matches!(retry, Retry::Later { after_seconds: 1.. });
        assert!(later || !matches!(status, 408 | 429 | 503 | 507), "{name} says when to come back");
    }
}

#[test]
fn every_row_speaks_both_languages() {
    let differ = |name: &str, Text { en, es }: &Text| {
        assert!(!en.is_empty() && !es.is_empty() && en != es, "{name}: {en}");
    };
    let ends = |name: &str, text: &str| assert!(text.ends_with(['.', ')']), "{name}: {text}");
    for Entry { name, title, meaning, remedy, .. } in entries() {
        for text in [title, meaning, remedy] {
            differ(name, text);
        }
        for text in [meaning, remedy] {
            ends(name, &text.en);
            ends(name, &text.es);
        }
    }
}

#[test]
fn a_problem_names_its_page_its_request_and_what_it_is_about() {
    let body = Problem::not_found("account").body("req_1");
    expect_test::expect![[r#"{"type":"/errors/not_found","title":"Not found","title_es":"No encontrado","status":404,"detail":"There is no such thing for this key: the id is unknown, belongs to another tenant, or no consent allows it to be shown any longer. `resource` says what was looked for. The three cases are not told apart.","detail_es":"No existe para esta clave: el id es desconocido, pertenece a otro cliente o ningún consentimiento permite ya mostrarlo. `resource` dice qué se buscaba. Los tres casos no se distinguen.","code":"not_found","retry":{"advice":"after_change"},"request_id":"req_1","resource":"account"}"#]]
    .assert_eq(std::str::from_utf8(&body).unwrap());
}
