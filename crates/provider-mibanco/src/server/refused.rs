//! How anything that is refused is said: [`ErrorBody`], under the status of its code.

use std::borrow::Cow;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_engine::device_sessions::{DeviceSessionError, MAX_DEVICE_BYTES};
use cartola_engine::imports::ImportError;
use cartola_engine::links::LinkError;
use cartola_http::layer::{self, Fault};
use cartola_http::problem::Code;
use cartola_http::{Gate, Problem, answer, causes};
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{ErrorBody, ErrorCode};

/// The challenge that goes with 401 (RFC 6750).
const CHALLENGE: &str = r#"Bearer realm="mibanco""#;

/// When whoever asked too often may ask again where nothing says when, seconds.
const AGAIN_SECONDS: u32 = 1;

/// What is said while a block holds.
pub const BLOCKED: &str = "El titular pidió bloquear sus datos: no se hace nada con ellos mientras el \
                           bloqueo dure, tampoco en una sesión nueva.";

/// A refusal.
pub struct Refused {
    code: ErrorCode,
    message: Cow<'static, str>,
    wait: Option<Wait>,
    fault: Option<Fault>,
}

/// How long the caller is to wait.
enum Wait {
    Seconds(u32),
    Until(Timestamp),
}

/// What is told, for the document alone.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Told {
    /// Why.
    #[schema(example = "INVALID_REQUEST")]
    code: String,
    /// One sentence in Spanish, for people.
    message: String,
    /// Seconds after which the same call may succeed; `Retry-After` says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

