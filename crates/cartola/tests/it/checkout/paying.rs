//! The whole way, by every means of proof.

use serde_json::{Value, json};

use super::Scene;
use super::page::{Page, headed, hidden};
use crate::payments::Payer;

/// Answers what the page asks for with what phone, card and device say.
#[track_caller]
fn answer(scene: &Scene, page: &Page, payer: &Payer, text: &str) {
    let pending = scene.pending(payer);
    let of_page = hidden(text, "page");
    let mut fields = vec![("step".to_owned(), "answer".to_owned())];
    fields.push(("page".to_owned(), of_page.to_owned()));
    if let Some(sms) = pending["sms"].as_str() {
        fields.push(("sms".to_owned(), sms.to_owned()));
    }
    for (nth, code) in (1..).zip(pending["codes"].as_array().into_iter().flatten()) {
        fields.push((format!("code-{nth}"), code.as_str().unwrap().to_owned()));
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    page.is_sent(&fields);
}

#[track_caller]
fn is_paid(scene: &Scene, page: &Page, bank: &str, case: &str) {
    let word = scene.last_word();
    let expected = json!({"isValid": "true", "bankName": bank, "moneyAmount": "25000",
        "caseId": case, "message": "BANK_TRANSFER_COMPLETED"});
    assert_eq!(word, expected);
    let text = page.text();
    assert_eq!(headed(&text), "Pago realizado");
    assert!(text.contains(r#"href="https://shop.example/paid?order=1" target="_top""#), "{text}");
    assert!(!text.contains("<form"), "{text}");
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_FINISHED_SUCCESSFULLY");
}

/// Pays with codes, as so many pages ask for.
fn check_codes(bank: &str, name: &str, heading: &str, pages: usize) {
    let scene = Scene::new();
    let payer = scene.payer("ok", bank);
    let page = scene.begin("order");
    page.pay(&payer);
    let mut seen = Vec::new();
    for _ in 0..pages {
        let text = page.until(heading);
        assert_eq!(text, page.text(), "a reload shows the same");
        let of_page = hidden(&text, "page").to_owned();
        assert!(!seen.contains(&of_page));
        seen.push(of_page);
        answer(&scene, &page, &payer, &text);
    }
    is_paid(&scene, &page, name, "order");
    assert_eq!(scene.moved(), 1);
}

#[test]
fn one_pays_with_an_sms() {
    check_codes("banco-estado", "banco estado", "Confirme con BancoEstado", 1);
}

#[test]
fn one_pays_with_a_card() {
    check_codes("banco-santander", "banco santander", "Confirme con Santander Chile", 1);
}

#[test]
fn one_pays_with_a_device() {
    check_codes("banco-bci", "bci", "Confirme con Bci", 1);
}

#[test]
fn one_pays_with_sms_and_card_at_once() {
    check_codes("banco-itau", "itau corpbanca", "Confirme con Itaú Chile", 1);
}

#[test]
fn one_pays_with_the_app() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-chile");
    let page = scene.begin("order");
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_NOT_STARTED");
    page.pay(&payer);
    let text = page.until("Autorice el pago en la app de Banco de Chile");
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_IN_PROGRESS");
    assert!(text.contains("<noscript><meta http-equiv=\"refresh\""));
    let path = format!("/_sandbox/phones/{}/approve", payer.rut);
    let pending = scene.pending(&payer);
    let which =
        json!({"institution": payer.institution, "end_to_end_id": pending["end_to_end_id"]});
    assert_eq!(scene.chile.lever("POST", &path, &which).status, 200);
    is_paid(&scene, &page, "banco chile", "order");
}

#[test]
fn a_page_that_is_open_twice_pays_once() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-security");
    let page = scene.begin("order");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| page.pay(&payer));
        }
    });
    is_paid(&scene, &page, "banco security", "order");
    // Another tab that is sent later changes nothing either.
    page.pay(&payer);
    assert_eq!((scene.moved(), scene.client.list("/v1/payments").len()), (1, 1));
    scene.receiver.was_left_alone();
}

#[test]
fn what_went_wrong_is_said_and_may_be_tried_again() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    let page = scene.begin("order");
    page.pay(&Payer { password: "wrong".to_owned(), ..payer.clone() });
    let text = page.until("Elija su banco");
    assert!(text.contains("Su banco no aceptó el RUT o la clave."), "{text}");
    assert!(text.contains(r#"value="banco-estado" required checked"#), "{text}");
    page.pay(&payer);
    let text = page.until("Confirme con BancoEstado");
    page.is_sent(&[("step", "answer"), ("page", hidden(&text, "page")), ("sms", "000000")]);
    // The same page is not taken twice.
    page.is_sent(&[("step", "answer"), ("page", hidden(&text, "page")), ("sms", "000001")]);
    let next = wait_for_page(&page, hidden(&text, "page"));
    assert!(next.contains("Ingrese los códigos otra vez. Le quedan 2 intentos."), "{next}");
    answer(&scene, &page, &payer, &next);
    is_paid(&scene, &page, "banco estado", "order");
    assert_eq!(scene.moved(), 1);
}

/// The page once another answer is asked for.
#[track_caller]
fn wait_for_page(page: &Page, before: &str) -> String {
    let mut seen = String::new();
    loop {
        let text = page.text();
        if text.contains("name=\"page\"") && hidden(&text, "page") != before {
            return text;
        }
        let status = page.status(&seen);
        status["stamp"].as_str().unwrap().clone_into(&mut seen);
    }
}

#[test]
fn who_says_no_is_not_asked_again() {
    let scene = Scene::new();
    let page = scene.begin("order");
    page.pay(&scene.payer("approval-denied", "banco-chile"));
    let word = scene.last_word();
    assert_eq!((&word["isValid"], &word["bankName"]), (&json!("false"), &json!("banco chile")));
    assert_eq!(word["message"], "BANK_TRANSFER_FAILED");
    let text = page.text();
    assert_eq!(headed(&text), "El pago no se hizo");
    assert!(text.contains("Usted rechazó la transferencia en su banco. No se cobró nada."));
    assert!(text.contains(r#"href="https://shop.example/unpaid""#));
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_FINISHED_WITH_ERROR");
}

#[test]
fn who_leaves_is_led_back_and_the_merchant_is_told() {
    let scene = Scene::new();
    let page = scene.begin("order");
    page.is_sent(&[("step", "leave")]);
    let word = scene.last_word();
    let expected = json!({"isValid": "false", "bankName": "", "moneyAmount": "25000",
        "caseId": "order", "message": "BANK_TRANSFER_FAILED"});
    assert_eq!(word, expected);
    assert!(page.text().contains("El pago fue cancelado. No se cobró nada."));
}

#[test]
fn what_nobody_pays_expires() {
    let scene = Scene::new();
    let page = scene.begin("order");
    let told = scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT30M"}));
    assert_eq!(told.status, 200);
    assert_eq!(headed(&page.text()), "Se acabó el tiempo para pagar");
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_EXPIRED");
    assert_eq!(scene.last_word()["isValid"], Value::from("false"));
    page.pay(&scene.payer("ok", "banco-security"));
    assert_eq!(scene.moved(), 0);
}
