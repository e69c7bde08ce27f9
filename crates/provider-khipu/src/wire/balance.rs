use serde::{Deserialize, Serialize};

use super::{Amount, CreditDebit, Moment};

/// A balance (`OBReadBalance1`; here its `Amount` is an array and its `CreditLine` an object, as
/// the document shows them).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Balance {
    /// The digits of the account's number.
    pub account_id: String,
    /// The sign.
    pub credit_debit_indicator: CreditDebit,
    /// When it stood so.
    pub date_time: Moment,
    /// What it counts.
    #[serde(rename = "Type")]
    pub kind: BalanceType,
    /// How much: one amount.
    pub amount: Vec<Amount>,
    /// What may be drawn beyond it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub credit_line: Option<CreditLine>,
}

/// What may be drawn beyond a balance.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct CreditLine {
    /// Whether the balance beside it counts it in.
    pub included: bool,
    /// What it is.
    #[serde(rename = "Type", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub kind: Option<CreditLineType>,
    /// How much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub amount: Option<Amount>,
}

/// `OBBalanceType1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the names are the standard's, which defines them")]
pub enum BalanceType {
    ClosingAvailable,
    ClosingBooked,
    ClosingCleared,
    Expected,
    ForwardAvailable,
    Information,
    InterimAvailable,
    InterimBooked,
    InterimCleared,
    OpeningAvailable,
    OpeningBooked,
    OpeningCleared,
    PreviouslyClosedBooked,
}

/// `OBExternalLimitType1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum CreditLineType {
    /// What is left of it.
    Available,
    /// The whole of it.
    Credit,
    /// For emergencies.
    Emergency,
    /// Agreed with the bank: a línea de crédito.
    #[serde(rename = "Pre-Agreed")]
    PreAgreed,
    /// For a time.
    Temporary,
}
