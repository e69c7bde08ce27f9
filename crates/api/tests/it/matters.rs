//! Matters under `/v1`, and consents that are changed.

use serde_json::json;

use crate::bank::{PASSWORD, wanted};
use crate::world::{World, text};

fn asks(kind: &str) -> String {
    let said = "Pido lo que la ley me da.";
    json!({"kind": kind, "rut": "11.111.111-1", "text": said, "contact": "maria@example.cl"})
        .to_string()
}

fn decides(decision: &str) -> String {
    json!({"decision": decision, "text": "por esto"}).to_string()
}

#[tokio::test]
async fn an_erasure_is_asked_for_granted_and_done() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let asked = world.post_keyed("/v1/matters", &asks("erasure"), Some("one")).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let again = world.post_keyed("/v1/matters", &asks("erasure"), Some("one")).await;
    assert_eq!(again.text(), asked.text(), "it is the same one");
    let asked = asked.json();
    assert_eq!((text(&asked, "/state"), text(&asked, "/kind")), ("open", "erasure"));
    assert_eq!(text(&asked, "/due_at"), "2026-05-11T04:00:00Z");
    let path = format!("/v1/matters/{}", text(&asked, "/id"));
    assert_eq!(world.read(&path).await, asked);
    let listed = world.read("/v1/matters?kind=erasure&state=open").await;
    assert_eq!(listed["data"], json!([asked]));
    let decide = format!("{path}/decide");
    let done = world.post_keyed(&decide, &decides("grant"), Some("two")).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(text(&done.json(), "/state"), "granted");
    assert!(done.json()["text"].is_null());
    assert!(world.told().await.is_empty());
    assert!(world.read("/v1/accounts").await["data"].as_array().unwrap().is_empty());
    let repeated = world.post_keyed(&decide, &decides("grant"), Some("two")).await;
    assert_eq!(repeated.text(), done.text());
    assert_eq!(world.post(&decide, &decides("deny")).await.refusal(), "409 matter_decided");
}

#[tokio::test]
async fn what_is_asked_again_is_told_to_be_open_already() {
    let world = World::new().await;
    let first = world.post("/v1/matters", &asks("access")).await.json();
    assert!(first["also_open"].is_null());
    let second = world.post("/v1/matters", &asks("access")).await.json();
    assert_eq!(second["also_open"], json!([first["id"]]));
    assert_ne!(second["id"], first["id"]);
}

#[tokio::test]
async fn a_block_hides_until_it_is_lifted() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let asked = world.post("/v1/matters", &asks("block")).await.json();
    // A Friday: Monday and Tuesday are its two working days.
    assert_eq!(text(&asked, "/due_at"), "2026-04-15T04:00:00Z");
    assert!(world.told().await.is_empty());
    let consents = world.read("/v1/consents").await;
    assert_eq!(text(&consents, "/data/0/state"), "suspended");
    let path = format!("/v1/matters/{}/decide", text(&asked, "/id"));
    assert_eq!(world.post(&path, &decides("extend")).await.refusal(), "409 matter_decided");
    assert_eq!(world.post(&path, &decides("withdraw")).await.status, 200);
    assert_eq!(world.told().await, ["2026-03-05 -10 COMPRA"]);
}

/// Nothing is recorded of what is not begun.
#[tokio::test]
async fn nobody_is_linked_or_enrolled_while_a_block_holds() {
    let world = World::new().await;
    let asked = world.post("/v1/matters", &asks("block")).await.json();
    let link = wanted(&json!({}));
    let phone = json!({"rut": "11.111.111-1", "evidence": "verificacion-4711"}).to_string();
    let by_bank = json!({"rut": "11.111.111-1", "institution": "banco-chile",
        "credentials": {"password": PASSWORD}});
    let by_bank = by_bank.to_string();
    let calls = [("/v1/links", &link), ("/v1/enrolments", &phone), ("/v1/enrolments", &by_bank)];
    for (path, body) in calls {
        assert_eq!(world.post(path, body).await.refusal(), "409 person_blocked", "{path}");
    }
    for path in ["/v1/links", "/v1/consents", "/v1/enrolments"] {
        assert_eq!(world.read(path).await["data"], json!([]), "{path}");
    }
    let path = format!("/v1/matters/{}/decide", text(&asked, "/id"));
    assert_eq!(world.post(&path, &decides("withdraw")).await.status, 200);
    for (path, body) in &calls[..2] {
        assert_eq!(world.post(path, body).await.status, 201, "{path}");
    }
}

#[tokio::test]
async fn a_breach_is_written_down() {
    let world = World::new().await;
    let breach =
        json!({"effects": "saldos", "data": "movimientos", "people": 3, "measures": "claves"});
    let body = json!({"kind": "breach", "text": "un respaldo", "breach": breach});
    let noticed = world.post("/v1/matters", &body.to_string()).await;
    assert_eq!(noticed.status, 201, "{}", noticed.text());
    let noticed = noticed.json();
    assert_eq!(noticed["breach"], breach);
    let mut told = breach;
    told["agency_told_at"] = json!("2026-04-10T14:00:00Z");
    let amend = json!({"decision": "amend", "text": "se avisó", "breach": told});
    let path = format!("/v1/matters/{}/decide", text(&noticed, "/id"));
    let amended = world.post(&path, &amend.to_string()).await;
    assert_eq!(amended.json()["breach"], told, "{}", amended.text());
    let amend = async |change: serde_json::Value| {
        let body = json!({"decision": "amend", "text": "se supo más", "breach": change});
        world.post(&path, &body.to_string()).await
    };
    // What is left out stays, and a date goes where that is said.
    told["people"] = json!(5);
    assert_eq!(amend(json!({"people": 5})).await.json()["breach"], told);
    told.as_object_mut().unwrap().remove("agency_told_at");
    assert_eq!(amend(json!({"agency_told_at": null})).await.json()["breach"], told);
    assert_eq!(amend(json!({})).await.refusal(), "422 json_invalid breach");
    assert_eq!(world.post(&path, &decides("close")).await.status, 200);
}

