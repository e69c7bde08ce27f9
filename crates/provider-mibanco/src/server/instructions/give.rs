//! Giving an instruction, whatever it is.

use axum::http::HeaderMap;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::authorizations::{Ask, Asking, LeaveBy, LeaveError};
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::instructions::{Giver, Instruction, InstructionError, InstructionKind, Wanted};
use cartola_engine::payments::pays;
use cartola_engine::readings::{Next, ReadScope};
use cartola_http::Callbacks;
use cartola_model::{AccountNumber, Failure, Instructed, Operation};
use cartola_primitives::Rut;
use cartola_primitives::id::LinkId;
use serde::{Deserialize, Serialize};

use super::super::named::{InPath, Named, case_of};
use super::super::refused::Refused;
use super::super::transfer::create::{self, BANK_WAIT};
use super::super::transfer::{is_used, rut_of};
use super::super::{AUDIENCE, desk, unapproved};
use super::approved::Approved;
use super::ended::Ended;
use super::told::Told;
use super::{Standing, prefix};
use crate::wire::ErrorCode;

/// An instruction that makes sense. It names people: it is kept sealed only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    #[serde(with = "cartola_primitives::rut::serde_compact")]
    pub rut: Rut,
    /// The account that pays, as its bank writes it; absent where no money moves.
    from: Option<String>,
    pub what: Instructed,
}

impl Order {
    /// By who is signed in, from the account that they name, or the first that pays.
    pub async fn of(
        engine: &Engine,
        session: &DeviceSession,
        named: Option<&str>,
        what: Instructed,
    ) -> Result<Self, Refused> {
        // Before accounts are looked for: there none may pay.
        if !engine.instructions_of(&session.link.institution).contains(&what.kind()) {
            return Err(not_offered(what.kind()));
        }
        desk::may_pay(engine, session).await?;
        let from = account(engine, session, named, what.kind().moves_money()).await?;
        Ok(Self { rut: rut_of(engine, session).await?, from, what })
    }

    /// In a form that is equal for equal orders.
    pub fn request(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are JSON")
    }

    /// As the engine is told it.
    pub fn wanted<'a>(
        &self,
        link: LinkId,
        (case, request): (&'a str, &'a [u8]),
        leave: LeaveBy<'a>,
        next: Option<Next>,
    ) -> Wanted<'a> {
        let from = self.from.as_deref();
        let from =
            from.map(|text| AccountNumber::parse(text).expect("it was written from a number"));
        let (giver, what) = (Giver::Link { link, from }, self.what.clone());
        let (evidence, asking) = (request, Asking::Always);
        Wanted { giver, what, case, request, evidence, leave, asking, next }
    }
}

impl Order {
    /// Who is asked, and what they approve.
    pub async fn operation(
        &self,
        engine: &Engine,
        session: &DeviceSession,
    ) -> Result<(Rut, Operation), Refused> {
        let wanted = self.wanted(session.link.id, ("", &[]), LeaveBy::NotNeeded, None);
        let operation = engine.operation_of_instruction(&session.who, &wanted).await;
        let (rut, operation) = operation.map_err(refusal)?;
        let gone = || Refused::new(ErrorCode::AccountNotFound, "La cuenta ya no se muestra.");
        Ok((rut.ok_or_else(gone)?, operation))
    }
}

/// An account of the customer's that pays, where money moves: the one that they name, or the first.
async fn account(
    engine: &Engine,
    session: &DeviceSession,
    named: Option<&str>,
    moves_money: bool,
) -> Result<Option<String>, Refused> {
    let named = named.map(AccountNumber::parse).transpose();
    let named = named.map_err(|_| Refused::invalid("`from_account` no es un número de cuenta."))?;
    if named.is_none() && !moves_money {
        return Ok(None);
    }
    desk::read_unless_fresh(engine, session, ReadScope::ACCOUNTS).await?;
    let accounts = engine.accounts_of(&session.who, session.link.id).await?;
    let known = accounts.iter().filter_map(|account| {
        let number = AccountNumber::parse(&account.number).ok()?;
        Some((number, pays(account.row.kind, account.row.currency)))
    });
    let chosen = chosen(known, named.as_ref(), moves_money)?;
    Ok(moves_money.then(|| chosen.written().to_owned()))
}

