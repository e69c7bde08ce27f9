//! Links that are begun, read and stopped through `/v1`, against a demo's sandbox.

use expect_test::expect;
use serde_json::{Value, json};

use crate::chile::{self, Chile};
use crate::http::{Answer, Client};
use crate::installation::Demo;

/// Looks at a reading that may be asked at most: each waits for news for most of a minute.
const LOOKS: usize = 100;

struct Scene {
    _folder: tempfile::TempDir,
    _demo: Demo,
    chile: Chile,
    client: Client,
}

impl Scene {
    #[track_caller]
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let client = demo.client();
        Self { _folder: folder, _demo: demo, chile, client }
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("Content-Type", "application/json")];
        self.client.send("POST", path, &headers, body.to_string().as_bytes()).unwrap()
    }

    /// Begins a link with the password, or PIN, that the box lists; its id.
    #[track_caller]
    fn begin(&self, scenario: &str, institution: &str) -> String {
        let (rut, place) = self.chile.person(scenario, institution);
        let credentials = match place["password"].as_str() {
            Some(password) => json!({"password": password}),
            None => json!({"mi_pin": place["mi_pin"]}),
        };
        let body = json!({"institution": institution, "rut": rut, "credentials": credentials});
        let begun = self.post("/v1/links", &body);
        assert_eq!(begun.status, 201, "{}", begun.text());
        begun.json()["id"].as_str().unwrap().to_owned()
    }

    fn request(&self, link: &str, body: &Value) -> Answer {
        self.post(&format!("/v1/links/{link}/readings"), body)
    }

    /// Begins a reading; its path.
    #[track_caller]
    fn reading(&self, link: &str, body: &Value) -> String {
        let asked = self.request(link, body);
        assert_eq!(asked.status, 202, "{}", asked.text());
        format!("/v1/readings/{}", asked.json()["id"].as_str().unwrap())
    }

    /// Looks at a reading, waiting for news each time, until it is as wanted.
    #[track_caller]
    fn until(&self, reading: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let mut now = self.client.json(reading);
        for _ in 0..LOOKS {
            if is_wanted(&now) {
                return now;
            }
            now = self.client.json(&format!("{reading}?wait=20"));
        }
        panic!("it never is: {now}");
    }

    #[track_caller]
    fn ended(&self, reading: &str) -> Value {
        self.until(reading, |now| !now["ended_at"].is_null())
    }

    /// Reads a link to the end, in vain; the failure.
    #[track_caller]
    fn failure(&self, link: &str) -> Value {
        let ended = self.ended(&self.reading(link, &json!({})));
        assert_eq!(ended["state"], "failed", "{ended}");
        ended["failure"].clone()
    }
}

#[track_caller]
fn check_refusal(answer: &Answer, status: u16, code: &str) -> Value {
    let problem = answer.json();
    assert_eq!((answer.status, &problem["code"]), (status, &json!(code)), "{problem}");
    problem["retry"].clone()
}

#[test]
fn what_a_reading_brings_is_what_the_bank_has_and_comes_once() {
    let scene = Scene::new();
    let link = scene.begin("ok", "banco-chile");
    let today = scene.chile.today();
    let days = json!({"from": "2026-01-01", "to": "2026-03-31"});
    assert!(today.as_str() > "2026-05", "all of these days are booked: {today}");
    let first = scene.ended(&scene.reading(&link, &days));
    assert_eq!((&first["state"], &first["link_id"]), (&json!("done"), &json!(link)), "{first}");
    let again = scene.ended(&scene.reading(&link, &days));
    let figure = |of: &Value, name: &str| of["result"][name].as_u64().unwrap();
    let read = figure(&first, "read");
    assert_eq!((figure(&first, "new"), figure(&again, "new")), (read, 0));
    assert_eq!(figure(&again, "duplicates"), read);
    let mut compared = 0;
    let mut accounts = scene.client.list("/v1/accounts");
    accounts.retain(|account| account["link_id"] == json!(link));
    for account in accounts {
        let (id, number) = (account["id"].as_str().unwrap(), account["number"].as_str().unwrap());
        let served = scene.client.list(&format!("/v1/movements?limit=500&account_id={id}"));
        let shown = scene.chile.movements(number, "2026-01-01", "2026-03-31");
        assert_eq!(chile::served(&served), shown, "{number}");
        compared += served.len() as u64;
    }
    assert!(compared > 20 && compared == read, "{compared} of {read}");
    let consents = scene.client.list(&format!("/v1/consents?link_id={link}"));
    assert_eq!(consents.len(), 1);
}

