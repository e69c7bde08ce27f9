//! Sessions: opened, renewed, bound to their device, ended.

use serde_json::{Value, json};

use super::{App, JSON, Scene, refused, sealed, with};
use crate::chile::Chile;
use crate::http::Answer;
use crate::installation::Installation;

/// What the gateway's clock shows, seconds since 1970.
#[allow(clippy::disallowed_methods, reason = "a device has the system's clock")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[test]
fn a_session_is_opened_with_an_encrypted_pin_once() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let pin = login["mi_pin"].as_str().unwrap();
    let keys = scene.keys();
    let algorithms: Vec<_> = keys.iter().map(|key| key.alg.as_str()).collect();
    assert_eq!(algorithms, ["RSA-OAEP-256", "ECDH-ES+A256KW"]);
    for key in &keys {
        let body = with(&login, &json!({"mi_pin": sealed(key, pin, now())}));
        let session = scene.app.told("session", &body);
        assert_eq!(session["customer_segment"], "personas");
        let accounts = scene.app.within(&session).read("accounts");
        assert!(!accounts["accounts"].as_array().unwrap().is_empty());
        assert_eq!(refused(&scene.app.post("session", &body)), "400 INVALID_REQUEST");
    }
    let key = keys.last().unwrap();
    for (what, pin) in [
        ("old", sealed(key, pin, now() - 90)),
        ("ahead", sealed(key, pin, now() + 60)),
        ("no PIN", sealed(key, "1234", now())),
        ("no content", key.seal(b"12345", &super::OsRandomness).unwrap()),
        ("no message", "a.b.c.d.e".to_owned()),
    ] {
        let body = with(&login, &json!({"mi_pin": pin}));
        assert_eq!(refused(&scene.app.post("session", &body)), "400 INVALID_REQUEST", "{what}");
    }
}

#[test]
fn a_session_belongs_to_its_device() {
    let scene = Scene::new();
    let session = scene.app.told("session", &scene.login("ok"));
    let app = scene.app.within(&session);
    assert_eq!(app.on(None).send("GET", "accounts", "").status, 200);
    let other = app.on(Some("another device"));
    assert_eq!(refused(&other.send("GET", "accounts", "")), "403 DEVICE_MISMATCH");
    let renewal = json!({"refresh_token": session["refresh_token"]});
    let refresh = |app: &App| app.post("session/refresh", &renewal);
    assert_eq!(refused(&refresh(&other)), "403 DEVICE_MISMATCH");
    assert_eq!(refused(&other.send("DELETE", "session", "")), "403 DEVICE_MISMATCH");
    assert_eq!(refresh(&app).status, 200);
    // None at all is the same wherever one is needed.
    let nowhere = scene.app.on(None).post("session", &scene.login("ok"));
    assert_eq!(refused(&nowhere), "403 DEVICE_MISMATCH");
    let begun = app.on(None).post("mipass/enrolments", &json!({"mi_pin": "x"}));
    assert_eq!(refused(&begun), "403 DEVICE_MISMATCH");
    // What is no device's id is another mistake, and is said.
    for unsound in ["teléfono", "", &"x".repeat(129)] {
        let opened = scene.app.on(Some(unsound)).post("session", &scene.login("ok"));
        assert_eq!(refused(&opened), "400 INVALID_REQUEST", "{unsound}");
        assert!(opened.text().contains("X-Device-Id va una vez"), "{}", opened.text());
    }
}

#[test]
fn a_password_is_taken_from_nobody() {
    let scene = Scene::new();
    let both = with(&scene.login("ok"), &json!({"password": "x"}));
    let refusal = scene.app.post("session", &both);
    assert_eq!(refused(&refusal), "400 INVALID_REQUEST");
    assert!(refusal.text().contains("envíe solo `mi_pin`"), "{}", refusal.text());
}