/// Which of the accounts it is, each of which pays in pesos or does not: the one that is named, or the
/// first that can be drawn on. A bank may use the same digits once in each currency.
pub fn chosen(
    known: impl Iterator<Item = (AccountNumber, bool)>,
    named: Option<&AccountNumber>,
    moves_money: bool,
) -> Result<AccountNumber, Refused> {
    let can_pay = |(number, pays): &(AccountNumber, bool)| *pays && !number.is_masked();
    let is_meant = |(number, _): &(AccountNumber, bool)| {
        named.is_none_or(|named| number.identity() == named.identity())
    };
    let meant: Vec<_> = known.filter(is_meant).collect();
    if named.is_some() && meant.is_empty() {
        return Err(Refused::new(
            ErrorCode::AccountNotFound,
            "`from_account` no es una cuenta del cliente.",
        ));
    }
    let must_pay = moves_money || named.is_none();
    let mut possible = meant.into_iter().filter(|account| !must_pay || can_pay(account));
    possible.next().map(|(number, _)| number).ok_or_else(no_paying_account)
}

fn no_paying_account() -> Refused {
    Refused::new(
        ErrorCode::AccountNotFound,
        "Desde esa cuenta no se paga: se paga desde cuentas corrientes, vista, RUT y chequeras \
         electrónicas, en pesos.",
    )
}

/// What came with a call beside the order.
pub struct Call<'a> {
    pub engine: &'a Engine,
    pub callbacks: &'a Callbacks,
    pub session: &'a DeviceSession,
    pub headers: &'a HeaderMap,
    pub callback_url: Option<&'a str>,
    pub end_to_end_id: Option<&'a str>,
}

impl Call<'_> {
    /// Gives it, or has the customer asked first; the answer says where it stands.
    pub async fn give(&self, order: Order) -> Result<Response, Refused> {
        let Self { engine, session, .. } = self;
        let kind = order.what.kind();
        let named = Named::of(self.headers, self.end_to_end_id)?;
        let id = named.id(engine, prefix(kind), &format!("{}\n{}", session.link.id, kind.name()));
        let url = match self.callback_url {
            None => None,
            Some(url) => Some(create::checked(self.callbacks, url).await?),
        };
        let token = create::token(self.headers)?;
        let ended = Ended::of(&session.who, session.link.id, (kind, &id), url);
        let giving = Giving { engine, session, id: &id, order: &order, ended };
        let standing = giving.begin(token).await?;
        let in_path = InPath { id, end_to_end_id: named.end_to_end_id() };
        shown(engine, session, (kind, &in_path), &standing).await
    }
}

/// 202 as long as it has not ended.
pub async fn shown(
    engine: &Engine,
    session: &DeviceSession,
    (kind, named): (InstructionKind, &InPath),
    standing: &Standing,
) -> Result<Response, Refused> {
    use axum::http::StatusCode;
    let told = Told::of(engine, &session.who, (kind, &named.id), standing).await?;
    let told = told.named(named.end_to_end_id);
    let status = if told.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(cartola_http::answer::json(status, &told))
}

/// One that is wanted.
struct Giving<'a> {
    engine: &'a Engine,
    session: &'a DeviceSession,
    id: &'a str,
    order: &'a Order,
    ended: Ended,
}

impl Giving<'_> {
    fn link(&self) -> LinkId {
        self.session.link.id
    }

    async fn begin(&self, token: Option<&str>) -> Result<Standing, Refused> {
        let Self { engine, session, id, order, .. } = self;
        let whose = (&session.who, self.link());
        let known = Standing::find(engine, whose, id).await?;
        if known.instruction.is_none() && known.authorization.is_some() {
            return self.asked().await;
        }
        let (case, request) = (case_of(self.link(), id), order.request());
        let next = Some(self.ended.next());
        let wanted = order.wanted(self.link(), (&case, &request), LeaveBy::token(token), next);
        match engine.begin_instruction(&session.who, &wanted).await {
            Ok(instruction) => self.told(instruction).await,
            Err(InstructionError::Leave(LeaveError::Needed(_))) => self.asked().await,
            Err(error) => Err(refusal(error)),
        }
    }

    /// Waits until the customer's bank has said what it asks for.
    async fn told(&self, instruction: Instruction) -> Result<Standing, Refused> {
        let which = (instruction.row.kind, instruction.row.id);
        let seen = Some(instruction.row.version);
        let next = self.engine.next_instruction(&self.session.who, which, seen, BANK_WAIT).await?;
        Ok(Standing { instruction: next.or(Some(instruction)), authorization: None })
    }

    /// Asks the customer on their phone; it is given once they have approved it.
    async fn asked(&self) -> Result<Standing, Refused> {
        let Self { engine, session, id, order, ended } = self;
        let case = case_of(self.link(), id);
        let (rut, operation) = order.operation(engine, session).await?;
        let ask = Ask {
            rut,
            operation: &operation,
            channel: AUDIENCE.name(),
            case: &case,
            next: Some(Approved::of(ended.clone(), (*order).clone()).next()),
        };
        let asked = engine.ask_authorization(&session.who, &ask).await;
        let authorization = asked.map_err(|error| unapproved::asking(error, conflict))?;
        if is_used(authorization.state()) {
            return Standing::find(engine, (&session.who, self.link()), id).await;
        }
        Ok(Standing { instruction: None, authorization: Some(authorization) })
    }
}

