//! Transfers, sent and received, by the page.

use cartola_primitives::{Currency, Date, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::{personal, words};
use super::{AccountType, DEFAULT_PAGE_SIZE, text};

/// The query of `GET transfers`. Days are Chile's and both ends are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransfersQuery {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Which page, from 1. The first where it is absent.
    #[serde(default = "first_page")]
    pub page: u32,
    /// Transfers on a page, 1 to [`super::MAX_PAGE_SIZE`]; [`DEFAULT_PAGE_SIZE`] where absent.
    #[serde(default = "default_page_size")]
    pub page_size: u32,
}

const fn first_page() -> u32 {
    1
}

const fn default_page_size() -> u32 {
    DEFAULT_PAGE_SIZE
}

/// 200 of `GET transfers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransfersResponse {
    /// The page asked for.
    pub page: u32,
    /// How many pages there are: at least 1, days without transfers have one empty page.
    pub total_pages: u32,
    /// Of all accounts, oldest first, over all pages.
    pub transfers: Vec<Transfer>,
}

words! {
    /// Whether a transfer left or came.
    Direction {
        /// From an account of the customer. Between two of theirs at this bank it is told once, as
        /// sent.
        Sent = "ENVIADA",
        /// To an account of the customer.
        Received = "RECIBIDA",
    }
}

words! {
    /// Where a transfer stands.
    TransferStatus {
        /// In the books.
        Done = "REALIZADA",
        /// On its way.
        Pending = "PENDIENTE",
    }
}

/// One transfer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Código de transacción: the same at both banks.
    pub transfer_id: String,
    /// Whether it left or came.
    pub direction: Direction,
    /// When it was made.
    pub occurred_at: Timestamp,
    /// When it is in the books; absent while it is pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounting_date: Option<Date>,
    /// Above zero, in minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Where it came from.
    pub origin: TransferParty,
    /// Where it went.
    pub recipient: TransferParty,
    /// The glosa as the bank prints it.
    pub description: String,
    /// Such as `Internet`.
    pub channel: String,
    /// Where it stands.
    pub status: TransferStatus,
}

/// One side of a transfer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferParty {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The CMF's code of the bank; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// The name of the bank.
    pub bank_name: String,
    /// The account as its bank writes it.
    pub account_number: String,
    /// What kind of account it is.
    pub account_type: AccountType,
}

personal!(Transfer, TransferParty);
