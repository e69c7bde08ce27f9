//! What the engine says of phones and of what is approved on them.

use cartola_engine::authorizations::{
    AskError, BlockCause, DecideError, EnrolError, EnrolmentError, EnrolmentState, LeaveError,
    OperationError, Reason, UseError,
};
use cartola_engine::links::LinkError;

use super::{Refusal, of_write};
use crate::problem::{Code, Problem, Text};

impl From<EnrolmentError> for Refusal {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::Door(LinkError::Blocked) => Problem::new(Code::PersonBlocked).into(),
            EnrolmentError::OtherPerson | EnrolmentError::Door(_) => {
                Problem::new(Code::IdentityNotShown).into()
            }
            EnrolmentError::NotLetIn(failure) => Problem::new(Code::IdentityNotShown)
                .detailed(Text::new(
                    format!("The institution did not let them in: `{}`.", failure.name()),
                    format!("La institución no la dejó entrar: `{}`.", failure.name()),
                ))
                .into(),
            EnrolmentError::NoProof => Problem::new(Code::IdentityNotShown)
                .detailed(Text::fixed(
                    "This does not show who somebody is: their own password or PIN at a bank, at ClaveÚnica or at the Registro Civil does.",
                    "Esto no acredita quién es alguien: lo hace su propia clave o PIN en un banco, en ClaveÚnica o en el Registro Civil.",
                ))
                .into(),
            EnrolmentError::TooMany { until } => Problem::new(Code::EnrolmentsTooMany)
                .detailed(Text::new(
                    format!("The person was given twenty codes within a day; the next one may be from {until}."),
                    format!("La persona recibió veinte códigos en un día; el siguiente puede ser desde {until}."),
                ))
                .into(),
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
            EnrolError::Blocked => Problem::new(Code::PersonBlocked).into(),
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
            AskError::Cooling { until } => Problem::new(Code::PhoneNew)
                .detailed(Text::new(
                    format!("The phone took another one's place a short while ago; this waits until {until}."),
                    format!("El teléfono reemplazó a otro hace poco; esto espera hasta {until}."),
                ))
                .into(),
            AskError::Requester => Problem::new(Code::OperationInvalid)
                .detailed(Text::fixed(
                    "The tenant's name could be taken for another one where it is shown. The operator adds a tenant whose name has Latin letters, digits and signs of ASCII alone.",
                    "El nombre del cliente se podría confundir con otro donde se muestra. El operador agrega uno con letras latinas, dígitos y signos de ASCII.",
                ))
                .into(),
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

impl From<LeaveError> for Refusal {
    fn from(error: LeaveError) -> Self {
        match error {
            LeaveError::Needed(reasons) if reasons.is_empty() => {
                Problem::new(Code::ApprovalNeeded).into()
            }
            LeaveError::Needed(reasons) => {
                let reasons: Vec<_> = reasons.into_iter().map(Reason::name).collect();
                let reasons = reasons.join(", ");
                Problem::new(Code::ApprovalNeeded)
                    .detailed(Text::new(
                        format!(
                            "The person has to approve this on their phone: {reasons}. Nothing was done."
                        ),
                        format!(
                            "La persona debe autorizar esto en su teléfono: {reasons}. No se hizo nada."
                        ),
                    ))
                    .into()
            }
            LeaveError::Operation(error) => operation(error).into(),
            LeaveError::Approval(error) => error.into(),
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
            "`{name}` debe tener de 1 a 140 caracteres: letras latinas, dígitos y signos de ASCII, con un solo espacio entre ellos."
        ),
        OperationError::Masked(name) => {
            format!("`{name}` debe tener todos los dígitos de la cuenta.")
        }
        OperationError::Day => "`until` debe ser un día, como 2027-04-30.".to_owned(),
        OperationError::Term => {
            "`until` debe ser hoy o después, y a lo más en 36 meses.".to_owned()
        }
        OperationError::Hash => {
            "`sha256` debe tener 64 dígitos hexadecimales en minúscula.".to_owned()
        }
    };
    Problem::new(Code::OperationInvalid).detailed(Text::new(format!("{error}."), es))
}
