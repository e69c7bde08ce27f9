//! Links: beginning them, and reading through them.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::InstitutionNotConfigured,
        name: "institution_not_configured",
        status: 503,
        failure: Failure::Internal,
        retry: Retry::Later { after_seconds: 600 },
        title: Text::fixed(
            "The institution is not asked here",
            "La institución no se consulta aquí",
        ),
        meaning: Text::fixed(
            "The catalogue knows the institution, and this installation's configuration does not say where it is asked.",
            "El catálogo conoce la institución, pero la configuración de esta instalación no dice dónde se consulta.",
        ),
        remedy: Text::fixed(
            "The operator sets `base_url` under `[institution.ID]` in the configuration of every process.",
            "El operador define `base_url` bajo `[institution.ID]` en la configuración de cada proceso.",
        ),
    },
    Entry {
        code: Code::CredentialsMalformed,
        name: "credentials_malformed",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The credentials cannot be right",
            "Las credenciales no pueden ser correctas",
        ),
        meaning: Text::fixed(
            "The credentials do not have the fields of any form that the institution takes, or a field has a value that it does not take. The institution was not asked, and nothing was kept.",
            "Las credenciales no tienen los campos de ningún formulario que la institución acepta, o un campo tiene un valor que no admite. No se consultó a la institución y no se guardó nada.",
        ),
        remedy: Text::fixed(
            "Send the fields that `detail` names: `password`, or `mi_pin` where the institution takes it.",
            "Envíe los campos que `detail` nombra: `password`, o `mi_pin` donde la institución lo acepta.",
        ),
    },
    Entry {
        code: Code::CredentialsOfAnother,
        name: "credentials_of_another",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The credentials are somebody else's",
            "Las credenciales son de otra persona",
        ),
        meaning: Text::fixed(
            "The credentials sign in another RUT than the one that the mandate names.",
            "Las credenciales corresponden a un RUT distinto del que nombra el mandato.",
        ),
        remedy: Text::fixed(
            "Send the RUT of the person or company whose credentials they are.",
            "Envíe el RUT de la persona o empresa dueña de las credenciales.",
        ),
    },
    Entry {
        code: Code::CredentialsRefused,
        name: "credentials_refused",
        status: 409,
        failure: Failure::CredentialsInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The institution refused these credentials",
            "La institución rechazó estas credenciales",
        ),
        meaning: Text::fixed(
            "The institution has refused these credentials or locked their holder out. They are not tried again by themselves, since banks lock people out after a few wrong attempts.",
            "La institución rechazó estas credenciales o bloqueó a su titular. No se vuelven a intentar solas, porque los bancos bloquean a las personas tras pocos intentos fallidos.",
        ),
        remedy: Text::fixed(
            "Begin the link again with the right credentials; the same ones are taken again a day later.",
            "Inicie el enlace otra vez con las credenciales correctas; las mismas se aceptan de nuevo un día después.",
        ),
    },
    Entry {
        code: Code::CredentialsLocked,
        name: "credentials_locked",
        status: 423,
        failure: Failure::CredentialsLocked,
        retry: Retry::Later { after_seconds: 3600 },
        title: Text::fixed("Too many wrong credentials", "Demasiadas credenciales incorrectas"),
        meaning: Text::fixed(
            "Three wrong credentials in a row were tried for this person at this institution, or attempts ended without an answer. The institution is not asked for a while.",
            "Se probaron tres credenciales incorrectas seguidas para esta persona en esta institución, o hubo intentos que terminaron sin respuesta. Por un tiempo no se consulta a la institución.",
        ),
        remedy: Text::fixed(
            "Wait until `Retry-After` is over; meanwhile the holder signs in at the institution by themselves.",
            "Espere hasta que pase `Retry-After`; mientras tanto, el titular entra por su cuenta en la institución.",
        ),
    },
    Entry {
        code: Code::InstitutionRateLimited,
        name: "institution_rate_limited",
        status: 429,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 60 },
        title: Text::fixed(
            "The institution is not to be asked yet",
            "Aún no se puede consultar a la institución",
        ),
        meaning: Text::fixed(
            "The institution said that it was asked too often, and when it may be asked again.",
            "La institución dijo que se la consultó con demasiada frecuencia, y cuándo se puede volver a consultar.",
        ),
        remedy: Text::fixed(
            "Ask again after `Retry-After`.",
            "Consulte otra vez después de `Retry-After`.",
        ),
    },
    Entry {
        code: Code::InstitutionQuotaUsed,
        name: "institution_quota_used",
        status: 429,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 3600 },
        title: Text::fixed(
            "The institution's quota of readings is used up",
            "La cuota de lecturas de la institución se agotó",
        ),
        meaning: Text::fixed(
            "The operator allows so many readings of this institution in an hour or a day, and as many have begun; what is asked for in bulk leaves some of them to others. The institution was not asked.",
            "El operador permite cierta cantidad de lecturas de esta institución por hora o por día, y ya comenzaron todas; lo que se pide en masa deja algunas para los demás. No se consultó a la institución.",
        ),
        remedy: Text::fixed(
            "Ask again after `Retry-After`, when the next hour or day begins. The operator can raise `readings_per_hour` and `readings_per_day`.",
            "Consulte otra vez después de `Retry-After`, cuando comience la hora o el día siguiente. El operador puede aumentar `readings_per_hour` y `readings_per_day`.",
        ),
    },
    Entry {
        code: Code::MandateEnded,
        name: "mandate_ended",
        status: 409,
        failure: Failure::ConsentRevoked,
        retry: Retry::AfterChange,
        title: Text::fixed("The link's mandate has ended", "El mandato del enlace terminó"),
        meaning: Text::fixed(
            "The link was ended, or the consent that allowed it to be read was revoked. Its credentials are destroyed.",
            "El enlace se terminó, o se revocó el consentimiento que permitía leerlo. Sus credenciales están destruidas.",
        ),
        remedy: Text::fixed(
            "Begin the link again with `POST /v1/links`, once the person allows it.",
            "Inicie el enlace otra vez con `POST /v1/links`, cuando la persona lo permita.",
        ),
    },
    Entry {
        code: Code::MandateExpired,
        name: "mandate_expired",
        status: 409,
        failure: Failure::ConsentExpired,
        retry: Retry::AfterChange,
        title: Text::fixed("The link's mandate has run out", "El mandato del enlace venció"),
        meaning: Text::fixed(
            "The consent that allowed the link to be read held until a day that has passed.",
            "El consentimiento que permitía leer el enlace valía hasta un día que ya pasó.",
        ),
        remedy: Text::fixed(
            "Begin the link again with `POST /v1/links`, once the person allows it.",
            "Inicie el enlace otra vez con `POST /v1/links`, cuando la persona lo permita.",
        ),
    },
    Entry {
        code: Code::PersonBlocked,
        name: "person_blocked",
        status: 409,
        failure: Failure::ConsentRevoked,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The person wants nothing done with their data for now",
            "La persona pidió bloquear sus datos por ahora",
        ),
        meaning: Text::fixed(
            "A block (Ley 19.628, art. 8 ter) of whose data it is was asked for, and was not denied, withdrawn or lifted. Mandate and credentials are kept, nothing is done with them meanwhile, and no link, phone or payment of the person's is begun.",
            "Se pidió un bloqueo (Ley 19.628, art. 8 ter) de los datos de la persona, y no se denegó, retiró ni levantó. El mandato y las credenciales se conservan, entretanto no se hace nada con ellos, y no se inicia ningún enlace, teléfono ni pago de la persona.",
        ),
        remedy: Text::fixed(
            "Ask again once the block is over: `GET /v1/matters?kind=block` lists it. Beginning the link again is refused too.",
            "Solicite otra vez cuando el bloqueo haya terminado: `GET /v1/matters?kind=block` lo muestra. Iniciar el enlace otra vez se rechaza también.",
        ),
    },
    Entry {
        code: Code::ProductsNotOffered,
        name: "products_not_offered",
        status: 422,
        failure: Failure::Unsupported,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The institution has none of these products",
            "La institución no ofrece ninguno de estos productos",
        ),
        meaning: Text::fixed(
            "None of the products that were asked for is told by the link's institution.",
            "La institución del enlace no informa ninguno de los productos solicitados.",
        ),
        remedy: Text::fixed(
            "Ask for others, or leave `products` out.",
            "Solicite otros, u omita `products`.",
        ),
    },
    Entry {
        code: Code::ReadingEnded,
        name: "reading_ended",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::Never,
        title: Text::fixed("The reading has ended", "La lectura ya terminó"),
        meaning: Text::fixed(
            "A reading that is done, has failed or was cancelled cannot be cancelled.",
            "Una lectura terminada, fallida o cancelada no se puede cancelar.",
        ),
        remedy: Text::fixed(
            "Nothing; `GET /v1/readings/{id}` says how it ended.",
            "Nada; `GET /v1/readings/{id}` dice cómo terminó.",
        ),
    },
];
