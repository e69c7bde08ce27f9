use cartola_primitives::Date;
use serde::{Deserialize, Serialize};

use super::Moment;

/// An account (`OBAccount6`; its `OpeningDate` is a date here, as the document shows it).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Account {
    /// The digits of its number.
    pub account_id: String,
    /// Whether it can be asked about.
    pub status: AccountStatus,
    /// Since when.
    pub status_update_date_time: Moment,
    /// ISO 4217 code.
    pub currency: String,
    /// Whose.
    pub account_type: AccountType,
    /// What it is.
    pub account_sub_type: AccountSubType,
    /// What its bank calls such an account.
    pub description: String,
    /// The same, short.
    pub nickname: String,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false, value_type = Option<String>, format = Date))]
    pub opening_date: Option<Date>,
}

/// `OBAccountStatus1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum AccountStatus {
    /// Its data comes.
    Enabled,
    /// Its data no longer comes.
    Disabled,
    /// Closed.
    Deleted,
    /// Not opened yet.
    Pending,
    /// Opened in part.
    ProForma,
}

/// `OBExternalAccountType1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum AccountType {
    /// A person's.
    Personal,
    /// A company's.
    Business,
}

/// `OBExternalAccountSubType1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum AccountSubType {
    /// A card that is paid in full.
    ChargeCard,
    /// A credit card.
    CreditCard,
    /// An account on sight.
    CurrentAccount,
    /// Electronic money.
    EMoney,
    /// A loan.
    Loan,
    /// A mortgage.
    Mortgage,
    /// A card that is loaded first.
    PrePaidCard,
    /// Savings.
    Savings,
}
