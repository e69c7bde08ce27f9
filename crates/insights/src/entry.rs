//! What everything here is computed from: movements, with what is known of their other side.

use std::fmt;

use cartola_model::{AccountNumber, Counterparty, Movement, MovementStatus};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Date, Money, Rut};

use crate::categories::{Facts, Label, Matcher};

/// One movement of one account of somebody. `Debug` leaves out what may name people.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Names it in every answer.
    pub id: MovementId,
    /// Whose.
    pub account: AccountId,
    /// The booking day.
    pub on: Date,
    /// Negative is a cargo.
    pub amount: Money,
    /// The text as the bank printed it.
    pub glosa: &'a str,
    /// The channel, where given.
    pub channel: Option<&'a str>,
    /// The other side, where it is known.
    pub other: Option<&'a Counterparty>,
}

impl<'a> Entry<'a> {
    /// A movement, unless the bank no longer has it.
    pub fn of<Text: AsRef<str>>(
        movement: &'a Movement<Text>,
        other: Option<&'a Counterparty>,
    ) -> Option<Self> {
        (movement.status != MovementStatus::Removed).then(|| Self {
            id: movement.id,
            account: movement.account,
            on: movement.booked_on,
            amount: movement.amount,
            glosa: movement.glosa.as_ref(),
            channel: movement.details.channel.as_ref().map(AsRef::as_ref),
            other,
        })
    }

    /// Whole pesos; none where the account is in another currency.
    pub fn pesos(&self) -> Option<i64> {
        (self.amount.currency() == Currency::CLP).then_some(self.amount.minor())
    }

    /// What it was for.
    pub fn label<'m>(&self, holder: &Holder<'_>, matcher: &'m Matcher) -> Label<'m> {
        matcher.label(&Facts {
            glosa: self.glosa,
            incoming: self.amount.minor() > 0,
            channel: self.channel,
            other: self.other.and_then(|other| other.rut),
            holder: holder.rut,
        })
    }
}

/// Who holds the accounts. What is not known is left out; then less can be told to be their own.
#[derive(Clone, Copy, Default)]
pub struct Holder<'a> {
    /// The RUT.
    pub rut: Option<Rut>,
    /// The full name.
    pub name: Option<&'a str>,
    /// The numbers of their accounts, at every bank that is known.
    pub accounts: &'a [AccountNumber],
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("on", &self.on)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Holder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder")
            .field("rut", &self.rut.is_some())
            .field("name", &self.name.is_some())
            .field("accounts", &self.accounts.len())
            .finish()
    }
}
