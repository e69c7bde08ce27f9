//! *Abono en línea*: single deposits and batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::paying::{Payer, request};
use super::told;
use crate::receiver::Receiver;
use crate::seeded::Seeded;

const DEPOSITS: &str = "/apistore/api/abono-en-linea";

fn batch(payer: &Payer, lines: &[(&str, i64, Value)]) -> Value {
    let lines = lines.iter().map(|(reference, amount, payee)| {
        json!({"reference": reference, "amount": amount, "counterparty": payee})
    });
    json!({"account_id": payer.account, "deposits": lines.collect::<Vec<_>>()})
}

/// Somebody whom their bank does not know.
fn nobody(payer: &Payer) -> Value {
    let mut unknown = payer.payee();
    unknown["account_id"] = json!("999999999999");
    unknown
}

#[test]
fn a_single_deposit_is_one() {
    let payer = Payer::new("ok", "banco-security", true);
    let before = payer.received();
    let begun = payer.post(DEPOSITS, "one", &request(&payer.account, 7_000, &payer.payee()));
    assert_eq!(begun.status, 201, "{}", begun.text());
    payer.until(&begun.json(), "completed");
    let path = format!("{DEPOSITS}/{}", begun.json()["id"].as_str().unwrap());
    let shown = payer.scene.client.json(&path);
    assert_eq!((&shown["status"], &shown["amount"]), (&json!("COMPLETED"), &json!(7_000)));
    assert_eq!((payer.received() - before, payer.moved()), (7_000, 1));
}

/// As many calls fail as there are lines: each would be lost to one of them.
#[test]
fn a_batch_waits_for_a_bank_that_is_away_for_a_while() {
    let payer = Payer::new("ok", "banco-security", true);
    let before = payer.received();
    payer.chile.refuse_sessions("banco-security", 3);
    let lines =
        [("a", 5_000, payer.payee()), ("b", 6_000, payer.payee()), ("c", 7_000, payer.payee())];
    let begun = payer.post(DEPOSITS, "lote", &batch(&payer, &lines));
    assert_eq!(begun.status, 201, "{}", begun.text());
    for line in begun.json()["deposits"].as_array().unwrap() {
        payer.until(line, "completed");
    }
    assert_eq!((payer.received() - before, payer.moved()), (18_000, 3));
}

