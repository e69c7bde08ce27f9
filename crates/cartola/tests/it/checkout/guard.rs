//! What protects the page.

use serde_json::json;

use super::Scene;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

#[test]
fn the_page_loads_nothing_from_elsewhere_and_is_framed_by_the_merchant_alone() {
    let scene = Scene::new();
    let page = scene.begin("order");
    let head = page.read().head.to_lowercase();
    let policy = "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; \
        connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors https://shop.example";
    for line in [
        policy,
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
    ] {
        assert!(head.lines().any(|known| known == line), "{line}\n{head}");
    }
    assert!(!head.contains("x-frame-options") && !head.contains("set-cookie"), "{head}");
    let text = page.text();
    assert!(text.contains("Pedido &#60;4711&#62;"), "what others say is escaped: {text}");
    for asset in ["style.css", "script.js"] {
        let answer = page.client.read(&format!("/floid/money-transfer/iframe/{asset}"));
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn forms_of_other_sites_are_refused() {
    let scene = Scene::new();
    let page = scene.begin("order");
    for header in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        let refused = page.send_with(&[FORM, header], &[("step", "leave")]);
        assert_eq!(refused.status, 403, "{}", refused.text());
    }
    assert_eq!(page.status("")["message"], "TRANSACTION_IS_NOT_STARTED");
}

#[test]
fn a_token_that_opens_nothing_shows_nothing() {
    let scene = Scene::new();
    let page = scene.begin("order");
    let wrong = format!("{}x", page.path);
    let answer = page.client.read(&wrong);
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("Este pago no existe"), "{}", answer.text());
    assert!(
        !answer.head.contains("frame-ancestors"),
        "the merchant's frame shows it: {}",
        answer.head
    );
    let status = page.client.read(&wrong.replace('?', "/status?"));
    assert_eq!(
        (status.status, &status.json()["message"]),
        (404, &json!("TRANSACTION_IS_NOT_EXIST"))
    );
    let missing = page.client.read("/floid/money-transfer/iframe");
    assert_eq!(missing.status, 404);
}

#[test]
fn who_asks_too_often_is_told_to_wait() {
    let scene = Scene::new();
    let page = scene.begin("order");
    let refused = (0..200).map(|_| page.read()).find(|answer| answer.status != 200);
    let refused = refused.expect("there is a limit");
    assert_eq!(refused.status, 429);
    assert!(refused.head.to_lowercase().contains("retry-after: "), "{}", refused.head);
    assert!(refused.text().contains("Su pago sigue como estaba."), "{}", refused.text());
}