#[test]
fn a_refresh_token_works_once_and_its_reuse_ends_the_session() {
    let scene = Scene::new();
    let first = scene.app.told("session", &scene.login("ok"));
    let renewal = |session: &Value| json!({"refresh_token": session["refresh_token"]});
    let second = scene.app.told("session/refresh", &renewal(&first));
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let members: Vec<_> = second.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, first.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    // Both access tokens are of the one session, and good for as long as it is.
    for session in [&first, &second] {
        scene.app.within(session).read("accounts");
    }
    let made_up = {
        let token = second["refresh_token"].as_str().unwrap();
        let (begin, end) = token.split_at(token.len() - 4);
        json!({"refresh_token": format!("{begin}{}", if end == "AAAA" { "BBBB" } else { "AAAA" })})
    };
    assert_eq!(refused(&scene.app.post("session/refresh", &made_up)), "401 INVALID_REFRESH_TOKEN");
    scene.app.within(&second).read("accounts");
    for session in [&first, &second] {
        let again = scene.app.post("session/refresh", &renewal(session));
        assert_eq!(refused(&again), "401 INVALID_REFRESH_TOKEN");
    }
    for session in [&first, &second] {
        let told = scene.app.within(session).send("GET", "accounts", "");
        assert_eq!(refused(&told), "401 INVALID_TOKEN");
    }
}

#[test]
fn a_session_that_was_ended_opens_nothing() {
    let scene = Scene::new();
    let session = scene.app.told("session", &scene.login("ok"));
    let app = scene.app.within(&session);
    for _ in 0..2 {
        let ended = app.send("DELETE", "session", "");
        assert_eq!((ended.status, ended.text().as_str()), (204, ""));
    }
    assert_eq!(refused(&app.send("GET", "accounts", "")), "401 INVALID_TOKEN");
    let renewal = json!({"refresh_token": session["refresh_token"]});
    assert_eq!(refused(&app.post("session/refresh", &renewal)), "401 INVALID_REFRESH_TOKEN");
    assert_eq!(refused(&scene.app.send("DELETE", "session", "")), "401 INVALID_TOKEN");
}

#[test]
fn an_access_token_lasts_900_seconds() {
    let scene = Scene::new();
    let session = scene.app.told("session", &scene.login("ok"));
    assert_eq!(session["expires_in"], 900);
    let app = scene.app.within(&session);
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT14M"}));
    app.read("accounts");
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT2M"}));
    assert_eq!(refused(&app.send("GET", "accounts", "")), "401 INVALID_TOKEN");
    let renewal = json!({"refresh_token": session["refresh_token"]});
    let renewed = scene.app.told("session/refresh", &renewal);
    scene.app.within(&renewed).read("accounts");
    // Whoever signs out later than that has the refresh token.
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT16M"}));
    let app = scene.app.within(&renewed);
    assert_eq!(refused(&app.send("DELETE", "session", "")), "401 INVALID_TOKEN");
    let renewal = json!({"refresh_token": renewed["refresh_token"]});
    let app = scene.app.within(&json!({"access_token": renewed["refresh_token"]}));
    assert_eq!(app.send("DELETE", "session", "").status, 204);
    let again = scene.app.post("session/refresh", &renewal);
    assert_eq!(refused(&again), "401 INVALID_REFRESH_TOKEN");
}

#[test]
fn wrong_pins_are_counted_and_lock() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let pin = login["mi_pin"].as_str().unwrap().parse::<u32>().unwrap();
    let told: Vec<_> = (1..=4)
        .map(|wrong| {
            let other = format!("{:05}", (pin + wrong) % 100_000);
            refused(&scene.app.post("session", &with(&login, &json!({"mi_pin": other}))))
        })
        .collect();
    assert_eq!(
        told,
        [
            "401 INVALID_CREDENTIALS",
            "401 INVALID_CREDENTIALS",
            // Here the bank locks, which names no end: ours is told. From then on it is not asked.
            "423 CREDENTIALS_LOCKED, later",
            "423 CREDENTIALS_LOCKED, later",
        ]
    );
    // The right one does not help until the lock ends.
    assert_eq!(refused(&scene.app.post("session", &login)), "423 CREDENTIALS_LOCKED, later");
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT25H"}));
    let unlocked = json!({"rut": login["rut"], "institution": "banco-chile"});
    scene.chile.lever("POST", "/_sandbox/unlock", &unlocked);
    scene.app.told("session", &login);
}

