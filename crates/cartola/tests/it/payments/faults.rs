//! Banks that fail before or after they have acted: what is paid is paid once, what failed is not
//! paid, and nothing is left in doubt.

use serde_json::{Value, json};

use super::payer::{Scene, answer_pending, ended};

const KINDS: [&str; 3] = ["cut", "error", "malformed"];

fn fault(scene: &Scene, bank: &str, kind: &str, when: &str, operation: &str) {
    let mut told = json!({"kind": kind, "calls": 1, "when": when, "operations": [operation]});
    if kind == "error" {
        told["status"] = json!(503);
    }
    let path = format!("/_sandbox/institutions/{bank}/fault");
    let ordered = scene.chile.lever("POST", &path, &told);
    assert!(ordered.status < 300, "{}", ordered.text());
}

/// Pays through one fault after another, and insists that money moves with each that is completed.
fn check(bank: &str, operation: &str, kinds: &[&str]) -> Vec<String> {
    let scene = Scene::new();
    let payer = scene.payer("ok", bank);
    let (mut told, mut moved) = (Vec::new(), 0);
    for kind in kinds {
        for when in ["before", "after"] {
            fault(&scene, bank, kind, when, operation);
            let begun = scene.begin(&payer, 5_000, &format!("{kind}-{when}"));
            let payment = ended(&scene.client, &begun, |payment: &Value| {
                answer_pending(&scene.chile, &scene.client, &payer, payment);
            });
            let state = payment["state"].as_str().unwrap();
            moved += u64::from(state == "completed");
            assert_eq!(scene.moved(), moved, "{kind} {when}: {payment}");
            let why = payment["failure"]["code"].as_str().unwrap_or_default();
            told.push(format!("{kind} {when}: {state} {why}").trim_end().to_owned());
        }
    }
    told
}

#[test]
fn a_bank_that_fails_when_it_is_told_makes_a_transfer_once_or_not_at_all() {
    // It asks for nothing more: what it has acted on has moved money.
    let told = check("banco-security", "POST transfer", &KINDS);
    expect_test::expect![[r#"
        cut before: failed institution_down
        cut after: completed
        error before: failed institution_down
        error after: completed
        malformed before: failed provider_answer_invalid
        malformed after: completed"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn a_bank_that_fails_when_it_is_answered_makes_a_transfer_once() {
    let told = check("banco-estado", "POST transfer/authorization", &KINDS);
    assert!(told.iter().all(|line| line.ends_with("completed")), "{told:?}");
}

#[test]
fn a_bank_that_hangs_is_asked_what_it_has_done() {
    let told = check("banco-security", "POST transfer", &["hang"]);
    expect_test::expect![[r#"
        hang before: failed timeout
        hang after: completed"#]]
    .assert_eq(&told.join("\n"));
}
