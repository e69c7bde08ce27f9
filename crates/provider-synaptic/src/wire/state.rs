//! The CMF, the AFC and crypto exchanges.

use serde::Serialize;

use super::Decimal;

/// *Reporte de Deudas CMF*. What a row says is ours, and so are its totals.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DebtReport {
    /// What the person owes.
    pub direct_debts: Vec<Debt>,
    /// All of it; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_debts_total: Option<DebtTotal>,
    /// What the person stands in for.
    pub indirect_debts: Vec<Debt>,
    /// All of it; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub indirect_debts_total: Option<DebtTotal>,
    /// What could still be used.
    pub available_credits: Vec<Credit>,
    /// All of it; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_credits_total: Option<CreditTotal>,
    /// Other credits.
    pub other_credits: Vec<Credit>,
    /// All of it; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_credits_total: Option<CreditTotal>,
}

/// What is owed to one institution.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Debt {
    /// To whom.
    pub institution: String,
    /// What kind of credit.
    pub credit_type: String,
    /// All of it, in pesos.
    pub total_credit: Decimal,
    /// Paid as agreed, or up to 29 days late.
    pub current: Decimal,
    /// 30 to 59 days late.
    #[serde(rename = "late30To59")]
    pub late_30_to_59: Decimal,
    /// 60 to 89 days late.
    #[serde(rename = "late60To89")]
    pub late_60_to_89: Decimal,
    /// 90 days late or more.
    #[serde(rename = "late90OrMore")]
    pub late_90_or_more: Decimal,
}

/// What is owed to all.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DebtTotal {
    /// All of it, in pesos.
    pub total_credit: Decimal,
    /// Paid as agreed, or up to 29 days late.
    pub current: Decimal,
    /// 30 to 59 days late.
    #[serde(rename = "late30To59")]
    pub late_30_to_59: Decimal,
    /// 60 to 89 days late.
    #[serde(rename = "late60To89")]
    pub late_60_to_89: Decimal,
    /// 90 days late or more.
    #[serde(rename = "late90OrMore")]
    pub late_90_or_more: Decimal,
}

/// What could be used at one institution.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Credit {
    /// Where.
    pub institution: String,
    /// As direct credit, in pesos.
    pub direct: Decimal,
    /// As indirect credit.
    pub indirect: Decimal,
}

/// What could be used everywhere.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreditTotal {
    /// As direct credit, in pesos.
    pub direct: Decimal,
    /// As indirect credit.
    pub indirect: Decimal,
}

/// *Cotizaciones AFC*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AfcContribution {
    /// `05-2022`.
    pub month: String,
    /// The employer.
    pub employer: String,
    /// The income that is insured.
    pub income: Decimal,
    /// What was contributed.
    pub amount: Decimal,
    /// `Cotiz. Trabajador` or `Cotiz. Empleador`.
    pub description: &'static str,
}

/// *Empleadores AFC*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AfcEmployer {
    /// `10-04-2017`.
    pub subscription_date: String,
    /// `77.777.777-7`.
    pub employer_rut: String,
    /// The employer.
    pub employer_name: String,
    /// Such as `DURACIÓN INDEFINIDA`.
    pub contract_type: String,
    /// Since when.
    pub start_date: String,
    /// Until when; empty where it goes on.
    pub end_date: String,
}

/// *Información Personal AFC*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AfcPersonalInformation {
    /// The name.
    pub name: String,
    /// `12.312.312-5`.
    pub rut: String,
    /// `01-01-1988`.
    pub birth_date: String,
    /// `01-01-2009`.
    pub affiliation_date: String,
    /// The telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// The number in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Flat, block or the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The commune.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
}

/// *Balance de Criptoactivos*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CryptoBalances {
    /// The exchange.
    pub exchange_name: String,
    /// What everything is worth in dollars.
    #[serde(rename = "totalBalanceUSD")]
    pub total_balance_usd: Decimal,
    /// Each asset. Its members are ours.
    pub balances: Vec<CryptoBalancePair>,
}

/// What is held of one asset.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CryptoBalancePair {
    /// The asset, such as `BTC`.
    pub currency: String,
    /// How much of it.
    pub balance: Decimal,
    /// What that is worth in dollars.
    #[serde(rename = "balanceUSD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_usd: Option<Decimal>,
}
