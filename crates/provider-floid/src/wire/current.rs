//! The current dialect. Envelope and error object are as its public pages have them; what is within
//! `data` is unverified (`docs/floid.md`).

use serde::Serialize;

use super::Amount;

/// What went well.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Envelope<'a, Data> {
    /// The HTTP status.
    #[cfg_attr(feature = "server", schema(example = 200))]
    pub code: u16,
    /// What was done.
    #[cfg_attr(feature = "server", schema(example = "OK"))]
    pub msg: &'static str,
    /// The caller's case, or one that was made for it.
    pub caseid: &'a str,
    /// The product's result; `null` where it is posted later.
    pub data: Data,
}

/// What went wrong.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ErrorObject<'a> {
    /// The HTTP status; 481 is Floid's own.
    #[cfg_attr(feature = "server", schema(example = 400))]
    pub code: u16,
    /// The class.
    #[cfg_attr(feature = "server", schema(example = "LOGIN"))]
    pub error_type: &'static str,
    /// What it is.
    #[cfg_attr(feature = "server", schema(example = "INVALID_CREDENTIALS"))]
    pub error_code: &'static str,
    /// For who integrates, in English.
    pub error_message: &'a str,
    /// For the person, in Spanish.
    pub display_message: &'static str,
    /// The caller's case, or one that was made for it.
    pub caseid: &'a str,
}

/// `products`
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProductsData {
    /// Accounts that hold money.
    pub accounts: Vec<AccountData>,
    /// Credit cards: one row for each currency of each.
    pub cards: Vec<CardData>,
    /// Credit lines.
    pub credit_lines: Vec<CardData>,
}

/// An account with its balance.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountData {
    /// Its number, as the bank writes it.
    pub number: String,
    /// `corriente`, `vista`, `rut`, `ahorro`, `chequera_electronica`
    pub name: &'static str,
    /// ISO 4217
    pub currency: &'static str,
    /// What is available; the ledger balance where the bank does not tell it.
    pub balance: Option<Amount>,
}

/// A card or a line.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CardData {
    /// What the bank calls it.
    pub name: String,
    /// Its number, masked where the bank masks it.
    pub number: String,
    /// ISO 4217
    pub currency: &'static str,
    /// In all.
    pub total: Amount,
    /// Used of it.
    pub used: Amount,
    /// What is left.
    pub available: Amount,
}

/// `credit_cards_info`
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CardsData {
    /// One row for each currency of each card.
    pub cards: Vec<CardData>,
}

/// `transactions`
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HistoryData {
    /// Accounts that hold money.
    pub accounts: Vec<AccountHistory>,
}

/// An account with what came and went.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountHistory {
    /// Its number, as the bank writes it.
    pub account_number: String,
    /// ISO 4217
    pub currency: &'static str,
    /// The newest first.
    pub transactions: Vec<TransactionData>,
}

/// A movement.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TransactionData {
    /// `2020-06-05`
    pub date: String,
    /// The glosa.
    pub description: String,
    /// What came, or 0.
    #[serde(rename = "in")]
    pub came: Amount,
    /// What went, or 0.
    #[serde(rename = "out")]
    pub went: Amount,
    /// What was there afterwards, where the bank tells it.
    pub balance: Option<Amount>,
}

/// Somebody whom transfers may go to.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContactData {
    /// Their name.
    pub name: String,
    /// Their RUT, `11111111-1`.
    pub rut: Option<String>,
    /// Their bank.
    pub bank: String,
    /// Their account.
    pub account: String,
    /// Their e-mail address.
    pub email: Option<String>,
}

/// `contacts`
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ContactsData {
    /// All of them.
    pub contacts: Vec<ContactData>,
}

/// `validar`
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ValidData {
    /// Always `true`: what is wrong is an error.
    pub valid: bool,
}
