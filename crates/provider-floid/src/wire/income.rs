//! What somebody earns.

use serde::Serialize;

/// The callback of *Income check*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IncomeCheck {
    /// The months with main income of twelve: `12/12`.
    pub regularity: String,
    /// Main and other income a month, whole pesos.
    pub total_average: i64,
    /// Main income a month.
    pub main_average: i64,
    /// Other income a month.
    pub extra_average: i64,
    /// The months that are known as a whole, the newest first, at most twelve.
    pub income_by_month: Vec<MonthIncome>,
}

/// One month.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MonthIncome {
    /// `2020-06`
    pub month: String,
    /// All of it, whole pesos.
    pub total: i64,
    /// From the main source.
    pub main: i64,
    /// From all others.
    pub extra: i64,
    /// Who paid, the main one first.
    pub sources: Vec<Source>,
}

/// Who paid.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "server", schema(as = IncomeSource))]
pub struct Source {
    /// The payer as the bank names it, else what the glosa says.
    pub sender: String,
    /// Whole pesos, of all its payments of the month.
    pub amount: i64,
    /// Whether it is the month's main source.
    #[serde(rename = "type")]
    pub kind: IncomeKind,
}

/// What income is.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum IncomeKind {
    /// From the main source.
    Main,
    /// From any other.
    Extra,
}
