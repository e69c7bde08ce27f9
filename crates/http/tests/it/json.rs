//! Bodies that are read strictly and never quoted.

use cartola_http::body::parse;
use cartola_http::problem::Code;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `amount` and `names`")]
struct Asked {
    amount: u32,
    #[serde(default)]
    names: Vec<String>,
}

#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(body: &str, expected: Expect) {
    let told = match parse::<Asked>(body.as_bytes()) {
        Ok(Asked { amount, names }) => format!("{amount} {names:?}"),
        Err(problem) => {
            let body: serde_json::Value = serde_json::from_slice(&problem.body("")).unwrap();
            format!("{}: {}", problem.code().name(), body["detail"].as_str().unwrap())
        }
    };
    expected.assert_eq(&told);
}

#[test]
fn what_fits_is_read() {
    check(r#" {"amount": 7, "names": ["a"]} "#, expect![[r#"7 ["a"]"#]]);
}

#[test]
fn what_does_not_is_told_in_our_own_words() {
    check("[7]", expect!["json_invalid: The body is not an object."]);
    check("[7", expect!["json_malformed: The body, at line 1, column 2: it ends too early."]);
    check(
        "{}",
        expect!["json_invalid: The body, at line 1, column 2: the field `amount` is missing."],
    );
    check(
        r#"{"amount":"MARIA, expected nobody"}"#,
        expect![
            "json_invalid: The body, at line 1, column 34, in `amount`: expected a whole number, none below zero."
        ],
    );
    check(
        r#"{"amount":1,"MARIA`, expected one of `RUT":2}"#,
        expect![
            "json_invalid: The body, at line 1, column 42: a field is unknown; known are `amount` or `names`."
        ],
    );
    check(
        r#"{"amount":1,"amount":2}"#,
        expect!["json_invalid: The body, at line 1, column 20: the field `amount` is there twice."],
    );
    check(
        "{\"amount\":1,\n\"names\":[1]}",
        expect!["json_invalid: The body, at line 2, column 10, in `names[0]`: expected a text."],
    );
    check(
        "{\"amount\":1}}",
        expect!["json_malformed: The body, at line 1, column 13: it is not JSON."],
    );
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `day`")]
struct Dated {
    #[serde(rename = "day")]
    _day: Option<cartola_primitives::Date>,
    #[serde(rename = "at")]
    _at: Option<cartola_primitives::Timestamp>,
    #[serde(rename = "inner")]
    _inner: Option<Inner>,
}

/// A shape that says nothing of itself.
#[derive(Deserialize)]
struct Inner {}

/// Neither how a library reads nor how our types are called.
#[test]
fn nothing_of_the_inside_is_told() {
    let told = [
        r#"{"day":"01-11-2026"}"#,
        r#"{"day":20261101}"#,
        r#"{"at":"yesterday"}"#,
        r#"{"at":1}"#,
        r#"{"inner":"abc"}"#,
    ]
    .map(|body| {
        let problem = parse::<Dated>(body.as_bytes()).err().unwrap();
        problem.detail().es.rsplit_once(": ").unwrap().1.to_owned()
    });
    expect![[r#"
        se esperaba un día de la forma AAAA-MM-DD, o un instante como 2026-03-31T14:05:09Z.
        se esperaba un día de la forma AAAA-MM-DD.
        se esperaba un día de la forma AAAA-MM-DD, o un instante como 2026-03-31T14:05:09Z.
        se esperaba un instante como 2026-03-31T14:05:09Z.
        se esperaba un objeto.
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

/// What is wrong is found in a field of ours: what a caller calls something is not said again.
#[test]
fn the_field_is_named_that_has_another_type() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Called {
        #[serde(rename = "who", default)]
        _who: Option<Who>,
        #[serde(rename = "by_name", default)]
        _by_name: std::collections::BTreeMap<String, u8>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Who {
        #[serde(rename = "age")]
        _age: u8,
    }
    for (body, named) in [
        (r#"{"who":{"age":"x"}}"#, Some("who")),
        (r#"{"who":{"maria":1}}"#, Some("who")),
        (r#"{"who":{}}"#, Some("who")),
        (r#"{"by_name":{"maria":"x"}}"#, Some("by_name")),
        (r#"{"by_name":1}"#, Some("by_name")),
        (r#"{"maria":1}"#, None),
        (r#"{"who":null,"who":null}"#, None),
    ] {
        let problem = parse::<Called>(body.as_bytes()).err().unwrap();
        assert_eq!(problem.code(), Code::JsonInvalid);
        let told: serde_json::Value = serde_json::from_slice(&problem.body("")).unwrap();
        assert_eq!(told["parameter"].as_str(), named, "{body}");
        let (en, es) = (told["detail"].as_str().unwrap(), told["detail_es"].as_str().unwrap());
        let is_said = |named: &str| en.contains(&format!(", in `{named}`: ")) && es.contains("`: ");
        assert!(named.is_none_or(is_said), "{told}");
        assert!(!told.to_string().contains("maria"), "{told}");
    }
}

#[test]
fn depth_has_an_end() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    check(&deep, expect!["json_invalid: The body is not an object."]);
    let within = format!(r#"{{"deep":{deep}}}"#);
    let problem = parse::<serde_json::Value>(within.as_bytes()).unwrap_err();
    assert_eq!(problem.code(), Code::JsonMalformed);
    let told = String::from_utf8(problem.body("")).unwrap();
    assert!(told.contains("nested too deeply"), "{told}");
}

proptest! {
    #[test]
    fn nothing_that_was_sent_is_said_again(
        secret in "[A-Z]{8}",
        shape in prop::sample::select(vec![
            r#"{"amount":"@"}"#, r#"{"@":1}"#, r#"{"amount":1,"@":1}"#, r#"@"#, r#"{"amount":@}"#,
            r#"{"amount":1,"names":[{"@":"@"}]}"#, r#"["@"]"#, r#""@""#, r#"{"amount":1}@"#,
        ]),
    ) {
        let body = shape.replace('@', &secret);
        let problem = parse::<Asked>(body.as_bytes()).err().unwrap();
        prop_assert!(matches!(problem.code(), Code::JsonInvalid | Code::JsonMalformed));
        let told = String::from_utf8(problem.body("")).unwrap();
        prop_assert!(!told.contains(&secret), "{}", told);
    }

    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Err(problem) = parse::<Asked>(&body) {
            prop_assert!(problem.status().is_client_error());
        }
    }
}