/// The bank does no such thing.
fn not_offered(kind: InstructionKind) -> Refused {
    let message = match kind {
        InstructionKind::Withdrawal => "Este banco no ofrece giros sin tarjeta.",
        InstructionKind::BillPayment => "Este banco no ofrece el pago de cuentas.",
        InstructionKind::Beneficiary => "Este banco no ofrece cambiar los destinatarios.",
    };
    Refused::new(ErrorCode::Unsupported, message)
}

fn conflict() -> Refused {
    Refused::new(
        ErrorCode::OperationConflict,
        "Con ese `end_to_end_id` o esa Idempotency-Key se pidió otra operación.",
    )
}

/// Why an instruction is not given.
fn refusal(error: InstructionError) -> Refused {
    match error {
        InstructionError::Amount => Refused::invalid(
            "`amount` es en pesos: un giro va de 1.000 a 1.000.000, una cuenta es más de 0.",
        ),
        InstructionError::Text(name) => {
            // What the engine calls so is the document's `client_number`.
            let name = if name == "customer_number" { "client_number" } else { name };
            Refused::invalid(format!("`{name}` tiene de 1 a 100 caracteres."))
        }
        InstructionError::Comment => Refused::invalid("`comment` es muy largo."),
        InstructionError::Case => Refused::of(Failure::RequestInvalid),
        InstructionError::NotOffered => Refused::of(Failure::Unsupported),
        InstructionError::OtherRequest => conflict(),
        InstructionError::UnknownAccount | InstructionError::NoPayingAccount => no_paying_account(),
        InstructionError::NotEnabled => Refused::new(
            ErrorCode::Unsupported,
            "El mandato vigente del cliente no permite operar: retírelo y abra una sesión nueva.",
        ),
        InstructionError::Link(error) => error.into(),
        InstructionError::Leave(error) => unapproved::leave(error),
        InstructionError::Engine(error) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use cartola_model::AccountNumber;

    use super::chosen;

    /// What a customer has: savings, a masked account, one that pays, and one in dollars with the digits of
    /// another that pays.
    const ACCOUNTS: [(&str, bool); 5] = [
        ("00-111-11111-11", false),
        ("**** 2222", true),
        ("00-333-33333-33", true),
        ("00-444-44444-44", false),
        ("00-444-44444-44", true),
    ];

    fn number(text: &str) -> AccountNumber {
        AccountNumber::parse(text).unwrap()
    }

    #[track_caller]
    fn check(accounts: &[(&str, bool)], named: Option<&str>, moves_money: bool, is: Option<&str>) {
        let known = accounts.iter().map(|(text, pays)| (number(text), *pays));
        let found = chosen(known, named.map(number).as_ref(), moves_money);
        assert_eq!(found.as_ref().ok().map(AccountNumber::written), is);
    }

    #[test]
    fn the_first_account_pays_that_can() {
        check(&ACCOUNTS, None, true, Some("00-333-33333-33"));
        check(&ACCOUNTS[..2], None, true, None);
        check(&[], None, true, None);
    }

    #[test]
    fn the_account_pays_that_is_named() {
        check(&ACCOUNTS, Some("4444444444"), true, Some("00-444-44444-44"));
        for cannot in ["001111111111", "**** 2222", "00-555-55555-55"] {
            check(&ACCOUNTS, Some(cannot), true, None);
        }
        check(&ACCOUNTS, Some("001111111111"), false, Some("00-111-11111-11"));
        check(&ACCOUNTS, Some("00-555-55555-55"), false, None);
    }
}
