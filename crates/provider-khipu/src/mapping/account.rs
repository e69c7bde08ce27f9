use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::{Currency, Date, Timestamp};

use crate::Segment;
use crate::wire::{Account, AccountStatus, AccountSubType, AccountType, Moment};

/// What an account's record is made of.
#[derive(Debug, Clone, Copy)]
pub struct AccountSource<'a> {
    /// Its number.
    pub number: &'a AccountNumber,
    /// What it is.
    pub kind: AccountKind,
    /// Its currency.
    pub currency: Currency,
    /// The side of the bank that was asked.
    pub segment: Segment,
    /// Whether its data still comes.
    pub active: bool,
    /// Since when that is so.
    pub since: Timestamp,
    /// When it was opened, where a source says so.
    pub opened_on: Option<Date>,
}

/// The record of an account.
pub fn account(source: &AccountSource<'_>) -> Account {
    let (description, nickname) = names(source.kind);
    Account {
        account_id: source.number.digits().to_owned(),
        status: if source.active { AccountStatus::Enabled } else { AccountStatus::Disabled },
        status_update_date_time: Moment::at(source.since),
        currency: source.currency.code().to_owned(),
        account_type: match source.segment {
            Segment::Personal => AccountType::Personal,
            Segment::Business | Segment::Entrepreneur => AccountType::Business,
        },
        account_sub_type: sub_type(source.kind),
        description: description.to_owned(),
        nickname: nickname.to_owned(),
        opening_date: source.opened_on,
    }
}

/// Whether a request that names `asked` means the account of this number and currency. Leading
/// zeros say nothing. A number that its bank masks is asked for as it is answered: by the digits
/// that are shown.
pub fn is_meant(
    asked: (&AccountNumber, Option<Currency>),
    number: &AccountNumber,
    currency: Currency,
) -> bool {
    let (wanted, wanted_currency) = asked;
    let same = if number.is_masked() && !wanted.is_masked() {
        wanted.digits() == number.digits()
    } else {
        wanted.identity() == number.identity()
    };
    same && wanted_currency.is_none_or(|wanted| wanted == currency)
}

fn sub_type(kind: AccountKind) -> AccountSubType {
    match kind {
        AccountKind::Checking
        | AccountKind::Sight
        | AccountKind::Rut
        | AccountKind::ElectronicChequebook => AccountSubType::CurrentAccount,
        AccountKind::Savings => AccountSubType::Savings,
        AccountKind::CreditCard => AccountSubType::CreditCard,
        AccountKind::CreditLine => AccountSubType::Loan,
    }
}

/// What banks call such an account: in full, and in short.
fn names(kind: AccountKind) -> (&'static str, &'static str) {
    match kind {
        AccountKind::Checking => ("CUENTA CORRIENTE", "CORRIENTE"),
        AccountKind::Sight => ("CUENTA VISTA", "VISTA"),
        AccountKind::Rut => ("CUENTARUT", "CUENTARUT"),
        AccountKind::Savings => ("CUENTA DE AHORRO", "AHORROS"),
        AccountKind::ElectronicChequebook => ("CHEQUERA ELECTRONICA", "CHEQUERA"),
        AccountKind::CreditCard => ("TARJETA DE CREDITO", "TARJETA"),
        AccountKind::CreditLine => ("LINEA DE CREDITO", "LINEA"),
    }
}
