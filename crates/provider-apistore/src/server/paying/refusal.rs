//! Why nothing is paid, in the facade's words.

use cartola_engine::authorizations::{LeaveError, UseError};
use cartola_engine::links::LinkError;
use cartola_engine::payouts::PayoutError;
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, Refusal, of_write};
use cartola_primitives::Timestamp;

use super::super::account::{ACCOUNT_ID, unknown};
use super::super::refused::Refused;
use super::order::{Place, too_many};

/// The refusal; `unfound` says why there is no account, where that was seen.
pub fn refused(
    error: PayoutError,
    is_batch: bool,
    unfound: Option<Refused>,
    now: Timestamp,
) -> Refused {
    let place = |index| Place { line: is_batch.then_some(index) };
    let problem = match error {
        PayoutError::OtherRequest => Problem::new(Code::IdempotencyKeyReused),
        PayoutError::Case => Problem::new(Code::IdempotencyKeyInvalid),
        PayoutError::Gone => gone(),
        PayoutError::NoLines => Problem::new(Code::JsonInvalid)
            .named("deposits", Text::fixed("there is none", "no hay ninguno")),
        PayoutError::TooManyLines => too_many(),
        PayoutError::SameReference { index } => place(index).wrong(
            "reference",
            &Text::fixed("an earlier deposit has the same", "otro abono anterior tiene la misma"),
        ),
        PayoutError::Line { index, error } => {
            let es = "el monto no es posible".to_owned();
            place(index).wrong("amount", &Text::new(error.to_string(), es))
        }
        PayoutError::UnknownAccount => return unfound.unwrap_or_else(|| unknown().into()),
        PayoutError::NoPayingAccount => Problem::new(Code::JsonInvalid).named(
            ACCOUNT_ID,
            Text::fixed(
                "it is no account in pesos that transfers are made from",
                "no es una cuenta en pesos desde la que se transfiera",
            ),
        ),
        PayoutError::NotEnabled => not_enabled(),
        PayoutError::Link(error) => of_link(&error, now),
        PayoutError::Leave(LeaveError::Approval(UseError::Unknown)) => no_such_approval(),
        PayoutError::Leave(error) => return Refusal::from(error).into(),
        PayoutError::Engine(error) => return of_write(error).into(),
    };
    problem.into()
}

fn gone() -> Problem {
    Problem::not_found("payment").detailed(Text::fixed(
        "What was begun under this key was erased with whoever paid, and may have been paid. Ask the bank before you pay the same under another key.",
        "Lo iniciado con esta clave se suprimió junto con los datos de quien pagó, y pudo haberse pagado. Pregunte al banco antes de pagar lo mismo con otra clave.",
    ))
}

fn no_such_approval() -> Problem {
    Problem::new(Code::ApprovalOther).detailed(Text::fixed(
        "`X-MiPass-Token` is the token of no approval that the account's holder gave. Nothing was paid.",
        "`X-MiPass-Token` no es de ninguna autorización que haya dado el titular de la cuenta. No se pagó nada.",
    ))
}

fn not_enabled() -> Problem {
    Problem::new(Code::PaymentUnconfigured).detailed(Text::fixed(
        "This account may be read, and not paid from: no link of its holder was begun for payments. Begin it again with `cartola links add … --payments`, or with `payments` in `POST /v1/links`, and read it anew (`cartola sync`).",
        "Desde esta cuenta se puede leer y no pagar: ningún enlace de su titular se inició para pagos. Inícielo de nuevo con `cartola links add … --payments` o con `payments` en `POST /v1/links`, y vuelva a leerlo (`cartola sync`).",
    ))
}

/// Its link may pay, and cannot be used now.
fn of_link(error: &LinkError, now: Timestamp) -> Problem {
    if let LinkError::Locked { until } | LinkError::Barred { until } = error {
        let left = until.duration_since(now).as_secs().max(1);
        return Problem::new(Code::Busy).after(u32::try_from(left).unwrap_or(u32::MAX)).detailed(
            Text::fixed(
                "The bank may not be asked with this account's credentials now. Nothing was paid.",
                "Por ahora no se puede consultar al banco con las credenciales de esta cuenta. No se pagó nada.",
            ),
        );
    }
    if matches!(error, LinkError::Blocked) {
        return Problem::new(Code::PaymentUnconfigured).detailed(Text::fixed(
            "The account's holder asked for a block of their data: nothing is paid from it until that ends, through no other link either. Nothing was paid.",
            "El titular de la cuenta pidió bloquear sus datos: no se paga desde ella hasta que el bloqueo termine, tampoco con otro enlace. No se pagó nada.",
        ));
    }
    let es = "el enlace de esta cuenta no se puede usar; inícielo de nuevo".to_owned();
    let en = format!("The link of this account cannot be used: {error}. Nothing was paid.");
    Problem::new(Code::PaymentUnconfigured).detailed(Text::new(en, es))
}
