//! Credit cards.

use cartola_primitives::{Currency, Date};
use serde::{Deserialize, Serialize};

use super::code::words;

words! {
    /// Whose network a card is of.
    CardBrand {
        /// Visa.
        Visa = "VISA",
        /// Mastercard.
        Mastercard = "MASTERCARD",
        /// A card of the bank's own.
        Own = "PROPIA",
    }
}

/// 200 of `GET cards`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    /// In the bank's order, which does not change between calls.
    pub cards: Vec<Card>,
}

/// One credit card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The number of its contract, the same when the plastic is replaced.
    pub card_id: String,
    /// All but the last four digits hidden: `**** **** **** 1234`.
    pub masked_number: String,
    /// Whose network it is of.
    pub brand: CardBrand,
    /// The bank's name for the product, such as `Visa Platinum`.
    pub name: String,
    /// Cupo nacional, in CLP.
    pub national: CardLimit,
    /// Cupo internacional, in USD.
    pub international: CardLimit,
    /// The day of the month on which a statement is closed; 31 is the last day of every month.
    pub billing_day: u8,
    /// The day of the month until which it is to be paid.
    pub due_day: u8,
    /// The last statement; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<CardStatement>,
    /// What was bought in instalments of which some are still to come.
    pub instalment_plans: Vec<InstalmentPlan>,
}

/// One of a card's two limits, in minor units of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardLimit {
    /// The currency.
    pub currency: Currency,
    /// Cupo total.
    pub limit: i64,
    /// Cupo utilizado: what is owed, purchases that are not booked yet and instalments to come
    /// included.
    pub used: i64,
    /// Cupo disponible.
    pub available: i64,
}

/// A closed statement, in whole pesos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardStatement {
    /// First day of what it bills.
    pub from_date: Date,
    /// Last day of what it bills: the day on which it was closed.
    pub billed_date: Date,
    /// The day until which it is to be paid.
    pub due_date: Date,
    /// Pago mínimo.
    pub minimum: i64,
    /// Monto facturado.
    pub total: i64,
}

/// Something bought in instalments, in whole pesos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstalmentPlan {
    /// Where it was bought.
    pub description: String,
    /// The day of the purchase, on which the first instalment was charged.
    pub date: Date,
    /// What all instalments come to.
    pub total: i64,
    /// What each comes to.
    pub instalment: i64,
    /// How many were charged.
    pub charged: u16,
    /// How many there are.
    pub instalments: u16,
    /// The day on which the next one is charged; absent where the bank does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_date: Option<Date>,
}
