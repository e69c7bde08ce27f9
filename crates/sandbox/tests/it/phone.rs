//! The phone page, as a person with a browser and without scripts uses it.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use cartola_sandbox::Scenario;

use crate::payments::{BANK, Payer, Session, id_of, stands};

const AMOUNT: i64 = 1_234_500;

/// Somebody with a transfer that waits for their phone.
struct Stage {
    payer: Payer,
    session: Session,
}

impl Stage {
    async fn new() -> Self {
        let payer = Payer::new(Scenario::Ok, BANK);
        let session = payer.session().await;
        session.begin(&payer.order(1, AMOUNT)).await;
        Self { payer, session }
    }

    async fn page(&self) -> String {
        self.at("").await.2
    }

    async fn at(&self, query: &str) -> (StatusCode, HeaderMap, String) {
        let uri = format!("/phone/{}{query}", self.payer.rut().compact());
        self.payer.server.whole(Request::get(uri).body(Body::empty()).unwrap()).await
    }

    /// Sends a form, and gives the page that the browser is led to.
    async fn send(&self, verb: &str, fields: &[(&str, &str)]) -> String {
        let fields: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let uri = format!("/phone/{}/{verb}", self.payer.rut().compact());
        let request = Request::post(uri)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(fields.join("&")));
        let (status, headers, body) = self.payer.server.whole(request.unwrap()).await;
        match headers.get("location") {
            Some(place) => {
                assert_eq!(status, StatusCode::SEE_OTHER);
                let query = place.to_str().unwrap().split_once('?').unwrap().1;
                self.at(&format!("?{query}")).await.2
            }
            None => format!("{status} {body}"),
        }
    }

    /// What the page's forms send of the transfer, with that PIN.
    async fn decide(&self, verb: &str, pin: &str) -> String {
        let (device, id) = (self.device().await, id_of(1).to_string());
        let fields = [("device", &*device), ("institution", BANK), ("id", &*id), ("pin", pin)];
        self.send(verb, &fields).await
    }

    async fn device(&self) -> String {
        self.payer.phone().await["device_id"].as_str().unwrap().to_owned()
    }

    fn pin(&self) -> String {
        self.payer.server.world.population().mi_pass_pin(self.payer.rut())
    }

    async fn stands(&self) -> String {
        stands(&self.session.look(1).await.unwrap())
    }
}

/// What the page says of what was done last.
fn notice(page: &str) -> &str {
    let begin = "class=\"notice\">";
    let from = page.find(begin).map(|place| place + begin.len());
    from.map_or("", |from| page[from..].split('<').next().unwrap_or_default())
}

#[tokio::test]
async fn a_transfer_is_approved_with_the_pin() {
    let stage = Stage::new().await;
    let page = stage.page().await;
    for shown in ["$1.234.500", "Servicios noviembre", "12:05:00", "autocomplete=\"off\""] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(!page.contains(&stage.pin()), "the PIN is on no page");
    let page = stage.decide("approve", &stage.pin()).await;
    assert_eq!(notice(&page), "La operación quedó autorizada.");
    assert!(page.contains("No hay operaciones por autorizar."));
    assert_eq!(stage.stands().await, "completed 2026-11-20T15:00:00Z");
    let page = stage.decide("approve", &stage.pin()).await;
    assert_eq!(notice(&page), "La operación ya no espera una autorización.");
    stage.payer.check_ledger(1);
}

#[tokio::test]
async fn a_transfer_is_denied_without_one() {
    let stage = Stage::new().await;
    assert_eq!(notice(&stage.decide("deny", "").await), "La operación quedó rechazada.");
    assert_eq!(stage.stands().await, "failed denied");
    stage.payer.check_ledger(0);
}

#[tokio::test]
async fn three_wrong_pins_reject_it() {
    let stage = Stage::new().await;
    for expected in ["challenged app 2", "challenged app 1", "failed challenge_rejected"] {
        let page = stage.decide("approve", "000000").await;
        assert!(notice(&page).starts_with("La clave no es correcta."), "{page}");
        assert_eq!(stage.stands().await, expected);
    }
    stage.payer.check_ledger(0);
}

