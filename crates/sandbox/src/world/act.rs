//! What levers and people do to an account.

use cartola_model::AccountNumber;
use cartola_primitives::{Date, calendar};
use jiff::civil::DateTime;

use crate::account::Account;
use crate::flow;
use crate::key::AccountKey;
use crate::month::Month;
use crate::movement::{self, Movement};
use crate::shown::begins;

use super::log::LogError;
use super::record::{Change, Party, Posting, Record};
use super::{Kept, World, overlay};

/// Largest amount of one posting, in minor units: a trillion pesos.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000;
/// Longest glosa that is taken, in characters.
pub const MAX_GLOSA: usize = 120;
/// How far ahead something may be booked, in months.
const MONTHS_AHEAD: i32 = 12;
/// Banks book what came on a holiday at six on the next bank day.
const OPENING_HOUR: i8 = 6;

/// A movement to be added.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMovement {
    /// Minor units of the account's currency; below zero the account pays.
    pub amount: i64,
    /// The text on the account.
    pub glosa: String,
    /// When it was made; now where `None`.
    pub occurred: Option<DateTime>,
    /// The day on which it is booked: the one on which it was made where `None`, and the next bank
    /// day where it is none.
    pub booked_on: Option<Date>,
    /// Another account of the box on its other side; the system's where `None`.
    pub counterparty: Option<AccountNumber>,
    /// Número de documento.
    pub document: Option<String>,
}

