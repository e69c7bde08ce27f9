//! What is refused because the customer has not approved it, or cannot be asked.

use cartola_engine::authorizations::{AskError, LeaveError, OperationError, UseError};
use cartola_engine::payments::MAX_COMMENT;
use cartola_model::Failure;
use cartola_model::authorization::MAX_VALUE;

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

/// What cannot be shown on a phone, by the name that the call's own body has for it.
fn unshowable(error: OperationError) -> Refused {
    let field = |member| match member {
        "to.name" => "to_name",
        "payee.name" => "name",
        "biller" => "biller_code",
        "service_account" => "client_number",
        "claimed_by" => "rut",
        "from" => "from_account",
        other => other,
    };
    Refused::invalid(match error {
        OperationError::Text(member) => format!(
            "`{}` debe tener de 1 a {} caracteres: letras latinas, dígitos y signos de ASCII, con un \
             solo espacio entre ellos.",
            field(member),
            if member == "comment" { MAX_COMMENT } else { MAX_VALUE },
        ),
        OperationError::Masked(member) => {
            format!("`{}` debe tener todos los dígitos de la cuenta.", field(member))
        }
        OperationError::Amount => "`amount` debe ser mayor que cero.".to_owned(),
        // Of operations that no call of this facade has.
        OperationError::Lines
        | OperationError::Products
        | OperationError::Day
        | OperationError::Term
        | OperationError::Hash => "La operación no se puede mostrar en el teléfono.".to_owned(),
    })
}

/// Why there is no leave.
pub fn leave(error: LeaveError) -> Refused {
    match error {
        LeaveError::Needed(_) => Refused::of(Failure::ChallengeRequired),
        LeaveError::Operation(error) => unshowable(error),
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
            "El cliente no tiene un teléfono activo en Mi Pass: no enroló ninguno, o se bloqueó. \
             Enrole uno primero.",
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
        AskError::Operation(error) => unshowable(error),
        AskError::Case => Refused::of(Failure::RequestInvalid),
        AskError::Engine(error) => error.into(),
    }
}
