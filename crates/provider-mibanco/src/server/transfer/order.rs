//! What is to be transferred, as the document prints it, and what it means.

use cartola_engine::Engine;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::authorizations::LinkPayment;
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::payments::{MAX_COMMENT, MAX_PESOS, MIN_PESOS, pays};
use cartola_engine::readings::{Next, ReadScope};
use cartola_model::{
    AccountKind, AccountNumber, Catalogue, InstitutionId, Record, RecordKind, TransferPayee,
    records,
};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Currency, Money, Rut};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::desk;
use super::super::instructions::give::chosen;
use super::super::reads::newest;
use super::super::refused::Refused;
use super::super::session::open::wrong_rut;
use super::rut_of;
use crate::wire::bank_named;

/// Longest name of who is paid, in characters.
const MAX_NAME: usize = 100;

/// What is asked, key by key as the document prints it; what stands behind `comment` is ours.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TransferRequest)]
#[serde(expecting = "an object with `from_account`, `to_account`, `to_bank`, `amount`, `currency`")]
pub struct Asked {
    /// The customer's account that pays.
    #[schema(example = "00-123-45678-90")]
    from_account: String,
    /// The account that is paid.
    #[schema(example = "00-987-65432-1")]
    to_account: String,
    /// Its bank: an institution's id in capitals with underscores.
    #[schema(example = "BANCO_ESTADO")]
    to_bank: String,
    /// Whole pesos.
    #[schema(example = 250_000)]
    amount: i64,
    /// `CLP`.
    #[schema(example = "CLP")]
    currency: String,
    /// What both sides are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Servicios abril 2026")]
    comment: Option<String>,
    /// The RUT of who is paid. Needed, with `to_name`, where the account is neither the customer's own
    /// nor among their beneficiaries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_rut: Option<String>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to_name: Option<String>,
    /// What the customer knows it by, made before the first call: 32 lower-case hexadecimal digits. The
    /// same order under the same id moves money once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e")]
    pub end_to_end_id: Option<String>,
    /// Where the end of the transfer is posted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
}

/// A transfer that makes sense. It names people and their accounts: it is kept sealed only.
#[derive(Clone, Serialize, Deserialize)]
pub struct Order {
    #[serde(with = "cartola_primitives::rut::serde_compact")]
    pub rut: Rut,
    from: String,
    payee: TransferPayee,
    amount: Money,
    comment: Option<String>,
}

impl Order {
    /// What is asked for, by who is signed in.
    pub async fn of(
        engine: &Engine,
        session: &DeviceSession,
        asked: &Asked,
    ) -> Result<Self, Refused> {
        let from = AccountNumber::parse(&asked.from_account)
            .map_err(|_| Refused::invalid("`from_account` no es un número de cuenta."))?;
        let account = AccountNumber::parse(&asked.to_account)
            .map_err(|_| Refused::invalid("`to_account` no es un número de cuenta."))?;
        let institution = bank_named(&asked.to_bank)
            .ok_or_else(|| Refused::invalid("`to_bank` no es un banco del catálogo."))?;
        if asked.currency != Currency::CLP.code() {
            return Err(Refused::invalid("`currency`: las transferencias son en CLP."));
        }
        if !(MIN_PESOS..=MAX_PESOS).contains(&asked.amount) {
            return Err(Refused::invalid(format!(
                "`amount` va de {MIN_PESOS} a {MAX_PESOS} pesos."
            )));
        }
        if asked.comment.as_ref().is_some_and(|text| text.chars().count() > MAX_COMMENT) {
            return Err(Refused::invalid(format!(
                "`comment` tiene hasta {MAX_COMMENT} caracteres."
            )));
        }
        desk::may_pay(engine, session).await?;
        let from = own_account(engine, session, &from).await?;
        let rut = rut_of(engine, session).await?;
        takes_pesos(engine, session, (&institution, &account), &from).await?;
        let payee = payee(engine, session, asked, (institution, account), rut).await?;
        let (amount, comment) = (Money::new(asked.amount, Currency::CLP), asked.comment.clone());
        Ok(Self { rut, from: from.written().to_owned(), payee, amount, comment })
    }

    /// In a form that is equal for equal orders.
    pub fn request(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers are JSON")
    }

    /// As the engine is told it.
    pub fn payment<'a>(
        &self,
        link: LinkId,
        (case, request): (&'a str, &'a [u8]),
        next: Option<Next>,
    ) -> LinkPayment<'a> {
        LinkPayment {
            link,
            from: AccountNumber::parse(&self.from).expect("it was written from a number"),
            payee: self.payee.clone(),
            amount: self.amount,
            comment: self.comment.clone(),
            case,
            request,
            next,
        }
    }
}

