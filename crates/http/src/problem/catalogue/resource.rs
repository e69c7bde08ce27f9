//! What a request is about, and the state it is in.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::NotFound,
        name: "not_found",
        status: 404,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Not found", "No encontrado"),
        meaning: Text::fixed(
            "There is no such thing for this key: the id is unknown, belongs to another tenant, or no consent allows it to be shown any longer. `resource` says what was looked for. The three cases are not told apart.",
            "No existe para esta clave: el id es desconocido, pertenece a otro cliente o ningún consentimiento permite ya mostrarlo. `resource` dice qué se buscaba. Los tres casos no se distinguen.",
        ),
        remedy: Text::fixed(
            "Take the id from the list that shows it, with the same key.",
            "Tome el id de la lista que lo muestra, con la misma clave.",
        ),
    },
    Entry {
        code: Code::ConsentEnded,
        name: "consent_ended",
        status: 409,
        failure: Failure::ConsentRevoked,
        retry: Retry::Never,
        title: Text::fixed("The consent has ended", "El consentimiento ya terminó"),
        meaning: Text::fixed(
            "A consent that was revoked or has expired cannot be revoked again, nor changed.",
            "Un consentimiento revocado o vencido no se puede revocar de nuevo ni cambiar.",
        ),
        remedy: Text::fixed(
            "Nothing: what it alone allowed is no longer served.",
            "Nada: lo que solo él permitía ya no se entrega.",
        ),
    },
    Entry {
        code: Code::ConsentNotWider,
        name: "consent_not_wider",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The consent cannot be changed so",
            "El consentimiento no se puede cambiar así",
        ),
        meaning: Text::fixed(
            "A consent is changed while it is in force, to a day that is still to come and no later than its end, and to products that it is about.",
            "Un consentimiento se cambia mientras está vigente, a un día futuro que no sea posterior a su término y a productos que ya abarca.",
        ),
        remedy: Text::fixed(
            "For more time or more data, begin the link again with a new mandate.",
            "Para más tiempo o más datos, inicie el enlace de nuevo con otro mandato.",
        ),
    },
    Entry {
        code: Code::MatterDecided,
        name: "matter_decided",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::Never,
        title: Text::fixed("That cannot be decided any more", "Eso ya no se puede decidir"),
        meaning: Text::fixed(
            "The matter stands where this decision does not follow: it is decided already, was put off once, or is of another kind.",
            "El caso está en un estado del que esta decisión no sigue: ya se decidió, ya se prorrogó una vez o es de otro tipo.",
        ),
        remedy: Text::fixed(
            "Read the matter, and decide what its state and kind allow.",
            "Lea el caso y decida lo que su estado y su tipo permiten.",
        ),
    },
    Entry {
        code: Code::SplitOnlySource,
        name: "split_only_source",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("There is nothing to split", "No hay nada que separar"),
        meaning: Text::fixed(
            "The source record is the only one that speaks of this movement, so that nothing would remain.",
            "Ese registro es el único que habla de este movimiento: no quedaría nada.",
        ),
        remedy: Text::fixed(
            "`/v1/movements/{id}/why` lists the sources; a movement is split where it has two or more.",
            "`/v1/movements/{id}/why` enumera las fuentes; un movimiento se separa cuando tiene dos o más.",
        ),
    },
    Entry {
        code: Code::TenantNameInvalid,
        name: "tenant_name_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The tenant's name is wrong", "El nombre del cliente es incorrecto"),
        meaning: Text::fixed(
            "A tenant's name is 1 to 100 characters, none of them a control character.",
            "El nombre de un cliente tiene de 1 a 100 caracteres, ninguno de control.",
        ),
        remedy: Text::fixed("Choose another name.", "Elija otro nombre."),
    },
    Entry {
        code: Code::TenantNameTaken,
        name: "tenant_name_taken",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The tenant's name is taken", "El nombre del cliente ya existe"),
        meaning: Text::fixed(
            "There is a tenant of that name already.",
            "Ya hay un cliente con ese nombre.",
        ),
        remedy: Text::fixed("Choose another name.", "Elija otro nombre."),
    },
];