impl Refused {
    /// A refusal with words of its own.
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), wait: None, fault: None }
    }

    /// Something of the request is wrong.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, message)
    }

    /// The same call may succeed after so many seconds.
    pub fn after(mut self, seconds: u32) -> Self {
        self.wait = Some(Wait::Seconds(seconds));
        self
    }

    /// Whether somebody is locked out, and nothing says until when.
    pub fn is_lock_without_end(&self) -> bool {
        self.code == ErrorCode::CredentialsLocked && self.wait.is_none()
    }

    /// The same from then on.
    pub fn until(mut self, until: Timestamp) -> Self {
        self.wait = Some(Wait::Until(until));
        self
    }

    /// The tenant is not known.
    pub fn client() -> Self {
        Self::new(
            ErrorCode::InvalidClient,
            "Falta la llave del cliente, o no es válida: abra la sesión con Authorization: Bearer \
             y su llave, o con Basic y el id y secreto del cliente.",
        )
    }

    /// The access token opens nothing.
    pub fn token() -> Self {
        Self::new(
            ErrorCode::InvalidToken,
            "El token de acceso falta, no es válido o expiró, o su sesión terminó.",
        )
    }

    /// Another device than the session's.
    pub fn device() -> Self {
        Self::new(ErrorCode::DeviceMismatch, "La sesión es de otro dispositivo: vea X-Device-Id.")
    }

    /// No device where one is needed, as the session's banks refuse it.
    pub fn no_device() -> Self {
        Self::new(ErrorCode::DeviceMismatch, "Falta la cabecera X-Device-Id.")
    }

    /// What is no device's id.
    pub fn no_device_id() -> Self {
        Self::invalid(format!(
            "X-Device-Id va una vez, con 1 a {MAX_DEVICE_BYTES} caracteres de ASCII, sin acentos."
        ))
    }

    /// One of the taxonomy: exhaustive, and nowhere else.
    pub fn of(failure: Failure) -> Self {
        let (code, message) = match failure {
            Failure::GatewayAuth => return Self::token(),
            Failure::CredentialsInvalid => {
                (ErrorCode::InvalidCredentials, "El RUT o el MI PIN no es correcto.")
            }
            Failure::CredentialsLocked => (
                ErrorCode::CredentialsLocked,
                "El acceso está bloqueado por demasiados intentos fallidos.",
            ),
            Failure::ChallengeRequired => {
                (ErrorCode::MiPassRequired, "El banco exige una autorización en Mi Pass.")
            }
            Failure::ChallengeRejected => {
                (ErrorCode::ChallengeRejected, "La autorización fue rechazada.")
            }
            Failure::ChallengeExpired => {
                (ErrorCode::ChallengeExpired, "El plazo para autorizar terminó.")
            }
            Failure::InstitutionDown => {
                (ErrorCode::Unavailable, "El banco no responde. Intente de nuevo más tarde.")
            }
            Failure::NoData => (ErrorCode::ProductNotFound, "El cliente no tiene ese producto."),
            Failure::RequestInvalid => (ErrorCode::InvalidRequest, "La solicitud no es válida."),
            Failure::Timeout => {
                (ErrorCode::Timeout, "El banco no respondió a tiempo. Intente de nuevo.")
            }
            Failure::ProviderAnswerInvalid => {
                (ErrorCode::BankAnswerInvalid, "La respuesta del banco no se entiende.")
            }
            Failure::RateLimited => {
                (ErrorCode::RateLimited, "Demasiadas solicitudes. Espere antes de repetir.")
            }
            Failure::LimitExceeded => (
                ErrorCode::LimitExceeded,
                "La solicitud excede un límite de tamaño o de monto: pida menos.",
            ),
            Failure::InsufficientFunds => {
                (ErrorCode::InsufficientFunds, "El saldo no es suficiente.")
            }
            Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => (
                ErrorCode::ConsentRequired,
                "El mandato del cliente no existe, venció o fue revocado: abra una sesión nueva.",
            ),
            Failure::Unsupported => (ErrorCode::Unsupported, "Este banco no ofrece esa operación."),
            Failure::Internal => {
                (ErrorCode::InternalError, "La pasarela falló. Intente de nuevo más tarde.")
            }
        };
        Self::new(code, message)
    }

    fn told(self, now: Timestamp) -> Response {
        let wait = self.wait.map(|wait| match wait {
            Wait::Seconds(seconds) => seconds,
            Wait::Until(until) => {
                let seconds = until.duration_since(now).as_secs().max(0);
                u32::try_from(seconds).unwrap_or(u32::MAX).saturating_add(1)
            }
        });
        let wait = wait.or((self.code == ErrorCode::RateLimited).then_some(AGAIN_SECONDS));
        let status = StatusCode::from_u16(self.code.status()).expect("codes have statuses of HTTP");
        let message = self.message.into_owned();
        let body = ErrorBody { code: self.code, message, retry_after: wait };
        let mut response = answer::json(status, &body);
        let headers = response.headers_mut();
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(fault);
        }
        response
    }
}

/// A refusal with the present, from which waits are told.
pub struct At(pub Refused, pub Timestamp);

impl IntoResponse for At {
    fn into_response(self) -> Response {
        self.0.told(self.1)
    }
}

/// The answer of a call, or why there is none.
pub fn answered(gate: &Gate, answered: Result<Response, Refused>) -> Response {
    answered.unwrap_or_else(|refused| refused.told(gate.engine().now()))
}

/// What the layer around all routes says, in our words.
pub fn voice(gate: &Gate, problem: &Problem) -> Response {
    let mut refused = Refused::from(problem.clone());
    refused.fault = layer::fault(problem);
    refused.told(gate.engine().now())
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::of(failure)
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        let failure = if error.is_store_away() { Failure::RateLimited } else { error.failure() };
        let fault = Fault { code: "internal", cause: causes(&error) };
        Self { fault: Some(fault), ..Self::of(failure) }
    }
}