#[test]
fn the_tenant_is_named_by_its_key_and_never_guessed() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let key = format!("Bearer {}", scene.text("api_key"));
    let (id, secret) = (scene.text("client_id"), scene.text("client_secret"));
    let basic = data_encoding::BASE64.encode(format!("{id}:{secret}").as_bytes());
    for authorization in [key.as_str(), &format!("Basic {basic}")] {
        let session = scene.app.authorized(authorization).told("session", &login);
        scene.app.within(&session).read("accounts");
    }
    for wrong in ["Bearer cartola_wrong", "Basic bm90OmtleQ==", "nothing"] {
        let told = scene.app.authorized(wrong).post("session", &login);
        assert_eq!(refused(&told), "401 INVALID_CLIENT", "{wrong}");
    }
    // A key opens sessions; it is none.
    let told = scene.app.authorized(&key).send("GET", "accounts", "");
    assert_eq!(refused(&told), "401 INVALID_TOKEN");
}

#[test]
fn outside_a_demo_a_key_and_an_encrypted_pin_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let chile = Chile::start(folder.path());
    let port = chile.url.rsplit_once(':').unwrap().1.to_owned();
    let bank = format!(
        "[institution.banco-chile]\nbase_url = \"http://127.0.0.1:{port}/banks/banco-chile\"\n\
         [facade.mibanco]\nrequire_device = true\n"
    );
    let installation = Installation::with(&bank);
    let keys = installation.tenant("one");
    let reads = ["tenants", "issue", "one", "--scopes", "read", "--json"];
    let reads = installation.run(&reads).done().json();
    let gateway = installation.serve();
    let app = App::at(&gateway.url);
    let (rut, place) = chile.person("ok", "banco-chile");
    let login = json!({"rut": rut, "mi_pin": place["mi_pin"], "device_fingerprint": "f"});
    assert_eq!(refused(&app.post("session", &login)), "401 INVALID_CLIENT");
    // Who is known and may not do this is told so.
    let reader = app.authorized(&format!("Bearer {}", reads["api_key"].as_str().unwrap()));
    assert_eq!(refused(&reader.post("session", &login)), "403 INSUFFICIENT_SCOPE");
    let app = app.authorized(&format!("Bearer {}", keys["api_key"].as_str().unwrap()));
    assert_eq!(refused(&app.post("session", &login)), "400 INVALID_REQUEST");
    let set = app.bare.send("GET", "/mibanco/.well-known/jwks.json", &[], b"").unwrap().json();
    let key = serde_json::from_value(set["keys"][1].clone()).unwrap();
    let pin = sealed(&key, place["mi_pin"].as_str().unwrap(), now());
    let session = app.told("session", &with(&login, &json!({"mi_pin": pin})));
    let app = app.within(&session);
    app.read("accounts");
    assert_eq!(refused(&app.on(None).send("GET", "accounts", "")), "403 DEVICE_MISMATCH");
}

