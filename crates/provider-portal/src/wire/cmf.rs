//! The informe de deudas: what somebody owes to all that the CMF watches, at the end of a month.

use cartola_primitives::{Date, Rut};
use serde::{Deserialize, Serialize};

use super::personal::personal;
use super::text;
use super::words::words;

/// 200 of `GET debts`. Whole pesos.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtReport {
    /// Whose.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// Their name.
    pub name: String,
    /// The end of the month that it tells of.
    pub as_of: Date,
    /// Deuda directa.
    pub direct_debts: Vec<Debt>,
    /// What those come to.
    pub direct_debts_total: DebtTotal,
    /// Deuda indirecta: what somebody else owes and they vouch for.
    pub indirect_debts: Vec<Debt>,
    /// What those come to.
    pub indirect_debts_total: DebtTotal,
    /// Créditos disponibles: what is left of cards and lines.
    pub available_credits: Vec<AvailableCredit>,
    /// What those come to.
    pub available_credits_total: AvailableTotal,
    /// Otros créditos.
    pub other_credits: Vec<AvailableCredit>,
    /// What those come to.
    pub other_credits_total: AvailableTotal,
}

words! {
    /// What a debt is for.
    CreditType {
        /// Loans to people, cards and lines.
        Consumer = "Consumo",
        /// Mortgages.
        Housing = "Vivienda",
        /// Loans to companies.
        Commercial = "Comercial",
    }
}

/// What is owed to one institution for one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The institution's name.
    pub institution: String,
    /// What it is for.
    pub credit_type: CreditType,
    /// How much, and how late.
    #[serde(flatten)]
    pub amounts: DebtTotal,
}

/// How much is owed, and how late. `total` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtTotal {
    /// Everything.
    pub total: i64,
    /// Vigente: less than thirty days late, or not at all.
    pub current: i64,
    /// Thirty to fifty-nine days late.
    pub late_30_59: i64,
    /// Sixty to eighty-nine days late.
    pub late_60_89: i64,
    /// Ninety days late or more.
    pub late_90: i64,
}

/// What is left of the credits of one institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailableCredit {
    /// The institution's name.
    pub institution: String,
    /// How much.
    #[serde(flatten)]
    pub amounts: AvailableTotal,
}

/// What is left, by who would owe it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailableTotal {
    /// Directly.
    pub direct: i64,
    /// By vouching.
    pub indirect: i64,
}

personal!(DebtReport);