impl From<LinkError> for Refused {
    fn from(error: LinkError) -> Self {
        let failure = error.failure();
        match error {
            LinkError::Engine(error) | LinkError::Answer(ImportError::Engine(error)) => {
                error.into()
            }
            LinkError::Barred { until }
            | LinkError::QuotaUsed { until }
            | LinkError::Locked { until } => Self::of(failure).until(until),
            LinkError::Blocked => Self::new(ErrorCode::ConsentRequired, BLOCKED),
            // All that is checked before the bank is asked is whether it could take the PIN.
            LinkError::Institution(_) if failure == Failure::RequestInvalid => {
                Self::invalid("Este banco no recibe un MI PIN de esa forma.")
            }
            LinkError::Institution(_) if failure == Failure::Unsupported => Self::new(
                ErrorCode::Unsupported,
                "Esta pasarela no está configurada para consultar a ese banco.",
            ),
            _ => Self::of(failure),
        }
    }
}

impl From<DeviceSessionError> for Refused {
    fn from(error: DeviceSessionError) -> Self {
        match error {
            DeviceSessionError::Ended => Self::token(),
            DeviceSessionError::MandateEnded => Self::of(Failure::ConsentRevoked),
            DeviceSessionError::OtherDevice => Self::device(),
            DeviceSessionError::Engine(error) => error.into(),
        }
    }
}

/// What can be wrong before a handler is there, or with what it was sent.
impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let told = match problem.code() {
            Code::PathUnknown | Code::NotFound => {
                Self::new(ErrorCode::PathNotFound, "No hay nada en esta ruta.")
            }
            Code::MethodNotAllowed => {
                Self::new(ErrorCode::MethodNotAllowed, "Esta ruta no admite ese método.")
            }
            Code::Timeout => Self::of(Failure::Timeout),
            Code::RateLimited | Code::Busy | Code::NotReady => Self::of(Failure::RateLimited),
            Code::KeyMissing | Code::KeyMalformed | Code::KeyUnknown => Self::token(),
            Code::ScopeMissing => Self::new(
                ErrorCode::InsufficientScope,
                "A la llave con que se abrió la sesión le falta el permiso para esto.",
            ),
            _ if problem.status().is_server_error() => Self::of(Failure::Internal),
            _ => Self::invalid(problem.detail().es.clone()),
        };
        match problem.retry_after() {
            Some(seconds) => told.after(seconds),
            None => told,
        }
    }
}

impl From<cartola_http::Refusal> for Refused {
    fn from(refusal: cartola_http::Refusal) -> Self {
        match refusal {
            cartola_http::Refusal::Problem(problem) => problem.into(),
            cartola_http::Refusal::Answered(_) => Self::of(Failure::Internal),
        }
    }
}

#[cfg(test)]
mod tests {
    use cartola_model::Failure;
    use expect_test::expect;

    use super::Refused;

    #[test]
    fn every_failure_has_its_status_and_code() {
        let told = Failure::ALL.map(|failure| {
            let refused = Refused::of(failure);
            assert!(refused.message.ends_with('.'), "{}", refused.message);
            let (status, code) = (refused.code.status(), refused.code.word());
            format!("{} {status} {code}", failure.name())
        });
        expect![[r#"
            gateway_auth 401 INVALID_TOKEN
            credentials_invalid 401 INVALID_CREDENTIALS
            credentials_locked 423 CREDENTIALS_LOCKED
            challenge_required 403 MI_PASS_REQUIRED
            challenge_rejected 403 CHALLENGE_REJECTED
            challenge_expired 403 CHALLENGE_EXPIRED
            institution_down 503 UNAVAILABLE
            no_data 404 PRODUCT_NOT_FOUND
            request_invalid 400 INVALID_REQUEST
            timeout 504 TIMEOUT
            provider_answer_invalid 502 BANK_ANSWER_INVALID
            rate_limited 429 RATE_LIMITED
            limit_exceeded 422 LIMIT_EXCEEDED
            insufficient_funds 422 INSUFFICIENT_FUNDS
            consent_missing 403 CONSENT_REQUIRED
            consent_expired 403 CONSENT_REQUIRED
            consent_revoked 403 CONSENT_REQUIRED
            unsupported 422 UNSUPPORTED
            internal 500 INTERNAL_ERROR
        "#]]
        .assert_eq(&(told.join("\n") + "\n"));
    }
}
