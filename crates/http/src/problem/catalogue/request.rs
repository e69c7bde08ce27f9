//! What is wrong with a request.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::PathUnknown,
        name: "path_unknown",
        status: 404,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("No such path", "La ruta no existe"),
        meaning: Text::fixed(
            "The gateway serves nothing under this path.",
            "El servicio no ofrece nada en esta ruta.",
        ),
        remedy: Text::fixed(
            "`/v1/openapi.json` lists every path.",
            "`/v1/openapi.json` enumera todas las rutas.",
        ),
    },
    Entry {
        code: Code::MethodNotAllowed,
        name: "method_not_allowed",
        status: 405,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Method not allowed", "Método no permitido"),
        meaning: Text::fixed(
            "The path exists and does not take this method.",
            "La ruta existe, pero no acepta este método.",
        ),
        remedy: Text::fixed(
            "The `Allow` header names the methods that it takes.",
            "El encabezado `Allow` nombra los métodos que acepta.",
        ),
    },
    Entry {
        code: Code::ParameterInvalid,
        name: "parameter_invalid",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("A parameter is wrong", "Un parámetro es incorrecto"),
        meaning: Text::fixed(
            "A parameter of the path or the query is unknown, repeated, or holds something that it cannot hold. `parameter` names it where it is a known one.",
            "Un parámetro de la ruta o de la consulta es desconocido, está repetido o tiene un valor que no admite. `parameter` lo nombra si es uno conocido.",
        ),
        remedy: Text::fixed(
            "Correct the parameter as `detail` says. Days are `YYYY-MM-DD`, amounts are whole numbers in minor units.",
            "Corrija el parámetro como indica `detail_es`. Los días se escriben `AAAA-MM-DD`; los montos, en unidades mínimas enteras.",
        ),
    },
    Entry {
        code: Code::CursorInvalid,
        name: "cursor_invalid",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The cursor does not belong here", "El cursor no corresponde"),
        meaning: Text::fixed(
            "A cursor goes on with the list that gave it, under the same filters and order, for the same tenant. This one was altered or comes from elsewhere.",
            "Un cursor continúa la lista que lo entregó, con los mismos filtros y orden y para el mismo cliente. Este fue alterado o viene de otra parte.",
        ),
        remedy: Text::fixed(
            "Repeat the request without `cursor` and go on from its `next_cursor`. Only `limit` may change between pages.",
            "Repita la solicitud sin `cursor` y continúe con su `next_cursor`. Entre páginas solo puede cambiar `limit`.",
        ),
    },
    Entry {
        code: Code::ContentTypeUnsupported,
        name: "content_type_unsupported",
        status: 415,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Wrong content type", "Tipo de contenido incorrecto"),
        meaning: Text::fixed(
            "The Content-Type header is missing or names a type that this request does not take.",
            "Falta el encabezado Content-Type o nombra un tipo que esta solicitud no acepta.",
        ),
        remedy: Text::fixed(
            "Send `application/json`, or `multipart/form-data` where a file is uploaded.",
            "Envíe `application/json`, o `multipart/form-data` al subir un archivo.",
        ),
    },
    Entry {
        code: Code::BodyTooLarge,
        name: "body_too_large",
        status: 413,
        failure: Failure::LimitExceeded,
        retry: Retry::AfterChange,
        title: Text::fixed("The body is too large", "El cuerpo es demasiado grande"),
        meaning: Text::fixed(
            "A JSON body may have 256 KiB, a statement file 32 MiB, a mapping 64 KiB.",
            "Un cuerpo JSON admite 256 KiB; un archivo de cartola, 32 MiB; un mapeo, 64 KiB.",
        ),
        remedy: Text::fixed(
            "Split the file by period and import the pieces.",
            "Divida el archivo por períodos e importe las partes.",
        ),
    },
    Entry {
        code: Code::BodyIncomplete,
        name: "body_incomplete",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::Later { after_seconds: 1 },
        title: Text::fixed("The body broke off", "El cuerpo llegó incompleto"),
        meaning: Text::fixed(
            "The connection ended, or the body's framing was wrong, before all of it had arrived.",
            "La conexión terminó, o el formato de transferencia era incorrecto, antes de recibir todo el cuerpo.",
        ),
        remedy: Text::fixed(
            "Send the request again. With the same `Idempotency-Key` it has one effect at most.",
            "Envíe la solicitud otra vez. Con la misma `Idempotency-Key` tiene a lo más un efecto.",
        ),
    },
    Entry {
        code: Code::JsonMalformed,
        name: "json_malformed",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The body is not JSON", "El cuerpo no es JSON"),
        meaning: Text::fixed(
            "The body cannot be read as JSON in UTF-8. `line` and `column` say where.",
            "El cuerpo no se puede leer como JSON en UTF-8. `line` y `column` indican dónde.",
        ),
        remedy: Text::fixed("Correct the body at that place.", "Corrija el cuerpo en ese lugar."),
    },
    Entry {
        code: Code::JsonInvalid,
        name: "json_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The body has another shape", "El cuerpo tiene otra forma"),
        meaning: Text::fixed(
            "The body is JSON and not what this request takes: a field is missing, unknown, or of another type.",
            "El cuerpo es JSON, pero no lo que esta solicitud acepta: un campo falta, es desconocido o es de otro tipo.",
        ),
        remedy: Text::fixed(
            "Compare the body with the request's schema in `/v1/openapi.json`.",
            "Compare el cuerpo con el esquema de la solicitud en `/v1/openapi.json`.",
        ),
    },
    Entry {
        code: Code::FormMalformed,
        name: "form_malformed",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The form cannot be read", "El formulario no se puede leer"),
        meaning: Text::fixed(
            "The body is not well-formed multipart/form-data.",
            "El cuerpo no es multipart/form-data bien formado.",
        ),
        remedy: Text::fixed(
            "Let the HTTP client build the form (`curl -F file=@cartola.xls`), its boundary included.",
            "Deje que el cliente HTTP arme el formulario (`curl -F file=@cartola.xls`), incluido su boundary.",
        ),
    },
    Entry {
        code: Code::FormInvalid,
        name: "form_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("A part of the form is wrong", "Una parte del formulario es incorrecta"),
        meaning: Text::fixed(
            "A part of the form is missing, unknown, repeated, or holds something that it cannot hold. `parameter` names it where it is a known one.",
            "Una parte del formulario falta, es desconocida, está repetida o tiene un valor que no admite. `parameter` la nombra si es una conocida.",
        ),
        remedy: Text::fixed(
            "Send `file` once, and at most once each of `mapping`, `account_id`, `institution`, `password`.",
            "Envíe `file` una vez y, a lo más una vez cada una, `mapping`, `account_id`, `institution`, `password`.",
        ),
    },
    Entry {
        code: Code::IdempotencyKeyInvalid,
        name: "idempotency_key_invalid",
        status: 400,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The idempotency key is wrong",
            "La clave de idempotencia es incorrecta",
        ),
        meaning: Text::fixed(
            "An idempotency key is 1 to 255 printable ASCII characters, in one header.",
            "Una clave de idempotencia tiene de 1 a 255 caracteres ASCII imprimibles, en un solo encabezado.",
        ),
        remedy: Text::fixed(
            "Use a new UUID for every new request.",
            "Use un UUID nuevo para cada solicitud nueva.",
        ),
    },
    Entry {
        code: Code::IdempotencyKeyReused,
        name: "idempotency_key_reused",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The idempotency key was used before",
            "La clave de idempotencia ya se usó",
        ),
        meaning: Text::fixed(
            "Another request came under this key within the last 24 hours and was answered. Nothing was done now.",
            "Otra solicitud llegó con esta clave en las últimas 24 horas y fue respondida. Ahora no se hizo nada.",
        ),
        remedy: Text::fixed(
            "Send the new request under a new key.",
            "Envíe la solicitud nueva con una clave nueva.",
        ),
    },
    Entry {
        code: Code::RequestTimeout,
        name: "request_timeout",
        status: 408,
        failure: Failure::Timeout,
        retry: Retry::Later { after_seconds: 1 },
        title: Text::fixed("The body did not arrive in time", "El cuerpo no llegó a tiempo"),
        meaning: Text::fixed(
            "The request's body was still arriving when its time had run out. Nothing was done.",
            "El cuerpo de la solicitud aún estaba llegando cuando se agotó su tiempo. No se hizo nada.",
        ),
        remedy: Text::fixed(
            "Send it again over a better connection, or send a smaller file.",
            "Envíela otra vez con una mejor conexión, o envíe un archivo más pequeño.",
        ),
    },
];
