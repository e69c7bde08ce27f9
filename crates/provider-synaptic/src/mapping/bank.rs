//! What banks tell of accounts and of those they know.

use cartola_model::records::{Beneficiary, ServiceAccount};
use cartola_model::{Movement, glosa};
use cartola_primitives::{Money, Rut};

use super::text::{account_type, iso};
use crate::wire::{self, Decimal, MovementType};

pub fn service_account(account: &ServiceAccount) -> wire::ServiceAccount {
    wire::ServiceAccount {
        company: account.company.clone(),
        alias: account.alias.clone(),
        user_id: account.customer_number.clone(),
    }
}

pub fn recipient(known: &Beneficiary) -> wire::TefRecipient {
    wire::TefRecipient {
        name: known.name.clone(),
        rut: known.rut.as_ref().map(Rut::dotted),
        bank_name: known.bank_name.clone(),
        bank_code: known.bank_code.clone(),
        account_number: known.account_number.clone(),
        account_type: account_type(known.account_kind),
        email: known.email.clone(),
        alias: known.alias.clone(),
    }
}

/// A movement of the account of that number. Its amount never has a sign.
pub fn movement<Text: AsRef<str>>(number: &str, movement: &Movement<Text>) -> wire::Movement {
    let (amount, currency) = (movement.amount.minor(), movement.amount.currency());
    let text = |text: &Text| text.as_ref().to_owned();
    let details = &movement.details;
    wire::Movement {
        kind: if amount < 0 { MovementType::Outflow } else { MovementType::Inflow },
        account_number: number.to_owned(),
        date: iso(movement.booked_on),
        description: Some(glosa::clean(movement.glosa.as_ref()).into_owned()),
        channel: details.branch.as_ref().or(details.channel.as_ref()).map(text),
        document_number: details.document.as_ref().map(text),
        amount: Decimal::of_money(Money::new(amount.saturating_abs(), currency)),
        balance: movement.balance_after.map(|after| Decimal::of_money(Money::new(after, currency))),
    }
}
