//! AFC: the unemployment insurance of whoever is paid a salary.

use cartola_primitives::Rut;
use cartola_provider_portal::wire::afc::{
    ContractType, Contribution as WireContribution, Contributions, Contributor,
    Employer as WireEmployer, Employers, PersonalInfo,
};
use jiff::ToSpan;

use super::person::address;
use super::told::Asking;
use crate::data::Employer;
use crate::holding::employment::{self, Contribution};

/// Days from the beginning of a contract until the AFC is told of it.
const TOLD_DAYS: i64 = 9;
/// Digits of a mobile number without the country's code.
const PHONE_DIGITS: usize = 9;

/// `GET contributions`: empty for whoever never worked.
pub(crate) fn contributions(asking: &Asking) -> Contributions {
    let Some(employment) = employment::of(&asking.resident) else {
        return Contributions { contributions: Vec::new() };
    };
    let paid = employment.contributions(&asking.resident, asking.now.date());
    let rows = paid.iter().flat_map(|paid| rows(employment.employer, paid));
    Contributions { contributions: rows.collect() }
}

fn rows(employer: &Employer, paid: &Contribution) -> impl Iterator<Item = WireContribution> {
    let by = [(Contributor::Worker, paid.worker), (Contributor::Employer, paid.employer)];
    let (month, income) = (paid.month.first_day(), paid.income);
    let told = by.into_iter().filter(|(_, amount)| *amount > 0);
    told.map(move |(contributor, amount)| WireContribution {
        month,
        employer: employer.name.clone(),
        employer_rut: rut(employer),
        income,
        amount,
        contributor,
    })
}

/// `GET employers`: empty for whoever never worked.
pub(crate) fn employers(asking: &Asking) -> Employers {
    let employment = employment::of(&asking.resident);
    let contracts = employment.map(|employment| {
        let contracts = employment.contracts(&asking.resident, asking.now.date());
        contracts.into_iter().map(|contract| WireEmployer {
            employer: contract.employer.name.clone(),
            employer_rut: rut(contract.employer),
            subscription_date: contract.began.saturating_add(TOLD_DAYS.days()),
            contract_type: if contract.is_fixed_term {
                ContractType::FixedTerm
            } else {
                ContractType::Indefinite
            },
            start_date: contract.began,
            end_date: contract.ended,
        })
    });
    Employers { employers: contracts.into_iter().flatten().collect() }
}

/// `GET personal-info`: nobody is known who never worked.
pub(crate) fn personal_info(asking: &Asking) -> Option<PersonalInfo> {
    let employment = employment::of(&asking.resident)?;
    let contracts = employment.contracts(&asking.resident, asking.now.date());
    let first = contracts.last().map_or(employment.since, |contract| contract.began);
    let known = asking.identity();
    let phone = known.mobile.get(known.mobile.len() - PHONE_DIGITS..).map(str::to_owned);
    Some(PersonalInfo {
        name: known.full_name(),
        rut: known.rut,
        birth_date: known.born_on,
        affiliation_date: first.saturating_add(TOLD_DAYS.days()),
        phone,
        address: Some(address(&known)),
        email: Some(known.email),
    })
}

fn rut(employer: &Employer) -> Rut {
    Rut::from_body(employer.body).expect("the table of employers holds bodies of RUTs")
}
