//! How often a customer who pays is signed in at their bank.

use std::net::TcpListener;

use super::payer::{Payer, Scene, answer_pending, ended, next};
use crate::chile::Chile;
use crate::installation::Installation;
use crate::shop;

/// A bank that sends a code.
const BANK: &str = "banco-estado";

#[test]
fn a_customer_who_is_asked_for_a_code_is_signed_in_once() {
    let scene = Scene::new();
    let payer = scene.payer("ok", BANK);
    let begun = scene.begin(&payer, 5_000, "order");
    let asked = next(&scene.client, &begun);
    assert_eq!(asked["state"], "challenged");
    scene.chile.refuse_sessions(BANK, 1_000);
    assert!(answer_pending(&scene.chile, &scene.client, &payer, &asked));
    let payment = ended(&scene.client, &asked, |payment| assert_eq!(payment, &asked));
    assert_eq!(payment["state"], "completed", "{payment}");
    assert_eq!(scene.moved(), 1);
}

#[test]
fn one_whose_session_the_bank_has_ended_is_signed_in_anew_and_asked_for_nothing_twice() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let paid = shop::paid(&shop::merchant().account);
    let installation = Installation::with(&(shop::banks(&[BANK], port) + &paid));
    let keys = installation.tenant("acme");
    let chile = Chile::start_on(installation.path(), port);
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let (rut, place) = chile.person("ok", BANK);
    let password = place["password"].as_str().unwrap().to_owned();
    let payer = Payer { institution: BANK.to_owned(), rut, password };
    let begun = payer.begin(&client, 5_000, "order").unwrap().json();
    let asked = next(&client, &begun);
    assert_eq!(asked["state"], "challenged");
    // What has begun is there when the bank is back; who was signed in is not.
    chile.kill();
    let chile = Chile::start_on(installation.path(), port);
    assert!(answer_pending(&chile, &client, &payer, &asked));
    let payment = ended(&client, &asked, |payment| assert_eq!(payment, &asked));
    assert_eq!(payment["state"], "completed", "{payment}");
}
