//! What can be wrong with a payment that is asked for, or with an answer to its bank.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::IdempotencyKeyMissing,
        name: "idempotency_key_missing",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The idempotency key is missing", "Falta la clave de idempotencia"),
        meaning: Text::fixed(
            "A payment is only begun under an `Idempotency-Key`, so that asking twice pays once.",
            "Un pago solo se inicia con una `Idempotency-Key`, para que pedirlo dos veces pague una.",
        ),
        remedy: Text::fixed(
            "Send a key of your own for each payment, and the same one when you ask again.",
            "Envíe una clave propia por cada pago, y la misma al repetir la petición.",
        ),
    },
    Entry {
        code: Code::PaymentInvalid,
        name: "payment_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The payment cannot be", "El pago no es posible"),
        meaning: Text::fixed(
            "The amount, the comment, the institution, the RUT or the credentials cannot be. Nothing was asked of any bank.",
            "El monto, el comentario, la institución, el RUT o las credenciales no son posibles. No se consultó a ningún banco.",
        ),
        remedy: Text::fixed(
            "`detail` says what is wrong. Payments are from 1,000 to 100,000,000 pesos.",
            "`detail_es` dice qué está mal. Los pagos van de 1.000 a 100.000.000 de pesos.",
        ),
    },
    Entry {
        code: Code::PaymentUnconfigured,
        name: "payment_unconfigured",
        status: 409,
        failure: Failure::Unsupported,
        retry: Retry::AfterChange,
        title: Text::fixed("Nobody is configured to be paid", "No hay a quién pagar"),
        meaning: Text::fixed(
            "The gateway does not know to which account payments go.",
            "El gateway no sabe a qué cuenta van los pagos.",
        ),
        remedy: Text::fixed(
            "Its operator sets `institution`, `account`, `rut` and `name` in `[payments]`.",
            "Su operador define `institution`, `account`, `rut` y `name` en `[payments]`.",
        ),
    },
    Entry {
        code: Code::PaymentPageEnded,
        name: "payment_page_ended",
        status: 409,
        failure: Failure::ChallengeExpired,
        retry: Retry::AfterChange,
        title: Text::fixed("The page has ended", "La página terminó"),
        meaning: Text::fixed(
            "An answer was taken on this page, or its five minutes are over, or it is none of this payment; or the bank waits for an approval in its app, which has no page.",
            "Ya se recibió una respuesta en esta página, pasaron sus cinco minutos o no es de este pago; o el banco espera la aprobación en su app, que no tiene página.",
        ),
        remedy: Text::fixed(
            "Look at the payment: if the customer is asked again, there is a new page. With `kind` `app` they approve in the app, and nothing is sent here.",
            "Consulte el pago: si se vuelve a preguntar al cliente, hay una página nueva. Con `kind` `app` el cliente aprueba en la app y aquí no se envía nada.",
        ),
    },
    Entry {
        code: Code::PaymentAnswerInvalid,
        name: "payment_answer_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The answer is not what was asked for", "No es lo que se pidió"),
        meaning: Text::fixed(
            "The answer does not have the parts that the challenge asks for, or one of them can be no code. It was not sent, and the page stays.",
            "La respuesta no tiene las partes que se pidieron, o alguna no puede ser un código. No se envió, y la página sigue.",
        ),
        remedy: Text::fixed(
            "Send `sms` where the kind says SMS, and in `codes` one code for each label.",
            "Envíe `sms` donde se pide SMS, y en `codes` un código por cada etiqueta.",
        ),
    },
    Entry {
        code: Code::PaymentNotCancellable,
        name: "payment_not_cancellable",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("It cannot be cancelled now", "Ahora no se puede cancelar"),
        meaning: Text::fixed(
            "The bank is being told something at this moment, has all it wants, or the payment has ended.",
            "En este momento se le está avisando algo al banco, el banco ya tiene todo o el pago terminó.",
        ),
        remedy: Text::fixed(
            "Look at the payment. If it is `submitting` or `answering`, cancel it once it stands otherwise.",
            "Consulte el pago. Si está en `submitting` o `answering`, cancélelo cuando cambie de estado.",
        ),
    },
];
