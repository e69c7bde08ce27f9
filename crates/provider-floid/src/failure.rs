//! Every failure in the words of both dialects. Each is mapped here and nowhere else.

use cartola_model::Failure;

/// How far somebody came who was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the institution let them in.
    pub let_in: bool,
    /// Whether RUT and password are what is wrong.
    pub refused: bool,
}

/// How far somebody came.
pub const fn standing(failure: Failure) -> Standing {
    let let_in = matches!(failure, Failure::NoData | Failure::LimitExceeded);
    let refused = matches!(failure, Failure::CredentialsInvalid | Failure::RequestInvalid);
    Standing { let_in, refused }
}

/// What `error` says, in English like the document.
pub const fn text(failure: Failure) -> &'static str {
    match failure {
        Failure::CredentialsInvalid => "the institution refused the RUT or the password",
        Failure::RequestInvalid => "the institution takes no password of this form",
        Failure::CredentialsLocked => {
            "the user is locked for up to 24 hours: too many passwords were wrong or unanswered"
        }
        Failure::ChallengeRequired => "the institution wants a second factor",
        Failure::ChallengeRejected => "the second factor was refused",
        Failure::ChallengeExpired => "the second factor came too late",
        Failure::InstitutionDown => "the institution cannot be reached; try again later",
        Failure::NoData => "the person has no such product there",
        Failure::Unsupported => "the institution is not asked for this here",
        Failure::Timeout => "the institution did not answer in time; try again later",
        Failure::ProviderAnswerInvalid => "the institution gave an answer that is none",
        Failure::RateLimited => {
            "the institution is left alone for now, as it was down or asked too often; try again later"
        }
        Failure::LimitExceeded => "there is more than one result can hold; ask for fewer months",
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => {
            "what allowed to ask the institution has ended"
        }
        Failure::GatewayAuth | Failure::InsufficientFunds | Failure::Internal => {
            "the gateway failed"
        }
    }
}

/// A failure as the current dialect's error object has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// The HTTP status, and `code`.
    pub status: u16,
    /// `error_type`
    pub class: &'static str,
    /// `error_code`
    pub code: &'static str,
    /// `display_message`, for the person.
    pub display: &'static str,
}

/// The status that Floid gives an institution's unexpected answer.
pub const DATA_FAILED: u16 = 481;

/// What the current dialect says. Only `INVALID_CREDENTIALS`, `DATA_FAILED`, `INVALID_ID`,
/// `LOCKED_CREDENTIALS` and `API_ERROR` were seen; statuses of the last three, and all else, are ours.
pub const fn said(failure: Failure) -> Said {
    match failure {
        Failure::CredentialsInvalid | Failure::RequestInvalid => {
            of(400, "LOGIN", "INVALID_CREDENTIALS", "El RUT o la clave son incorrectos.")
        }
        Failure::CredentialsLocked => of(
            400,
            "LOGIN",
            "LOCKED_CREDENTIALS",
            "El usuario está bloqueado hasta por 24 horas: hubo claves incorrectas o intentos sin respuesta.",
        ),
        Failure::ChallengeRequired | Failure::ChallengeRejected | Failure::ChallengeExpired => {
            of(400, "LOGIN", "2FA_REQUIRED", "La institución pide un segundo factor.")
        }
        Failure::NoData => of(400, "DATA", "NO_DATA", "No hay información de este producto."),
        Failure::Unsupported => {
            of(400, "REQUEST", "UNSUPPORTED", "Este producto no está disponible.")
        }
        Failure::LimitExceeded => {
            of(400, "REQUEST", "LIMIT_EXCEEDED", "Hay más información de la que cabe.")
        }
        Failure::RateLimited => of(
            429,
            "REQUEST",
            "RATE_LIMITED",
            "La institución no recibe consultas por ahora. Intenta de nuevo más tarde.",
        ),
        Failure::InstitutionDown | Failure::Timeout | Failure::ProviderAnswerInvalid => of(
            DATA_FAILED,
            "DATA_FAILED",
            "DATA_FAILED",
            "La institución no entregó la información. Intenta de nuevo más tarde.",
        ),
        Failure::GatewayAuth => {
            of(401, "AUTHENTICATION", "UNAUTHORIZED", "La credencial de la API no es válida.")
        }
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => {
            of(400, "LOGIN", "CONSENT_ENDED", "La autorización para consultar terminó.")
        }
        Failure::InsufficientFunds | Failure::Internal => {
            of(500, "API_ERROR", "API_ERROR", "Ocurrió un error. Intenta de nuevo más tarde.")
        }
    }
}

const fn of(status: u16, class: &'static str, code: &'static str, display: &'static str) -> Said {
    Said { status, class, code, display }
}
