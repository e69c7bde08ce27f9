//! What can be wrong with what a bank is to do beside transfers.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::InstructionInvalid,
        name: "instruction_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The bank cannot be told so", "No se le puede pedir así al banco"),
        meaning: Text::fixed(
            "A field of the withdrawal, of the bill's payment or of the change of a beneficiary cannot be. Nothing was asked of any bank.",
            "Un campo del giro, del pago de la cuenta o del cambio de destinatario no es posible. No se consultó a ningún banco.",
        ),
        remedy: Text::fixed(
            "`detail` says which field, and what is wrong with it.",
            "`detail_es` dice qué campo y qué está mal.",
        ),
    },
    Entry {
        code: Code::InstructionNotOffered,
        name: "instruction_not_offered",
        status: 409,
        failure: Failure::Unsupported,
        retry: Retry::Never,
        title: Text::fixed("The institution does no such thing", "La institución no lo ofrece"),
        meaning: Text::fixed(
            "The account is at an institution that does not do this for its customers by a protocol that this gateway speaks. Nothing was asked of it.",
            "La cuenta es de una institución que no hace esto por un protocolo que este gateway hable. No se la consultó.",
        ),
        remedy: Text::fixed(
            "Name an account at an institution that `GET /v1/institutions` shows with it in `instructions`.",
            "Indique una cuenta de una institución que `GET /v1/institutions` muestre con ello en `instructions`.",
        ),
    },
    Entry {
        code: Code::AccountNotEnabled,
        name: "account_not_enabled",
        status: 409,
        failure: Failure::ConsentMissing,
        retry: Retry::AfterChange,
        title: Text::fixed("The account does not pay", "Desde la cuenta no se paga"),
        meaning: Text::fixed(
            "The account is none in pesos that transfers are made from, or no link that was begun with `payments` keeps credentials for it.",
            "La cuenta no es una en pesos desde la que se transfiera, o ningún enlace iniciado con `payments` guarda credenciales para ella.",
        ),
        remedy: Text::fixed(
            "Begin the link again with `payments`, or name another account.",
            "Inicie el enlace de nuevo con `payments`, o indique otra cuenta.",
        ),
    },
    Entry {
        code: Code::InstructionNotCancellable,
        name: "instruction_not_cancellable",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("It cannot be cancelled now", "Ahora no se puede cancelar"),
        meaning: Text::fixed(
            "The bank is being told at this moment or is at it, or it has come to its end.",
            "En este momento se le está avisando al banco, el banco está en ello o ya terminó.",
        ),
        remedy: Text::fixed(
            "Look at it. If it is `submitting`, cancel it once it stands otherwise.",
            "Consúltelo. Si está en `submitting`, cancélelo cuando cambie de estado.",
        ),
    },
];
