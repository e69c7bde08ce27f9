use serde::{Deserialize, Serialize};

use super::{Amount, CreditDebit, Moment};

/// A statement (`OBStatement2`). Its benefits, fees, interest, rates and values are elided in the
/// document; no source of ours says any, so they are never there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// The digits of the account's number.
    pub account_id: String,
    /// When it was made.
    pub creation_date_time: Moment,
    /// The last second that it speaks of.
    pub end_date_time: Moment,
    /// The first second that it speaks of.
    pub start_date_time: Moment,
    /// What it is, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement_description: Vec<String>,
    /// 32 hexadecimal digits: the same for the same account and month.
    pub statement_id: String,
    /// 12 hexadecimal digits: likewise.
    pub statement_reference: String,
    /// Whether its month is over.
    #[serde(rename = "Type")]
    pub kind: StatementType,
    /// Balances and sums.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement_amount: Vec<StatementAmount>,
    /// Further instants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement_date_time: Vec<StatementDateTime>,
}

/// `OBExternalStatementType1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum StatementType {
    /// The last of an account.
    AccountClosure,
    /// The first.
    AccountOpening,
    /// Of a year.
    Annual,
    /// Of a month that is not over.
    Interim,
    /// Of a month.
    RegularPeriodic,
}

/// One amount of a statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct StatementAmount {
    /// How much.
    pub amount: Amount,
    /// The sign.
    pub credit_debit_indicator: CreditDebit,
    /// What it counts.
    #[serde(rename = "Type")]
    pub kind: StatementAmountType,
}

/// Those of `OBExternalStatementAmountType1Code` that our records know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum StatementAmountType {
    /// Before the first movement.
    #[serde(rename = "UK.OBIE.StartingBalance")]
    StartingBalance,
    /// After the last.
    #[serde(rename = "UK.OBIE.ClosingBalance")]
    ClosingBalance,
    /// Sum of the abonos.
    #[serde(rename = "UK.OBIE.TotalCredits")]
    TotalCredits,
    /// Sum of the cargos.
    #[serde(rename = "UK.OBIE.TotalDebits")]
    TotalDebits,
}

/// One instant of a statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct StatementDateTime {
    /// When.
    pub date_time: Moment,
    /// What.
    #[serde(rename = "Type")]
    pub kind: StatementDateTimeType,
}

/// Those of `OBExternalStatementDateTimeType1Code` that our records know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum StatementDateTimeType {
    /// From when on it can be had.
    #[serde(rename = "UK.OBIE.StatementAvailable")]
    StatementAvailable,
}