/// An account of the customer's that pays, as the bank writes it.
async fn own_account(
    engine: &Engine,
    session: &DeviceSession,
    number: &AccountNumber,
) -> Result<AccountNumber, Refused> {
    desk::read_unless_fresh(engine, session, ReadScope::ACCOUNTS).await?;
    let accounts = engine.accounts_of(&session.who, session.link.id).await?;
    let known = accounts.iter().filter_map(|account| {
        let number = AccountNumber::parse(&account.number).ok()?;
        Some((number, pays(account.row.kind, account.row.currency)))
    });
    chosen(known, Some(number), true)
}

/// Refuses what the customer's bank would say of none of their own accounts but that it knows no such payee:
/// the very one that pays, and one that is not in pesos or is a card or credit line.
async fn takes_pesos(
    engine: &Engine,
    session: &DeviceSession,
    payee: (&InstitutionId, &AccountNumber),
    from: &AccountNumber,
) -> Result<(), Refused> {
    let Some(own) = own_at(engine, session, payee).await? else { return Ok(()) };
    if payee.1.identity() == from.identity() {
        return Err(Refused::invalid("`to_account` es la misma cuenta que `from_account`."));
    }
    let is_credit = matches!(own.row.kind, AccountKind::CreditCard | AccountKind::CreditLine);
    if is_credit || own.row.currency != Currency::CLP {
        return Err(Refused::invalid(
            "`to_account` es una cuenta del cliente que no recibe transferencias en pesos.",
        ));
    }
    Ok(())
}

/// Who is paid: as the request says, or as the customer's bank knows them.
async fn payee(
    engine: &Engine,
    session: &DeviceSession,
    asked: &Asked,
    (institution, account): (InstitutionId, AccountNumber),
    rut: Rut,
) -> Result<TransferPayee, Refused> {
    let named = match (&asked.to_rut, &asked.to_name) {
        (Some(rut), Some(name)) => {
            let rut = Rut::parse(rut).map_err(|error| wrong_rut("to_rut", error))?;
            Some((rut, name.clone()))
        }
        (None, None) => match own(engine, session, (&institution, &account), rut).await? {
            Some(own) => Some(own),
            None => beneficiary(engine, session, (&institution, &account)).await?,
        },
        _ => return Err(Refused::invalid("`to_rut` y `to_name` van juntos: falta uno.")),
    };
    let (rut, name) = named.ok_or_else(|| {
        Refused::invalid(
            "`to_account` no es del cliente ni está entre sus destinatarios: indique `to_rut` y \
             `to_name`.",
        )
    })?;
    if !(1..=MAX_NAME).contains(&name.trim().chars().count()) {
        return Err(Refused::invalid(format!("`to_name` tiene de 1 a {MAX_NAME} caracteres.")));
    }
    Ok(TransferPayee { institution, account, rut, name: name.trim().to_owned() })
}

/// Another account of the customer's at the same bank.
async fn own(
    engine: &Engine,
    session: &DeviceSession,
    payee: (&InstitutionId, &AccountNumber),
    rut: Rut,
) -> Result<Option<(Rut, String)>, Refused> {
    let found = own_at(engine, session, payee).await?;
    Ok(found.and_then(|known| Some((known.holder_rut.unwrap_or(rut), known.holder_name?))))
}

async fn own_at(
    engine: &Engine,
    session: &DeviceSession,
    (institution, account): (&InstitutionId, &AccountNumber),
) -> Result<Option<OpenAccount>, Refused> {
    if Catalogue::bundled().holder_of_accounts(&session.link.institution) != institution {
        return Ok(None);
    }
    let accounts = engine.accounts_of(&session.who, session.link.id).await?;
    Ok(accounts.into_iter().find(|known| {
        AccountNumber::parse(&known.number)
            .is_ok_and(|number| number.identity() == account.identity())
    }))
}

/// Somebody on the customer's list, which is read again where it does not have them.
async fn beneficiary(
    engine: &Engine,
    session: &DeviceSession,
    payee: (&InstitutionId, &AccountNumber),
) -> Result<Option<(Rut, String)>, Refused> {
    if let Some(known) = listed(engine, session, payee).await? {
        return Ok(Some(known));
    }
    // It may have changed since it was read.
    desk::read_records(engine, session, [RecordKind::Beneficiaries]).await?;
    listed(engine, session, payee).await
}

async fn listed(
    engine: &Engine,
    session: &DeviceSession,
    payee: (&InstitutionId, &AccountNumber),
) -> Result<Option<(Rut, String)>, Refused> {
    let list = newest(engine, session, RecordKind::Beneficiaries).await?;
    let Some(Record::Beneficiaries(list)) = list else { return Ok(None) };
    let found = list.into_iter().find(|known| is_it(known, payee));
    Ok(found.and_then(|known| Some((known.rut?, known.name))))
}

fn is_it(
    known: &records::Beneficiary,
    (institution, account): (&InstitutionId, &AccountNumber),
) -> bool {
    let row = Catalogue::bundled().find(institution);
    let code = row.and_then(|row| row.cmf_code.as_deref());
    let number = AccountNumber::parse(&known.account_number);
    code.is_some()
        && known.bank_code.as_deref() == code
        && number.is_ok_and(|number| number.identity() == account.identity())
}
