//! Answers and callbacks as the document prints them. Nothing here can be formatted for a log: no
//! type has `Debug`.
//!
//! Where something goes wrong, a member that there is nothing to say of is left out, and `error`
//! says what went wrong.

mod amount;
mod assets;
mod current;
mod debt;
mod history;
mod identity;
mod iframe;
mod income;
mod payment;

pub use amount::Amount;
pub use assets::{AssetReport, CreditScoreParams};
pub use current::{
    AccountData, AccountHistory, CardData, CardsData, ContactData, ContactsData, Envelope,
    ErrorObject, HistoryData, ProductsData, TransactionData, ValidData,
};
pub use debt::{AccountsData, AvailableCredit, Debt, FullDebt};
pub use history::{Transaction, TransactionHistory};
pub use identity::{Address, Identity};
pub use iframe::Iframe;
pub use income::{IncomeCheck, IncomeKind, MonthIncome, Source};
pub use payment::{TransferAnswer, TransferCallback, TransferMessage};

use serde::Serialize;

/// Whether a request went into the queue.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// Whether it did.
    pub is_accepted: bool,
    /// What is done with it; empty where nothing is.
    #[cfg_attr(feature = "server", schema(example = "Processing transactions for income check."))]
    pub message: &'static str,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub error: Option<&'static str>,
}

/// What is posted.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Posted<'a, Told> {
    /// The caller's case.
    pub case_id: &'a str,
    /// Whether there is a result; else `error` is all that there is beside.
    pub is_valid: bool,
    /// The result.
    #[serde(flatten)]
    pub told: Told,
}

/// What a refused request is told.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Failed<'a> {
    /// What is wrong, one sentence.
    pub error: &'a str,
}
