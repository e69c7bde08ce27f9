//! Mi Pass on a phone's browser, as one without scripts sees it: forms, redirects, the cookie.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::checkout::{browser, headed};
use crate::http::{Answer, Client};
use crate::installation::Demo;
use crate::process;

const RUT: &str = "12.345.678-5";
const PIN: &str = "483920";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const COOKIE: &str = "__Secure-cartola-mi-pass=";

/// A demo, its tenant, and somebody's browser.
struct Scene {
    folder: tempfile::TempDir,
    demo: Demo,
    tenant: Client,
    browser: Client,
    /// How many the tenant has made: each has a key of its own.
    calls: Cell<u32>,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let (tenant, gateway) = (demo.client(), demo.announced["gateway"].as_str().unwrap());
        let browser = Client::new(gateway, "");
        Self { folder, demo, tenant, browser, calls: Cell::new(0) }
    }

    /// A call of the tenant's that must be taken.
    #[track_caller]
    fn call(&self, path: &str, body: &Value) -> Value {
        let nth = self.calls.get();
        self.calls.set(nth + 1);
        let key = format!("call-{nth}");
        let headers = [JSON, ("Idempotency-Key", key.as_str())];
        let answer = self.tenant.send("POST", path, &headers, body.to_string().as_bytes());
        let answer = answer.unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
        answer.json()
    }

    fn code(&self) -> String {
        let begun = self.call("/v1/enrolments", &json!({"rut": RUT, "evidence": "cedula"}));
        begun["code"].as_str().unwrap().to_owned()
    }

    /// Enrols a phone, and gives the cookie that it keeps.
    fn enrol(&self) -> String {
        let fields = [("code", self.code()), ("name", "Mi teléfono".to_owned())];
        let mut form = vec![("step", "enrol"), ("pin", PIN), ("again", PIN)];
        form.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
        let answer = self.send(None, &form);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let line = answer.head.lines().find(|line| line.to_lowercase().starts_with("set-cookie: "));
        let (_, cookie) = line.expect("it is kept").split_once(": ").unwrap();
        let attributes = ["Path=/mi-pass", "Secure", "HttpOnly", "SameSite=Lax"];
        assert!(attributes.iter().all(|one| cookie.split("; ").any(|it| it == *one)), "{cookie}");
        assert!(cookie.starts_with(COOKIE), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    fn read(&self, cookie: Option<&str>, query: &str) -> Answer {
        let headers: Vec<_> = cookie.map(|cookie| ("Cookie", cookie)).into_iter().collect();
        self.browser.send("GET", &format!("/mi-pass{query}"), &headers, b"").unwrap()
    }

    fn send(&self, cookie: Option<&str>, form: &[(&str, &str)]) -> Answer {
        let headers: Vec<_> =
            [FORM, OWN].into_iter().chain(cookie.map(|cookie| ("Cookie", cookie))).collect();
        self.send_with(&headers, form)
    }

    fn send_with(&self, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<_> =
            form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.browser.send("POST", "/mi-pass", headers, pairs.join("&").as_bytes()).unwrap()
    }

    fn ask(&self, nth: i64) -> Value {
        self.call("/v1/authorizations", &json!({"rut": RUT, "operation": operation(nth)}))
    }
}

fn operation(nth: i64) -> Value {
    json!({
        "kind": "transfer", "institution": "banco-chile", "comment": "Pedido <4711> & más",
        "to": {"institution": "banco-estado", "account": "12345678", "rut": "76192083-9",
            "name": "Ferretería Ñuñoa"},
        "amount": {"minor": 250_000 + nth, "currency": "CLP"}})
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a browser shows of an escaped text.
fn unescaped(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

#[track_caller]
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

/// A decision as the page's form sends it.
fn decision<'a>(step: &'a str, asked: &'a Value, pin: &'a str) -> Vec<(&'a str, &'a str)> {
    let (id, digest) = (text(asked, "id"), text(asked, "digest"));
    vec![("step", step), ("id", id), ("digest", digest), ("pin", pin)]
}

#[test]
fn exactly_what_is_signed_is_shown_and_approved() {
    let scene = Scene::new();
    assert_eq!(headed(&scene.read(None, "").text()), "Registre este teléfono");
    let cookie = scene.enrol();
    let page = scene.read(Some(&cookie), "?notice=enrolled").text();
    assert!(page.contains("Este teléfono quedó registrado.") && page.contains("Mi teléfono"));
    assert!(page.contains("No hay operaciones por autorizar."));
    let asked = scene.ask(0);
    let page = scene.read(Some(&cookie), "").text();
    assert!(unescaped(&page).contains(&format!(">{}</p>", text(&asked, "text"))), "{page}");
    assert!(page.contains(&format!("value=\"{}\"", text(&asked, "digest"))));
    // What another page showed is not approved by this one.
    let other = scene.ask(1);
    let mut form = decision("approve", &asked, PIN);
    form[2] = ("digest", text(&other, "digest"));
    let refused = scene.send(Some(&cookie), &form);
    assert!(refused.head.contains("notice=other"), "{}", refused.head);
    let approved = scene.send(Some(&cookie), &decision("approve", &asked, PIN));
    assert!(approved.status == 303 && approved.head.contains("notice=approved"));
    let path = format!("/v1/authorizations/{}", text(&asked, "id"));
    let seen = scene.tenant.json(&path);
    assert_eq!((text(&seen, "state"), text(&seen, "key_origin")), ("approved", "gateway"));
    // Nobody was told a token: its id stands for it, once.
    let wanted = json!({"token": asked["id"], "rut": RUT, "operation": operation(0)});
    assert_eq!(text(&scene.call("/v1/authorizations/use", &wanted), "state"), "used");
    let gone = scene.send(Some(&cookie), &decision("approve", &asked, PIN));
    assert!(gone.head.contains("notice=gone"), "{}", gone.head);
    let denied = scene.send(Some(&cookie), &decision("deny", &other, ""));
    assert!(denied.head.contains("notice=denied"), "{}", denied.head);
    let log = scene.read(Some(&cookie), "?view=log").text();
    for said in [": Autorizada y usada</h2>", ": Rechazada</h2>", "Pedido &#60;4711&#62; &#38; más"]
    {
        assert!(log.contains(said), "{said}: {log}");
    }
}

#[test]
fn wrong_pins_are_told_and_block_and_a_lost_phone_is_blocked() {
    let scene = Scene::new();
    let cookie = scene.enrol();
    let asked = scene.ask(0);
    for (pin, status, said) in [
        ("12345", 422, "La clave debe tener 6 dígitos."),
        ("705116", 422, "Le quedan 2 intentos"),
        ("705117", 422, "Le queda 1 intento"),
    ] {
        let answer = scene.send(Some(&cookie), &decision("approve", &asked, pin));
        assert_eq!(answer.status, status);
        assert!(answer.text().contains(said) && answer.text().contains("<title>Error: "), "{said}");
        assert!(!answer.text().contains(&format!("value=\"{pin}\"")));
    }
    let blocked = scene.send(Some(&cookie), &decision("approve", &asked, "705118"));
    assert_eq!(blocked.status, 303);
    let page = scene.read(Some(&cookie), "").text();
    assert_eq!(headed(&page), "Este teléfono ya no autoriza");
    assert!(page.contains("La clave se equivocó tres veces seguidas"), "{page}");
    let again = scene.enrol();
    assert_eq!(headed(&scene.read(Some(&again), "?view=block").text()), "¿Bloquear este teléfono?");
    let blocked = scene.send(Some(&again), &[("step", "block")]);
    assert!(blocked.head.contains("notice=blocked"), "{}", blocked.head);
    let phones = scene.tenant.json("/v1/enrolments");
    let causes: Vec<_> = phones["data"].as_array().unwrap().iter().map(|it| &it["cause"]).collect();
    assert_eq!(causes, [&json!("lost"), &json!("wrong_pin")]);
}

#[test]
fn what_cannot_be_enrolled_is_said_beside_its_field() {
    let scene = Scene::new();
    let code = scene.code();
    let code = code.as_str();
    for (fields, said) in [
        ([code, "Mi teléfono", PIN, "705116"], "Las dos claves no son iguales."),
        ([code, "Mi teléfono", "123456", "123456"], "Esa clave se adivina con facilidad."),
        ([code, "Mi teléfono", "345678", "345678"], "Esa clave se adivina con facilidad."),
        ([code, "Mi teléfono", "12345", "12345"], "La clave debe tener 6 dígitos."),
        ([code, " ", PIN, PIN], "Falta el nombre del teléfono."),
        (["", "Mi teléfono", PIN, PIN], "Falta el código."),
        (["nothing", "Mi teléfono", PIN, PIN], "El código no existe."),
    ] {
        let names = ["code", "name", "pin", "again"];
        let form: Vec<_> =
            [("step", "enrol")].into_iter().chain(names.into_iter().zip(fields)).collect();
        let answer = scene.send(None, &form);
        assert_eq!(answer.status, 422, "{said}");
        let shown = answer.text();
        assert!(shown.contains(said) && shown.contains("aria-invalid"), "{said}: {shown}");
        assert!(!shown.contains(&format!("value=\"{PIN}\"")), "a PIN is not shown again");
    }
    // Nothing of that has used the code.
    let prefilled = scene.read(None, &format!("?code={code}")).text();
    assert!(prefilled.contains(&format!("value=\"{code}\"")), "{prefilled}");
}

#[test]
fn nobody_frames_the_page_or_sends_its_forms_from_elsewhere() {
    let scene = Scene::new();
    let cookie = scene.enrol();
    let asked = scene.ask(0);
    let head = scene.read(Some(&cookie), "").head.to_lowercase();
    for line in ["cache-control: no-store", "referrer-policy: no-referrer"] {
        assert!(head.lines().any(|known| known == line), "{line}\n{head}");
    }
    assert!(
        head.contains("frame-ancestors 'none'") && head.contains("default-src 'none'"),
        "{head}"
    );
    for foreign in [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")] {
        let headers = [FORM, foreign, ("Cookie", cookie.as_str())];
        let refused = scene.send_with(&headers, &decision("approve", &asked, PIN));
        assert_eq!(refused.status, 403, "{}", refused.text());
    }
    // Without the cookie, or with another's, nothing is decided.
    for other in [None, Some(format!("{cookie}A"))] {
        let answer = scene.send(other.as_deref(), &decision("approve", &asked, PIN));
        assert_eq!(answer.status, 303);
    }
    let path = format!("/v1/authorizations/{}", text(&asked, "id"));
    assert_eq!(text(&scene.tenant.json(&path), "state"), "pending");
    assert_eq!(scene.read(None, "/nothing").status, 404);
}

#[test]
fn everybody_can_approve_in_a_browser() {
    let scene = Scene::new();
    browser::drive("mi-pass", &scene.demo.announced);
}

/// For a regulator, or for whom it is about: nothing that was seen of them is left out, and nothing that
/// was seen of somebody else is in it.
#[test]
fn what_was_asked_of_a_person_and_who_saw_it_is_exported() {
    let scene = Scene::new();
    let cookie = scene.enrol();
    let asked = scene.ask(0);
    scene.send(Some(&cookie), &decision("approve", &asked, PIN));
    let matter = json!({"kind": "access", "rut": RUT, "text": "Pido mis datos."});
    let matter = scene.call("/v1/matters", &matter);
    let mut other = json!({"rut": "7.654.321-6", "evidence": "cedula"});
    let theirs = scene.call("/v1/enrolments", &other)["enrolment"].take();
    other = json!({"kind": "access", "rut": "7.654.321-6", "text": "Pido mis datos."});
    let of_other = scene.call("/v1/matters", &other);
    for (list, of) in [("authorizations", &asked), ("matters", &matter), ("matters", &of_other)] {
        scene.tenant.json(&format!("/v1/{list}/{}", text(of, "id")));
    }
    scene.tenant.json(&format!("/v1/enrolments/{}", text(&theirs, "id")));
    scene.tenant.json("/v1/authorizations");
    let Scene { folder, demo, .. } = scene;
    demo.process.terminate();
    let export = |kind: &str| {
        let file = format!("{kind}.json");
        let asked = ["audit", "export", "--kind", kind, "--format", "json", "--output", &file];
        let asked = [&asked[..], &["--person", RUT, "--data", "demo", "--force"]].concat();
        process::run(folder.path(), &asked).done();
        let rows = std::fs::read_to_string(folder.path().join(file)).unwrap();
        serde_json::from_str::<Vec<Value>>(&rows).unwrap()
    };
    let seen = export("accesses");
    let of = |subject: &str| {
        let of: Vec<_> = seen.iter().filter(|row| row["subject"] == subject).collect();
        of.iter().map(|row| text(row, "about").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(text(&asked, "id")), ["person"], "{seen:?}");
    assert_eq!(of(text(&matter, "id")), ["person"], "{seen:?}");
    assert_eq!(of("authorizations"), ["list"], "{seen:?}");
    for theirs in [&theirs, &of_other] {
        assert!(of(text(theirs, "id")).is_empty(), "{seen:?}");
    }
    let approved = export("authorizations");
    assert_eq!(approved.len(), 1, "{approved:?}");
    assert_eq!(approved[0]["id"], asked["id"]);
    assert_eq!(
        (text(&approved[0], "rut"), text(&approved[0], "state")),
        ("12345678-5", "approved")
    );
    let handed_out = export("accesses");
    let exported = handed_out.iter().filter(|row| row["action"] == "audit.exported");
    assert!(exported.count() >= 2, "{handed_out:?}");
}
