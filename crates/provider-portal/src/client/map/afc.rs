//! The unemployment insurance.

use cartola_model::Record;
use cartola_model::records::{self, AfcAffiliate, AfcContribution, AfcEmployer};

use super::{Told, each, person, pesos};
use crate::wire::afc::{
    Contribution, Contributions, Contributor, Employer, Employers, PersonalInfo,
};

impl Told for Contributions {
    fn record(self) -> Result<Record, &'static str> {
        each(self.contributions, contribution).map(Record::AfcContributions)
    }
}

fn contribution(told: Contribution) -> AfcContribution {
    AfcContribution {
        month: told.month,
        employer: told.employer,
        income: pesos(told.income),
        amount: pesos(told.amount),
        contributor: match told.contributor {
            Contributor::Worker => Some(records::Contributor::Worker),
            Contributor::Employer => Some(records::Contributor::Employer),
            Contributor::Other(_) => None,
        },
    }
}

impl Told for Employers {
    fn record(self) -> Result<Record, &'static str> {
        each(self.employers, employer).map(Record::AfcEmployers)
    }
}

fn employer(told: Employer) -> AfcEmployer {
    AfcEmployer {
        subscribed_on: told.subscription_date,
        rut: told.employer_rut,
        name: told.employer,
        contract: told.contract_type.word().to_owned(),
        begun_on: told.start_date,
        ended_on: told.end_date,
    }
}

impl Told for PersonalInfo {
    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::AfcAffiliate(AfcAffiliate {
            name: self.name,
            rut: self.rut,
            born_on: self.birth_date,
            affiliated_on: self.affiliation_date,
            phone: self.phone,
            email: self.email,
            address: self.address.map(person::address).unwrap_or_default(),
        }))
    }
}
