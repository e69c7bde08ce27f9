//! Who the customer is, whom they pay, and what pays itself.

use cartola_model::Record;
use cartola_model::records::{self, CardMandate, CardMandateLimit, DebitMandate, ServiceAccount};
use cartola_primitives::{Currency, Money, Quantity};

use super::told::{Told, account_kind, each, pesos};
use crate::wire::{
    Address, Beneficiaries, Beneficiary, Bill, Bills, Identity, Pac, PacMandates, Pat, PatMandates,
};

impl Told for Identity {
    fn nothing() -> Option<Record> {
        None
    }

    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::Identity(records::Identity {
            rut: self.rut,
            name: self.name,
            born_on: self.birth_date,
            nationality: None,
            email: self.email,
            phone: self.mobile,
            address: self.address.map(address),
            segment: Some(self.customer_segment.word().to_owned()),
            representative: None,
        }))
    }
}

/// The bank writes street and number in one.
pub(super) fn address(told: Address) -> records::Address {
    records::Address {
        street: Some(told.street),
        commune: Some(told.commune),
        region: Some(told.region),
        ..records::Address::default()
    }
}

impl Told for Bills {
    fn nothing() -> Option<Record> {
        Some(Record::ServiceAccounts(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.bills, bill).map(Record::ServiceAccounts)
    }
}

fn bill(told: Bill) -> ServiceAccount {
    let owed =
        records::Bill { amount: Money::new(told.debt, told.currency), due_on: told.due_date };
    ServiceAccount {
        company: told.company,
        company_code: told.biller_code,
        category: None,
        alias: told.alias,
        customer_number: told.client_number,
        bill: (told.debt != 0).then_some(owed),
    }
}

impl Told for Beneficiaries {
    fn nothing() -> Option<Record> {
        Some(Record::Beneficiaries(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.beneficiaries, beneficiary).map(Record::Beneficiaries)
    }
}

fn beneficiary(told: Beneficiary) -> records::Beneficiary {
    records::Beneficiary {
        name: told.name,
        rut: Some(told.rut),
        bank_name: told.bank_name,
        bank_code: told.bank_code,
        account_number: told.account_number,
        account_kind: account_kind(&told.account_type),
        email: told.email,
        alias: told.alias,
    }
}

impl Told for PacMandates {
    fn nothing() -> Option<Record> {
        Some(Record::DebitMandates(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        let mandates = each(self.pac, pac)?;
        mandates.into_iter().collect::<Result<_, _>>().map(Record::DebitMandates)
    }
}

fn pac(told: Pac) -> Result<DebitMandate, &'static str> {
    Ok(DebitMandate {
        company: told.company,
        category: Some(told.category),
        customer_number: Some(told.client_number),
        monthly_limit: told.limit_uf.map(in_uf).transpose()?,
        account_number: Some(told.account_id.written().to_owned()),
    })
}

fn in_uf(limit: Quantity) -> Result<Money, &'static str> {
    Money::parse_decimal(&limit.to_string(), Currency::CLF)
        .map_err(|_| "a limit in UF is no amount of UF")
}

impl Told for PatMandates {
    fn nothing() -> Option<Record> {
        Some(Record::CardMandates(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.pat, pat).map(Record::CardMandates)
    }
}

fn pat(told: Pat) -> CardMandate {
    let limit = told
        .limit
        .map_or(CardMandateLimit::Unlimited, |limit| CardMandateLimit::UpTo(pesos(limit)));
    CardMandate {
        alias: told.alias,
        state: told.state.word().to_owned(),
        card_brand: told.card_brand.word().to_owned(),
        card_number: told.masked_number,
        category: told.category,
        company: told.company,
        company_code: told.company_code,
        service_id: told.service_id,
        begins_on: Some(told.start_date),
        first_charge_on: told.first_payment_date,
        last_charge_on: told.last_payment_date,
        next_charge_on: told.next_payment_date,
        limit: Some(limit),
        owner_name: Some(told.owner.name),
        owner_rut: Some(told.owner.rut),
        origin: Some(told.origin),
        instruction: Some(told.instruction_type),
        channel: Some(told.channel),
    }
}
