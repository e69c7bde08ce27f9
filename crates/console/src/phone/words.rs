//! What the page says, in Spanish.

use cartola_engine::authorizations::{
    AuthorizationState, BlockCause, CancelCause, EnrolError, EnrolmentState, PinError,
};

/// What was just done, as the address says it and as the page does.
const NOTICES: [(&str, &str); 6] = [
    ("enrolled", "Este teléfono quedó registrado. Si tenía otro, ya no sirve."),
    ("approved", "Quedó autorizada."),
    ("denied", "Quedó rechazada."),
    ("blocked", "Este teléfono quedó bloqueado."),
    ("gone", "Esa operación ya no espera su decisión."),
    ("other", "Lo que se pide no es lo que esta página mostraba. Revíselo de nuevo."),
];

/// What the page says where its address says that.
pub fn notice(name: &str) -> Option<&'static str> {
    NOTICES.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text)
}

/// What became of something that was asked.
pub const fn standing(state: &AuthorizationState) -> &'static str {
    match state {
        AuthorizationState::Pending { .. } => "Espera su decisión",
        AuthorizationState::Approved { .. } => "Autorizada",
        AuthorizationState::Used { .. } => "Autorizada y usada",
        AuthorizationState::Denied { .. } => "Rechazada",
        AuthorizationState::Expired { .. } => "Venció sin decidirse o sin usarse",
        AuthorizationState::Cancelled { cause, .. } => match cause {
            CancelCause::Withdrawn => "La retiró quien la pidió",
            CancelCause::PhoneBlocked => "Cancelada: el teléfono se bloqueó",
            CancelCause::PhoneReplaced => "Cancelada: se registró otro teléfono",
            CancelCause::WrongPin => "Cancelada: la clave se equivocó tres veces",
            CancelCause::NotBegun(_) => "Autorizada, pero ya no se pudo hacer",
        },
    }
}

/// Why a phone approves nothing any more; nothing where it does.
pub const fn ended(state: &EnrolmentState) -> Option<&'static str> {
    match state {
        EnrolmentState::Active { .. } | EnrolmentState::Pending { .. } => None,
        EnrolmentState::Blocked { cause: BlockCause::WrongPin, .. } => {
            Some("La clave se equivocó tres veces seguidas y este teléfono quedó bloqueado.")
        }
        EnrolmentState::Blocked { cause: BlockCause::Lost, .. } => {
            Some("Este teléfono fue bloqueado.")
        }
        EnrolmentState::Replaced { .. } => Some("Usted registró otro teléfono en su lugar."),
        EnrolmentState::Lapsed { .. } => Some("El registro de este teléfono no se completó."),
    }
}

/// What is wrong with an enrolment, and in which field.
pub const fn not_enrolled(error: &EnrolError) -> Option<(&'static str, &'static str)> {
    match error {
        EnrolError::Unknown => Some(("code", "El código no existe. Revíselo.")),
        EnrolError::Ended(_) => Some(("code", "El código ya se usó o venció. Pida otro.")),
        EnrolError::Blocked => Some((
            "code",
            "Usted pidió bloquear sus datos: no se registra ningún teléfono mientras el bloqueo dure.",
        )),
        EnrolError::Pin(error) => Some(("pin", of_pin(*error))),
        EnrolError::Text => {
            Some(("name", "El nombre del teléfono debe tener entre 1 y 80 caracteres."))
        }
        EnrolError::Key(_) | EnrolError::Engine(_) => None,
    }
}

/// What is wrong with a PIN.
pub const fn of_pin(error: PinError) -> &'static str {
    match error {
        PinError::Form => "La clave debe tener 6 dígitos.",
        PinError::Trivial => {
            "Esa clave se adivina con facilidad. No use dígitos repetidos, seguidos ni en espejo."
        }
        PinError::OfRut => "La clave no puede ser parte de su RUT.",
    }
}

/// That a PIN was wrong, and how often it may be yet.
pub fn wrong_pin(left: u32) -> String {
    let tries = if left == 1 {
        "Le queda 1 intento".to_owned()
    } else {
        format!("Le quedan {left} intentos")
    };
    format!("La clave no es correcta. {tries} antes de que este teléfono se bloquee.")
}
