//! Who asks, and how often.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::KeyMissing,
        name: "key_missing",
        status: 401,
        failure: Failure::GatewayAuth,
        retry: Retry::AfterChange,
        title: Text::fixed("No API key", "Falta la clave de API"),
        meaning: Text::fixed(
            "The request has no Authorization header.",
            "La solicitud no trae el encabezado Authorization.",
        ),
        remedy: Text::fixed(
            "Send `Authorization: Bearer <api key>`. `cartola tenants add` prints a key once.",
            "Envíe `Authorization: Bearer <clave>`. `cartola tenants add` muestra la clave una sola vez.",
        ),
    },
    Entry {
        code: Code::KeyMalformed,
        name: "key_malformed",
        status: 401,
        failure: Failure::GatewayAuth,
        retry: Retry::AfterChange,
        title: Text::fixed("Not a bearer key", "No es una clave Bearer"),
        meaning: Text::fixed(
            "The Authorization header does not hold exactly one bearer key.",
            "El encabezado Authorization no contiene exactamente una clave Bearer.",
        ),
        remedy: Text::fixed(
            "Send the header once, as `Authorization: Bearer <api key>`.",
            "Envíe el encabezado una sola vez, como `Authorization: Bearer <clave>`.",
        ),
    },
    Entry {
        code: Code::KeyUnknown,
        name: "key_unknown",
        status: 401,
        failure: Failure::GatewayAuth,
        retry: Retry::AfterChange,
        title: Text::fixed("The API key opens nothing", "La clave de API no es válida"),
        meaning: Text::fixed(
            "There is no such key, or it has been revoked.",
            "La clave no existe o fue revocada.",
        ),
        remedy: Text::fixed(
            "Check that the whole key was copied. A revoked key does not come back: ask the operator for a new one.",
            "Revise que la clave esté completa. Una clave revocada no vuelve a servir: pida una nueva al operador.",
        ),
    },
    Entry {
        code: Code::ScopeMissing,
        name: "scope_missing",
        status: 403,
        failure: Failure::GatewayAuth,
        retry: Retry::AfterChange,
        title: Text::fixed("The API key may not do this", "La clave de API no tiene permiso"),
        meaning: Text::fixed(
            "The key is right and lacks the scope that `scope` names.",
            "La clave es correcta, pero le falta el permiso que indica `scope`.",
        ),
        remedy: Text::fixed(
            "Use a key that has the scope. The scopes of a key are fixed when it is issued.",
            "Use una clave con ese permiso. Los permisos se fijan al emitir la clave.",
        ),
    },
    Entry {
        code: Code::RateLimited,
        name: "rate_limited",
        status: 429,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 1 },
        title: Text::fixed("Too many requests", "Demasiadas solicitudes"),
        meaning: Text::fixed(
            "This key has used up its requests for the moment.",
            "Esta clave agotó por ahora su cuota de solicitudes.",
        ),
        remedy: Text::fixed(
            "Wait as long as `Retry-After` says. Follow changes with `/v1/movements/sync` instead of reading lists again and again.",
            "Espere lo que indica `Retry-After`. Siga los cambios con `/v1/movements/sync` en vez de releer las listas.",
        ),
    },
];