#[test]
fn products_are_read_as_records() {
    let scene = Scene::new();
    let bank = scene.begin("ok", "banco-estado");
    let cards = scene.ended(&scene.reading(&bank, &json!({"products": ["cards", "tax_folder"]})));
    assert_eq!(cards["result"]["records"], 1, "{cards}");
    let folder = scene.begin("ok", "sii");
    let read = scene.ended(&scene.reading(&folder, &json!({})));
    assert_eq!(read["result"]["records"], 2, "{read}");
    let records = scene.client.list(&format!("/v1/records?link_id={folder}"));
    let mut products: Vec<_> = records.iter().map(|row| row["product"].as_str().unwrap()).collect();
    products.sort_unstable();
    assert_eq!(products, ["tax_folder", "tax_status"]);
    let refused = scene.request(&folder, &json!({"products": ["cards"]}));
    check_refusal(&refused, 422, "products_not_offered");
}

#[test]
fn credentials_that_are_refused_are_tried_once() {
    let scene = Scene::new();
    let link = scene.begin("wrong-password", "banco-chile");
    let failure = scene.failure(&link);
    expect![[r#"
        {
          "class": "credentials_invalid",
          "detail": "The institution refused the credentials. They are not tried again: begin the link again with the right ones.",
          "detail_es": "La institución rechazó las credenciales. No se vuelven a intentar: inicie el enlace otra vez con las correctas.",
          "retry": {
            "advice": "after_change"
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&failure).unwrap());
    check_refusal(&scene.request(&link, &json!({})), 409, "credentials_refused");
    let (rut, place) = scene.chile.person("wrong-password", "banco-chile");
    let mut again = json!({
        "institution": "banco-chile", "rut": rut,
        "credentials": {"password": place["password"]},
    });
    check_refusal(&scene.post("/v1/links", &again), 409, "credentials_refused");
    for guess in ["otra-clave-1", "otra-clave-2"] {
        again["credentials"]["password"] = json!(guess);
        assert_eq!(scene.post("/v1/links", &again).json()["id"], json!(link));
        scene.failure(&link);
    }
    again["credentials"]["password"] = json!("otra-clave-3");
    assert_eq!(scene.post("/v1/links", &again).status, 201);
    let retry = check_refusal(&scene.request(&link, &json!({})), 423, "credentials_locked");
    let seconds = retry["after_seconds"].as_u64().unwrap();
    assert!((80_000..=86_400).contains(&seconds), "{retry}");
}

#[test]
fn a_bank_that_is_down_says_that_asking_later_helps() {
    let scene = Scene::new();
    let link = scene.begin("bank-down", "banco-chile");
    let failure = scene.failure(&link);
    assert_eq!(failure["class"], "institution_down");
    let seconds = failure["retry"]["after_seconds"].as_u64().unwrap();
    assert!((1..=60).contains(&seconds), "the bank names a minute: {failure}");
    check_refusal(&scene.request(&link, &json!({})), 429, "institution_rate_limited");
}

#[test]
fn a_bank_that_says_how_long_is_not_asked_before() {
    let scene = Scene::new();
    let link = scene.begin("demo", "demo-bank");
    let fault = json!({"kind": "rate_limited", "retry_after": 600});
    let path = "/_sandbox/institutions/demo-bank/fault";
    assert_eq!(scene.chile.lever("POST", path, &fault).status, 204);
    let failure = scene.failure(&link);
    assert_eq!(failure["class"], "rate_limited");
    let seconds = failure["retry"]["after_seconds"].as_u64().unwrap();
    assert!((500..=600).contains(&seconds), "{failure}");
    let retry = check_refusal(&scene.request(&link, &json!({})), 429, "institution_rate_limited");
    assert!(retry["after_seconds"].as_u64().unwrap() <= 600, "{retry}");
}

#[test]
fn a_reading_under_way_tells_how_far_it_is_and_is_stopped() {
    let scene = Scene::new();
    let link = scene.begin("demo", "demo-bank");
    let fault = json!({"kind": "latency", "milliseconds": 5_000});
    let path = "/_sandbox/institutions/demo-bank/fault";
    assert_eq!(scene.chile.lever("POST", path, &fault).status, 204);
    let before = scene.client.list("/v1/movements");
    let reading = scene.reading(&link, &json!({}));
    let running = scene.until(&reading, |now| now["progress"].is_object());
    let step = running["progress"]["step"].as_str().unwrap();
    assert!(["signing_in", "accounts"].contains(&step), "{running}");
    let cancelled = scene.post(&format!("{reading}/cancel"), &json!({}));
    assert_eq!((cancelled.status, &cancelled.json()["ended"]), (202, &json!(false)));
    let ended = scene.ended(&reading);
    assert_eq!((&ended["state"], &ended["failure"]), (&json!("cancelled"), &Value::Null));
    check_refusal(&scene.post(&format!("{reading}/cancel"), &json!({})), 409, "reading_ended");
    assert_eq!(scene.client.list("/v1/movements"), before, "it leaves nothing behind");
    assert_eq!(scene.chile.lever("DELETE", path, &json!({})).status, 204);
}
