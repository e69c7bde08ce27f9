//! Forms that cannot be taken.

use super::Scene;
use super::page::headed;

/// What the page says of a form that begins nothing.
#[track_caller]
fn said(scene: &Scene, fields: &[(&str, &str)]) -> String {
    let page = scene.begin("order");
    let fields = [&[("step", "pay"), ("bank", "banco-estado")], fields].concat();
    let answer = page.send(&fields);
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_NOT_STARTED");
    answer.text()
}

#[test]
fn what_is_missing_or_wrong_is_said_beside_its_field_and_no_secret_comes_back() {
    let scene = Scene::new();
    let text = said(&scene, &[("rut", "12.345.678-9"), ("password", "hunter2secret")]);
    assert_eq!(headed(&text), "Ingrese con su cuenta de BancoEstado");
    assert!(text.contains("<title>Error: Ingrese"), "{text}");
    let problem = "El RUT no es válido. Revise el dígito verificador.";
    assert!(text.contains(&format!(r##"<a href="#rut">{problem}</a>"##)), "{text}");
    assert!(text.contains(&format!(r#"id="rut-problem">{problem}<"#)), "{text}");
    assert!(text.contains(r#"value="12.345.678-9""#) && !text.contains("hunter2"), "{text}");
    let text = said(&scene, &[("rut", "12.345.678-5"), ("password", "")]);
    assert!(text.contains(r##"<a href="#password">Falta: Clave de internet.</a>"##), "{text}");
    let text = said(&scene, &[("rut", "12.345.678-5"), ("password", "abc")]);
    assert!(text.contains("debe tener entre 4 y 64 caracteres."), "{text}");
}

#[test]
fn codes_that_are_missing_are_said_and_the_page_stays() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-santander");
    let page = scene.begin("order");
    page.pay(&payer);
    page.until("Confirme con Santander Chile");
    let answer = page.send(&[("step", "answer"), ("code-1", "11"), ("code-3", "")]);
    assert_eq!(answer.status, 422);
    let text = answer.text();
    assert!(text.contains("Falta: B1.") && text.contains("Falta: C1."));
    assert!(!text.contains("Falta: A1."), "{text}");
}

#[test]
fn what_is_no_form_of_ours_is_refused() {
    let scene = Scene::new();
    let page = scene.begin("order");
    for fields in [
        &[("step", "unknown")][..],
        &[],
        &[("step", "pay"), ("bank", "nobody"), ("rut", "1-9")],
        &[("step", "pay"), ("bank", "../x")],
    ] {
        assert_eq!(page.send(fields).status, 400, "{fields:?}");
    }
    let body = "x=".repeat(20 << 10);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let large = page.client.send("POST", &page.path, &headers, body.as_bytes()).unwrap();
    assert_eq!(large.status, 400);
    let gone = page.client.send("DELETE", &page.path, &[], b"").unwrap();
    assert_eq!(gone.status, 405);
}
