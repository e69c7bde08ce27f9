//! Telling the bank to make a transfer. The document shows the request, its answer, and the fields of
//! [`TransferRequest`] up to `comment`; the rest is ours.

use std::fmt;

use cartola_model::{AccountNumber, EndToEndId};
use cartola_primitives::{Currency, Rut, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::{personal, words};
use super::text;

/// `POST transfer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferRequest {
    /// The customer's account that pays.
    #[serde(with = "text::account")]
    pub from_account: AccountNumber,
    /// The account that is paid.
    #[serde(with = "text::account")]
    pub to_account: AccountNumber,
    /// Its bank: an institution's id in capitals with underscores, such as `BANCO_ESTADO`.
    pub to_bank: String,
    /// Above zero, in minor units.
    pub amount: i64,
    /// `CLP`.
    pub currency: Currency,
    /// What both sides are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the customer knows it by. The same order under the same id moves money once. The bank
    /// makes one up where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
    /// The RUT of who is paid: the bank pays nobody else.
    #[serde(default, with = "text::optional_rut", skip_serializing_if = "Option::is_none")]
    pub to_rut: Option<Rut>,
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
}

words! {
    /// Where a transfer stands that the bank was told to make.
    PaymentStatus {
        /// The customer is to prove that they want it.
        PendingAuthorization = "PENDING_AUTHORIZATION",
        /// The bank is at it.
        Processing = "PROCESSING",
        /// The money has moved.
        Completed = "COMPLETED",
        /// No money has moved and none will.
        Failed = "FAILED",
    }
}

words! {
    /// Why a transfer was not made.
    PaymentFailure {
        /// Not enough money.
        InsufficientFunds = "INSUFFICIENT_FUNDS",
        /// More, or less, than the customer may transfer.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Too many wrong codes.
        ChallengeRejected = "CHALLENGE_REJECTED",
        /// No right code in time.
        ChallengeExpired = "CHALLENGE_EXPIRED",
        /// The customer said no.
        Denied = "DENIED",
        /// No such account, or somebody else's.
        UnknownPayee = "UNKNOWN_PAYEE",
        /// Of a bill: what is owed is another amount, or nothing any more.
        WrongAmount = "WRONG_AMOUNT",
        /// Taken back.
        Withdrawn = "WITHDRAWN",
    }
}

words! {
    /// What the customer proves themselves with.
    ChallengeType {
        /// An approval in Mi Pass, or the app of another bank.
        App = "APP",
        /// The code of an SMS.
        Sms = "SMS",
        /// Codes of the coordinate card.
        Card = "CARD",
        /// Codes that a device shows.
        Device = "DEVICE",
        /// An SMS and the card at once.
        SmsAndCard = "SMS_AND_CARD",
    }
}

/// 200 or 202 of every call about a transfer: 202 as long as it has not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferResponse {
    /// What the bank calls it.
    pub transfer_id: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Where the app approves it; while it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_url: Option<String>,
    /// What the customer knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
    /// What the bank waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<TransferChallenge>,
    /// When the money moved, of one that is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// Why not, of one that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<PaymentFailure>,
}

/// What a customer is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferChallenge {
    /// By which means.
    #[serde(rename = "type")]
    pub kind: ChallengeType,
    /// What each code of a card or device is called, in order; empty texts where the device has no
    /// names for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// From then on no answer is taken.
    pub expires_at: Timestamp,
    /// Wrong answers that are still borne.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
}

/// `POST transfer/{end_to_end_id}/authorization`. Ours.
#[derive(Default, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The code of the SMS.
    #[serde(default, with = "text::optional_secret", skip_serializing_if = "Option::is_none")]
    pub sms: Option<Secret<String>>,
    /// The codes of the card or device, in the order of the labels.
    #[serde(default, with = "text::optional_secrets", skip_serializing_if = "Option::is_none")]
    pub codes: Option<Vec<Secret<String>>>,
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AuthorizationRequest")
            .field("sms", &self.sms.is_some())
            .field("codes", &self.codes.as_ref().map(Vec::len))
            .finish()
    }
}

personal!(TransferRequest);