/// Of the key that opens sessions, and within one: status, code, header and body agree.
#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let chile = Chile::start(folder.path());
    let port = chile.url.rsplit_once(':').unwrap().1.to_owned();
    let installation = Installation::with(&format!(
        "[limits]\nrequests_per_second = 1\nrequests_at_once = 2\n\
         [institution.banco-chile]\nbase_url = \"http://127.0.0.1:{port}/banks/banco-chile\"\n"
    ));
    let keys = installation.tenant("one");
    let gateway = installation.serve();
    let app = App::at(&gateway.url);
    let set = app.bare.send("GET", "/mibanco/.well-known/jwks.json", &[], b"").unwrap().json();
    let key = serde_json::from_value(set["keys"][1].clone()).unwrap();
    let (rut, place) = chile.person("ok", "banco-chile");
    let pin = sealed(&key, place["mi_pin"].as_str().unwrap(), now());
    let login = json!({"rut": rut, "mi_pin": pin, "device_fingerprint": "f"});
    let with_key = app.authorized(&format!("Bearer {}", keys["api_key"].as_str().unwrap()));
    let session = app.within(&with_key.told("session", &login));
    let asks: [&dyn Fn() -> Answer; 2] =
        [&|| session.send("GET", "transfer/tr_00000000000000000000000000000000", ""), &|| {
            with_key.post("session", &json!({}))
        }];
    for ask in asks {
        let limited = std::iter::repeat_with(ask).take(20).find(|answer| answer.status == 429);
        let limited = limited.expect("nobody asks so often");
        assert_eq!(refused(&limited), "429 RATE_LIMITED, later");
        let told = limited.json();
        assert_eq!(told["message"], "Demasiadas solicitudes. Espere antes de repetir.");
        let header = format!("retry-after: {}", told["retry_after"]);
        assert!(limited.head.to_lowercase().contains(&header), "{}", limited.head);
    }
    // Who is told to come back still has what they come back with.
    let opened = loop {
        let pin = sealed(&key, place["mi_pin"].as_str().unwrap(), now());
        let again = with_key.post("session", &with(&login, &json!({"mi_pin": pin})));
        match again.status {
            429 => std::thread::sleep(std::time::Duration::from_millis(200)),
            _ => break again.json(),
        }
    };
    let renewal = json!({"refresh_token": opened["refresh_token"]});
    while with_key.post("session", &json!({})).status != 429 {}
    let renewed = loop {
        let renewed = app.post("session/refresh", &renewal);
        match renewed.status {
            429 => std::thread::sleep(std::time::Duration::from_millis(200)),
            _ => break renewed,
        }
    };
    assert_eq!(renewed.status, 200, "{}", renewed.text());
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let wrong_digit = {
        let rut = login["rut"].as_str().unwrap();
        let (body, digit) = rut.split_at(rut.len() - 1);
        (format!("{body}{}", if digit == "0" { "1" } else { "0" }), digit.to_owned())
    };
    let told = scene.app.post("session", &with(&login, &json!({"rut": wrong_digit.0})));
    let message = told.json()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains(&format!("debería ser {}", wrong_digit.1.to_uppercase())),
        "{message}"
    );
    for more in [json!({"bank": "BANCO_LUNAR"}), json!({"mi_pin": "1234"}), json!({"rut": 1})] {
        let told = scene.app.post("session", &with(&login, &more));
        assert_eq!(refused(&told), "400 INVALID_REQUEST", "{more}");
    }
    assert_eq!(refused(&scene.app.send("GET", "nothing", "")), "404 NOT_FOUND");
    assert_eq!(refused(&scene.app.send("PUT", "session", "")), "405 METHOD_NOT_ALLOWED");
}

