//! Payments.

use serde::Serialize;

/// What the document says of a payment, in its words.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = TransferMessage))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransferMessage {
    /// The customer approves in their bank's app.
    WaitingForAppApproval,
    /// The customer enters the code of an SMS.
    WaitingForSmsCode,
    /// The customer enters codes of their card, or of a device.
    WaitingForCardCode,
    /// Both at once.
    WaitingForSmsAndCardCode,
    /// The bank needs time: the callback tells what came of it.
    VerificationDataAccepted,
    /// The money has moved, once.
    BankTransferCompleted,
    /// No money has moved and none will.
    BankTransferFailed,
    /// The same, since it was more than may be paid at once.
    ExceedTransferLimit,
    /// It is less than may be paid at once.
    #[serde(rename = "MINIMUM_MONEY_AMOUNT_1000")]
    MinimumMoneyAmount,
    /// RUT or password are missing.
    RutPasswordAreRequired,
    /// The page is missing, or what was asked for on it.
    CheckRequiredFields,
    /// There is no such page, or an answer was taken on it.
    TransactionIsNotExist,
    /// Nobody has answered on it in time.
    TransactionIsExpired,
}

/// *Transfer money from user account to Floid account*, *Second step*, *Third step*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TransferAnswer {
    /// Whether it is in the queue.
    pub is_accepted: bool,
    /// How it stands.
    pub message: TransferMessage,
    /// What is beside each field that the customer fills: coordinates of their card, or empty texts
    /// for codes of a device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub card_code: Option<Vec<String>>,
    /// By what the customer's answer is taken, once, for five minutes: 40 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub page_id: Option<String>,
}

impl TransferAnswer {
    /// What there is nothing to answer to.
    pub const fn plain(is_accepted: bool, message: TransferMessage) -> Self {
        Self { is_accepted, message, card_code: None, page_id: None }
    }
}

/// The last word on a payment, which is posted.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TransferCallback<'a> {
    /// `true` or `false` as a text, as printed.
    pub is_valid: &'static str,
    /// The bank, in the document's words.
    pub bank_name: &'a str,
    /// Whole pesos.
    pub money_amount: String,
    /// The caller's case.
    pub case_id: &'a str,
    /// `BANK_TRANSFER_COMPLETED` or `BANK_TRANSFER_FAILED`.
    pub message: TransferMessage,
}
