//! Idempotency keys.

use cartola_primitives::SignedDuration;
use futures::future::join_all;

use crate::files::Form;
use crate::world::{World, text};

const ROWS: &[&str] = &["5;COMPRA;-10;990", "6;GIRO;-10;980"];

#[tokio::test]
async fn the_same_upload_under_a_key_gets_the_same_answer_whatever_its_boundary() {
    let world = World::new().await;
    let first = world.send(Form::of(ROWS).request(&world.bearer(), Some("k-1"))).await;
    assert_eq!((first.status.as_u16(), first.header("idempotent-replayed")), (201, ""));
    let mut again = Form::bounded("otra");
    again = again.part("mapping", crate::files::MAPPING).part("file", crate::files::csv(ROWS));
    let again = world.send(again.request(&world.bearer(), Some("k-1"))).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(again.body, first.body);
    assert_eq!(world.read("/v1/imports").await["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let world = World::new().await;
    world.send(Form::of(ROWS).request(&world.bearer(), Some("k-1"))).await;
    let other = Form::of(&["7;OTRA;-1;979"]).request(&world.bearer(), Some("k-1"));
    assert_eq!(world.send(other).await.refusal(), "422 idempotency_key_reused");
    assert_eq!(world.told().await.len(), 2);
    let named = Form::of(ROWS).part("institution", "banco-chile");
    let named = named.request(&world.bearer(), Some("k-1"));
    assert_eq!(world.send(named).await.refusal(), "422 idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let world = World::new().await;
    world.send(Form::of(ROWS).request(&world.bearer(), Some("k-1"))).await;
    world.clock.advance(SignedDuration::from_hours(25));
    let other = Form::of(&["7;OTRA;-1;979"]).request(&world.bearer(), Some("k-1"));
    assert_eq!(world.send(other).await.status, 201);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let world = World::new().await;
    let bad = Form::new().part("file", "nada").request(&world.bearer(), Some("k-1"));
    assert_eq!(world.send(bad).await.status, 422);
    let good = Form::of(ROWS).request(&world.bearer(), Some("k-1"));
    assert_eq!(world.send(good).await.status, 201);
}

#[tokio::test]
async fn calls_with_a_body_and_without_one_are_repeated_too() {
    let world = World::new().await;
    let report = world.import(ROWS).await;
    let path = format!("/v1/consents/{}/revoke", text(&report, "/consent_id"));
    let first = world.post_keyed(&path, "", Some("r-1")).await;
    let again = world.post_keyed(&path, "{}", Some("r-1")).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = world.post_keyed(&path, "", Some("r-2")).await;
    assert_eq!(other.refusal(), "409 consent_ended");
    let elsewhere = format!("/v1/consents/con_{}/revoke", "0".repeat(32));
    let reused = world.post_keyed(&elsewhere, "", Some("r-1")).await;
    assert_eq!(reused.refusal(), "422 idempotency_key_reused");
}

#[tokio::test]
async fn a_key_is_short_printable_and_single() {
    let world = World::new().await;
    let path = format!("/v1/consents/con_{}/revoke", "0".repeat(32));
    for key in ["", &"k".repeat(256), "ñ"] {
        let answer = world.post_keyed(&path, "", Some(key)).await;
        assert_eq!(answer.refusal(), "400 idempotency_key_invalid", "{key}");
    }
    let mut twice = Form::of(ROWS).request(&world.bearer(), Some("a"));
    twice.headers_mut().append("idempotency-key", "b".parse().unwrap());
    assert_eq!(world.send(twice).await.refusal(), "400 idempotency_key_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_under_one_key_have_one_effect_and_one_answer() {
    let world = World::new().await;
    let calls = (0..16).map(|_| world.send(Form::of(ROWS).request(&world.bearer(), Some("k-1"))));
    let answers = join_all(calls).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert_eq!(answer.body, answers[0].body);
    }
    let fresh = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty());
    assert_eq!(fresh.count(), 1);
    assert_eq!(world.read("/v1/imports").await["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.told().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_different_requests_at_once_under_one_key_one_is_served() {
    let world = World::new().await;
    let rows: Vec<String> = (1..=8).map(|day| format!("{day};COMPRA;-10;990")).collect();
    let call = |row: &String| Form::of(&[row]).request(&world.bearer(), Some("k-1"));
    let answers = join_all(rows.iter().map(|row| world.send(call(row)))).await;
    let served = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(served, 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.refusal(), "422 idempotency_key_reused");
    }
    assert_eq!(world.told().await.len(), 1);
}
