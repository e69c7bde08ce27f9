//! Why a call of the current dialect is not served, in its error object.

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::EngineError;
use cartola_http::answer;
use cartola_model::Failure;

use crate::failure::{self, Said};
use crate::given::Mistake;
use crate::server::desk::Untold;
use crate::server::refused::Refused;
use crate::wire::ErrorObject;

/// What a person is told whose request is wrong.
const WRONG: &str = "La solicitud no es válida.";

/// A refusal.
pub struct Declined {
    said: Said,
    message: String,
    /// What is to be logged, and when to come back.
    ours: Option<Box<Refused>>,
}

impl Declined {
    fn of_request(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let said = Said { status, class: "REQUEST", code, display: WRONG };
        Self { said, message: message.into(), ours: None }
    }

    /// The body is wrong.
    pub fn mistake(Mistake(message): Mistake) -> Self {
        Self::of_request(400, "INVALID_REQUEST", message)
    }

    /// The RUT is wrong.
    pub fn id(Mistake(message): Mistake) -> Self {
        let said = Said {
            display: "El RUT no es válido.",
            ..Self::of_request(400, "INVALID_ID", "").said
        };
        Self { said, message, ours: None }
    }

    /// A part of the path names nothing.
    pub fn path(part: &str) -> Self {
        Self::of_request(404, "NOT_FOUND", format!("{part}: there is none of this name"))
    }

    /// What is said in the other dialect.
    pub fn of_refused(refused: &Refused) -> Self {
        let message = refused.error.clone();
        let said = match refused.status.as_u16() {
            401 => failure::said(Failure::GatewayAuth),
            429 => Said {
                display: "Hay demasiadas solicitudes. Intenta de nuevo en un momento.",
                ..failure::said(Failure::RateLimited)
            },
            status @ 400..500 => return Self::of_request(status, "INVALID_REQUEST", message),
            _ => failure::said(Failure::Internal),
        };
        Self { said, message, ours: None }
    }

    /// Its name, for metrics.
    pub fn code(&self) -> &'static str {
        self.said.code
    }

    /// As it is answered.
    pub fn response(self, caseid: &str) -> Response {
        let response = self.object(caseid);
        match self.ours {
            Some(ours) => ours.finish(response),
            None => response,
        }
    }

    /// As it is answered where a refusal of the other dialect brings what belongs to it.
    pub fn response_of(self, refused: Refused, caseid: &str) -> Response {
        refused.finish(self.object(caseid))
    }

    fn object(&self, caseid: &str) -> Response {
        let status = StatusCode::from_u16(self.said.status).expect("every status has three digits");
        answer::json(status, &object(&self.said, &self.message, caseid))
    }
}

fn object<'a>(said: &Said, error_message: &'a str, caseid: &'a str) -> ErrorObject<'a> {
    let Said { status: code, class: error_type, code: error_code, display: display_message } =
        *said;
    ErrorObject { code, error_type, error_code, error_message, display_message, caseid }
}

/// The body that is posted where nothing is told.
pub fn untold(failure: Failure, caseid: &str) -> Vec<u8> {
    let object = object(&failure::said(failure), failure::text(failure), caseid).to_vec();
    object.expect("an error object is JSON")
}

impl ErrorObject<'_> {
    fn to_vec(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

impl From<Mistake> for Declined {
    fn from(mistake: Mistake) -> Self {
        Self::mistake(mistake)
    }
}

impl From<Failure> for Declined {
    fn from(failure: Failure) -> Self {
        let (said, message) = (failure::said(failure), failure::text(failure).to_owned());
        Self { said, message, ours: None }
    }
}

impl From<EngineError> for Declined {
    fn from(error: EngineError) -> Self {
        let refused = Refused::from(error);
        Self { ours: Some(Box::new(refused)), ..Self::from(Failure::Internal) }
    }
}

impl From<Untold> for Declined {
    fn from(untold: Untold) -> Self {
        match untold {
            Untold::Failure(failure) => failure.into(),
            Untold::Engine(error) => error.into(),
        }
    }
}
