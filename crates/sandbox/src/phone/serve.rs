//! The phone over HTTP: plain forms, no scripts.

use askama::Template;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequestParts, Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use cartola_model::EndToEndId;
use cartola_primitives::Rut;
use serde::Deserialize;

use super::page::Page;
use crate::door::header;
use crate::sandbox::Sandbox;
use crate::world::{Customer, PhoneError, TransferKey, World};

/// Nothing but our own style sheet is loaded, nothing but our own forms are sent, and nobody frames
/// the page.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
const STYLE: &str = include_str!("../../templates/phone.css");

/// The phones of everybody.
pub(crate) fn router() -> Router<Sandbox> {
    Router::new()
        .route("/phone/style.css", get(style))
        .route("/phone/{rut}", get(show))
        .route("/phone/{rut}/approve", post(approve))
        .route("/phone/{rut}/deny", post(deny))
        .route("/phone/{rut}/pass", post(pass))
        .route("/phone/{rut}/enrol", post(enrol))
        .route("/phone/{rut}/block", post(block))
}

/// What a page says of what was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    Approved,
    Denied,
    Enrolled,
    Blocked,
    WrongPin,
    PinForm,
    OtherPhone,
    PhoneBlocked,
    Gone,
}

impl Notice {
    const ALL: [Self; 9] = [
        Self::Approved,
        Self::Denied,
        Self::Enrolled,
        Self::Blocked,
        Self::WrongPin,
        Self::PinForm,
        Self::OtherPhone,
        Self::PhoneBlocked,
        Self::Gone,
    ];

    /// How the address of a page says it, and how the page does.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Approved => ("approved", "La operación quedó autorizada."),
            Self::Denied => ("denied", "La operación quedó rechazada."),
            Self::Enrolled => {
                ("enrolled", "Este teléfono quedó registrado; el anterior ya no sirve.")
            }
            Self::Blocked => ("blocked", "El teléfono quedó bloqueado."),
            Self::WrongPin => {
                ("wrong_pin", "La clave no es correcta. A la tercera vez la operación se rechaza.")
            }
            Self::PinForm => ("pin_form", "La clave debe tener 6 dígitos."),
            Self::OtherPhone => {
                ("other_phone", "Otro teléfono se registró después de este. Revise y repita.")
            }
            Self::PhoneBlocked => ("phone_blocked", "El teléfono está bloqueado. Registre otro."),
            Self::Gone => ("gone", "La operación ya no espera una autorización."),
        }
    }

    /// What the page says where its address says that.
    fn told(name: &str) -> Option<&'static str> {
        Self::ALL.map(Self::words).into_iter().find(|(each, _)| *each == name).map(|(_, text)| text)
    }
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    notice: String,
}

/// What the forms send; each sends what it needs.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    device: String,
    #[serde(default)]
    institution: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    pin: String,
}

type Filled = Result<Form<Sent>, FormRejection>;

/// Somebody whose phone is shown, and who is not made to send a form by another site.
struct Holder(Rut);

impl FromRequestParts<Sandbox> for Holder {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, sandbox: &Sandbox) -> Result<Self, Response> {
        if parts.method == Method::POST && is_foreign(&parts.headers) {
            return Err(refused(StatusCode::FORBIDDEN, "El formulario no es de esta página."));
        }
        let Path(written) = Path::<String>::from_request_parts(parts, sandbox)
            .await
            .map_err(|_| refused(StatusCode::NOT_FOUND, "Esa página no existe."))?;
        let rut = Rut::parse(&written).ok();
        rut.filter(|rut| sandbox.world().population().contains(*rut))
            .map(Self)
            .ok_or_else(|| refused(StatusCode::NOT_FOUND, "Nadie tiene ese RUT."))
    }
}

