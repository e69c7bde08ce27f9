//! Answers and refusals. Both protocols of the box name a refusal alike, so that it is made once.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_provider_mibanco::wire::{ErrorBody, ErrorCode};
use serde::Serialize;

use crate::world::LogError;

/// A call that is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: ErrorCode,
    message: &'static str,
    retry_after: Option<u32>,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode) -> Self {
        let message = sentence(&code);
        Self { code, message, retry_after: None }
    }

    /// A request that is wrong, and what is wrong with it, in Spanish.
    pub(crate) fn invalid(message: &'static str) -> Self {
        Self { code: ErrorCode::InvalidRequest, message, retry_after: None }
    }

    pub(crate) fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        tracing::error!(target: "sandbox.file", error = %error, "what was done could not be kept");
        Self::new(ErrorCode::InternalError)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status())
            .expect("the protocol's errors have statuses of HTTP");
        let retry_after = self.retry_after;
        let body = ErrorBody { code: self.code, message: self.message.to_owned(), retry_after };
        let mut response = json(status, &body);
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A JSON answer.
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let text = serde_json::to_vec(body).expect("the wire types are plain data");
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}

fn sentence(code: &ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidRequest => "La solicitud no es válida.",
        ErrorCode::InvalidCredentials => "El RUT o la clave no son correctos.",
        ErrorCode::InvalidToken => "La sesión no existe o ya terminó.",
        ErrorCode::InvalidRefreshToken => "La sesión no se puede renovar.",
        ErrorCode::DeviceMismatch => "La sesión pertenece a otro dispositivo.",
        ErrorCode::MiPassRequired => "La operación requiere autorización en Mi Pass.",
        ErrorCode::AccountNotFound => "La cuenta no existe.",
        ErrorCode::ProductNotFound => "El producto no existe.",
        ErrorCode::TransferNotFound => "La transferencia no existe.",
        ErrorCode::TransferConflict => "Otra transferencia tiene ese identificador.",
        ErrorCode::OperationNotFound => "La operación no existe.",
        ErrorCode::OperationConflict => "Otra operación tiene ese identificador.",
        ErrorCode::CredentialsLocked => "La clave está bloqueada.",
        ErrorCode::RateLimited => "Hay demasiadas solicitudes.",
        ErrorCode::Unavailable => "El servicio no está disponible por ahora.",
        // What the gateway's facade says, and no bank here does.
        ErrorCode::InvalidClient
        | ErrorCode::InsufficientScope
        | ErrorCode::PathNotFound
        | ErrorCode::MethodNotAllowed
        | ErrorCode::ConsentRequired
        | ErrorCode::ChallengeRejected
        | ErrorCode::ChallengeExpired
        | ErrorCode::AuthorizationNotFound
        | ErrorCode::AuthorizationConflict
        | ErrorCode::LimitExceeded
        | ErrorCode::InsufficientFunds
        | ErrorCode::Unsupported
        | ErrorCode::BankAnswerInvalid
        | ErrorCode::Timeout => "La operación no se puede hacer.",
        ErrorCode::InternalError | ErrorCode::Other(_) => "Ocurrió un error.",
    }
}
