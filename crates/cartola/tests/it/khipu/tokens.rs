//! Tokens of clients.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{DEMO_BANK, DEMO_LOGIN, Khipu, Scene, grant, login, request, told};
use crate::http::Client;
use crate::installation::{Installation, MASTER_KEY};
use crate::outbox::Facade;
use crate::receiver::Receiver;

/// What `accounts` says to a bearer of that token.
fn bearer(gateway: &str, token: &str) -> String {
    let khipu = Khipu { client: Client::new(gateway, token) };
    let asked = request(&login(DEMO_LOGIN), &json!({}));
    told(&khipu.send(&format!("{DEMO_BANK}/accounts"), &asked.to_string()))
}

const REFUSED: &str = "401 A000 FIX_CREDENTIALS: The token is missing, invalid, expired or revoked";

#[test]
fn a_token_that_is_forged_or_expired_opens_nothing() {
    let scene = Scene::new();
    let token = scene.khipu.client.key.clone();
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("{token}")
    };
    let none = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"cartola-access+jwt"}"#);
    let mut other: Value =
        serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes()).unwrap()).unwrap();
    other["aud"] = json!("floid");
    let other = BASE64URL_NOPAD.encode(other.to_string().as_bytes());
    let zeros = BASE64URL_NOPAD.encode(&[0; 64]);
    for forged in [
        String::new(),
        "abc".to_owned(),
        scene.demo.announced["api_key"].as_str().unwrap().to_owned(),
        format!("{none}.{claims}."),
        format!("{header}.{claims}."),
        format!("{header}.{claims}.{zeros}"),
        format!("{header}.{other}.{signature}"),
    ] {
        assert_eq!(bearer(scene.gateway(), &forged), REFUSED, "{forged}");
    }
    scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let later = json!({"advance": "PT2H"}).to_string();
    let json = [("Content-Type", "application/json")];
    scene.chile.client.send("POST", "/_sandbox/clock", &json, later.as_bytes()).unwrap();
    assert_eq!(bearer(scene.gateway(), &token), REFUSED);
}

#[test]
fn a_token_is_good_for_its_facade_and_as_long_as_its_client() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let facade = Facade::open_public(&installation.data(), MASTER_KEY, &keys["tenant"]);
    let other = facade.token(&keys, "floid");
    let ours = facade.token(&keys, "khipu");
    let gateway = installation.serve();
    assert_eq!(bearer(&gateway.url, &other), REFUSED);
    let unserved = "200 E202 CONTACT_SUPPORT: This gateway does not ask this bank";
    assert_eq!(bearer(&gateway.url, &ours), unserved);
    installation.run(&["tenants", "revoke", keys["client_id"].as_str().unwrap()]).done();
    assert_eq!(bearer(&gateway.url, &ours), REFUSED);
}

#[test]
fn a_link_is_good_for_its_tenant_alone() {
    let scene = Scene::new();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let umbra = scene.other_tenant();
    let asked = request(&link, &json!({}));
    let path = format!("{DEMO_BANK}/accounts");
    let unknown = "400 P003 FIX_REQUEST: AccountCredential.AccountLink: it is no link to this bank";
    assert_eq!(umbra.refusal(&path, &asked), unknown);
    assert_eq!(scene.khipu.refusal("personal/bci.cl/accounts", &asked), unknown);
    let forged = json!({"AccountLink": format!("{}A", link["AccountLink"].as_str().unwrap())});
    assert_eq!(scene.khipu.refusal(&path, &request(&forged, &json!({}))), unknown);
}

