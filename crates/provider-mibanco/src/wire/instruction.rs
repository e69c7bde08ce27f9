//! What the bank is told to do beside transfers: cash for a third person at an ATM, a bill that is paid,
//! a change of beneficiaries. The document names the features and shows none of them; the shapes are
//! ours, after that of a transfer.

use std::fmt;

use cartola_model::{AccountNumber, EndToEndId};
use cartola_primitives::{Currency, Rut, Secret, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::{personal, words};
use super::{AccountType, PaymentFailure, TransferChallenge, text};

/// `POST withdrawals`: cash for somebody (*giro sin tarjeta*).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalRequest {
    /// The customer's account that pays.
    #[serde(with = "text::account")]
    pub from_account: AccountNumber,
    /// Who may take the cash.
    #[serde(with = "text::rut")]
    pub to_rut: Rut,
    /// Above zero, in minor units: what ATMs pay out, in whole notes.
    pub amount: i64,
    /// `CLP`.
    pub currency: Currency,
    /// What the customer's statement says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the customer knows it by. The same order under the same id has one effect. The bank makes
    /// one up where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
}

/// `POST bills/payments`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillPaymentRequest {
    /// The customer's account that pays.
    #[serde(with = "text::account")]
    pub from_account: AccountNumber,
    /// Who is paid, as [`super::Bill::biller_code`] names them.
    pub biller_code: String,
    /// The customer's number there.
    pub client_number: String,
    /// All that is owed, in minor units.
    pub amount: i64,
    /// `CLP`.
    pub currency: Currency,
    /// What the customer knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
}

words! {
    /// What becomes of a beneficiary.
    BeneficiaryChange {
        /// They are new, or known with other data from now on.
        Add = "ADD",
        /// They are taken off the list.
        Remove = "REMOVE",
    }
}

/// `POST beneficiaries/changes`. A beneficiary is known by bank, account and RUT.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeneficiaryChangeRequest {
    /// What is done.
    pub change: BeneficiaryChange,
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The bank: an institution's id in capitals with underscores, such as `BANCO_ESTADO`.
    pub to_bank: String,
    /// The account.
    #[serde(with = "text::account")]
    pub to_account: AccountNumber,
    /// What kind of account it is; of one that the bank knows itself it says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<AccountType>,
    /// What the customer calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Who is told of a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the customer knows the change by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
}

words! {
    /// Where an operation stands that the bank was told to do.
    OperationStatus {
        /// The customer is to approve it. It has had no effect.
        PendingAuthorization = "PENDING_AUTHORIZATION",
        /// The bank is at it.
        Processing = "PROCESSING",
        /// Cash is put aside and can be taken.
        Available = "AVAILABLE",
        /// It is done: a bill is paid, a beneficiary changed.
        Completed = "COMPLETED",
        /// The cash was taken.
        Claimed = "CLAIMED",
        /// Nobody took the cash in time, and the money came back.
        Expired = "EXPIRED",
        /// The cash was given up before anybody took it, and the money came back.
        Cancelled = "CANCELLED",
        /// It has had no effect and will have none.
        Failed = "FAILED",
    }
}

/// 200 or 202 of every call about one operation: 202 as long as it has not come to its end.
#[derive(Serialize, Deserialize)]
pub struct OperationResponse {
    /// What the bank calls it.
    pub operation_id: String,
    /// Where it stands.
    pub status: OperationStatus,
    /// Where the app approves it; while it waits for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_url: Option<String>,
    /// What the customer knows it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_to_end_id: Option<EndToEndId>,
    /// What the bank waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<TransferChallenge>,
    /// What whoever takes the cash types at the ATM, beside their RUT; while it can be taken.
    #[serde(default, with = "text::optional_secret", skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret<String>>,
    /// Until when the cash can be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it came to its end, of one that did not fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Who took the cash.
    #[serde(default, with = "text::optional_rut", skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<Rut>,
    /// Why not, of one that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<PaymentFailure>,
}

impl fmt::Debug for OperationResponse {
    /// Neither the code nor who took the cash.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OperationResponse")
            .field("operation_id", &self.operation_id)
            .field("status", &self.status)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// 200 of `GET withdrawals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawals {
    /// Those of the last ninety days, the oldest first. No code is among it: the call about one tells
    /// it.
    pub withdrawals: Vec<Withdrawal>,
}

/// Cash that was put aside, now or once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// What the bank calls it.
    pub operation_id: String,
    /// Who may take it.
    #[serde(with = "text::rut")]
    pub to_rut: Rut,
    /// Above zero, in minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Where it stands: `AVAILABLE`, `CLAIMED`, `EXPIRED` or `CANCELLED`.
    pub status: OperationStatus,
    /// When it was put aside.
    pub created_at: Timestamp,
    /// Until when it could be taken.
    pub expires_at: Timestamp,
    /// When that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Who took it.
    #[serde(default, with = "text::optional_rut", skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<Rut>,
}

words! {
    /// What kind of operation a customer was asked to approve.
    OperationType {
        /// A transfer.
        Transfer = "TRANSFER",
        /// Cash for somebody.
        Withdrawal = "WITHDRAWAL",
        /// A bill.
        BillPayment = "BILL_PAYMENT",
        /// A change of beneficiaries.
        BeneficiaryChange = "BENEFICIARY_CHANGE",
    }
}

words! {
    /// What came of asking.
    Decision {
        /// The customer approved it.
        Approved = "APPROVED",
        /// The customer said no.
        Denied = "DENIED",
        /// Too many wrong PINs.
        Rejected = "REJECTED",
        /// Nobody decided in time.
        Expired = "EXPIRED",
    }
}

/// 200 of `GET authorizations`: the log of Mi Pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorizations {
    /// Those of the last ninety days, the oldest first.
    pub authorizations: Vec<AuthorizationEvent>,
}

/// One thing that the customer was asked to approve.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationEvent {
    /// What the bank calls the operation.
    pub operation_id: String,
    /// What kind it is.
    pub operation: OperationType,
    /// SHA-256 of what identifies the phone, 64 hexadecimal digits.
    pub device_fingerprint: String,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// How.
    pub decision: Decision,
    /// How much was to move, in minor units; absent where no money does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// Its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

personal!(
    WithdrawalRequest,
    BillPaymentRequest,
    BeneficiaryChangeRequest,
    Withdrawal,
    AuthorizationEvent
);
