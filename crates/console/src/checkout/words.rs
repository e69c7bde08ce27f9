//! What the page says, in Spanish.

use cartola_model::{Failure, PaymentFailure, TransferFailure};

/// What a payer is told of a payment that failed: why, and where it helps, what they can do.
pub const fn of_failure(reason: PaymentFailure) -> &'static str {
    match reason {
        PaymentFailure::Refused(failure) => of_refusal(failure),
        PaymentFailure::NotMade(failure) => of_class(failure),
    }
}

const fn of_refusal(failure: TransferFailure) -> &'static str {
    match failure {
        TransferFailure::InsufficientFunds => "No hay saldo suficiente en esa cuenta.",
        TransferFailure::LimitExceeded => {
            "El monto supera lo que su banco le permite transferir. Pruebe con otro banco."
        }
        TransferFailure::ChallengeRejected => "Su banco no aceptó los códigos.",
        TransferFailure::ChallengeExpired => "Se acabó el tiempo para confirmar con su banco.",
        TransferFailure::Denied => "Usted rechazó la transferencia en su banco.",
        TransferFailure::UnknownPayee => "Su banco no reconoce la cuenta del comercio.",
        TransferFailure::WrongAmount => "El monto no es el que se debe.",
        TransferFailure::Withdrawn => "El pago fue cancelado.",
        TransferFailure::Other => "Su banco no hizo la transferencia.",
    }
}

const fn of_class(failure: Failure) -> &'static str {
    match failure {
        Failure::CredentialsInvalid => {
            "Su banco no aceptó el RUT o la clave. Varios intentos equivocados bloquean su acceso."
        }
        Failure::CredentialsLocked => {
            "Su acceso a ese banco está bloqueado por claves equivocadas. Pruebe con otro banco."
        }
        Failure::ChallengeRequired | Failure::Unsupported => {
            "Ese banco pide algo que aquí no se puede responder. Pruebe con otro banco."
        }
        Failure::ChallengeRejected => of_refusal(TransferFailure::ChallengeRejected),
        Failure::ChallengeExpired => of_refusal(TransferFailure::ChallengeExpired),
        Failure::InsufficientFunds => of_refusal(TransferFailure::InsufficientFunds),
        Failure::LimitExceeded => of_refusal(TransferFailure::LimitExceeded),
        Failure::NoData => "No encontramos en ese banco una cuenta en pesos con que pagar.",
        Failure::InstitutionDown | Failure::Timeout | Failure::ProviderAnswerInvalid => {
            "Ese banco no respondió. Intente de nuevo o elija otro banco."
        }
        Failure::RateLimited => "Ese banco está muy ocupado. Intente de nuevo en un momento.",
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => {
            of_refusal(TransferFailure::Withdrawn)
        }
        Failure::GatewayAuth | Failure::RequestInvalid | Failure::Internal => {
            "El pago no se pudo hacer por una falla nuestra."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of_failure;
    use cartola_model::{Failure, PaymentFailure};

    #[test]
    fn every_failure_is_one_sentence_or_two() {
        for failure in Failure::ALL {
            let text = of_failure(PaymentFailure::of(failure));
            assert!(text.ends_with('.') && text.len() < 120, "{failure:?}: {text}");
        }
    }
}
