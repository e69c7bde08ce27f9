//! Mandates to charge an account or a card.

use cartola_model::records::{CardMandate, CardMandateLimit, DebitMandate};
use cartola_primitives::Rut;

use super::credit::uf;
use super::text::iso;
use crate::wire::{self, Decimal, PatLimit};

pub fn pac(mandate: &DebitMandate) -> wire::Pac {
    wire::Pac {
        company_name: mandate.company.clone(),
        company_type: mandate.category.clone(),
        user_id: mandate.customer_number.clone(),
        payment_limit: uf(mandate.monthly_limit),
    }
}

pub fn pat(mandate: &CardMandate) -> wire::Pat {
    let rut = mandate.owner_rut.as_ref().map(Rut::dotted);
    let has_owner = rut.is_some() || mandate.owner_name.is_some();
    wire::Pat {
        alias: mandate.alias.clone(),
        state: mandate.state.clone(),
        card_type: mandate.card_brand.clone(),
        category: mandate.category.clone(),
        company_name: mandate.company.clone(),
        company_code: mandate.company_code.clone(),
        service_id: mandate.service_id.clone(),
        card_number: mandate.card_number.clone(),
        pat_start_date: mandate.begins_on.map(iso),
        last_payment_date: mandate.last_charge_on.map(iso),
        next_payment_date: mandate.next_charge_on.map(iso).unwrap_or_default(),
        first_payment_date: mandate.first_charge_on.map(iso),
        payment_limit: mandate.limit.as_ref().map(limit),
        owner: has_owner.then(|| wire::Owner { name: mandate.owner_name.clone(), rut }),
        origin: mandate.origin.clone(),
        instruction_type: mandate.instruction.clone(),
        channel: mandate.channel.clone(),
    }
}

fn limit(limit: &CardMandateLimit) -> PatLimit {
    match limit {
        CardMandateLimit::Unlimited => PatLimit::Word("NO_LIMIT"),
        CardMandateLimit::UpTo(amount) => PatLimit::Amount(Decimal::of_money(*amount)),
    }
}
