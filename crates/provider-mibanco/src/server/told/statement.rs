//! A page of an account's movements.

use cartola_model::{Counterparty, Movement, MovementStatus};
use cartola_primitives::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{Channel, TransactionStatus, bank_word};

/// 200 of `POST statement`, key by key as the document prints it.
#[derive(Serialize, ToSchema)]
pub struct Statement {
    /// The account, as the request wrote it.
    #[schema(example = "00-123-45678-90")]
    pub account_id: String,
    /// The page asked for.
    pub page: u32,
    /// At least 1: a period without movements has one empty page.
    pub total_pages: u32,
    /// Oldest first over all pages; what is pending comes after everything booked.
    pub transactions: Vec<Transaction>,
}

/// One movement.
#[derive(Serialize, ToSchema)]
pub struct Transaction {
    /// The booking day in Chile; of a pending one, the day it was announced.
    #[schema(value_type = String, format = Date, example = "2026-04-08")]
    date: Date,
    /// The glosa as the bank prints it.
    #[schema(example = "TRANSF DESDE 76.543.210-K")]
    description: String,
    /// Minor units: above zero an abono, below zero a cargo.
    #[schema(example = 1_450_000)]
    amount: i64,
    /// The account's currency.
    #[schema(example = "CLP")]
    currency: String,
    /// The ledger balance after it, minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 8_421_500)]
    balance_after: Option<i64>,
    /// `TEF`, `INTERNET`, `TARJETA`, `CAJERO`, `SUCURSAL`, `AUTOMATICO`, or as the bank writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "TEF")]
    channel: Option<String>,
    /// The bank's own, unique within the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "MB-2026040800012")]
    reference: Option<String>,
    /// `PENDING` of what is only announced; absent of what is booked, as the document shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// The other side, where the bank tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    counterparty: Option<OtherSide>,
}

/// The other side of a movement.
#[derive(Serialize, ToSchema)]
#[schema(as = Counterparty)]
pub struct OtherSide {
    /// The name as the bank prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The RUT, with dots.
    #[serde(skip_serializing_if = "Option::is_none")]
    rut: Option<String>,
    /// The bank, such as `BANCO_ESTADO`.
    #[serde(skip_serializing_if = "Option::is_none")]
    bank: Option<String>,
    /// The account as its bank writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
}

/// A movement in the words of the protocol.
pub fn transaction(movement: &Movement, side: Option<Counterparty>) -> Transaction {
    let is_pending = movement.status == MovementStatus::Pending;
    Transaction {
        date: movement.booked_on,
        description: movement.glosa.clone(),
        amount: movement.amount.minor(),
        currency: movement.amount.currency().code().to_owned(),
        balance_after: movement.balance_after,
        channel: movement.details.channel.as_deref().map(channel),
        reference: movement.details.reference.clone(),
        status: is_pending.then(|| TransactionStatus::Pending.word().to_owned()),
        counterparty: side.filter(|side| !side.is_empty()).map(other_side),
    }
}

/// The word for a channel: as statement files and other banks print them.
fn channel(written: &str) -> String {
    let known = match written.to_lowercase().as_str() {
        "tef" => Channel::Tef,
        "internet" => Channel::Internet,
        "tarjeta" => Channel::Card,
        "cajero" | "cajero automático" | "cajero automatico" => Channel::Atm,
        "sucursal" => Channel::Branch,
        "automático" | "automatico" => Channel::Automatic,
        _ => return written.to_owned(),
    };
    known.word().to_owned()
}

fn other_side(side: Counterparty) -> OtherSide {
    OtherSide {
        name: side.name,
        rut: side.rut.map(|rut| rut.dotted()),
        bank: side.bank.as_ref().map(bank_word),
        account: side.account,
    }
}
