//! Giving up while the bank waits for the payer.

use serde_json::{Value, json};

use super::Scene;
use super::page::{Page, headed, hidden};

const AGAIN: &str =
    "El pago fue cancelado. No se cobró nada. Puede elegir un banco e intentar otra vez.";

/// Gives up what the page shows.
#[track_caller]
fn cancel(page: &Page, text: &str) {
    page.is_sent(&[("step", "cancel"), ("payment", hidden(text, "payment"))]);
}

/// Pays at a bank until it asks for something, gives up, and insists that the page offers to try
/// again.
#[track_caller]
fn check_given_up(scene: &Scene, page: &Page, bank: &str, heading: &str) -> String {
    page.pay(&scene.payer("ok", bank));
    let asked = page.until(heading);
    cancel(page, &asked);
    // Another tab says so too, or says it late.
    cancel(page, &asked);
    let text = page.until("Elija su banco");
    assert!(text.contains(AGAIN) && !text.contains("Revise lo siguiente"), "{text}");
    cancel(page, &asked);
    assert_eq!(page.text(), text);
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_NOT_STARTED");
    asked
}

#[test]
fn who_gives_up_at_one_bank_pays_at_another_and_the_merchant_is_told_once() {
    let scene = Scene::new();
    let page = scene.begin("order");
    let codes = check_given_up(&scene, &page, "banco-estado", "Confirme con BancoEstado");
    let app = "Autorice el pago en la app de Banco de Chile";
    check_given_up(&scene, &page, "banco-chile", app);
    // What was given up is not answered any more, nor does its phone ask.
    page.is_sent(&[("step", "answer"), ("page", hidden(&codes, "page")), ("sms", "123456")]);
    for bank in ["banco-estado", "banco-chile"] {
        assert_eq!(scene.pending(&scene.payer("ok", bank)), Value::Null);
    }
    scene.receiver.was_left_alone();
    page.pay(&scene.payer("ok", "banco-security"));
    let word = scene.last_word();
    assert_eq!((&word["isValid"], &word["bankName"]), (&json!("true"), &json!("banco security")));
    assert_eq!(headed(&page.text()), "Pago realizado");
    assert_eq!(scene.moved(), 1);
    scene.receiver.was_left_alone();
}

#[test]
fn who_gives_up_may_leave_and_the_merchant_is_told_once() {
    let scene = Scene::new();
    let page = scene.begin("order");
    check_given_up(&scene, &page, "banco-santander", "Confirme con Santander Chile");
    page.is_sent(&[("step", "leave")]);
    assert_eq!(scene.last_word()["isValid"], "false");
    let text = page.text();
    assert_eq!(headed(&text), "El pago no se hizo");
    assert!(text.contains("El pago fue cancelado. No se cobró nada."), "{text}");
    assert_eq!(scene.moved(), 0);
    scene.receiver.was_left_alone();
}

#[test]
fn what_the_bank_has_made_is_paid_whoever_gives_up() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-chile");
    let page = scene.begin("order");
    page.pay(&payer);
    let text = page.until("Autorice el pago en la app de Banco de Chile");
    let path = format!("/_sandbox/phones/{}/approve", payer.rut);
    let pending = scene.pending(&payer);
    let which =
        json!({"institution": payer.institution, "end_to_end_id": pending["end_to_end_id"]});
    assert_eq!(scene.chile.lever("POST", &path, &which).status, 200);
    cancel(&page, &text);
    assert_eq!(scene.last_word()["isValid"], "true");
    let text = page.text();
    assert_eq!(headed(&text), "Pago realizado");
    cancel_is_not_offered(&text);
    assert_eq!(scene.moved(), 1);
}

#[track_caller]
fn cancel_is_not_offered(text: &str) {
    assert!(!text.contains("Cancelar el pago"), "{text}");
}

#[test]
fn what_is_no_payment_is_refused() {
    let scene = Scene::new();
    let page = scene.begin("order");
    assert_eq!(page.send(&[("step", "cancel")]).status, 400);
    assert_eq!(page.send(&[("step", "cancel"), ("payment", "chk_1")]).status, 400);
}
