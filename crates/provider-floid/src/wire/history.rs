//! What came and went.

use std::collections::BTreeMap;

use serde::Serialize;

/// The callback of *Transaction history*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TransactionHistory {
    /// Movements of all accounts in pesos, the newest first.
    pub transactions: Vec<Transaction>,
    /// What went, by category, whole pesos.
    pub total_spent_by_category: BTreeMap<&'static str, i64>,
    /// What came, by category, whole pesos.
    pub total_income_by_category: BTreeMap<&'static str, i64>,
}

/// A movement.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// The day on which it was booked, `2020-06-05`.
    pub date: String,
    /// What went, whole pesos; 0 where something came.
    pub amount: i64,
    /// What came, whole pesos; 0 where something went.
    pub amount_income: i64,
    /// What it was for.
    pub category: &'static str,
    /// The glosa.
    pub description: String,
    /// The branch, where the bank tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub sucursal: Option<String>,
    /// The document number, where the bank tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub operacion_number: Option<String>,
}