#[tokio::test]
async fn what_is_no_matter_is_refused() {
    let world = World::new().await;
    let breach =
        json!({"effects": "saldos", "data": "movimientos", "people": 3, "measures": "claves"});
    let mut silent = breach.clone();
    silent["measures"] = json!(" ");
    for (body, refusal) in [
        (json!({"kind": "wish", "rut": "11.111.111-1", "text": "x"}), "422 json_invalid kind"),
        (json!({"kind": "access", "rut": "11.111.111-2", "text": "x"}), "422 json_invalid rut"),
        (json!({"kind": "access", "text": "x"}), "422 json_invalid rut"),
        (json!({"kind": "access", "text": "x", "breach": breach}), "422 json_invalid rut"),
        (
            json!({"kind": "erasure", "rut": "11.111.111-1", "text": "x", "breach": breach}),
            "422 json_invalid breach",
        ),
        (
            json!({"kind": "access", "rut": "11.111.111-1", "text": "x", "contact": ""}),
            "422 json_invalid contact",
        ),
        (json!({"kind": "access", "rut": "11.111.111-1", "text": " "}), "422 json_invalid text"),
        (json!({"kind": "breach", "text": "x"}), "422 json_invalid breach"),
        (
            json!({"kind": "breach", "rut": "11.111.111-1", "text": "x", "breach": breach}),
            "422 json_invalid rut",
        ),
        (json!({"kind": "breach", "text": "x", "breach": silent}), "422 json_invalid measures"),
    ] {
        let answer = world.post("/v1/matters", &body.to_string()).await;
        assert_eq!(answer.refusal(), refusal, "{body}");
    }
    let wish = world.post("/v1/matters", r#"{"kind": "supresion", "text": "x"}"#).await.json();
    let kinds = "`access`, `rectification`, `erasure`, `opposition`, `portability`, `block`, \
                 `breach`";
    assert_eq!(text(&wish, "/detail"), format!("`kind`: expected one of {kinds}."));
    assert_eq!(text(&wish, "/detail_es"), format!("`kind`: se esperaba uno de {kinds}."));
    let nobodys = format!("/v1/matters/mat_{}", "0".repeat(32));
    assert_eq!(world.get(&nobodys).await.refusal(), "404 not_found matter");
    let answer = world.post(&format!("{nobodys}/decide"), &decides("grant")).await;
    assert_eq!(answer.refusal(), "404 not_found matter");
    let unfounded = json!({"decision": "deny", "text": " "}).to_string();
    let answer = world.post(&format!("{nobodys}/decide"), &unfounded).await;
    assert_eq!(answer.refusal(), "422 json_invalid text");
    let answer = world.post(&format!("{nobodys}/decide"), &decides("ponder")).await;
    assert_eq!(answer.refusal(), "422 json_invalid decision");
    assert_eq!(world.get("/v1/matters?state=lost").await.refusal(), "400 parameter_invalid state");
}

#[tokio::test]
async fn a_consent_says_what_it_is_about_and_is_narrowed() {
    let world = World::new().await;
    let about =
        json!({"products": ["movements", "cards"], "recipient": "Contadores Ltda.", "days": 1_095});
    let begun = world.post("/v1/links", &wanted(&about)).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun = begun.json();
    let said = text(&begun, "/mandate/text");
    assert!(
        said.contains(
            "; de eso, solo: Cuentas, saldos y movimientos (movements), Tarjetas de crédito \
             (cards); se entrega también a: Contadores Ltda.\n"
        ),
        "{said}"
    );
    let path = format!("/v1/consents/{}", text(&begun, "/mandate/consent_id"));
    let consent = world.read(&path).await;
    assert_eq!(consent["products"], json!(["movements", "cards"]));
    assert_eq!(text(&consent, "/recipient"), "Contadores Ltda.");
    assert_eq!(text(&consent, "/expires_at"), "2029-04-10T04:00:00Z");
    let change = format!("{path}/change");
    let less = json!({"until": "2026-12-31", "products": ["movements"]}).to_string();
    let changed = world.post(&change, &less).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["products"], json!(["movements"]));
    assert_eq!(text(&changed.json(), "/expires_at"), "2027-01-01T03:00:00Z");
    for (body, refusal) in [
        (json!({"until": "2028-01-01"}), "409 consent_not_wider"),
        (json!({"until": "2026-01-01"}), "409 consent_not_wider"),
        (json!({"products": ["cards"]}), "409 consent_not_wider"),
        (json!({"products": []}), "422 json_invalid products"),
        (json!({"products": ["dreams"]}), "422 json_invalid products"),
        (json!({}), "422 json_invalid until"),
    ] {
        let answer = world.post(&change, &body.to_string()).await;
        assert_eq!(answer.refusal(), refusal, "{body}");
    }
    assert_eq!(world.post(&format!("{path}/revoke"), "").await.status, 200);
    let less = json!({"until": "2026-06-30"}).to_string();
    assert_eq!(world.post(&change, &less).await.refusal(), "409 consent_ended");
    for wrong in [json!({"days": 1_096}), json!({"products": ["dreams"]}), json!({"recipient": ""})]
    {
        assert_eq!(world.post("/v1/links", &wanted(&wrong)).await.status, 422, "{wrong}");
    }
}
