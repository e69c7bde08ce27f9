//! *Pagos* and *Abono en línea*. No source shows a shape of theirs: names and types follow what is
//! shown of the other products, and all of it is ours.

use serde::Serialize;

use super::Amount;

/// Who is paid, and where.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Counterparty {
    /// The holder's name.
    pub name: String,
    /// The holder's RUT, without dots: `76543210-3`.
    pub rut: String,
    /// The CMF's code of the bank, three digits; its id in this gateway where it has none.
    pub bank: String,
    /// The account's number.
    pub account_id: String,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = PaymentStatus))]
pub enum Status {
    /// It waits for its turn, the bank is being told, or settles.
    Pending,
    /// Somebody of the account is to prove that they want it, as with Mi Pass.
    AuthorizationRequired,
    /// Nobody knows what the bank has heard, and it is being asked.
    InDoubt,
    /// The money has moved, once. Final.
    Completed,
    /// No money has moved and none will. Final.
    Failed,
}

/// Where the lines of a deposit stand, taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum BatchStatus {
    /// A line has not ended.
    Pending,
    /// All have ended, and all were paid.
    Completed,
    /// All have ended, some paid and some not.
    Partial,
    /// All have ended, and none was paid.
    Failed,
}

/// What is to be proved, and until when.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Authorization {
    /// How: `app`, `sms`, `card`, `device`, `sms_and_card`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Until when the bank waits, RFC 3339.
    #[cfg_attr(feature = "server", schema(format = DateTime))]
    pub expires_at: String,
}

/// One payment: alone, or a line of a deposit.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = PaymentLine))]
pub struct Line {
    /// What its payer knows it by; left out where none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub reference: Option<String>,
    /// The payment in this gateway, which `/v1/payments` knows too.
    pub payment_id: String,
    /// Whole pesos.
    pub amount: Amount,
    /// ISO 4217.
    #[cfg_attr(feature = "server", schema(example = "CLP"))]
    pub currency: &'static str,
    /// Who is paid.
    pub counterparty: Counterparty,
    /// What both sides are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub description: Option<String>,
    /// Where it stands.
    #[cfg_attr(feature = "server", schema(inline = false))]
    pub status: Status,
    /// What somebody is to prove now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub authorization: Option<Authorization>,
    /// Why no money moved, in a word such as `insufficient_funds`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false, example = "insufficient_funds"))]
    pub reason: Option<&'static str>,
    /// When the money moved, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false, format = DateTime))]
    pub completed_at: Option<String>,
    /// What the bank calls it, once it has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub bank_reference: Option<String>,
}

/// A payment, or a single deposit.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Payment {
    /// Its id.
    pub id: String,
    /// The account that pays, as it was named.
    pub account_id: String,
    /// When it was asked for, RFC 3339.
    #[cfg_attr(feature = "server", schema(format = DateTime))]
    pub date: String,
    /// The rest.
    #[serde(flatten)]
    pub line: Line,
}

/// What is told of a key that was taken back before anything was begun under it. Ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NeverBegun {
    /// `FAILED`.
    #[cfg_attr(feature = "server", schema(inline = false))]
    pub status: Status,
    /// `withdrawn`.
    #[cfg_attr(feature = "server", schema(example = "withdrawn"))]
    pub reason: &'static str,
}

/// Payments of a list.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Payments {
    /// The oldest first.
    pub payments: Vec<Payment>,
    /// `cursor` of the next page; left out on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// A deposit as a list shows it: single or a batch.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DepositSummary {
    /// Its id.
    pub id: String,
    /// The account that pays, as it was named.
    pub account_id: String,
    /// When it was asked for, RFC 3339.
    #[cfg_attr(feature = "server", schema(format = DateTime))]
    pub date: String,
    /// Lines that it has.
    pub count: usize,
    /// Of all lines together, whole pesos.
    pub amount: Amount,
    /// ISO 4217.
    #[cfg_attr(feature = "server", schema(example = "CLP"))]
    pub currency: &'static str,
}

/// Deposits of a list.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Deposits {
    /// The oldest first.
    pub deposits: Vec<DepositSummary>,
    /// `cursor` of the next page; left out on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// A batch of deposits.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Batch {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: DepositSummary,
    /// Where its lines stand.
    pub status: BatchStatus,
    /// Lines that were paid.
    pub completed: usize,
    /// Lines that were not, and will not be.
    pub failed: usize,
    /// Lines that have not ended.
    pub pending: usize,
    /// One page of its lines, in the order in which they were given.
    pub deposits: Vec<Line>,
    /// `cursor` of the next page of lines; left out on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// How a payment, or a line of a deposit, ended: as it is posted to subscribers. The first six members
/// are those that are shown of a notification.
#[derive(Serialize)]
pub struct Outcome {
    /// Which way.
    pub event: OutcomeEvent,
    /// The account that paid, as it was named.
    pub account_id: String,
    /// How much.
    pub amount: Amount,
    /// ISO 4217.
    pub currency: &'static str,
    /// When the money moved, or when it was known that none will, RFC 3339.
    pub date: String,
    /// The name of who is paid.
    pub counterparty: String,
    /// The payment or deposit that it is of.
    pub id: String,
    /// The payment in this gateway.
    pub payment_id: String,
    /// What its payer knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why no money moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// How a payment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum OutcomeEvent {
    /// The money has moved.
    #[serde(rename = "transfer.completed")]
    Completed,
    /// No money has moved and none will.
    #[serde(rename = "transfer.failed")]
    Failed,
}
