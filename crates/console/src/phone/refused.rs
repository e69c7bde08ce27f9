//! What is said where there is no page to show.

use std::time::Duration;

use askama::Template;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_http::layer::{self, Fault};
use cartola_http::problem::{Code, Problem};
use cartola_http::{Gate, causes};

use crate::guard::{Framed, guarded};

/// How long whoever found too many others is to wait, in seconds.
const BUSY_SECONDS: u64 = 5;

/// Why there is no page.
pub enum Refused {
    /// There is nothing at this address.
    Unknown,
    /// Another site sent the form.
    Foreign,
    /// The form is none of ours.
    Form,
    /// Too many requests.
    TooMany(u64),
    /// Ours.
    Engine(EngineError),
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "phone/refused.html")]
struct Page {
    title: &'static str,
    text: &'static str,
}

impl Refused {
    /// How long to wait, told in whole seconds.
    pub const fn too_many(wait: Duration) -> Self {
        Self::TooMany(wait.as_secs().saturating_add(1))
    }

    fn said(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Unknown => {
                (StatusCode::NOT_FOUND, "Esta página no existe", "Revise la dirección.")
            }
            Self::Foreign => (
                StatusCode::FORBIDDEN,
                "Este formulario viene de otro sitio",
                "No se hizo nada. Abra Mi Pass usted y revise ahí lo que se le pide.",
            ),
            Self::Form => (
                StatusCode::BAD_REQUEST,
                "No entendimos el formulario",
                "No se hizo nada. Cargue la página otra vez.",
            ),
            Self::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Demasiadas visitas seguidas",
                "No se hizo nada. Espere unos segundos y cargue la página otra vez.",
            ),
            Self::Engine(error) if error.is_store_away() => BUSY,
            Self::Engine(_) => FAILED,
        }
    }
}

const BUSY: (StatusCode, &str, &str) = (
    StatusCode::SERVICE_UNAVAILABLE,
    "Hay mucha gente a la vez",
    "No se hizo nada. Espere unos segundos e inténtelo de nuevo.",
);

const FAILED: (StatusCode, &str, &str) = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "Algo falló de nuestro lado",
    "Espere un momento y cargue la página otra vez: muestra cómo está lo que se le pidió.",
);

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = page(self.said());
        let wait = match &self {
            Self::TooMany(seconds) => Some(*seconds),
            Self::Engine(error) if error.is_store_away() => Some(BUSY_SECONDS),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Self::Engine(error) = self {
            let code = if error.is_store_away() { "busy" } else { "internal" };
            response.extensions_mut().insert(Fault { code, cause: causes(&error) });
        }
        response
    }
}

fn page((status, title, text): (StatusCode, &'static str, &'static str)) -> Response {
    let html = Page { title, text }.render().unwrap_or_else(|_| title.to_owned());
    guarded((status, [(CONTENT_TYPE, HTML)], html).into_response(), &Framed::By(&[]))
}

/// The content type of pages.
pub const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// What the layer around all routes says, in our words.
pub fn voice(_gate: &Gate, problem: &Problem) -> Response {
    let mut response = page(match problem.code() {
        Code::PathUnknown => Refused::Unknown.said(),
        Code::MethodNotAllowed => {
            (StatusCode::METHOD_NOT_ALLOWED, Refused::Form.said().1, Refused::Form.said().2)
        }
        Code::RequestTimeout | Code::BodyIncomplete | Code::BodyTooLarge => Refused::Form.said(),
        _ => FAILED,
    });
    if let Some(fault) = layer::fault(problem) {
        response.extensions_mut().insert(fault);
    }
    response
}
