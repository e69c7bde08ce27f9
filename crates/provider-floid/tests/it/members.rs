//! Members of bodies.

use cartola_provider_floid::given::{Given, Mistake};
use cartola_provider_floid::request::{self, Queued};
use expect_test::{Expect, expect};
use proptest::prelude::*;

#[track_caller]
fn check(body: &str, read: impl Fn(&Queued) -> Result<(), Mistake>, expected: Expect) {
    let said = request::read::<Queued>(body.as_bytes()).and_then(|body| read(&body));
    expected.assert_eq(&said.map_or_else(|Mistake(said)| said, |()| "ok".to_owned()));
}

fn months(body: &Queued) -> Result<(), Mistake> {
    body.duration.one_of("duration", &[3, 12, 24]).map(drop)
}

fn rut(body: &Queued) -> Result<(), Mistake> {
    body.rut.rut("rut").map(drop)
}

#[test]
fn a_mistake_names_its_member_and_quotes_nothing() {
    check(r#"{"duration": 12}"#, months, expect!["ok"]);
    check(r#"{"duration": 6}"#, months, expect!["duration: it must be one of 3 | 12 | 24"]);
    check(r#"{"duration": "12"}"#, months, expect!["duration: it must be one of 3 | 12 | 24"]);
    check(r#"{"duration": 12.0}"#, months, expect!["duration: it must be one of 3 | 12 | 24"]);
    check(
        r#"{"duration": 18446744073709551615}"#,
        months,
        expect!["duration: it must be one of 3 | 12 | 24"],
    );
    check("{}", months, expect!["duration: it is mandatory"]);
    check(r#"{"rut": null}"#, rut, expect!["rut: it is mandatory"]);
    check(
        r#"{"rut": "9.999.999-9"}"#,
        rut,
        expect!["rut: the verifier of the RUT is wrong, it should be 3"],
    );
    check(r#"{"rut": ["9.999.999-3"]}"#, rut, expect!["rut: it must be a text"]);
    check(r#"{"rut": "9999999-3", "more": {"a": [1]}}"#, rut, expect!["ok"]);
    check(r#"{"rut": "1", "rut": "1"}"#, rut, expect!["rut: it is there twice"]);
    check("[]", rut, expect!["the body must be a JSON object"]);
    check(r#"["9999999-3", "a"]"#, rut, expect!["the body must be a JSON object"]);
    check("7", rut, expect!["the body must be a JSON object"]);
    check("{", rut, expect!["the body is not JSON, at line 1, column 1"]);
    check("{} x", rut, expect!["the body is not JSON, at line 1, column 4"]);
}

proptest! {
    #[test]
    fn no_body_of_any_kind_is_quoted(secret in "[a-z]{12}", shape in 0..6_usize) {
        let body = [
            format!("{{\"rut\": \"{secret}\"}}"),
            format!("{{\"rut\": [\"{secret}\"]}}"),
            format!("{{\"{secret}\": 1, \"{secret}\": 2, \"rut\": {secret}}}"),
            format!("\"{secret}\""),
            format!("{{\"rut\": {{\"{secret}\": 1}}"),
            secret.clone(),
        ];
        let read = request::read::<Queued>(body[shape].as_bytes());
        let said = read.and_then(|body| body.rut.rut("rut").map(drop));
        let Err(Mistake(said)) = said else { return Err(TestCaseError::fail("it is no RUT")) };
        prop_assert!(!said.contains(&secret), "{}", said);
    }
}

#[test]
fn an_empty_text_is_none() {
    let given = Given::Text(String::new().into());
    assert_eq!(given.optional_text("bankName"), Ok(None));
    assert!(given.text("bankName").is_err());
}
