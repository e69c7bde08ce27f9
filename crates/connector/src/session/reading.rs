//! What is read in a session.

use std::fmt;

use bytes::Bytes;
use cartola_model::{
    AccountKind, AccountNumber, BalanceReading, InstitutionId, Record, RecordKind,
};
use cartola_primitives::{Currency, Date};

use crate::{AccountClaim, Holder, Line};

/// What an answer says, and the answer itself, which the raw archive keeps.
#[derive(Debug, Clone)]
pub struct Reading<T> {
    /// In canonical terms.
    pub value: T,
    /// As it came.
    pub raw: RawAnswer,
}

/// An answer as it came, from which the same can be read again. Never one with a token in it.
/// `Debug` shows its size.
#[derive(Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// What it answers, such as `statement`.
    pub operation: &'static str,
    /// Its body.
    pub body: Bytes,
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawAnswer({}, {} bytes)", self.operation, self.body.len())
    }
}

/// What of a product is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordQuery {
    /// Which product.
    pub kind: RecordKind,
    /// Of which days, where it is told by days, as transfers are.
    pub days: DayRange,
}

/// What was told of a product, and the answers that told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordReading {
    /// In canonical terms.
    pub record: Record,
    /// As it came, page by page.
    pub raw: Vec<RawAnswer>,
}

/// An account as a session lists it.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// Its kind; unknown where the institution uses a word that is not known.
    pub kind: Option<AccountKind>,
    /// Its currency.
    pub currency: Currency,
    /// What the customer calls it. May name people: `Debug` shows whether there is one.
    pub alias: Option<String>,
    /// Who holds it.
    pub holder: Holder,
}

impl Account {
    /// The account as a batch names it.
    pub fn claim(&self, institution: &InstitutionId) -> AccountClaim {
        AccountClaim {
            institution: Some(institution.clone()),
            kind: self.kind,
            currency: self.currency,
            number: Some(self.number.clone()),
            holder: self.holder.clone(),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("number", &self.number)
            .field("kind", &self.kind)
            .field("currency", &self.currency)
            .field("alias", &self.alias.is_some())
            .field("holder", &self.holder)
            .finish()
    }
}

/// The balances of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountBalances {
    /// Which account.
    pub number: AccountNumber,
    /// Its currency: a bank may write a CLP and a USD account with the same digits.
    pub currency: Currency,
    /// One of each kind that the institution gives.
    pub readings: Vec<BalanceReading>,
}

/// Most days of one reading of movements: 37 months, one more than banks keep at hand.
pub const MAX_RANGE_DAYS: i32 = 1_127;

/// Days in Chile, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    from: Date,
    to: Date,
}

/// Why two days are no range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayRangeError {
    /// The last comes before the first.
    #[error("the last day comes before the first")]
    Reversed,
    /// More than [`MAX_RANGE_DAYS`].
    #[error("more than {MAX_RANGE_DAYS} days")]
    TooLong,
}

impl DayRange {
    /// From one day to another.
    pub fn new(from: Date, to: Date) -> Result<Self, DayRangeError> {
        if to < from {
            return Err(DayRangeError::Reversed);
        }
        // Both are dates of years -9999 to 9999, so that their distance in days always exists.
        let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
        if days >= MAX_RANGE_DAYS { Err(DayRangeError::TooLong) } else { Ok(Self { from, to }) }
    }

    /// From the first day of one month to the last of another. Any day names its month.
    pub fn months(first: Date, last: Date) -> Result<Self, DayRangeError> {
        Self::new(first.first_of_month(), last.last_of_month())
    }

    /// The first day.
    pub const fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn to(&self) -> Date {
        self.to
    }

    /// Whether the day is one of them.
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Which movements are wanted.
#[derive(Debug, Clone, Copy)]
pub struct StatementQuery<'a> {
    /// Of which account, as the session listed it.
    pub account: &'a Account,
    /// Of which days.
    pub days: DayRange,
}

/// Where the next page begins. Its text means something to its connector alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageCursor(pub String);

/// One page of movements.
#[derive(Debug, Clone)]
pub struct StatementPage {
    /// The layout of the answer, such as `mibanco/statement`.
    pub layout: &'static str,
    /// Oldest first.
    pub lines: Vec<Line>,
    /// Where the next page begins; none after the last.
    pub next: Option<PageCursor>,
}
