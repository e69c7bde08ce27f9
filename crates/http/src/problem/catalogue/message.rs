//! What can stand in the way of sending a message again.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::MessageNotDead,
        name: "message_not_dead",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::Never,
        title: Text::fixed("The message was not given up", "El mensaje no se dio por perdido"),
        meaning: Text::fixed(
            "The message has arrived, is being sent, or waits for its next attempt, so there is nothing to replay.",
            "El mensaje llegó, se está enviando o espera su próximo intento: no hay nada que reenviar.",
        ),
        remedy: Text::fixed(
            "Look at the message: `state` says which of these, `next_attempt_at` when it is tried again.",
            "Consulte el mensaje: `state` dice cuál de estos casos es, y `next_attempt_at` cuándo se reintenta.",
        ),
    },
    Entry {
        code: Code::EndpointDisabled,
        name: "endpoint_disabled",
        status: 409,
        failure: Failure::Unsupported,
        retry: Retry::AfterChange,
        title: Text::fixed("The endpoint is disabled", "El destino está deshabilitado"),
        meaning: Text::fixed(
            "The receiver has answered 410: it is gone, and nothing is sent there until somebody says that it is back.",
            "El receptor respondió 410: ya no está, y no se le envía nada hasta que alguien diga que volvió.",
        ),
        remedy: Text::fixed(
            "Once it takes messages again, `POST /v1/endpoints/{id}/enable`, and then replay.",
            "Cuando vuelva a recibir, `POST /v1/endpoints/{id}/enable`, y después reenvíe.",
        ),
    },
];