/// Every operation of the document, by another tenant, with the first one's link and with what it knows
/// of the first one's customer: no answer tells anything of either.
#[test]
fn no_operation_gives_anything_of_another_tenant() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let link = scene.khipu.link(DEMO_BANK, DEMO_LOGIN);
    let all = scene.khipu.data(&format!("{DEMO_BANK}/accounts"), &request(&link, &json!({})));
    let numbers = all["Account"].as_array().unwrap().iter().map(|account| &account["AccountId"]);
    let mut secrets: Vec<&str> = numbers.map(|number| number.as_str().unwrap()).collect();
    secrets.push(link["AccountLink"].as_str().unwrap());
    let asked = json!({"AccountNumber": secrets[0]});
    let guess = login((DEMO_LOGIN.0, "wrong"));
    let umbra = scene.other_tenant();
    let document = umbra.client.json("/khipu/openapi.json");
    let mut tried = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            if operation["security"].is_null() {
                continue;
            }
            let path = path.strip_prefix("/khipu/v1/cl/banking/").unwrap();
            let path = path.replace("{segment}/{bank}", DEMO_BANK);
            let guessed =
                if path.ends_with("token") { guess.clone() } else { request(&guess, &asked) };
            for mut body in [request(&link, &asked), guessed] {
                let refused = umbra.send(&path, &body.to_string());
                is_silent(&path, &told(&refused), &refused.text(), &secrets[1..]);
                body["CallbackUrl"] = json!(receiver.url());
                if umbra.send(&path, &body.to_string()).status == 202 {
                    let call = receiver.call();
                    is_silent(&path, "posted", &call.body, &secrets[1..]);
                    call.answer(200);
                }
            }
            tried.push(path);
        }
    }
    assert_eq!(tried.len(), 5, "{tried:?}");
    // Their guesses lock their own access alone.
    scene.khipu.data(&format!("{DEMO_BANK}/accounts"), &request(&login(DEMO_LOGIN), &json!({})));
}

/// Insists that an answer is a refusal that names nothing of somebody else's.
#[track_caller]
fn is_silent(path: &str, refused: &str, text: &str, secrets: &[&str]) {
    let envelope: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&envelope["Status"], &envelope["Data"]), (&json!("ERROR"), &Value::Null), "{path}");
    let shown = secrets.iter().find(|secret| text.contains(**secret));
    assert!(shown.is_none(), "{path}: {refused}");
}

fn check_grant(scene: &Scene, headers: &[(&str, &str)], form: &str, expect: Expect) {
    let client = Client::new(scene.gateway(), "");
    let answer = client.send("POST", "/khipu/oauth/token", headers, form.as_bytes()).unwrap();
    assert!(answer.head.to_lowercase().contains("cache-control: no-store"), "{}", answer.head);
    let body = answer.json();
    let said = body["error"].as_str().or(body["token_type"].as_str()).unwrap().to_owned();
    expect.assert_eq(&format!("{} {said}", answer.status));
}

#[test]
fn clients_name_themselves_by_form_or_basic() {
    const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
    const GRANT: &str = "grant_type=client_credentials";
    let scene = Scene::new();
    let text = |name: &str| scene.demo.announced[name].as_str().unwrap();
    let (id, secret) = (text("client_id"), text("client_secret"));
    let basic =
        |secret: &str| format!("Basic {}", BASE64.encode(format!("{id}:{secret}").as_bytes()));
    let (right, wrong) = (basic(secret), basic("wrong"));
    let named = format!("{GRANT}&client_id={id}&client_secret={secret}");
    let check = |headers: &[(&str, &str)], form: &str, expect: Expect| {
        check_grant(&scene, headers, form, expect);
    };
    check(&[FORM], &named, expect!["200 Bearer"]);
    check(&[FORM], &format!("{named}&scope=read&extra=1"), expect!["200 Bearer"]);
    check(&[FORM, ("Authorization", &right)], GRANT, expect!["200 Bearer"]);
    check(&[FORM, ("Authorization", &wrong)], GRANT, expect!["401 invalid_client"]);
    check(&[FORM, ("Authorization", &right)], &named, expect!["400 invalid_request"]);
    check(&[FORM], GRANT, expect!["401 invalid_client"]);
    check(&[FORM], &format!("{GRANT}&{named}"), expect!["400 invalid_request"]);
    check(&[FORM], "grant_type=password", expect!["400 unsupported_grant_type"]);
    check(&[FORM], "", expect!["400 invalid_request"]);
    check(&[("Content-Type", "application/json")], "{}", expect!["400 invalid_request"]);
    check(&[FORM], &"a".repeat(5_000), expect!["400 invalid_request"]);
    assert_eq!(grant(scene.gateway(), id, "x").status, 401);
    let keys = Client::new(scene.gateway(), "").json("/khipu/.well-known/jwks.json");
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{keys}");
    let described = Client::new(scene.gateway(), "").json("/khipu/openapi.json");
    assert_eq!(described["openapi"], "3.1.0");
}