/// Browsers say where a form comes from.
fn is_foreign(headers: &HeaderMap) -> bool {
    header(headers, "sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

async fn style() -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"))], STYLE).into_response()
}

/// `GET /phone/{rut}`
async fn show(
    State(sandbox): State<Sandbox>,
    Holder(rut): Holder,
    Query(shown): Query<Shown>,
) -> Response {
    page(&sandbox, rut, Notice::told(&shown.notice), None).await
}

/// `POST /phone/{rut}/approve`
async fn approve(State(sandbox): State<Sandbox>, holder: Holder, sent: Filled) -> Response {
    on_transfer(sandbox, holder, sent, Notice::Approved, |world, key, sent| {
        world.approve_on_phone(key, &sent.device, &sent.pin).map(drop)
    })
    .await
}

/// `POST /phone/{rut}/deny`
async fn deny(State(sandbox): State<Sandbox>, holder: Holder, sent: Filled) -> Response {
    on_transfer(sandbox, holder, sent, Notice::Denied, |world, key, sent| {
        world.deny_on_phone(key, &sent.device).map(drop)
    })
    .await
}

/// `POST /phone/{rut}/pass`: the token is on the page and nowhere else.
async fn pass(State(sandbox): State<Sandbox>, Holder(rut): Holder, sent: Filled) -> Response {
    let Ok(Form(sent)) = sent else { return malformed() };
    let issued = sandbox.blocking(move |sandbox| {
        sandbox.world().issue_pass(rut, &sent.device, &sent.pin, sandbox.randomness())
    });
    match issued.await {
        Ok(token) => page(&sandbox, rut, None, Some(token)).await,
        Err(error) => back(rut, &Err(error), Notice::Approved),
    }
}

/// `POST /phone/{rut}/enrol`
async fn enrol(State(sandbox): State<Sandbox>, Holder(rut): Holder, sent: Filled) -> Response {
    let Ok(Form(sent)) = sent else { return malformed() };
    let enrolled = sandbox.blocking(move |sandbox| {
        sandbox.world().enrol_phone(rut, &sent.pin, sandbox.randomness()).map(drop)
    });
    back(rut, &enrolled.await, Notice::Enrolled)
}

/// `POST /phone/{rut}/block`
async fn block(State(sandbox): State<Sandbox>, Holder(rut): Holder, sent: Filled) -> Response {
    let Ok(Form(sent)) = sent else { return malformed() };
    let blocked = sandbox.blocking(move |sandbox| sandbox.world().block_phone(rut, &sent.device));
    back(rut, &blocked.await, Notice::Blocked)
}

async fn on_transfer(
    sandbox: Sandbox,
    Holder(rut): Holder,
    sent: Filled,
    done: Notice,
    work: impl FnOnce(&World, &TransferKey, &Sent) -> Result<(), PhoneError> + Send + 'static,
) -> Response {
    let Ok(Form(sent)) = sent else { return malformed() };
    let Ok(id) = EndToEndId::parse(&sent.id) else { return malformed() };
    let worked = sandbox.blocking(move |sandbox| {
        let customer = Customer { rut, institution: sent.institution.clone() };
        work(sandbox.world(), &TransferKey { customer, id }, &sent)
    });
    back(rut, &worked.await, done)
}

/// Back to the page, which says what became of it: whoever loads it again sends nothing twice.
fn back(rut: Rut, outcome: &Result<(), PhoneError>, done: Notice) -> Response {
    let notice = match outcome {
        Ok(()) => done,
        Err(PhoneError::WrongPin) => Notice::WrongPin,
        Err(PhoneError::PinForm) => Notice::PinForm,
        Err(PhoneError::OtherPhone) => Notice::OtherPhone,
        Err(PhoneError::Blocked) => Notice::PhoneBlocked,
        Err(PhoneError::Transfer(_)) => Notice::Gone,
        Err(PhoneError::Log(_)) => {
            return refused(StatusCode::INTERNAL_SERVER_ERROR, "No se pudo guardar.");
        }
    };
    let place = format!("/phone/{}?notice={}", rut.compact(), notice.words().0);
    guarded((StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response())
}

async fn page(
    sandbox: &Sandbox,
    rut: Rut,
    notice: Option<&'static str>,
    token: Option<String>,
) -> Response {
    let seen = sandbox.acting(|sandbox| {
        let world = sandbox.world();
        super::seen(world, rut).map(|seen| Page::of(world, rut, seen))
    });
    let Ok(mut drawn) = seen.await else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "No se pudo leer.");
    };
    (drawn.notice, drawn.token) = (notice, token);
    let html = drawn.render();
    html.map_or_else(
        |_| refused(StatusCode::INTERNAL_SERVER_ERROR, "No se pudo mostrar."),
        |html| guarded(text("text/html; charset=utf-8", StatusCode::OK, html)),
    )
}

fn malformed() -> Response {
    refused(StatusCode::BAD_REQUEST, "El formulario no tiene la forma esperada.")
}

fn refused(status: StatusCode, sentence: &'static str) -> Response {
    guarded(text("text/plain; charset=utf-8", status, sentence.to_owned()))
}

fn text(kind: &'static str, status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}

/// With the headers that every answer has: codes and PINs are neither kept nor passed on.
fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
