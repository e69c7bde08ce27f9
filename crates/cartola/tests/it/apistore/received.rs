//! What an institution that is reached through `ApiStore` says by itself: one gateway posts to another.

use cartola_crypto::WebhookSecret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock as _, Secret, calendar};
use serde_json::{Value, json};

use super::asked::Asking;
use super::told;
use crate::http::{Answer, Client};

const SECRET: &str = "the-secret-of-the-institution";
const EARLIER: &str = "the-secret-before-that-one";

/// A notification as it is shown.
const BODY: &str = r#"{"event":"transfer.received","account_id":"xxx","amount":50000,"currency":"CLP","date":"2025-03-12T10:00:00Z","counterparty":"..."}"#;

/// Posts a notification, signed by a secret at a moment that is so many seconds from now.
fn post(client: &Client, path: &str, secret: &str, (body, from_now): (&str, i64)) -> Answer {
    let t = SystemClock.now().as_second() + from_now;
    let stamp = WebhookSecret::of_sender(&Secret::new(secret.to_owned())).unwrap();
    let header = format!("t={t},v1={}", stamp.stamp(t, body.as_bytes()));
    signed(client, path, &header, body)
}

fn signed(client: &Client, path: &str, header: &str, body: &str) -> Answer {
    let headers = [("Content-Type", "application/json"), ("X-Signature", header)];
    client.send("POST", path, &headers, body.as_bytes()).unwrap()
}

fn error(answer: &Answer) -> (u16, Value) {
    (answer.status, answer.json()["error"].clone())
}

#[test]
fn what_arrives_at_the_bank_is_there_without_anybody_asking() {
    let asking = Asking::new("");
    let begun = asking.linked(&[]);
    let path = begun["notifications"].as_str().unwrap().to_owned();
    let gateway = asking.installation.serve();
    let payer = &asking.payer;
    let subscribed = payer.scene.subscribe(&format!("{}{path}", gateway.url), &[]);
    assert_eq!(subscribed.status, 201, "{}", subscribed.text());
    let subscribed = subscribed.json();
    assert_eq!(asking.linked(&[subscribed["secret"].as_str().unwrap()])["link"], begun["link"]);
    let client = asking.client(&gateway);
    // What is booked on a day to come is announced, and ApiStore tells of what is booked.
    let today = payer.chile.today().parse().unwrap();
    let day = calendar::previous_bank_day(today).unwrap().to_string();
    let arrives = |amount: i64| {
        let new = json!({"account": payer.account, "amount": amount, "date": day,
            "description": format!("TEF DE ANA {amount}")});
        assert_eq!(payer.chile.lever("POST", "/_sandbox/movements", &new).status, 201);
        // Whoever posts has to have heard of it.
        let links = payer.scene.ours.list("/v1/links");
        let is_theirs =
            |link: &&Value| link["institution"] == "banco-chile" && link["source"] == "credentials";
        let link = links.iter().find(is_theirs).unwrap();
        payer.read_link(link["id"].as_str().unwrap());
        // The feed is looked at again then; more would take the two clocks apart.
        payer.scene.advance("PT6S");
        payer.wait_passing(
            "it is told and read",
            || {},
            || {
                let movements = client.list("/v1/movements?limit=200");
                movements.iter().any(|row| row["amount"] == json!(amount)).then_some(())
            },
        );
    };
    arrives(50_123);
    // Another secret takes the place of the first, and both hold meanwhile.
    let id = subscribed["id"].as_str().unwrap();
    let rotate = format!("{}/{id}/secreto", super::notifications::SUBSCRIPTIONS);
    let rotated = payer.scene.client.send("POST", &rotate, &[], b"").unwrap().json();
    let both = [&rotated["secret"], &subscribed["secret"]].map(|secret| secret.as_str().unwrap());
    asking.linked(&both);
    arrives(50_124);
    // Each arrived once, however often it was told.
    let movements = client.list("/v1/movements?limit=200");
    for amount in [50_123, 50_124] {
        let count = movements.iter().filter(|row| row["amount"] == json!(amount)).count();
        assert_eq!(count, 1, "{amount}");
    }
}

