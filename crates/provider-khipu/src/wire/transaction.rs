use serde::{Deserialize, Serialize};

use super::{Amount, BalanceType, CreditDebit, Moment};

/// A movement (`OBTransaction6`; its `SupplementaryData` is an array here, as the document shows
/// it). Parts that the document elides and no source of ours says are never there:
/// `BankTransactionCode`, `ProprietaryBankTransactionCode`, `CardInstrument` (which needs the card's
/// brand), `ChargeAmount`, `CurrencyExchange`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Transaction {
    /// The digits of the account's number.
    pub account_id: String,
    /// The branch, or the city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub address_line: Option<String>,
    /// The first second of the booking day.
    pub booking_date_time: Moment,
    /// The sign.
    pub credit_debit_indicator: CreditDebit,
    /// The statement that it is in; none while it is pending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement_reference: Vec<String>,
    /// Booked or pending.
    pub status: EntryStatus,
    /// 32 hexadecimal digits: our id.
    pub transaction_id: String,
    /// The glosa for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub transaction_information: Option<String>,
    /// Whether it can still change.
    pub transaction_mutability: Mutability,
    /// The bank's reference, or the document's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub transaction_reference: Option<String>,
    /// The first second of the value day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub value_date_time: Option<Moment>,
    /// How much.
    pub amount: Amount,
    /// The account's balance after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub balance: Option<BalanceAfter>,
    /// The bank of who was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub creditor_agent: Option<Agent>,
    /// Who was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub creditor_account: Option<Party>,
    /// The bank of who paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub debtor_agent: Option<Agent>,
    /// Who paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub debtor_account: Option<Party>,
    /// Where a card was used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub merchant_details: Option<MerchantDetails>,
    /// What has no place above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supplementary_data: Vec<Supplement>,
}

/// `OBEntryStatus1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum EntryStatus {
    /// In the bank's books.
    Booked,
    /// Announced.
    Pending,
}

/// `OBTransactionMutability1Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Mutability {
    /// It will change or vanish.
    Mutable,
    /// It stays.
    Immutable,
}

/// The balance after a movement (`OBTransactionCashBalance`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct BalanceAfter {
    /// How much.
    pub amount: Amount,
    /// The sign.
    pub credit_debit_indicator: CreditDebit,
    /// What it counts.
    #[serde(rename = "Type")]
    pub kind: BalanceType,
}

/// The other side (`OBCashAccount6`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Party {
    /// What `Identification` is: `CL.AccountNumber` or `CL.RUT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub scheme_name: Option<String>,
    /// The account as its bank prints it, or else the RUT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub identification: Option<String>,
    /// The name as its bank prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub name: Option<String>,
    /// The RUT, where `Identification` is the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub secondary_identification: Option<String>,
}

/// The bank of the other side (`OBBranchAndFinancialInstitutionIdentification6`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Agent {
    /// What `Identification` is: `CL.CMF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub scheme_name: Option<String>,
    /// The CMF's code, three digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub identification: Option<String>,
    /// Its name.
    pub name: String,
}

/// Where a card was used (`OBMerchantDetails1`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct MerchantDetails {
    /// The name as the bank prints it.
    pub merchant_name: String,
}

/// One more thing that is known.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Supplement {
    /// What: `Channel`, `DocumentNumber`, `City`, `CardLastDigits`, `AdditionalCard`, `Instalment`.
    pub name: String,
    /// Its value.
    pub value: String,
}
