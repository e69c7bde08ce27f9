//! What the engine says of what banks are told to do beside transfers.

use cartola_engine::instructions::{
    CancelInstructionError, InstructionError, MAX_CASH, MAX_TEXT, MIN_CASH,
};
use cartola_engine::payments::MAX_COMMENT;

use super::{Refusal, of_write};
use crate::problem::{Code, Problem, Text};

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        let said = format!("{error}.");
        let detailed = |es: String| {
            Problem::new(Code::InstructionInvalid).detailed(Text::new(said.clone(), es)).into()
        };
        match error {
            InstructionError::OtherRequest => Problem::new(Code::IdempotencyKeyReused)
                .detailed(Text::new(
                    said,
                    "La clave ya es de otra operación, y vale mientras esa se conserve.",
                ))
                .into(),
            InstructionError::Case => Problem::new(Code::IdempotencyKeyInvalid).into(),
            InstructionError::UnknownAccount => Problem::not_found("account").into(),
            InstructionError::NotOffered => Problem::new(Code::InstructionNotOffered).into(),
            InstructionError::NoPayingAccount | InstructionError::NotEnabled => {
                Problem::new(Code::AccountNotEnabled).detailed(Text::new(said, ES_ACCOUNT)).into()
            }
            InstructionError::Amount => detailed(format!(
                "El efectivo va de {MIN_CASH} a {MAX_CASH} pesos enteros; una cuenta se paga en pesos."
            )),
            InstructionError::Text(name) => {
                detailed(format!("`{name}` tiene de 1 a {MAX_TEXT} caracteres."))
            }
            InstructionError::Comment => {
                detailed(format!("Un comentario tiene a lo más {MAX_COMMENT} caracteres."))
            }
            InstructionError::Link(_) => Problem::new(Code::InstructionInvalid).into(),
            InstructionError::Leave(error) => error.into(),
            InstructionError::Engine(error) => of_write(error),
        }
    }
}

const ES_ACCOUNT: &str = "No hay desde dónde pagar: la cuenta no es una en pesos desde la que se \
    transfiera, o su enlace no se inició para pagos.";

impl From<CancelInstructionError> for Refusal {
    fn from(error: CancelInstructionError) -> Self {
        match error {
            CancelInstructionError::Unknown => Problem::not_found("instruction").into(),
            CancelInstructionError::NotNow => Problem::new(Code::InstructionNotCancellable).into(),
            CancelInstructionError::Engine(error) => of_write(error),
        }
    }
}
