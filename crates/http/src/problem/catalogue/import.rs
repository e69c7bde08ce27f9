//! Why a statement file is refused. Nothing of a refused file is kept.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::FileUnrecognised,
        name: "file_unrecognised",
        status: 422,
        failure: Failure::ProviderAnswerInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The file's format is not known",
            "El formato del archivo es desconocido",
        ),
        meaning: Text::fixed(
            "None of the statement layouts that are known fits this file. Nothing of it was kept.",
            "Ningún formato de cartola conocido corresponde a este archivo. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Export it again from the bank as XLS, XLSX, OFX or CSV; for other CSV files send a `mapping`.",
            "Expórtelo de nuevo desde el banco como XLS, XLSX, OFX o CSV; para otros CSV envíe un `mapping`.",
        ),
    },
    Entry {
        code: Code::FileMalformed,
        name: "file_malformed",
        status: 422,
        failure: Failure::ProviderAnswerInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Something in the file is wrong", "Algo en el archivo es incorrecto"),
        meaning: Text::fixed(
            "The layout is known and breaks at `place`, for the `reason` given. Nothing of the file was kept.",
            "El formato es conocido, pero falla en `place` por lo que indica `reason`. No se guardó nada del archivo.",
        ),
        remedy: Text::fixed(
            "Export the file again and import it as it is, without opening and saving it in between.",
            "Exporte el archivo de nuevo e impórtelo tal cual, sin abrirlo ni guardarlo entremedio.",
        ),
    },
    Entry {
        code: Code::FileUnsupported,
        name: "file_unsupported",
        status: 422,
        failure: Failure::Unsupported,
        retry: Retry::AfterChange,
        title: Text::fixed("This kind of file is not read", "Este tipo de archivo no se lee"),
        meaning: Text::fixed(
            "The file is of a kind that is known and not read. Nothing of it was kept.",
            "El archivo es de un tipo conocido que no se lee. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Export it from the bank as XLS, XLSX, OFX or CSV.",
            "Expórtelo desde el banco como XLS, XLSX, OFX o CSV.",
        ),
    },
    Entry {
        code: Code::FileTooLarge,
        name: "file_too_large",
        status: 422,
        failure: Failure::LimitExceeded,
        retry: Retry::AfterChange,
        title: Text::fixed("The file holds too much", "El archivo contiene demasiado"),
        meaning: Text::fixed(
            "The file passes a limit inside, such as its rows or its unpacked size. Nothing of it was kept.",
            "El archivo supera un límite interno, como sus filas o su tamaño descomprimido. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Export shorter periods and import them one by one.",
            "Exporte períodos más cortos e impórtelos uno por uno.",
        ),
    },
    Entry {
        code: Code::FileEncrypted,
        name: "file_encrypted",
        status: 422,
        failure: Failure::CredentialsInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The file is encrypted", "El archivo está cifrado"),
        meaning: Text::fixed(
            "The file is protected, and no password, or a wrong one, came with it. Nothing of it was kept.",
            "El archivo está protegido y no vino una contraseña, o es incorrecta. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Send its password in the part `password`.",
            "Envíe su contraseña en la parte `password`.",
        ),
    },
    Entry {
        code: Code::FileMapping,
        name: "file_mapping",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("A mapping is needed", "Se necesita un mapeo"),
        meaning: Text::fixed(
            "The file does not explain itself and needs a mapping, or the mapping given is wrong. Nothing of it was kept.",
            "El archivo no se explica por sí solo y necesita un mapeo, o el mapeo dado es incorrecto. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Send a mapping (TOML) in the part `mapping`; `reason` says what is missing in it.",
            "Envíe un mapeo (TOML) en la parte `mapping`; `reason` dice qué le falta.",
        ),
    },
    Entry {
        code: Code::FileShape,
        name: "file_shape",
        status: 422,
        failure: Failure::ProviderAnswerInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The file has more than one import",
            "El archivo trae más de una importación",
        ),
        meaning: Text::fixed(
            "The file has no statement, two statements of one account, or more than 50 accounts. Nothing of it was kept.",
            "El archivo no trae cartolas, trae dos de una misma cuenta o más de 50 cuentas. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Import each statement from a file of its own.",
            "Importe cada cartola desde su propio archivo.",
        ),
    },
    Entry {
        code: Code::AccountUnclear,
        name: "account_unclear",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Which account is it?", "¿De qué cuenta es?"),
        meaning: Text::fixed(
            "Neither the file nor the request says all that identifies the account: institution, kind and number. Nothing of the file was kept.",
            "Ni el archivo ni la solicitud dicen todo lo que identifica la cuenta: institución, tipo y número. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Name a known account in `account_id`, or the `institution`; a mapping can state the rest.",
            "Nombre una cuenta conocida en `account_id`, o la `institution`; un mapeo puede indicar el resto.",
        ),
    },
    Entry {
        code: Code::AccountMismatch,
        name: "account_mismatch",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The file is of another account", "El archivo es de otra cuenta"),
        meaning: Text::fixed(
            "The file and the request name different accounts or institutions. Nothing of the file was kept.",
            "El archivo y la solicitud nombran cuentas o instituciones distintas. No se guardó nada.",
        ),
        remedy: Text::fixed(
            "Leave out `account_id` and `institution` where the file says them, or choose the right file.",
            "Omita `account_id` e `institution` si el archivo los indica, o elija el archivo correcto.",
        ),
    },
];
