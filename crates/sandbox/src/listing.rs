//! The named persons, as whoever starts the box is shown them.

use cartola_primitives::Rut;
use serde::Serialize;

use crate::credentials::{COMPANY_SUFFIX, Credentials, services};
use crate::population::Population;
use crate::scenario::{Named, Scenario};

/// One named person with all that it takes to be them.
#[derive(Serialize)]
pub struct Listed {
    /// `12.345.678-5`.
    pub rut: String,
    /// The full name.
    pub name: String,
    /// What happens to them.
    pub scenario: Scenario,
    /// Where they are customers.
    pub institutions: Vec<ListedInstitution>,
    /// The six digits of their Mi Pass.
    pub mi_pass_pin: String,
}

/// What somebody says at one institution, and what they have there.
#[derive(Serialize)]
pub struct ListedInstitution {
    /// The institution's id; of a company, its portal's.
    pub id: String,
    /// The user name.
    pub username: String,
    /// The password; wrong where the scenario says so, left out where there is only a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Mi PIN, five digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mi_pin: Option<String>,
    /// Account numbers as the bank writes them.
    pub accounts: Vec<String>,
}

/// Where money arrives that is paid to the demonstration's merchant.
#[derive(Serialize)]
pub struct Merchant {
    /// The bank's id.
    pub institution: String,
    /// The account number as the bank writes it.
    pub account: String,
    /// Whose it is.
    #[serde(skip)]
    pub rut: Rut,
    /// What they are called.
    #[serde(skip)]
    pub name: String,
}

/// The merchant: the main account of the named company.
pub fn merchant(population: Population) -> Merchant {
    let company = Named::all().find(|named| named.scenario() == Scenario::Company);
    let rut = company.expect("the table names a company").rut();
    let accounts = population.accounts(rut);
    let main = accounts.first().expect("a company has an account");
    let institution = main.key.bank.id().to_string();
    let name = population.identity(rut).expect("named persons live in the box").full_name();
    Merchant { institution, account: main.number.written().to_owned(), rut, name }
}

/// Every named person.
pub fn listed(population: Population) -> Vec<Listed> {
    Named::all().map(|named| person(population, named)).collect()
}

fn person(population: Population, named: Named) -> Listed {
    let rut = named.rut();
    let identity = population.identity(rut).expect("named persons live in the box");
    let suffix = if identity.is_company { COMPANY_SUFFIX } else { "" };
    let banks = population.banks(rut).into_iter().map(|bank| format!("{}{suffix}", bank.id()));
    // Of the demonstration's person everybody knows one password; more would only confuse.
    let services = services().filter(|_| named.scenario() != Scenario::Demo);
    let institutions = banks.chain(services.map(|service| service.id.to_string()));
    Listed {
        rut: rut.dotted(),
        name: identity.full_name(),
        scenario: named.scenario(),
        institutions: institutions
            .filter_map(|id| {
                let credentials = population.credentials(rut, &id)?;
                Some(institution(population, named, id, credentials))
            })
            .collect(),
        mi_pass_pin: population.mi_pass_pin(rut),
    }
}

fn institution(
    population: Population,
    named: Named,
    id: String,
    credentials: Credentials,
) -> ListedInstitution {
    let bank = id.strip_suffix(COMPANY_SUFFIX).unwrap_or(&id);
    let accounts = population
        .accounts(named.rut())
        .iter()
        .filter(|account| account.key.bank.id().as_str() == bank)
        .map(|account| account.number.written().to_owned())
        .collect();
    let Credentials { username, password, mi_pin, .. } = credentials;
    ListedInstitution { id, username, password, mi_pin, accounts }
}
