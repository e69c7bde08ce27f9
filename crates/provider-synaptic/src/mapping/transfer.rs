//! Transfers.

use cartola_model::records::{Transfer, TransferDirection, TransferParty};
use cartola_primitives::Rut;

use super::text::{account_type, iso};
use crate::wire::{self, Decimal, TransferAccount, TransferType};

pub fn transfer(transfer: &Transfer) -> wire::Transfer {
    wire::Transfer {
        kind: match transfer.direction {
            TransferDirection::Sent => TransferType::Sent,
            TransferDirection::Received => TransferType::Received,
        },
        amount: Decimal::of_money(transfer.amount),
        date: transfer.on.map(iso),
        time: transfer.time.clone(),
        origin: side(&transfer.origin),
        recipient: side(&transfer.recipient),
        accounting_date: transfer.booked_on.map(iso),
        transaction_id: transfer.transaction_id.clone(),
        transaction_type: transfer.description.clone(),
        status: transfer.status.clone(),
        channel: transfer.channel.clone(),
    }
}

fn side(party: &TransferParty) -> TransferAccount {
    TransferAccount {
        name: party.name.clone(),
        rut: party.rut.as_ref().map(Rut::dotted),
        bank_name: party.bank_name.clone(),
        bank_code: party.bank_code.clone(),
        account_number: party.account_number.clone(),
        account_type: party.account_kind.map(|kind| account_type(Some(kind))),
        email: party.email.clone(),
    }
}