#[test]
fn what_the_institution_has_not_just_signed_is_refused() {
    let asking = Asking::new("");
    let path = asking.linked(&[SECRET, EARLIER])["notifications"].as_str().unwrap().to_owned();
    let gateway = asking.installation.serve();
    let client = Client::new(&gateway.url, "");
    for secret in [SECRET, EARLIER] {
        let taken = post(&client, &path, secret, (BODY, 0));
        assert_eq!(told(&taken), r#"200 {"received":true}"#);
    }
    let invalid = (401, json!("invalid_signature"));
    assert_eq!(error(&post(&client, &path, "some-other-secret-altogether", (BODY, 0))), invalid);
    assert_eq!(error(&post(&client, &path, SECRET, (BODY, -330))), invalid);
    assert_eq!(error(&post(&client, &path, SECRET, (BODY, 330))), invalid);
    assert_eq!(error(&signed(&client, &path, "hello", BODY)), invalid);
    // The very same again is a copy, which does no harm; signed anew it is another attempt.
    let t = SystemClock.now().as_second() - 7;
    let stamp = WebhookSecret::of_sender(&Secret::new(SECRET.to_owned())).unwrap();
    let header = format!("t={t},v1={}", stamp.stamp(t, BODY.as_bytes()));
    assert_eq!(signed(&client, &path, &header, BODY).status, 200);
    for _ in 0..2 {
        assert_eq!(told(&signed(&client, &path, &header, BODY)), r#"200 {"received":true}"#);
    }
    assert_eq!(post(&client, &path, SECRET, (BODY, -11)).status, 200);
    // What is no notification is told so, to who has signed it; a word that nobody knows is none to
    // fail at.
    let wrong = post(&client, &path, SECRET, ("[]", -12));
    assert_eq!(error(&wrong), (422, json!("invalid_request")), "{}", wrong.text());
    let unknown = post(&client, &path, SECRET, (r#"{"event":"moon.risen"}"#, -13));
    assert_eq!(unknown.status, 200);
    let cloud =
        r#"{"specVersion":"1.0","type":"x","source":"y","id":"z","time":"2026-04-01T10:00:00Z"}"#;
    assert_eq!(post(&client, &path, SECRET, (cloud, -15)).status, 200);
    let none = post(&client, &path, SECRET, ("{}", -16));
    assert_eq!(error(&none), (422, json!("invalid_request")), "{}", none.text());
    let large = format!(r#"{{"event":"{}"}}"#, "x".repeat(64 << 10));
    assert_eq!(post(&client, &path, SECRET, (&large, -14)).status, 413);
}

/// Whoever tries ids learns nothing of which links and tenants there are, whatever is wrong beside.
#[test]
fn what_is_about_no_link_is_refused_as_what_is_not_signed() {
    let asking = Asking::new("");
    let path = asking.linked(&[SECRET])["notifications"].as_str().unwrap().to_owned();
    let gateway = asking.installation.serve();
    let client = Client::new(&gateway.url, "");
    let (elsewhere, link) = path.rsplit_once('/').unwrap();
    let prefix = elsewhere.rsplit_once('/').unwrap().0;
    let nowhere = [
        format!("{elsewhere}/lnk_01a1fd544d8a0b18b7e69d95bd986542"),
        format!("{prefix}/ten_01a1fd544d8a0b18b7e69d95bd986542/{link}"),
        format!("{elsewhere}/x"),
        format!("{prefix}/x/y"),
    ];
    for (secret, from_now) in [(SECRET, 0), ("some-other-secret-altogether", 0), (SECRET, -330)] {
        let there =
            if (secret, from_now) == (SECRET, 0) { "some-other-secret-altogether" } else { secret };
        let expected = told(&post(&client, &path, there, (BODY, from_now)));
        assert!(expected.starts_with("401 "), "{expected}");
        for path in &nowhere {
            assert_eq!(told(&post(&client, path, secret, (BODY, from_now))), expected, "{path}");
        }
    }
    let expected = told(&signed(&client, &path, "hello", BODY));
    for path in &nowhere {
        assert_eq!(told(&signed(&client, path, "hello", BODY)), expected, "{path}");
    }
}

/// What the box's lever does to notifications, as the gateway hears it.
#[test]
fn notifications_of_the_box_are_taken_late_twice_and_out_of_order_and_not_badly_signed() {
    let asking = Asking::new("");
    let path = asking.linked(&[SECRET])["notifications"].as_str().unwrap().to_owned();
    let gateway = asking.installation.serve();
    let payer = &asking.payer;
    let posted = |more: Value| {
        let mut order = json!({"url": format!("{}{path}", gateway.url), "secrets": [SECRET],
            "account": payer.account, "amount": 50_000});
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = payer.chile.lever("POST", "/_sandbox/notifications", &order);
        (answer.status, answer.json()["answers"].clone())
    };
    for (more, expected) in [
        // Late: what happened a week ago is told now.
        (json!({"happened_seconds_ago": [7 * 86_400]}), json!([200])),
        (json!({"amount": 50_001, "copies": 3}), json!([200, 200, 200])),
        (json!({"happened_seconds_ago": [0, 3_600, 60]}), json!([200, 200, 200])),
        // What was signed too long ago may be somebody's copy.
        (json!({"seconds_ago": 330}), json!([401])),
        (json!({"seconds_ago": -330}), json!([401])),
        (json!({"signature": "wrong"}), json!([401])),
        (json!({"signature": "none"}), json!([401])),
        (json!({"secrets": ["some-other-secret-altogether"]}), json!([401])),
        (json!({"secrets": ["some-other-secret-altogether", SECRET]}), json!([200])),
    ] {
        assert_eq!(posted(more.clone()), (200, expected), "{more}");
    }
    let fault = json!({"kind": "wrong_signature", "calls": 2});
    let fault = payer.chile.lever("POST", "/_sandbox/institutions/banco-chile/fault", &fault);
    assert_eq!(fault.status, 204, "{}", fault.text());
    let happened = json!({"happened_seconds_ago": [0, 0, 0]});
    assert_eq!(posted(happened), (200, json!([401, 401, 200])));
}

/// The lever is no way into the network that the box stands in.
#[test]
fn the_box_posts_to_no_private_address() {
    let asking = Asking::new("");
    let payer = &asking.payer;
    for url in ["http://169.254.169.254/latest", "http://10.0.0.1/", "ftp://127.0.0.1/", "x"] {
        let order = json!({"url": url, "secrets": [SECRET], "account": payer.account, "amount": 1});
        let refused = payer.chile.lever("POST", "/_sandbox/notifications", &order);
        assert_eq!(refused.status, 400, "{url}: {}", refused.text());
        assert!(refused.text().contains("`url` is not called"), "{}", refused.text());
    }
}

#[test]
fn a_link_without_secrets_of_a_sender_or_that_has_ended_takes_nothing() {
    let asking = Asking::new("");
    let begun = asking.linked(&[]);
    let path = begun["notifications"].as_str().unwrap().to_owned();
    let gateway = asking.installation.serve();
    let client = Client::new(&gateway.url, "");
    let nowhere = (401, json!("invalid_signature"));
    assert_eq!(error(&post(&client, &path, SECRET, (BODY, 0))), nowhere);
    asking.linked(&[SECRET]);
    assert_eq!(post(&client, &path, SECRET, (BODY, -1)).status, 200);
    let link = begun["link"].as_str().unwrap();
    asking.installation.run(&["links", "revoke", link]).done();
    assert_eq!(error(&post(&client, &path, SECRET, (BODY, -2))), nowhere);
}
