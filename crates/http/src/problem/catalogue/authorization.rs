//! What can be wrong with phones, and with what is approved on them.

use cartola_model::Failure;

use super::{Code, Entry};
use crate::problem::{Retry, Text};

pub(super) static ROWS: &[Entry] = &[
    Entry {
        code: Code::EnrolmentInvalid,
        name: "enrolment_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed(
            "The phone cannot be enrolled so",
            "El teléfono no se puede registrar así",
        ),
        meaning: Text::fixed(
            "The name, the fingerprint, the key or the evidence cannot be taken. Nothing was changed.",
            "El nombre, la huella, la llave o la evidencia no se pueden tomar. No cambió nada.",
        ),
        remedy: Text::fixed("`detail` says what is wrong.", "`detail_es` dice qué está mal."),
    },
    Entry {
        code: Code::IdentityNotShown,
        name: "identity_not_shown",
        status: 409,
        failure: Failure::ConsentMissing,
        retry: Retry::AfterChange,
        title: Text::fixed("Who they are is not shown", "No está acreditado quién es"),
        meaning: Text::fixed(
            "The institution did not let this person in with the credentials that came along, or it shows nobody who they are.",
            "La institución no dejó entrar a esta persona con las credenciales enviadas, o no acredita quién es nadie.",
        ),
        remedy: Text::fixed(
            "Let the person type their credentials again, or validate the person yourself and send what shows it as `evidence`.",
            "Pida a la persona que escriba de nuevo sus credenciales, o acredítela usted y envíe lo que lo muestra como `evidence`.",
        ),
    },
    Entry {
        code: Code::EnrolmentEnded,
        name: "enrolment_ended",
        status: 409,
        failure: Failure::ChallengeExpired,
        retry: Retry::AfterChange,
        title: Text::fixed("The code is no more", "El código ya no sirve"),
        meaning: Text::fixed(
            "A phone took this code, its fifteen minutes are over, or another one was given out since.",
            "Un teléfono ya usó este código, pasaron sus quince minutos o después se entregó otro.",
        ),
        remedy: Text::fixed("Begin another enrolment.", "Inicie otro registro."),
    },
    Entry {
        code: Code::PinInvalid,
        name: "pin_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The PIN cannot be taken", "La clave no se puede usar"),
        meaning: Text::fixed(
            "A PIN has six digits, and is none that is tried first: repeated, consecutive or mirrored digits, or part of the RUT.",
            "La clave tiene seis dígitos y no es de las que se prueban primero: dígitos repetidos, seguidos o en espejo, o parte del RUT.",
        ),
        remedy: Text::fixed(
            "Let the person choose another one.",
            "Pida a la persona que elija otra.",
        ),
    },
    Entry {
        code: Code::EnrolmentsTooMany,
        name: "enrolments_too_many",
        status: 429,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 3_600 },
        title: Text::fixed("Too many codes for one person", "Demasiados códigos para una persona"),
        meaning: Text::fixed(
            "Twenty codes were given to this person within a day. Nothing was begun.",
            "Esta persona recibió veinte códigos en un día. No se inició nada.",
        ),
        remedy: Text::fixed(
            "Let the phone take the code that was given last, or wait until the time in `detail`.",
            "Use en el teléfono el último código entregado, o espere hasta la hora de `detail_es`.",
        ),
    },
    Entry {
        code: Code::PhoneMissing,
        name: "phone_missing",
        status: 409,
        failure: Failure::ChallengeRequired,
        retry: Retry::AfterChange,
        title: Text::fixed("No phone to approve on", "No hay teléfono donde autorizar"),
        meaning: Text::fixed(
            "The person has no active phone: none was enrolled, or it was blocked.",
            "La persona no tiene un teléfono activo: no registró ninguno, o está bloqueado.",
        ),
        remedy: Text::fixed(
            "Enrol one with `POST /v1/enrolments`.",
            "Registre uno con `POST /v1/enrolments`.",
        ),
    },
    Entry {
        code: Code::OperationInvalid,
        name: "operation_invalid",
        status: 422,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("The operation cannot be shown", "La operación no se puede mostrar"),
        meaning: Text::fixed(
            "Nothing is approved that a person does not see as it is: an amount, a number of lines or a text of the operation cannot be.",
            "No se autoriza nada que la persona no vea tal como es: un monto, la cantidad de líneas o un texto de la operación no es posible.",
        ),
        remedy: Text::fixed("`detail` says what is wrong.", "`detail_es` dice qué está mal."),
    },
    Entry {
        code: Code::AuthorizationDigestOther,
        name: "authorization_digest_other",
        status: 409,
        failure: Failure::RequestInvalid,
        retry: Retry::AfterChange,
        title: Text::fixed("Something else was shown", "Se mostró otra cosa"),
        meaning: Text::fixed(
            "The digest is not that of the text that is asked, so what was shown is not what would be done. Nothing was decided.",
            "El resumen no es el del texto que se pregunta, así que lo mostrado no es lo que se haría. No se decidió nada.",
        ),
        remedy: Text::fixed(
            "Show the person `text` as it is, and send its SHA-256.",
            "Muestre a la persona `text` tal como es y envíe su SHA-256.",
        ),
    },
    Entry {
        code: Code::PhoneOther,
        name: "phone_other",
        status: 403,
        failure: Failure::ChallengeRejected,
        retry: Retry::AfterChange,
        title: Text::fixed("Not the phone that is asked", "No es el teléfono consultado"),
        meaning: Text::fixed(
            "The signature or the secret is not that of the phone that is asked, or is of another question. Nothing was decided, and no PIN was counted.",
            "La firma o el secreto no es del teléfono consultado, o es de otra pregunta. No se decidió nada ni se contó ninguna clave.",
        ),
        remedy: Text::fixed(
            "Sign the five lines of the question with the key of that phone.",
            "Firme las cinco líneas de la pregunta con la llave de ese teléfono.",
        ),
    },
    Entry {
        code: Code::AuthorizationEnded,
        name: "authorization_ended",
        status: 409,
        failure: Failure::ChallengeExpired,
        retry: Retry::AfterChange,
        title: Text::fixed("It does not wait for a decision", "No espera una decisión"),
        meaning: Text::fixed(
            "It was approved, denied or cancelled, or its time is over. A decision is taken once.",
            "Ya se autorizó, se rechazó o se canceló, o pasó su tiempo. Una decisión se toma una vez.",
        ),
        remedy: Text::fixed(
            "Look at the authorization; ask again where the operation is still wanted.",
            "Consulte la autorización; vuelva a preguntar si la operación aún se quiere.",
        ),
    },
    Entry {
        code: Code::PinWrong,
        name: "pin_wrong",
        status: 403,
        failure: Failure::ChallengeRejected,
        retry: Retry::AfterChange,
        title: Text::fixed("The PIN is wrong", "La clave no es correcta"),
        meaning: Text::fixed(
            "The PIN is not that of the phone. After three wrong ones in a row the phone is blocked.",
            "La clave no es la del teléfono. A la tercera equivocada seguida el teléfono se bloquea.",
        ),
        remedy: Text::fixed(
            "Ask the person to type it again; `detail` says how many tries are left.",
            "Pida a la persona que la escriba de nuevo; `detail_es` dice cuántos intentos quedan.",
        ),
    },
    Entry {
        code: Code::PhoneBlocked,
        name: "phone_blocked",
        status: 403,
        failure: Failure::CredentialsLocked,
        retry: Retry::AfterChange,
        title: Text::fixed("The phone is blocked", "El teléfono está bloqueado"),
        meaning: Text::fixed(
            "Nothing is approved on this phone any more: it was blocked, by wrong PINs or from afar, or another one was enrolled.",
            "En este teléfono ya no se autoriza nada: está bloqueado, por claves equivocadas o a distancia, o se registró otro.",
        ),
        remedy: Text::fixed(
            "Enrol the phone, or another one, anew.",
            "Registre de nuevo el teléfono, u otro.",
        ),
    },
    Entry {
        code: Code::PhoneNew,
        name: "phone_new",
        status: 409,
        failure: Failure::LimitExceeded,
        retry: Retry::AfterChange,
        title: Text::fixed("The phone is a new one", "El teléfono es nuevo"),
        meaning: Text::fixed(
            "The phone took another one's place a short while ago, and is asked nothing yet by which money could be lost. Nobody was asked.",
            "El teléfono reemplazó a otro hace poco y todavía no se le pide nada con que se pueda perder dinero. No se preguntó a nadie.",
        ),
        remedy: Text::fixed(
            "Ask again at the time that `detail` says. The operator sets how long that is.",
            "Pregunte otra vez a la hora que dice `detail_es`. El operador fija cuánto dura.",
        ),
    },
    Entry {
        code: Code::ApprovalNeeded,
        name: "approval_needed",
        status: 403,
        failure: Failure::ChallengeRequired,
        retry: Retry::AfterChange,
        title: Text::fixed("The person has to approve this", "La persona debe autorizar esto"),
        meaning: Text::fixed(
            "This installation does such operations only with the person's approval on their phone. Nothing was done.",
            "Esta instalación hace estas operaciones solo con la autorización de la persona en su teléfono. No se hizo nada.",
        ),
        remedy: Text::fixed(
            "Ask with `POST /v1/authorizations` for exactly this operation, and send the approval's token as `X-MiPass-Token`.",
            "Pídala con `POST /v1/authorizations` para exactamente esta operación y envíe el token como `X-MiPass-Token`.",
        ),
    },
    Entry {
        code: Code::ApprovalOther,
        name: "approval_other",
        status: 409,
        failure: Failure::ChallengeRejected,
        retry: Retry::AfterChange,
        title: Text::fixed("Another operation was approved", "Se autorizó otra operación"),
        meaning: Text::fixed(
            "What was approved is another operation, or another person's. Nothing was done, and the approval stays.",
            "Lo autorizado es otra operación, o de otra persona. No se hizo nada, y la autorización sigue.",
        ),
        remedy: Text::fixed(
            "Do exactly what was approved, or ask for what is wanted.",
            "Haga exactamente lo autorizado, o pregunte por lo que se quiere.",
        ),
    },
    Entry {
        code: Code::ApprovalEnded,
        name: "approval_ended",
        status: 409,
        failure: Failure::ChallengeExpired,
        retry: Retry::AfterChange,
        title: Text::fixed("The approval is no more", "La autorización ya no sirve"),
        meaning: Text::fixed(
            "It was used, its five minutes are over, it was cancelled, or it was never approved.",
            "Ya se usó, pasaron sus cinco minutos, se canceló o nunca se autorizó.",
        ),
        remedy: Text::fixed("Ask for the operation again.", "Vuelva a preguntar por la operación."),
    },
    Entry {
        code: Code::AuthorizationsTooMany,
        name: "authorizations_too_many",
        status: 429,
        failure: Failure::RateLimited,
        retry: Retry::Later { after_seconds: 60 },
        title: Text::fixed(
            "Too much waits for this person",
            "Esta persona tiene demasiado pendiente",
        ),
        meaning: Text::fixed(
            "Five operations wait for this person. Who is asked too often approves without looking.",
            "Cinco operaciones esperan a esta persona. A quien se le pregunta demasiado autoriza sin mirar.",
        ),
        remedy: Text::fixed(
            "Wait until one of them is decided or its five minutes are over, or cancel one.",
            "Espere a que una se decida o pasen sus cinco minutos, o cancele una.",
        ),
    },
];
