//! What banks tell of accounts and of those they know.

use serde::Serialize;

use super::Decimal;

/// *Validación de Identidad*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Whether the institution let the person in, and knows them by this RUT.
    pub is_valid: bool,
}

/// *Cuenta de Servicio*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccount {
    /// The company.
    pub company: String,
    /// What the customer calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The customer's number there.
    pub user_id: String,
}

/// *Destinatario TEF*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TefRecipient {
    /// Their name.
    pub name: String,
    /// Their RUT, `11.111.111-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rut: Option<String>,
    /// Their bank.
    pub bank_name: String,
    /// Their bank's CMF code; left out where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// Their account.
    pub account_number: String,
    /// `corriente`, `vista`, `ahorro`, `rut`, `chequera_electronica` or `otro`.
    pub account_type: &'static str,
    /// Their e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the customer calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// Which way money went.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum MovementType {
    /// Abono.
    Inflow,
    /// Cargo.
    Outflow,
}

/// *Movimiento*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// Which way.
    #[serde(rename = "type")]
    pub kind: MovementType,
    /// Of which account.
    pub account_number: String,
    /// The day, `2021-04-01`.
    pub date: String,
    /// What the bank prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Channel or branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// How much; never negative.
    pub amount: Decimal,
    /// The account's balance after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Decimal>,
}

/// *Reporte Financiero*. Its three parts are ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FinancialReport {
    /// The accounts.
    pub accounts: AccountsReport,
    /// The credit lines together; `null` where there is none.
    pub credit_line: Option<CreditLineReport>,
    /// The cards; `null` where there is none.
    pub credit_cards: Option<CardsReport>,
}

/// The accounts of a *Reporte Financiero*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountsReport {
    /// What is available on all accounts in pesos.
    pub total_balance: Decimal,
    /// Each of them.
    pub accounts: Vec<AccountReport>,
}

/// One account of a *Reporte Financiero*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountReport {
    /// Its number.
    pub account_number: String,
    /// As in [`TefRecipient`].
    pub account_type: &'static str,
    /// Its currency.
    pub currency: &'static str,
    /// What can be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_balance: Option<Decimal>,
    /// What is booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounting_balance: Option<Decimal>,
}

/// The credit lines of a *Reporte Financiero*, together.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreditLineReport {
    /// In all.
    pub total_amount: Decimal,
    /// Used of it.
    pub used_amount: Decimal,
    /// What is left.
    pub available_amount: Decimal,
}

/// The cards of a *Reporte Financiero*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CardsReport {
    /// The limits of all cards in pesos.
    pub total_amount: Decimal,
    /// Used of them.
    pub used_amount: Decimal,
    /// What is left.
    pub available_amount: Decimal,
    /// Each of them.
    pub cards: Vec<CardReport>,
}

/// One card of a *Reporte Financiero*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CardReport {
    /// Its number, masked.
    pub card_number: String,
    /// Its brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_type: Option<String>,
    /// In pesos.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national: Option<CardUsage>,
    /// In dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub international: Option<CardUsage>,
    /// What was billed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billed_amount: Option<Decimal>,
    /// The least of it that must be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_payment: Option<Decimal>,
    /// Until when, `2021-04-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
}

/// What may be used of a card in one currency.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CardUsage {
    /// In all.
    pub total_amount: Decimal,
    /// Used of it.
    pub used_amount: Decimal,
    /// What is left.
    pub available_amount: Decimal,
}
