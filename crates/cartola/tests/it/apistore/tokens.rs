//! Tokens of clients.

use super::{FORM, Scene, client_of, grant, told};
use crate::http::Client;
use crate::installation::{Installation, MASTER_KEY};
use crate::outbox::Facade;

const ANY: &str = "/apistore/api/movimientos-saldos?account_id=1&from=2026-03-01&to=2026-03-31";

const REFUSED: &str = "401 {\"error\":\"invalid_token\",\"error_description\":\"The token is missing, invalid, expired or revoked.\"}";

#[test]
fn a_token_is_granted_and_refused_as_printed() {
    let scene = Scene::new();
    let text = |name: &str| scene.demo.announced[name].as_str().unwrap();
    let granted = grant(scene.gateway(), text("client_id"), text("client_secret"));
    assert_eq!(granted.status, 200);
    assert!(granted.head.to_lowercase().contains("cache-control: no-store"), "{}", granted.head);
    let body = granted.json();
    assert_eq!((&body["expires_in"], &body["token_type"]), (&3600.into(), &"Bearer".into()));
    assert_eq!(body.as_object().unwrap().len(), 3, "{body}");
    for (id, secret) in [(text("client_id"), "wrong"), ("unknown", text("client_secret"))] {
        let refused = grant(scene.gateway(), id, secret);
        assert_eq!(told(&refused), r#"401 {"error":"invalid_client"}"#);
        assert!(refused.head.to_lowercase().contains(r#"basic realm="apistore""#));
    }
    let client = Client::new(scene.gateway(), "");
    let other = client.send("POST", "/apistore/oauth/token", &[FORM], b"grant_type=password");
    assert_eq!(
        told(&other.unwrap()),
        r#"400 {"error":"unsupported_grant_type","error_description":"The grant_type is client_credentials"}"#
    );
}

#[test]
fn a_token_is_good_for_its_facade_and_as_long_as_its_client() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let facade = Facade::open_public(&installation.data(), MASTER_KEY, &keys["tenant"]);
    let other = facade.token(&keys, "khipu");
    let gateway = installation.serve();
    let ours = client_of(&gateway.url, &keys);
    let bearer = |token: &str| told(&Client::new(&gateway.url, token).read(ANY));
    assert_eq!(bearer(&other), REFUSED);
    assert_eq!(bearer(keys["api_key"].as_str().unwrap()), REFUSED);
    assert_eq!(bearer(""), REFUSED);
    assert_eq!(ours.read(ANY).status, 404);
    installation.run(&["tenants", "revoke", keys["client_id"].as_str().unwrap()]).done();
    let refused = ours.read(ANY);
    assert_eq!(told(&refused), REFUSED);
    assert!(refused.head.to_lowercase().contains(r#"www-authenticate: bearer realm="apistore""#));
}

#[test]
fn who_asks_too_often_is_told_when_to_come_back() {
    let limits = "[limits]\nrequests_per_second = 1\nrequests_at_once = 2\n";
    let installation = Installation::with(limits);
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = client_of(&gateway.url, &keys);
    // A second passes between two of these at most in a debug build, and three are refused.
    let limited = (0..20).map(|_| client.read(ANY)).find(|answer| answer.status == 429).unwrap();
    assert_eq!(limited.json()["error"], "rate_limit_exceeded");
    assert!(limited.head.to_lowercase().contains("retry-after: 1"), "{}", limited.head);
}
