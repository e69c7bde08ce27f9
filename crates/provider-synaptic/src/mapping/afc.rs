//! Unemployment insurance.

use cartola_model::records::{AfcAffiliate, AfcContribution, AfcEmployer, Contributor};

use super::text::{day_first, month};
use crate::wire::{self, AfcPersonalInformation, Decimal};

/// The document has words for two contributors: what is of nobody known is left out.
pub fn contribution(contribution: &AfcContribution) -> Option<wire::AfcContribution> {
    let description = match contribution.contributor? {
        Contributor::Worker => "Cotiz. Trabajador",
        Contributor::Employer => "Cotiz. Empleador",
    };
    Some(wire::AfcContribution {
        month: month(contribution.month),
        employer: contribution.employer.clone(),
        income: Decimal::of_money(contribution.income),
        amount: Decimal::of_money(contribution.amount),
        description,
    })
}

pub fn employer(employer: &AfcEmployer) -> wire::AfcEmployer {
    wire::AfcEmployer {
        subscription_date: day_first(employer.subscribed_on),
        employer_rut: employer.rut.dotted(),
        employer_name: employer.name.clone(),
        contract_type: employer.contract.clone(),
        start_date: day_first(employer.begun_on),
        end_date: employer.ended_on.map(day_first).unwrap_or_default(),
    }
}

pub fn personal_information(person: &AfcAffiliate) -> AfcPersonalInformation {
    let address = &person.address;
    AfcPersonalInformation {
        name: person.name.clone(),
        rut: person.rut.dotted(),
        birth_date: day_first(person.born_on),
        affiliation_date: day_first(person.affiliated_on),
        phone: person.phone.clone(),
        email: person.email.clone(),
        street: address.street.clone(),
        number: address.number.clone(),
        extra: address.extra.clone(),
        region: address.region.clone(),
        commune: address.commune.clone(),
    }
}
