//! Transfers.

use cartola_model::records::{self, TransferDirection};
use cartola_primitives::{Money, Rut, santiago};

use super::told::account_kind;
use crate::wire::{Direction, Transfer, TransferParty};

/// One transfer. A direction that is a word of a later version is seen by whose money it was.
pub(in crate::client) fn transfer(told: Transfer, holder: Option<Rut>) -> records::Transfer {
    let made = santiago::date_time_of(told.occurred_at);
    let direction = match told.direction {
        Direction::Sent => TransferDirection::Sent,
        Direction::Other(_) if holder == Some(told.origin.rut) => TransferDirection::Sent,
        Direction::Received | Direction::Other(_) => TransferDirection::Received,
    };
    records::Transfer {
        direction,
        amount: Money::new(told.amount, told.currency),
        on: Some(made.date()),
        time: Some(made.strftime("%H:%M:%S").to_string()),
        origin: party(told.origin),
        recipient: party(told.recipient),
        booked_on: told.accounting_date,
        transaction_id: Some(told.transfer_id),
        description: Some(told.description),
        status: Some(told.status.word().to_owned()),
        channel: Some(told.channel),
    }
}

fn party(told: TransferParty) -> records::TransferParty {
    records::TransferParty {
        name: Some(told.name),
        rut: Some(told.rut),
        bank_name: Some(told.bank_name),
        bank_code: told.bank_code,
        account_number: Some(told.account_number),
        account_kind: account_kind(&told.account_type),
        email: None,
    }
}
