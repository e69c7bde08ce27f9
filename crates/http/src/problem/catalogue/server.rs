//! What is wrong on our side.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::Busy,
        name: "busy",
        status: 503,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 1 },
        title: Text::fixed("Too busy at the moment", "Demasiada carga en este momento"),
        meaning: Text::fixed(
            "The store does not answer in time, others kept changing the same data, too much work waits to be written, or too many uploads are under way. Nothing was done.",
            "El almacenamiento no responde a tiempo, otros estaban cambiando los mismos datos, hay demasiado trabajo por escribir o demasiadas cargas de archivos en curso. No se hizo nada.",
        ),
        remedy: Text::fixed(
            "Send the request again after `Retry-After`.",
            "Envíe la solicitud otra vez después de `Retry-After`.",
        ),
    },
    Entry {
        code: Code::Interrupted,
        name: "interrupted",
        status: 503,
        failure: Failure::Internal,
        retry: Retry::Later { after_seconds: 5 },
        title: Text::fixed("The work was cut short", "El trabajo fue interrumpido"),
        meaning: Text::fixed(
            "The gateway is shutting down, or what worked on this request has died. Nothing was done.",
            "El servicio se está deteniendo, o murió lo que trabajaba en esta solicitud. No se hizo nada.",
        ),
        remedy: Text::fixed(
            "Send the request again after `Retry-After`.",
            "Envíe la solicitud otra vez después de `Retry-After`.",
        ),
    },
    Entry {
        code: Code::Timeout,
        name: "timeout",
        status: 503,
        failure: Failure::Timeout,
        retry: Retry::Later { after_seconds: 5 },
        title: Text::fixed("No answer in time", "Sin respuesta a tiempo"),
        meaning: Text::fixed(
            "The work took longer than a request may take. It may have been done all the same.",
            "El trabajo tomó más de lo que puede durar una solicitud. Puede que se haya hecho de todas formas.",
        ),
        remedy: Text::fixed(
            "Send it again with the same `Idempotency-Key`: if it was done, the answer is the one it got.",
            "Envíela otra vez con la misma `Idempotency-Key`: si se hizo, recibirá esa misma respuesta.",
        ),
    },
    Entry {
        code: Code::OutcomeUnknown,
        name: "outcome_unknown",
        status: 503,
        failure: Failure::Internal,
        retry: Retry::Later { after_seconds: 30 },
        title: Text::fixed("Whether it was done is in doubt", "No se sabe si se hizo"),
        meaning: Text::fixed(
            "The store failed, or the connection to it was lost, while it was writing. What was asked may have been done all the same.",
            "El almacenamiento falló, o se perdió la conexión con él, mientras escribía. Puede que lo solicitado se haya hecho de todas formas.",
        ),
        remedy: Text::fixed(
            "Wait until the gateway is ready again (`/readyz`), and send the request with the same `Idempotency-Key`: it has one effect either way. Where it does not become ready by itself, the operator has to look after the disk and restart the gateway.",
            "Espere a que el servicio esté listo otra vez (`/readyz`) y envíe la solicitud con la misma `Idempotency-Key`: tendrá un solo efecto en cualquier caso. Si no vuelve a estar listo por sí solo, el operador debe revisar el disco y reiniciar el servicio.",
        ),
    },
    Entry {
        code: Code::StorageFull,
        name: "storage_full",
        status: 507,
        failure: Failure::LimitExceeded,
        retry: Retry::Later { after_seconds: 60 },
        title: Text::fixed("There is no room left", "No queda espacio"),
        meaning: Text::fixed(
            "The disk is full or a quota is reached. Nothing was written; reading goes on.",
            "El disco está lleno o se alcanzó una cuota. No se escribió nada; la lectura sigue funcionando.",
        ),
        remedy: Text::fixed(
            "The operator has to make room in the data folder or for the database.",
            "El operador debe liberar espacio en la carpeta de datos o para la base de datos.",
        ),
    },
    Entry {
        code: Code::NotReady,
        name: "not_ready",
        status: 503,
        failure: Failure::Internal,
        retry: Retry::Later { after_seconds: 5 },
        title: Text::fixed("Not ready", "El servicio no está listo"),
        meaning: Text::fixed(
            "The store does not answer, or does not take writes.",
            "El almacenamiento no responde o no acepta escrituras.",
        ),
        remedy: Text::fixed(
            "The operator finds the cause in the log, or with `cartola doctor`.",
            "El operador encontrará la causa en el registro, o con `cartola doctor`.",
        ),
    },
    Entry {
        code: Code::Internal,
        name: "internal",
        status: 500,
        failure: Failure::Internal,
        retry: Retry::Never,
        title: Text::fixed("A fault of ours", "Una falla nuestra"),
        meaning: Text::fixed(
            "Something happened that should not have. The log has its cause under the request id.",
            "Ocurrió algo que no debía. La causa está en el registro, bajo el id de la solicitud.",
        ),
        remedy: Text::fixed(
            "Report it to the operator with `request_id`. A POST may be repeated safely with the same `Idempotency-Key`.",
            "Informe al operador con `request_id`. Un POST se puede repetir sin riesgo con la misma `Idempotency-Key`.",
        ),
    },
];
