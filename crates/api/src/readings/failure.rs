//! Why a reading failed, what that means, and what to do about it.

use cartola_http::problem::Retry;
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::links::seconds;
use crate::wire;

/// How long to wait, in seconds, where an institution fails and nobody says how long.
const AGAIN_AFTER_SECONDS: u32 = 60;

/// Why a reading came to nothing.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingFailure)]
pub struct FailureView {
    #[schema(value_type = wire::FailureClass)]
    class: Failure,
    /// What has happened, and what to do about it.
    detail: &'static str,
    /// The same in Spanish.
    detail_es: &'static str,
    retry: Retry,
}

impl FailureView {
    /// A failure as it stands at `now`, of an institution that is asked again at that time.
    pub fn of(class: Failure, asked_again_at: Option<Timestamp>, now: Timestamp) -> Self {
        let (detail, detail_es) = words(class);
        // Of other failures it says nothing when the institution may be asked.
        let waits = matches!(
            class,
            Failure::RateLimited | Failure::InstitutionDown | Failure::CredentialsLocked
        );
        let told = asked_again_at.filter(|_| waits);
        let told = told.map(|until| Retry::Later { after_seconds: seconds(now, until) });
        Self { class, detail, detail_es, retry: told.unwrap_or_else(|| usual_advice(class)) }
    }
}

/// Whether reading again can help, where nobody says when.
const fn usual_advice(class: Failure) -> Retry {
    match class {
        Failure::InstitutionDown
        | Failure::Timeout
        | Failure::ProviderAnswerInvalid
        | Failure::RateLimited => Retry::Later { after_seconds: AGAIN_AFTER_SECONDS },
        Failure::CredentialsInvalid
        | Failure::CredentialsLocked
        | Failure::ChallengeRequired
        | Failure::ChallengeRejected
        | Failure::ChallengeExpired
        | Failure::RequestInvalid
        | Failure::LimitExceeded
        | Failure::ConsentMissing
        | Failure::ConsentExpired
        | Failure::ConsentRevoked => Retry::AfterChange,
        Failure::GatewayAuth
        | Failure::NoData
        | Failure::InsufficientFunds
        | Failure::Unsupported
        | Failure::Internal => Retry::Never,
    }
}

/// What has happened, in English and in Spanish.
const fn words(class: Failure) -> (&'static str, &'static str) {
    match class {
        Failure::CredentialsInvalid => (
            "The institution refused the credentials. They are not tried again: begin the link again with the right ones.",
            "La institución rechazó las credenciales. No se vuelven a intentar: inicie el enlace otra vez con las correctas.",
        ),
        Failure::CredentialsLocked => (
            "The institution takes no credentials of the holder for now. They unlock themselves there; in a day at the latest the link may be read again.",
            "La institución no acepta por ahora credenciales del titular. El titular se desbloquea allí; a más tardar en un día el enlace se puede leer otra vez.",
        ),
        Failure::ChallengeRequired | Failure::ChallengeRejected | Failure::ChallengeExpired => (
            "The institution wants a second factor. The holder signs in there by themselves once; then read again.",
            "La institución pide un segundo factor. El titular entra allí una vez por su cuenta; luego lea otra vez.",
        ),
        Failure::InstitutionDown => (
            "The institution does not answer as it should. Read again later.",
            "La institución no responde como debería. Lea otra vez más tarde.",
        ),
        Failure::NoData => {
            ("The holder has no such product there.", "El titular no tiene ese producto allí.")
        }
        Failure::Timeout => (
            "There was no answer in time. Read again later.",
            "No hubo respuesta a tiempo. Lea otra vez más tarde.",
        ),
        Failure::ProviderAnswerInvalid => (
            "The institution's answer cannot be understood, and nothing of it was taken in.",
            "La respuesta de la institución no se entiende, y nada de ella se incorporó.",
        ),
        Failure::RateLimited => (
            "The institution was asked too often, or as often as it may be here. Read again when it may be asked.",
            "Se consultó a la institución con demasiada frecuencia, o tanto como aquí se permite. Lea otra vez cuando se la pueda consultar.",
        ),
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => (
            "What allowed the link to be read has ended. Begin the link again, once the person allows it.",
            "Lo que permitía leer el enlace terminó. Inicie el enlace otra vez, cuando la persona lo permita.",
        ),
        Failure::Unsupported => (
            "The institution does not tell what was asked for.",
            "La institución no informa lo que se pidió.",
        ),
        Failure::RequestInvalid | Failure::LimitExceeded => (
            "What was asked for cannot be read. Ask for other days or products.",
            "Lo solicitado no se puede leer. Solicite otros días o productos.",
        ),
        Failure::GatewayAuth | Failure::InsufficientFunds | Failure::Internal => (
            "It failed here, or the institution is not configured where it was to be asked; the log says why.",
            "Falló aquí, o la institución no está configurada donde se iba a consultar; el registro dice por qué.",
        ),
    }
}
