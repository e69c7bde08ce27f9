//! The same shapes as a client reads them: words that are not known are kept as they are, and what a
//! client has no use for is passed over.

use cartola_primitives::{Secret, Timestamp};
use serde::Deserialize;

use super::Amount;

/// The answer of `POST /oauth/token`.
#[derive(Deserialize)]
pub struct Token {
    /// What goes with every other call.
    pub access_token: Secret<String>,
    /// How long it is taken, in seconds.
    pub expires_in: u64,
}

/// The answer of `GET /api/movimientos-saldos`.
#[derive(Deserialize)]
pub struct Statement {
    /// The account as it was asked for.
    pub account_id: String,
    /// What is on it, where that is told.
    pub balance: Option<Balance>,
    /// The day that the balance is of, where that is not the day of the answer.
    pub balance_as_of: Option<String>,
    /// What the balance is, in a word, where it is not what is available.
    pub balance_type: Option<String>,
    /// What came and went.
    pub movements: Vec<Movement>,
    /// `cursor` of the next page; none on the last one.
    pub next_cursor: Option<String>,
}

/// What is on an account.
#[derive(Deserialize)]
pub struct Balance {
    /// How much.
    pub amount: Amount,
    /// ISO 4217, as of all amounts of the account.
    pub currency: String,
}

/// What came or went.
#[derive(Deserialize)]
pub struct Movement {
    /// The day, `YYYY-MM-DD`, or an instant of it: the document shows neither.
    pub date: String,
    /// Positive is an abono, negative a cargo.
    pub amount: Amount,
    /// How it came or went, in a word.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The glosa.
    #[serde(default)]
    pub description: String,
}

/// A payment, or a single deposit, as far as a client that waits for its end reads it.
#[derive(Deserialize)]
pub struct Payment {
    /// What its payer knows it by.
    pub reference: Option<String>,
    /// Where it stands, in a word.
    pub status: String,
    /// What somebody is to prove now.
    pub authorization: Option<Authorization>,
    /// Why no money moved, in a word.
    pub reason: Option<String>,
    /// When the money moved.
    pub completed_at: Option<Timestamp>,
    /// What the bank calls it.
    pub bank_reference: Option<String>,
}

/// What is to be proved, and until when.
#[derive(Deserialize)]
pub struct Authorization {
    /// How, in a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// Until when the bank waits.
    pub expires_at: Timestamp,
}

/// A refusal.
#[derive(Deserialize)]
pub struct Refusal {
    /// A word for programs.
    pub error: String,
}

/// A notification, as far as it says where to look: the shape that is shown, or the `CloudEvent` that
/// integrators of the bank's gateway describe.
#[derive(Deserialize)]
pub struct Notification {
    /// What happened, in a word; of the shape that is shown.
    pub event: Option<String>,
    /// When, an instant or a day; of that shape.
    pub date: Option<String>,
    /// Which version of `CloudEvents` it is of; of a `CloudEvent`.
    #[serde(alias = "specVersion")]
    pub specversion: Option<String>,
    /// When, an instant; of a `CloudEvent`.
    pub time: Option<String>,
}

/// A payment, or a single deposit, as whoever is asked for it reads it.
#[derive(Deserialize)]
pub struct PaymentRequest {
    /// The account that pays.
    pub account_id: String,
    /// Whole pesos.
    pub amount: Amount,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Who is paid.
    pub counterparty: Counterparty,
    /// What both sides are told.
    pub description: Option<String>,
    /// What its payer knows it by.
    pub reference: Option<String>,
}

/// Who is paid, and where.
#[derive(Deserialize)]
pub struct Counterparty {
    /// The holder's name.
    pub name: String,
    /// The holder's RUT.
    pub rut: String,
    /// The CMF's code of the bank, or its id.
    pub bank: String,
    /// The account's number.
    pub account_id: String,
}
