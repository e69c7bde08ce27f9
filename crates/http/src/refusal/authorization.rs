//! What the engine says of phones and of what is approved on them.

use cartola_engine::authorizations::{
    AskError, BlockCause, DecideError, EnrolError, EnrolmentError, EnrolmentState, OperationError,
    UseError,
};

use super::{Refusal, of_write};
use crate::problem::{Code, Problem, Text};

impl From<EnrolmentError> for Refusal {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Link | EnrolmentError::NotSignedIn => {
                Problem::new(Code::IdentityNotShown).into()
            }
            EnrolmentError::Evidence => Problem::new(Code::EnrolmentInvalid)
                .detailed(Text::fixed("`evidence` is empty.", "`evidence` está vacío."))
                .into(),
            EnrolmentError::Engine(error) => of_write(error),
        }
    }
}

impl From<EnrolError> for Refusal {
    fn from(error: EnrolError) -> Self {
        let said = error.to_string();
        match error {
            EnrolError::Unknown => Problem::not_found("enrolment").into(),
            EnrolError::Ended(_) => Problem::new(Code::EnrolmentEnded).into(),
            EnrolError::Pin(_) => Problem::new(Code::PinInvalid).into(),
            EnrolError::Key(_) => Problem::new(Code::EnrolmentInvalid)
                .detailed(Text::new(
                    format!("{said}."),
                    "`key` es un JWK con `kty` OKP, `crv` Ed25519 y `x`, o `kty` EC, `crv` P-256, `x` e `y`.",
                ))
                .into(),
            EnrolError::Text => Problem::new(Code::EnrolmentInvalid)
                .detailed(Text::new(
                    format!("{said}."),
                    "`name` y `fingerprint` tienen de 1 a 80 caracteres imprimibles.",
                ))
                .into(),
            EnrolError::Engine(error) => of_write(error),
        }
    }
}

impl From<AskError> for Refusal {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NoPhone => Problem::new(Code::PhoneMissing).into(),
            AskError::Operation(error) => operation(error).into(),
            AskError::TooMany => Problem::new(Code::AuthorizationsTooMany).into(),
            AskError::Case => Problem::new(Code::IdempotencyKeyInvalid).into(),
            AskError::OtherRequest => Problem::new(Code::IdempotencyKeyReused)
                .detailed(Text::fixed(
                    "The key is that of another authorization, and holds for as long as that is kept.",
                    "La clave ya es de otra autorización, y vale mientras esa se conserve.",
                ))
                .into(),
            AskError::Engine(error) => of_write(error),
        }
    }
}

impl From<DecideError> for Refusal {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Unknown => Problem::not_found("authorization").into(),
            DecideError::OtherContent => Problem::new(Code::AuthorizationDigestOther).into(),
            DecideError::OtherPhone => Problem::new(Code::PhoneOther).into(),
            DecideError::NotPending(state) => Problem::new(Code::AuthorizationEnded)
                .detailed(Text::new(
                    format!("The authorization is `{}`.", state.standing().name()),
                    format!("La autorización está en `{}`.", state.standing().name()),
                ))
                .into(),
            DecideError::WrongPin { left } => Problem::new(Code::PinWrong)
                .detailed(Text::new(
                    format!("The PIN is wrong. Tries that are left: {left}."),
                    format!("La clave no es correcta. Intentos que quedan: {left}."),
                ))
                .into(),
            DecideError::Blocked => blocked(BlockCause::WrongPin.name()).into(),
            DecideError::PhoneEnded(EnrolmentState::Blocked { cause, .. }) => {
                blocked(cause.name()).into()
            }
            DecideError::PhoneEnded(state) => blocked(state.standing().name()).into(),
            DecideError::Engine(error) => of_write(error),
        }
    }
}

impl From<UseError> for Refusal {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Unknown => Problem::not_found("authorization").into(),
            UseError::OtherOperation => Problem::new(Code::ApprovalOther).into(),
            UseError::NotUsable(state) => Problem::new(Code::ApprovalEnded)
                .detailed(Text::new(
                    format!("The authorization is `{}`.", state.standing().name()),
                    format!("La autorización está en `{}`.", state.standing().name()),
                ))
                .into(),
            UseError::Engine(error) => of_write(error),
        }
    }
}

fn blocked(why: &str) -> Problem {
    Problem::new(Code::PhoneBlocked).detailed(Text::new(
        format!("Nothing is approved on this phone any more: `{why}`."),
        format!("En este teléfono ya no se autoriza nada: `{why}`."),
    ))
}

fn operation(error: OperationError) -> Problem {
    let es = match error {
        OperationError::Amount => "El monto debe ser mayor que cero.".to_owned(),
        OperationError::Lines => {
            "Un pago a varias cuentas tiene de 1 a 100 líneas, de una sola moneda.".to_owned()
        }
        OperationError::Products => "Un permiso es por 1 a 30 datos.".to_owned(),
        OperationError::Text(name) => format!(
            "`{name}` debe tener de 1 a 140 caracteres, ninguno invisible ni que dé vuelta el texto."
        ),
        OperationError::Hash => {
            "`sha256` debe tener 64 dígitos hexadecimales en minúscula.".to_owned()
        }
    };
    Problem::new(Code::OperationInvalid).detailed(Text::new(format!("{error}."), es))
}
