//! Mi Pass: the customer's phone, what it is asked, and what it decides, on the gateway's broker
//! (`docs/mi-pass.md`). Everything here is of the customer whose session it is.

pub mod block;
pub mod challenge;
pub mod decide;
pub mod enrol;
pub mod log;
pub mod phone;
pub mod told;

use cartola_engine::Engine;
use cartola_engine::authorizations::{Authorization, DecideError, EnrolError, EnrolmentError};
use cartola_engine::device_sessions::DeviceSession;
use cartola_model::Failure;
use cartola_primitives::id::AuthorizationId;

use super::refused::{BLOCKED, Refused};
use crate::wire::ErrorCode;

/// An authorization of the session's customer.
async fn own(engine: &Engine, session: &DeviceSession, id: &str) -> Result<Authorization, Refused> {
    let id: AuthorizationId = id.parse().map_err(|_| unknown())?;
    let found = engine.authorization(&session.who, id).await?;
    found.filter(|found| Some(found.row.person) == session.link.person).ok_or_else(unknown)
}

fn unknown() -> Refused {
    Refused::new(
        ErrorCode::AuthorizationNotFound,
        "No existe ese enrolamiento o esa autorización de este cliente.",
    )
}

fn ended(message: &'static str) -> Refused {
    Refused::new(ErrorCode::AuthorizationConflict, message)
}

impl From<EnrolmentError> for Refused {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Engine(error) => error.into(),
            EnrolmentError::NoProof => Self::new(
                ErrorCode::Unsupported,
                "Esta institución no muestra quién es el cliente: use un banco, ClaveÚnica o el \
                 Registro Civil.",
            ),
            EnrolmentError::TooMany { until } => Self::of(Failure::RateLimited).until(until),
            EnrolmentError::Door(error) => error.into(),
            EnrolmentError::NotLetIn(failure) => failure.into(),
            EnrolmentError::OtherPerson | EnrolmentError::Evidence => {
                Self::of(Failure::CredentialsInvalid)
            }
        }
    }
}

impl From<EnrolError> for Refused {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::Unknown => unknown(),
            EnrolError::Ended(_) => ended("El código ya se usó o venció: pida otro."),
            EnrolError::Blocked => Self::new(ErrorCode::ConsentRequired, BLOCKED),
            EnrolError::Pin(_) => Self::invalid(
                "`pin` tiene seis dígitos, y no una serie, una repetición ni parte del RUT.",
            ),
            EnrolError::Key(_) => {
                Self::invalid("`key` es un JWK con kty OKP y crv Ed25519, o kty EC y crv P-256.")
            }
            EnrolError::Text => {
                Self::invalid("`name` y `fingerprint` tienen de 1 a 80 caracteres visibles.")
            }
            EnrolError::Engine(error) => error.into(),
        }
    }
}

impl From<DecideError> for Refused {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown => unknown(),
            DecideError::OtherContent => {
                ended("Lo que se mostró no es lo que se pregunta: lea el desafío de nuevo.")
            }
            DecideError::OtherPhone => Self::new(
                ErrorCode::ChallengeRejected,
                "La decisión no viene firmada por el teléfono al que se preguntó.",
            ),
            DecideError::NotPending(_) => ended("La autorización ya se decidió o terminó."),
            DecideError::PhoneEnded(_) => {
                Self::new(ErrorCode::ChallengeRejected, "Ese teléfono ya no autoriza.")
            }
            DecideError::WrongPin { left } => Self::new(
                ErrorCode::ChallengeRejected,
                match left {
                    1 => "La clave no es correcta; queda 1 intento.".to_owned(),
                    left => format!("La clave no es correcta; quedan {left} intentos."),
                },
            ),
            DecideError::Blocked => Self::new(
                ErrorCode::ChallengeRejected,
                "La clave fue incorrecta demasiadas veces: el teléfono quedó bloqueado.",
            ),
            DecideError::Engine(error) => error.into(),
        }
    }
}