#[test]
fn each_line_of_a_batch_has_its_own_end_and_is_paid_once() {
    let payer = Payer::new("ok", "banco-security", true);
    let receiver = Receiver::start();
    payer.scene.subscribe(&receiver.url(), &[]);
    let before = payer.received();
    let lines =
        [("a", 5_000, payer.payee()), ("b", 6_000, nobody(&payer)), ("c", 7_000, payer.payee())];
    let body = batch(&payer, &lines);
    let begun = payer.post(DEPOSITS, "lote", &body);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let first = begun.json();
    let told: Vec<_> = ["status", "count", "amount", "completed", "failed", "pending"]
        .map(|name| first[name].to_string())
        .to_vec();
    assert_eq!(told, ["\"PENDING\"", "3", "18000", "0", "0", "3"]);
    let again = payer.post(DEPOSITS, "lote", &body);
    assert_eq!((again.status, again.text()), (201, begun.text()));
    let ends: BTreeMap<String, Value> = (0..3)
        .map(|_| {
            let call = receiver.call();
            let event: Value = serde_json::from_str(&call.body).unwrap();
            call.answer(204);
            (event["reference"].as_str().unwrap().to_owned(), event)
        })
        .collect();
    let ends = ends.iter().map(|(reference, event)| {
        assert_eq!(event["id"], first["id"]);
        format!("{reference} {} {}", event["event"], event["reason"])
    });
    expect![[r#"
        a "transfer.completed" null
        b "transfer.failed" "unknown_payee"
        c "transfer.completed" null"#]]
    .assert_eq(&ends.collect::<Vec<_>>().join("\n"));
    let path = format!("{DEPOSITS}/{}", first["id"].as_str().unwrap());
    let shown = payer.scene.client.json(&path);
    let told: Vec<_> =
        ["status", "completed", "failed", "pending"].map(|name| shown[name].to_string()).to_vec();
    assert_eq!(told, ["\"PARTIAL\"", "2", "1", "0"]);
    let lines = shown["deposits"].as_array().unwrap();
    let states = lines
        .iter()
        .map(|line| format!("{} {} {}", line["reference"], line["status"], line["reason"]));
    expect![[r#"
        "a" "COMPLETED" null
        "b" "FAILED" "unknown_payee"
        "c" "COMPLETED" null"#]]
    .assert_eq(&states.collect::<Vec<_>>().join("\n"));
    assert_eq!((payer.received() - before, payer.moved()), (12_000, 2));
    let mut paged = Vec::new();
    let mut page = payer.scene.client.json(&format!("{path}?limit=1"));
    loop {
        paged.extend(page["deposits"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        page = payer.scene.client.json(&format!("{path}?limit=1&cursor={cursor}"));
    }
    assert_eq!(&paged, lines);
    let other = batch(&payer, &[("a", 5_000, payer.payee())]);
    let other = payer.post(DEPOSITS, "lote", &other);
    assert_eq!((other.status, &other.json()["error"]), (422, &json!("idempotency_key_reused")));
    let summary = ["id", "account_id", "date", "count", "amount", "currency"]
        .map(|name| (name.to_owned(), first[name].clone()));
    let summary: Value = Value::Object(summary.into_iter().collect());
    let listed = payer.scene.client.json(DEPOSITS);
    assert_eq!(listed, json!({"deposits": [summary]}));
    assert_eq!(payer.scene.client.json("/apistore/api/pagos"), json!({"payments": []}));
}

/// Takes whatever is posted; what each line's end was told as, and under which ids.
fn kept(receiver: Receiver) -> Arc<Mutex<BTreeMap<String, BTreeSet<String>>>> {
    let ends: Arc<Mutex<BTreeMap<String, BTreeSet<String>>>> = Arc::default();
    let told = Arc::clone(&ends);
    thread::spawn(move || {
        while let Some(call) = receiver.wait() {
            let event: Value = serde_json::from_str(&call.body).unwrap();
            let id = call.header("webhook-id").to_owned();
            let end = format!("{} {}", event["reference"], event["event"]);
            told.lock().unwrap().entry(end).or_default().insert(id);
            call.answer(204);
        }
    });
    ends
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the random moment of a kill is the test")]
fn a_batch_that_is_sent_again_after_each_kill_is_paid_once() {
    const LINES: usize = 8;
    const KILLS: usize = 6;
    const MAX_LIFE: u64 = 600;
    let mut payer = Payer::new("ok", "banco-security", true);
    let receiver = Receiver::start();
    payer.scene.subscribe(&receiver.url(), &[]);
    let ends = kept(receiver);
    let names: Vec<String> = (0..LINES).map(|nth| format!("line-{nth}")).collect();
    let lines =
        names.iter().zip(5_001..).map(|(name, amount)| (name.as_str(), amount, payer.payee()));
    let body = batch(&payer, &lines.collect::<Vec<_>>());
    let first = payer.post(DEPOSITS, "lote", &body);
    assert_eq!(first.status, 201, "{}", first.text());
    let mut seeded = Seeded::new(7);
    for _ in 0..KILLS {
        thread::sleep(Duration::from_millis(seeded.below(MAX_LIFE)));
        payer = payer.killed();
        let again = payer.post(DEPOSITS, "lote", &body);
        assert_eq!((again.status, again.text()), (201, first.text()));
    }
    let path = format!("{DEPOSITS}/{}", first.json()["id"].as_str().unwrap());
    let shown = payer.wait("all lines end", || {
        let shown = payer.scene.client.json(&path);
        (shown["status"] != "PENDING").then_some(shown)
    });
    // What the bank never heard of, since the gateway was killed, has failed and moved nothing.
    let (arrived, mut paid, mut expected) = (payer.arrived(), 0, BTreeSet::new());
    for line in shown["deposits"].as_array().unwrap() {
        let is_paid = line["status"] == "COMPLETED";
        assert!(is_paid || line["reason"] == "internal", "{line}");
        let times = arrived.get(&line["amount"].as_i64().unwrap()).copied().unwrap_or_default();
        assert_eq!(times, usize::from(is_paid), "{line}");
        paid += u64::from(is_paid);
        let event = if is_paid { "transfer.completed" } else { "transfer.failed" };
        expected.insert(format!("{} \"{event}\"", line["reference"]));
    }
    assert!(paid > 0 && payer.moved() == paid, "{shown}");
    // Told again under the same id, as after a kill, is told once.
    let all_told = payer.wait("all ends are told", || {
        let ends = ends.lock().unwrap();
        (ends.len() == LINES).then(|| ends.clone())
    });
    assert!(all_told.values().all(|ids| ids.len() == 1), "{all_told:?}");
    assert_eq!(all_told.into_keys().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn what_is_wrong_with_a_batch_is_told_and_nothing_of_it_is_paid() {
    let payer = Payer::new("ok", "banco-security", true);
    let known = payer.payee();
    let good = ("a", 5_000, known.clone());
    let many: Vec<_> = (0..=100).map(|_| good.clone()).collect();
    let one = batch(&payer, std::slice::from_ref(&good));
    let mut half = one.clone();
    half["deposits"][0]["amount"] = json!(5_000.5);
    let mut unnamed = one.clone();
    unnamed["deposits"][0].as_object_mut().unwrap().remove("reference");
    let mut both = one.clone();
    both["amount"] = json!(5_000);
    let mut elsewhere = one.clone();
    elsewhere["account_id"] = json!("12345678");
    let mut rut = known.clone();
    rut["rut"] = json!("1-1");
    let bodies = [
        batch(&payer, &[]),
        batch(&payer, &many),
        batch(&payer, &[good.clone(), good.clone()]),
        batch(&payer, &[good.clone(), ("", 5_000, known.clone())]),
        batch(&payer, &[good.clone(), ("b", 999, known)]),
        batch(&payer, &[good, ("b", 5_000, rut)]),
        half,
        unnamed,
        both,
        elsewhere,
    ];
    let mut said: Vec<_> =
        bodies.iter().map(|body| told(&payer.post(DEPOSITS, "one", body))).collect();
    said.push(told(&payer.post_text(DEPOSITS, "one", "{\"deposits\": [}")));
    said.push(told(&payer.post_text(DEPOSITS, "", &bodies[0].to_string())));
    expect![[r#"
        422 {"error":"invalid_request","error_description":"`deposits`: there is none."}
        422 {"error":"invalid_request","error_description":"`deposits`: a batch has at most 100."}
        422 {"error":"invalid_request","error_description":"`deposits[1].reference`: an earlier deposit has the same."}
        422 {"error":"invalid_request","error_description":"`deposits[1].reference`: expected 1 to 64 characters, none of them a control character."}
        422 {"error":"invalid_request","error_description":"`deposits[1].amount`: the least amount is 1000 pesos."}
        422 {"error":"invalid_request","error_description":"`deposits[1].counterparty.rut`: the verifier of the RUT is wrong, it should be 9."}
        422 {"error":"invalid_request","error_description":"`deposits[0].amount`: expected whole pesos."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 205, in `deposits[0]`: the field `reference` is missing."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 61: a field is unknown; known are `account_id`, `currency`, `deposits`."}
        404 {"error":"not_found","error_description":"There is no such account, or no consent of this tenant allows it to be shown."}
        400 {"error":"invalid_request","error_description":"The body, at line 1, column 15: it is not JSON."}
        400 {"error":"invalid_request","error_description":"A payment is only begun under an `Idempotency-Key`, so that asking twice pays once."}"#]].assert_eq(&said.join("\n"));
    assert_eq!(payer.scene.client.json(DEPOSITS), json!({"deposits": []}));
    assert_eq!(payer.moved(), 0);
}