/// Who somebody is, is shown by their PIN and not by the tokens of their session.
#[test]
fn a_phone_is_enrolled_with_the_pin_typed_again() {
    let scene = Scene::new();
    let login = scene.login("ok");
    let pin = login["mi_pin"].as_str().unwrap();
    let session = scene.app.told("session", &login);
    let app = scene.app.within(&session);
    let begin = |app: &App, body: Value| app.post("mipass/enrolments", &body);
    assert_eq!(refused(&begin(&app, json!({}))), "400 INVALID_REQUEST");
    let wrong = format!("{:05}", (pin.parse::<u32>().unwrap() + 1) % 100_000);
    assert_eq!(refused(&begin(&app, json!({"mi_pin": wrong}))), "401 INVALID_CREDENTIALS");
    // The device is named, always: it is what whoever stole a token does not know.
    let nowhere = begin(&app.on(None), json!({"mi_pin": pin}));
    assert_eq!(refused(&nowhere), "403 DEVICE_MISMATCH");
    let keys = scene.keys();
    let key = keys.last().unwrap();
    let token = session["access_token"].as_str().unwrap();
    let other = scene.app.told("session", &login);
    let other_token = other["access_token"].as_str().unwrap();
    let bound = |token: &str, device: &str| super::sealed_within(key, pin, token, device);
    for (what, sent) in [
        ("for opening", sealed(key, pin, now())),
        ("of another session", bound(other_token, super::DEVICE)),
        ("of another device", bound(token, "another device")),
    ] {
        let told = begin(&app, json!({"mi_pin": sent}));
        assert_eq!(refused(&told), "400 INVALID_REQUEST", "{what}");
    }
    let sent = bound(token, super::DEVICE);
    let opening = with(&login, &json!({"mi_pin": sent}));
    assert_eq!(refused(&scene.app.post("session", &opening)), "400 INVALID_REQUEST");
    let enrolled = begin(&app, json!({"mi_pin": sent}));
    assert_eq!(enrolled.status, 201, "{}", enrolled.text());
    assert!(!enrolled.json()["code"].as_str().unwrap().is_empty());
    assert_eq!(refused(&begin(&app, json!({"mi_pin": sent}))), "400 INVALID_REQUEST");
}

#[test]
fn a_session_pays_under_a_mandate_that_says_so_and_widens_none() {
    let scene = Scene::new();
    let tenant = scene.tenant();
    let purposes = || {
        let holding = tenant
            .list("/v1/consents")
            .into_iter()
            .filter(|row| row["state"] == "granted" && row["kind"] == "tenant_mandate");
        holding.map(|row| row["purpose"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(purposes(), [""; 0]);
    scene.link_for_reading("ok");
    let app = scene.session("ok");
    assert_eq!(purposes(), ["bookkeeping"]);
    let order = super::transfers::order(&scene, &app);
    assert_eq!(refused(&app.post("transfer", &order)), "422 UNSUPPORTED");
    scene.app.told("session", &scene.login("no-movements"));
    assert!(purposes().iter().any(|purpose| purpose.contains("making the payments")));
}

#[test]
fn what_a_narrowed_mandate_is_not_about_is_said_with_what_helps() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let tenant = scene.tenant();
    let mandate = || {
        let holding = tenant.list("/v1/consents").into_iter();
        let holding =
            holding.filter(|row| row["state"] == "granted" && row["kind"] == "tenant_mandate");
        let mut id = holding.map(|row| row["id"].as_str().unwrap().to_owned());
        id.next_back().expect("a session leaves one")
    };
    let post = |path: &str, body: &Value| {
        let headers = [JSON, ("Idempotency-Key", path)];
        let told = tenant.send("POST", path, &headers, body.to_string().as_bytes()).unwrap();
        assert_eq!(told.status, 200, "{}", told.text());
    };
    let narrowed = mandate();
    post(&format!("/v1/consents/{narrowed}/change"), &json!({"products": ["cards"]}));
    app.read("cards");
    for path in ["accounts", "balances", "bills"] {
        let told = app.send("GET", path, "");
        assert_eq!(refused(&told), "422 UNSUPPORTED", "{path}");
        assert!(told.text().contains("retírelo y abra una sesión nueva"), "{}", told.text());
    }
    // A new session alone changes nothing; what is said to help does.
    let again = scene.session("ok");
    assert_eq!(refused(&again.send("GET", "accounts", "")), "422 UNSUPPORTED");
    post(&format!("/v1/consents/{narrowed}/revoke"), &json!({}));
    assert_eq!(refused(&again.send("GET", "accounts", "")), "403 CONSENT_REQUIRED");
    scene.session("ok").read("accounts");
}
