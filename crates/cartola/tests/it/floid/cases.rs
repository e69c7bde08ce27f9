//! A caller's case: the same twice has one effect.

use std::thread;

use serde_json::json;

use super::posted::body;
use super::{Scene, with};
use crate::receiver::Receiver;

const WHO: (&str, &str, &str) = ("ok", "banco-chile", "banco chile");

#[test]
fn the_same_case_is_read_once_and_answered_the_same() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let first = body(&scene, WHO, &receiver, "case 1");
    let path = "api/income_check";
    let answers: Vec<_> = thread::scope(|scope| {
        let ask = || scene.floid.ask(path, &first);
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(scene.genuine(receiver.call())["caseId"], "case 1");
    assert_eq!(scene.floid.ask(path, &first), answers[0], "and so after it was posted");
    // Another case of the same person waits behind whatever was begun before it.
    scene.floid.ask(path, &body(&scene, WHO, &receiver, "case 2"));
    assert_eq!(scene.genuine(receiver.call())["caseId"], "case 2");
    receiver.was_left_alone();
    let consents = scene.demo.client().list("/v1/consents");
    let of_bank = consents.iter().filter(|row| row["institution"] == "banco-chile");
    let of_calls = of_bank.filter(|row| row["purpose"].as_str().unwrap().contains("one call"));
    assert_eq!(of_calls.count(), 2, "one mandate for each case");
}

#[test]
fn another_body_in_the_same_case_is_refused() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let first = with(&body(&scene, WHO, &receiver, "case 1"), &json!({"duration": 3}));
    scene.floid.ask("api/transaction_history", &first);
    for more in [
        json!({"duration": 12}),
        json!({"password": "another"}),
        json!({"bankName": "bci"}),
        json!({"callbackApiKey": "key-2"}),
        json!({"callbackApiKey": null}),
        json!({"callbackUrl": format!("{}&more", receiver.url())}),
    ] {
        let refused =
            scene.floid.refusal("api/transaction_history", &with(&first, &more).to_string());
        assert_eq!(refused, "400 caseId: it was used for another request", "{more}");
    }
    // The same written otherwise is the same.
    let rut = first["rut"].as_str().unwrap().replace('.', "");
    let same = with(&first, &json!({"rut": rut, "bankName": "BANCO CHILE", "more": 7}));
    assert_eq!(scene.floid.ask("api/transaction_history", &same)["isAccepted"], true);
    // Each product has cases of its own, and so has each tenant.
    assert_eq!(scene.floid.ask("api/income_check", &first)["isAccepted"], true);
    let other = scene.other_tenant();
    let elsewhere = with(&first, &json!({"duration": 12}));
    assert_eq!(other.ask("api/transaction_history", &elsewhere)["isAccepted"], true);
}

#[test]
fn a_case_that_was_not_accepted_may_be_tried_again() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let wrong = with(&body(&scene, WHO, &receiver, "case 1"), &json!({"password": "x"}));
    let told = scene.floid.ask("api/income_check", &wrong);
    assert_eq!(told["isAccepted"], false, "no password of this bank has one character");
    assert!(told["error"].as_str().unwrap().contains("password"), "{told}");
    let right = body(&scene, WHO, &receiver, "case 1");
    assert_eq!(scene.floid.ask("api/income_check", &right)["isAccepted"], true);
    assert_eq!(scene.genuine(receiver.call())["isValid"], true);
}
