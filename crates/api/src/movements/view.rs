//! A movement as it is sent.

use std::borrow::Cow;

use cartola_engine::rows::MovementRow;
use cartola_insights::categories::Label;
use cartola_model::movement::MovementDetails;
use cartola_model::{CardUse, Counterparty, Instalment, InstitutionId, glosa};
use serde::Serialize;
use utoipa::ToSchema;

use super::category::CategoryView;
use crate::wire::{self, DayText, IdText};

/// One movement of one account. What no source gives is left out, except `balance_after`.
#[derive(Serialize, ToSchema)]
#[schema(as = Movement, example = json!({
    "id": "mov_0198c1d2a3b4c5d6e7f8091a2b3c4d5e",
    "account_id": "acc_0198c1d2a3b4c5d6e7f8091a2b3c4d5f",
    "booked_on": "2026-03-05",
    "amount": -15_990,
    "currency": "CLP",
    "balance_after": 984_010,
    "status": "booked",
    "description": "COMPRA NACIONAL JUMBO",
    "document": "000123",
    "channel": "Internet",
    "version": 1
}))]
pub struct MovementView<'a> {
    /// Ours: stable across re-reading, overlapping files and pending becoming booked.
    #[schema(value_type = wire::MovementId)]
    id: IdText,
    #[schema(value_type = wire::AccountId)]
    account_id: IdText,
    /// Booking day of the bank.
    #[schema(value_type = wire::Day)]
    booked_on: DayText,
    /// The day from which it bears interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Day>, nullable = false)]
    value_on: Option<DayText>,
    /// In minor units of `currency`; negative is a cargo, positive an abono.
    #[schema(example = -15990)]
    amount: i64,
    #[schema(value_type = wire::CurrencyCode)]
    currency: &'static str,
    /// Balance of the account after it, in minor units; `null` where no source prints one.
    #[schema(required = true)]
    balance_after: Option<i64>,
    status: Status,
    /// The glosa for people: trimmed, blanks made one.
    description: Cow<'a, str>,
    /// The glosa as the bank printed it, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description_raw: Option<&'a str>,
    #[serde(flatten)]
    details: DetailsView<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    counterparty: Option<CounterpartyView<'a>>,
    /// What it was for, where `include=category` asks for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    category: Option<CategoryView<'a>>,
    /// Raised by one at each change that can be seen.
    #[schema(minimum = 1)]
    version: u32,
}

/// Where a movement stands at its bank: `removed` is one that the bank no longer has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MovementStatus)]
pub enum Status {
    /// Announced, not booked.
    Pending,
    /// Booked.
    Booked,
    /// The bank no longer has it.
    Removed,
}

/// What only some sources give.
#[derive(Serialize, ToSchema)]
#[schema(as = MovementDetails)]
pub struct DetailsView<'a> {
    /// Número de documento or serie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    document: Option<&'a str>,
    /// The bank's own reference, unique within the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<&'a str>,
    /// Canal, such as `Internet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    channel: Option<&'a str>,
    /// Sucursal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    branch: Option<&'a str>,
    /// City of a card purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    city: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    card: Option<CardView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    instalment: Option<InstalmentView>,
}

/// The card of a purchase.
#[derive(Serialize, ToSchema)]
#[schema(as = Card)]
pub struct CardView<'a> {
    /// Its last four digits.
    last4: &'a str,
    /// Whether it is an additional card, not the holder's.
    additional: bool,
}

/// One of several payments of one purchase.
#[derive(Serialize, ToSchema)]
#[schema(as = Instalment)]
pub struct InstalmentView {
    /// Which, from 1; 0 while none has been billed.
    number: u16,
    /// Of how many.
    of: u16,
}

/// The other side of a movement, where its source has it in fields of its own.
#[derive(Serialize, ToSchema)]
#[schema(as = Counterparty)]
pub struct CounterpartyView<'a> {
    /// The name as the bank prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<&'a str>,
    /// The RUT, such as `11111111-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rut: Option<String>,
    /// The account, as the bank prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    account: Option<&'a str>,
    /// The institution of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bank: Option<&'a str>,
}

impl<'a> MovementView<'a> {
    /// A movement, with its other side if that was opened.
    pub fn of(row: &'a MovementRow, counterparty: Option<&'a Counterparty>) -> Self {
        let movement = &row.movement;
        let description = glosa::clean(&movement.glosa);
        Self {
            id: movement.id.into(),
            account_id: movement.account.into(),
            booked_on: movement.booked_on.into(),
            value_on: movement.value_on.map(DayText::from),
            amount: movement.amount.minor(),
            currency: movement.amount.currency().code(),
            balance_after: movement.balance_after,
            status: Status::from(movement.status),
            description_raw: (description != movement.glosa).then_some(movement.glosa.as_str()),
            description,
            details: DetailsView::from(&movement.details),
            counterparty: counterparty.map(CounterpartyView::from),
            category: None,
            version: movement.version,
        }
    }

    /// With what it was for, where that was asked for.
    pub fn labelled(self, label: Option<&Label<'a>>) -> Self {
        Self { category: label.map(CategoryView::from), ..self }
    }
}

impl From<cartola_model::MovementStatus> for Status {
    fn from(status: cartola_model::MovementStatus) -> Self {
        match status {
            cartola_model::MovementStatus::Pending => Self::Pending,
            cartola_model::MovementStatus::Booked => Self::Booked,
            cartola_model::MovementStatus::Removed => Self::Removed,
        }
    }
}

impl<'a> From<&'a MovementDetails> for DetailsView<'a> {
    fn from(details: &'a MovementDetails) -> Self {
        Self {
            document: details.document.as_deref(),
            reference: details.reference.as_deref(),
            channel: details.channel.as_deref(),
            branch: details.branch.as_deref(),
            city: details.city.as_deref(),
            card: details.card.as_ref().map(CardView::from),
            instalment: details.instalment.map(InstalmentView::from),
        }
    }
}

impl<'a, Text: AsRef<str>> From<&'a CardUse<Text>> for CardView<'a> {
    fn from(card: &'a CardUse<Text>) -> Self {
        Self { last4: card.last4.as_ref(), additional: card.additional }
    }
}

impl From<Instalment> for InstalmentView {
    fn from(instalment: Instalment) -> Self {
        Self { number: instalment.number, of: instalment.of }
    }
}

impl<'a> From<&'a Counterparty> for CounterpartyView<'a> {
    fn from(counterparty: &'a Counterparty) -> Self {
        Self {
            name: counterparty.name.as_deref(),
            rut: counterparty.rut.map(|rut| rut.compact()),
            account: counterparty.account.as_deref(),
            bank: counterparty.bank.as_ref().map(InstitutionId::as_str),
        }
    }
}
