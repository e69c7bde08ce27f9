//! What is refused because the customer has not approved it, or cannot be asked.

use cartola_engine::authorizations::{AskError, LeaveError, UseError};
use cartola_model::Failure;

use super::refused::Refused;
use crate::wire::ErrorCode;

/// When a customer who is asked too much may be asked again, seconds: a question lasts five minutes.
const ASKED_AGAIN_SECONDS: u32 = 60;

/// The approval that came along is none for this.
pub fn rejected() -> Refused {
    Refused::new(
        ErrorCode::ChallengeRejected,
        "La autorización de Mi Pass no existe, venció, ya se usó o es de otra operación.",
    )
}

fn unshowable() -> Refused {
    Refused::invalid(
        "Un texto de la operación está vacío, es muy largo o tiene caracteres invisibles.",
    )
}

/// Why there is no leave.
pub fn leave(error: LeaveError) -> Refused {
    match error {
        LeaveError::Needed(_) => Refused::of(Failure::ChallengeRequired),
        LeaveError::Operation(_) => unshowable(),
        LeaveError::Approval(UseError::Engine(error)) => error.into(),
        LeaveError::Approval(
            UseError::Unknown | UseError::OtherOperation | UseError::NotUsable(_),
        ) => rejected(),
    }
}

/// Why the question is not taken back. `too_late` is what one that was decided is told.
pub fn cancelling(error: UseError, too_late: impl FnOnce() -> Refused) -> Refused {
    match error {
        UseError::Engine(error) => error.into(),
        UseError::Unknown | UseError::OtherOperation | UseError::NotUsable(_) => too_late(),
    }
}

/// The class of that, for what follows by itself.
pub const fn leave_failure(error: &LeaveError) -> Failure {
    match error {
        LeaveError::Needed(_) | LeaveError::Approval(_) => Failure::ChallengeRejected,
        LeaveError::Operation(_) => Failure::RequestInvalid,
    }
}

/// Why the customer is not asked. `same_key` is what another operation under the same key is told.
pub fn asking(error: AskError, same_key: impl FnOnce() -> Refused) -> Refused {
    match error {
        AskError::NoPhone => Refused::new(
            ErrorCode::MiPassRequired,
            "El cliente no tiene un teléfono enrolado en Mi Pass: enrólelo primero.",
        ),
        AskError::TooMany => Refused::new(
            ErrorCode::RateLimited,
            "Demasiadas operaciones esperan la autorización del cliente.",
        )
        .after(ASKED_AGAIN_SECONDS),
        AskError::OtherRequest => same_key(),
        AskError::Cooling { until } => Refused::new(
            ErrorCode::AuthorizationConflict,
            format!(
                "El teléfono reemplazó a otro hace poco: autorice esta operación desde {until}."
            ),
        ),
        AskError::Requester => Refused::new(
            ErrorCode::Unsupported,
            "El nombre de la empresa no se puede mostrar en el teléfono: pida que lo cambien.",
        ),
        AskError::Operation(_) => unshowable(),
        AskError::Case => Refused::of(Failure::RequestInvalid),
        AskError::Engine(error) => error.into(),
    }
}
