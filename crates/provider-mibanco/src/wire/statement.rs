//! The movements of an account, by the page.

use std::fmt;

use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Date, Rut};
use serde::{Deserialize, Serialize};

use super::code::words;
use super::{DEFAULT_PAGE_SIZE, text};

/// `POST statement`. Days are Chile's and both ends are included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRequest {
    /// Which account.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// The account's currency.
    pub currency: Currency,
    /// First day.
    pub from_date: Date,
    /// Last day.
    pub to_date: Date,
    /// Which page, from 1. The first where it is absent.
    #[serde(default = "first_page")]
    pub page: u32,
    /// Transactions on a page, 1 to [`super::MAX_PAGE_SIZE`]; [`DEFAULT_PAGE_SIZE`] where absent.
    #[serde(default = "default_page_size")]
    pub page_size: u32,
}

const fn first_page() -> u32 {
    1
}

const fn default_page_size() -> u32 {
    DEFAULT_PAGE_SIZE
}

/// 200 of `POST statement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementResponse {
    /// The account asked for, as it was written in the request.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// The page asked for.
    pub page: u32,
    /// How many pages there are: at least 1, a period without movements has one empty page.
    pub total_pages: u32,
    /// Oldest first, over all pages; what is pending comes after everything booked.
    pub transactions: Vec<Transaction>,
}

words! {
    /// Where a transaction stands.
    TransactionStatus {
        /// On the account's ledger.
        Booked = "BOOKED",
        /// Announced: it may change, and has neither balance nor reference for good.
        Pending = "PENDING",
    }
}

words! {
    /// The way a transaction took.
    Channel {
        /// An electronic transfer between banks.
        Tef = "TEF",
        /// The bank's web and mobile channels.
        Internet = "INTERNET",
        /// A card at a merchant (`RedCompra`, credit).
        Card = "TARJETA",
        /// A cash machine.
        Atm = "CAJERO",
        /// A branch.
        Branch = "SUCURSAL",
        /// An automatic payment or credit (PAC, payroll).
        Automatic = "AUTOMATICO",
    }
}

/// One movement. Its text names people, so `Debug` leaves that out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The booking day in Chile; of a pending one, the day it was announced.
    pub date: Date,
    /// The glosa as the bank prints it, such as `TRANSF DESDE 76.543.210-K`.
    pub description: String,
    /// Minor units: above zero an abono, below zero a cargo.
    pub amount: i64,
    /// The account's currency.
    pub currency: Currency,
    /// The ledger balance after it, minor units. Absent while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_after: Option<i64>,
    /// The way it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The bank's own, unique within the account and the same at every reading, such as
    /// `MB-2026040800012`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Where it stands; absent means booked, as in the document's example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TransactionStatus>,
    /// The other side, where the bank knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<StatementCounterparty>,
}

impl Transaction {
    /// Whether it is on the ledger. An absent status says so; one that is not known leaves it to
    /// the ledger balance, which only a booked transaction has.
    pub fn is_booked(&self) -> bool {
        match &self.status {
            None | Some(TransactionStatus::Booked) => true,
            Some(TransactionStatus::Pending) => false,
            Some(TransactionStatus::Other(_)) => self.balance_after.is_some(),
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Transaction")
            .field("date", &self.date)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("balance_after", &self.balance_after)
            .field("channel", &self.channel)
            .field("reference", &self.reference)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The other side of a transaction. `Debug` says which parts are known, not what they are.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StatementCounterparty {
    /// The name as the bank prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The RUT.
    #[serde(default, with = "text::optional_rut", skip_serializing_if = "Option::is_none")]
    pub rut: Option<Rut>,
    /// The bank: an institution's id in capitals with underscores, such as `BANCO_ESTADO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// The account as its bank writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl fmt::Debug for StatementCounterparty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StatementCounterparty")
            .field("name", &self.name.is_some())
            .field("rut", &self.rut.is_some())
            .field("bank", &self.bank)
            .field("account", &self.account.is_some())
            .finish()
    }
}
