//! What is paid by itself: PAC from accounts, PAT from cards.

use cartola_model::AccountNumber;
use cartola_primitives::{Date, Quantity, Rut};
use serde::{Deserialize, Serialize};

use super::code::{personal, words};
use super::{CardBrand, text};

/// 200 of `GET pac`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacMandates {
    /// In the order in which the customer sees them.
    pub pac: Vec<Pac>,
}

/// One PAC.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pac {
    /// The account that is debited.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// Who debits it, such as `SEGUROS SURA`.
    pub company: String,
    /// Rubro, such as `Seguros`.
    pub category: String,
    /// The number that the company knows the customer by.
    pub client_number: String,
    /// At most so many UF a month; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_uf: Option<Quantity>,
    /// When it was debited last; absent where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_date: Option<Date>,
    /// What was debited then, in whole pesos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_amount: Option<i64>,
}

words! {
    /// Where a PAT stands.
    PatState {
        /// In force.
        Enrolled = "INSCRITO",
        /// Ended.
        Ended = "ELIMINADO",
    }
}

/// 200 of `GET pat`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatMandates {
    /// In the order in which the customer sees them.
    pub pat: Vec<Pat>,
}

/// One PAT.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pat {
    /// What the customer calls it.
    pub alias: String,
    /// Where it stands.
    pub state: PatState,
    /// Whose network the card is of.
    pub card_brand: CardBrand,
    /// The contract of the card; see [`super::Card`].
    pub card_id: String,
    /// The card, all but the last four digits hidden.
    pub masked_number: String,
    /// Rubro.
    pub category: String,
    /// Who charges it.
    pub company: String,
    /// The company's code with the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_code: Option<String>,
    /// The number that the company knows the customer by.
    pub service_id: String,
    /// When the mandate was given.
    pub start_date: Date,
    /// When it was charged first; absent where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_payment_date: Option<Date>,
    /// When it was charged last; absent where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_payment_date: Option<Date>,
    /// When it will be charged next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_payment_date: Option<Date>,
    /// At most so many whole pesos; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Who gave it.
    pub owner: PatOwner,
    /// Who took it: `Emisor`, `Establecimiento`.
    pub origin: String,
    /// `Mandato Electrónico`, `Mandato Físico`.
    pub instruction_type: String,
    /// The way it came, such as `Web Cliente`.
    pub channel: String,
}

/// Whose mandate it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatOwner {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
}

personal!(Pac, Pat, PatOwner);