/// What is to be different about a movement.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Amendment {
    /// Its amount, with the sign that it has.
    pub amount: Option<i64>,
    /// Its text.
    pub glosa: Option<String>,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No such account.
    #[error("no account of the box has that number")]
    UnknownAccount,
    /// No such account on the other side.
    #[error("no account of the box has the counterparty's number, or it is the account itself")]
    UnknownCounterparty,
    /// Two currencies.
    #[error("both accounts must be in the same currency")]
    Currency,
    /// Zero, too large, or of the other sign.
    #[error(
        "the amount must be a whole number of minor units other than 0 and at most {MAX_AMOUNT}; \
         an amended one keeps its sign"
    )]
    Amount,
    /// Empty or too long.
    #[error("the description must have 1 to {MAX_GLOSA} characters")]
    Glosa,
    /// Outside what the box shows.
    #[error(
        "the date must lie within the history and at most {MONTHS_AHEAD} months ahead, and it must be booked no earlier than made"
    )]
    Day,
    /// No such movement on the account.
    #[error("the account has no movement with that reference")]
    UnknownMovement,
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl World {
    /// Adds a movement, on both its sides.
    pub fn post(&self, key: AccountKey, new: &NewMovement) -> Result<Movement, ActError> {
        let account = self.population.account(key).ok_or(ActError::UnknownAccount)?;
        let other = self.other_side(key, new.counterparty.as_ref())?;
        let size = checked_amount(new.amount)?;
        let text = checked_glosa(&new.glosa)?;
        let (occurred, booked) = self.days(new)?;
        let own = Party::Account(key);
        let (from, to) = if new.amount < 0 { (own, other) } else { (other, own) };
        let mut kept = self.kept();
        let posting = Posting {
            id: kept.state.postings,
            from,
            to,
            amount: size,
            currency: key.product.currency(),
            occurred,
            booked,
            glosas: (text.clone(), text),
            document: new.document.clone(),
            transfer: None,
        };
        let flow = posting.flow();
        kept.write(Record::Posted(posting))?;
        let month = Month::of(booked.date());
        self.found(&kept, &account, month, |each| each.flow == flow)
    }

    /// Changes a movement's amount or text. The amount changes on both sides, the text on this one.
    pub fn amend(
        &self,
        key: AccountKey,
        reference: &str,
        amendment: &Amendment,
    ) -> Result<Movement, ActError> {
        let account = self.population.account(key).ok_or(ActError::UnknownAccount)?;
        let mut kept = self.kept();
        let movement = self.by_reference(&kept, &account, reference)?;
        let amount = amendment.amount.unwrap_or(movement.amount.minor());
        let size = checked_amount(amount)?;
        if (amount < 0) != (movement.amount.minor() < 0) {
            return Err(ActError::Amount);
        }
        let mut change = change(&kept, key, &movement);
        change.amount = Some(size);
        if let Some(text) = &amendment.glosa {
            change.glosa = Some((key, checked_glosa(text)?));
        }
        kept.write(Record::Changed(change))?;
        let month = Month::of(movement.booked.date());
        self.found(&kept, &account, month, |each| each.flow == movement.flow)
    }

    /// Deletes a movement, on both its sides. Gives what is gone.
    pub fn delete(&self, key: AccountKey, reference: &str) -> Result<Movement, ActError> {
        let account = self.population.account(key).ok_or(ActError::UnknownAccount)?;
        let mut kept = self.kept();
        let movement = self.by_reference(&kept, &account, reference)?;
        let change = Change { amount: None, ..change(&kept, key, &movement) };
        kept.write(Record::Changed(change))?;
        Ok(movement)
    }

    fn other_side(
        &self,
        key: AccountKey,
        counterparty: Option<&AccountNumber>,
    ) -> Result<Party, ActError> {
        let Some(number) = counterparty else { return Ok(Party::of(flow::LEVER)) };
        let other = self.population.find(number).ok_or(ActError::UnknownCounterparty)?.key;
        if other == key {
            return Err(ActError::UnknownCounterparty);
        }
        let same = other.product.currency() == key.product.currency();
        if same { Ok(Party::Account(other)) } else { Err(ActError::Currency) }
    }

    /// When it was made and when it is booked.
    fn days(&self, new: &NewMovement) -> Result<(DateTime, DateTime), ActError> {
        let now = self.local_now();
        let occurred = new.occurred.or(new.booked_on.map(|day| day.at(12, 0, 0, 0).min(now)));
        let occurred = occurred.unwrap_or(now);
        let wanted = new.booked_on.unwrap_or(occurred.date());
        let bank_day = calendar::add_bank_days(wanted.saturating_sub(jiff::Span::new().days(1)), 1)
            .map_err(|_| ActError::Day)?;
        let last = Month::of(now.date()).plus(MONTHS_AHEAD).last_day();
        if bank_day < occurred.date() || wanted < begins(now.date()) || bank_day > last {
            return Err(ActError::Day);
        }
        let same_day = bank_day == occurred.date();
        let booked = if same_day { occurred } else { bank_day.at(OPENING_HOUR, 0, 0, 0) };
        Ok((occurred, booked))
    }

    fn by_reference(
        &self,
        kept: &Kept,
        account: &Account,
        reference: &str,
    ) -> Result<Movement, ActError> {
        let month = movement::month_of(account.key.bank.row(), reference);
        let month = month.ok_or(ActError::UnknownMovement)?;
        self.found(kept, account, month, |each| each.reference == reference)
    }

    fn found(
        &self,
        kept: &Kept,
        account: &Account,
        month: Month,
        wanted: impl Fn(&Movement) -> bool,
    ) -> Result<Movement, ActError> {
        let acted = kept.state.acted(account.key);
        let shown = overlay::months(self.population, account, &acted, (month, month));
        shown.movements.into_iter().find(wanted).ok_or(ActError::UnknownMovement)
    }
}

/// The change as it stands, or one that changes nothing yet.
pub(super) fn change(kept: &Kept, key: AccountKey, movement: &Movement) -> Change {
    let known = kept.state.acted(key).changes.remove(&movement.flow);
    let (own, other) = (Party::Account(key), Party::of(movement.other));
    let paid = movement.amount.minor() < 0;
    let (from, to) = if paid { (own, other) } else { (other, own) };
    let size = movement.amount.minor().abs();
    known.unwrap_or(Change {
        flow: movement.flow,
        from,
        to,
        currency: movement.amount.currency(),
        booked: movement.booked,
        original: size,
        amount: Some(size),
        glosa: None,
    })
}

fn checked_amount(amount: i64) -> Result<i64, ActError> {
    let size = amount.checked_abs().ok_or(ActError::Amount)?;
    if (1..=MAX_AMOUNT).contains(&size) { Ok(size) } else { Err(ActError::Amount) }
}

fn checked_glosa(text: &str) -> Result<String, ActError> {
    let clean = cartola_model::glosa::clean(text).into_owned();
    if (1..=MAX_GLOSA).contains(&clean.chars().count()) { Ok(clean) } else { Err(ActError::Glosa) }
}