#[tokio::test]
async fn a_new_phone_removes_the_old_one() {
    let stage = Stage::new().await;
    let (old, id) = (stage.device().await, id_of(1).to_string());
    assert_eq!(
        notice(&stage.send("enrol", &[("pin", "12x456")]).await),
        "La clave debe tener 6 dígitos."
    );
    let page = stage.send("enrol", &[("pin", "135790")]).await;
    assert!(notice(&page).starts_with("Este teléfono quedó registrado"), "{page}");
    let fields = [("device", &*old), ("institution", BANK), ("id", &*id), ("pin", "135790")];
    let page = stage.send("approve", &fields).await;
    assert!(notice(&page).starts_with("Otro teléfono se registró"), "{page}");
    assert_eq!(stage.stands().await, "challenged app 3");
    let again = Stage { payer: stage.payer.again(), session: stage.session };
    let page = again.decide("approve", &again.pin()).await;
    assert!(notice(&page).starts_with("La clave no es correcta"), "the old PIN: {page}");
    let page = again.decide("approve", "135790").await;
    assert_eq!(notice(&page), "La operación quedó autorizada.");
    again.payer.check_ledger(1);
}

#[tokio::test]
async fn a_blocked_phone_approves_nothing_until_another_is_enrolled() {
    let stage = Stage::new().await;
    let device = stage.device().await;
    let page = stage.send("block", &[("device", &device)]).await;
    assert_eq!(notice(&page), "El teléfono quedó bloqueado.");
    assert!(!page.contains("/approve\""), "no form to approve with");
    let page = stage.decide("approve", &stage.pin()).await;
    assert_eq!(notice(&page), "El teléfono está bloqueado. Registre otro.");
    stage.send("enrol", &[("pin", "135790")]).await;
    stage.decide("approve", "135790").await;
    assert_eq!(stage.stands().await, "completed 2026-11-20T15:00:00Z");
}

#[tokio::test]
async fn a_token_is_given_for_the_pin_and_approves_one_transfer() {
    let stage = Stage::new().await;
    let device = stage.device().await;
    let page = stage.send("pass", &[("device", &device), ("pin", "000000")]).await;
    assert!(notice(&page).starts_with("La clave no es correcta"), "{page}");
    let page = stage.send("pass", &[("device", &device), ("pin", &stage.pin())]).await;
    let token = page.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(stage.payer.begin_with_pass(2, token).await, "COMPLETED");
    stage.payer.check_ledger(1);
}

#[tokio::test]
async fn codes_of_all_means_are_shown() {
    let payer = Payer::new(Scenario::Ok, "banco-itau");
    payer.session().await.begin(&payer.order(1, 10_000)).await;
    let shown = payer.phone().await;
    let session = payer.session().await;
    let stage = Stage { payer, session };
    let page = stage.page().await;
    let sms = shown["pending"][0]["sms"].as_str().unwrap();
    assert!(page.contains(&format!("<code>{sms}</code>")), "{page}");
    assert!(page.contains("Tarjeta de coordenadas de Itaú Chile"));
    assert!(page.contains("Tarjeta de coordenadas de Santander Chile"));
    assert_eq!(shown["cards"]["banco-itau"].as_object().unwrap().len(), 50);
    assert_eq!(shown["pending"][0]["codes"][0], shown["cards"]["banco-itau"]["A1"]);
}

#[tokio::test]
async fn what_people_write_is_escaped_and_nothing_foreign_is_loaded() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let mut order = payer.order(1, 10_000);
    order.comment = Some("<script>alert(1)</script>".to_owned());
    order.to.name = "\"><img src=x>".to_owned();
    session.begin(&order).await;
    let stage = Stage { payer, session };
    let (status, headers, page) = stage.at("?notice=%3Cb%3E").await;
    assert_eq!(status, StatusCode::OK);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"), "{page}");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    assert_eq!(headers["cache-control"], "no-store");
    assert!(!page.contains("style=") && !page.contains("http"), "{page}");
    let style = Request::get("/phone/style.css").body(Body::empty()).unwrap();
    assert_eq!(stage.payer.server.whole(style).await.0, StatusCode::OK);
}

#[tokio::test]
async fn forms_of_other_sites_and_strangers_are_refused() {
    let stage = Stage::new().await;
    let uri = format!("/phone/{}/enrol", stage.payer.rut().compact());
    let foreign = Request::post(&uri)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded");
    let foreign = foreign.body(Body::from("pin=135790")).unwrap();
    assert_eq!(stage.payer.server.whole(foreign).await.0, StatusCode::FORBIDDEN);
    let nobody = Request::get("/phone/1-9").body(Body::empty()).unwrap();
    assert_eq!(stage.payer.server.whole(nobody).await.0, StatusCode::NOT_FOUND);
    let formless = Request::post(&uri).body(Body::from("pin")).unwrap();
    assert_eq!(stage.payer.server.whole(formless).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        notice(&stage.decide("approve", &stage.pin()).await),
        "La operación quedó autorizada."
    );
}
