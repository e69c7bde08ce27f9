//! Customers of the sandbox's banks, as clients and connectors know them.

use std::collections::BTreeMap;

use cartola_connector::Credential;
use cartola_model::{Catalogue, InstitutionId};
use cartola_primitives::{Rut, Secret};
use cartola_sandbox::{DEFAULT_SEED, Population, Product};
use serde_json::{Value, json};

/// What the id of a company portal adds to its bank's.
const COMPANY_SUFFIX: &str = "-empresas";

/// Residents that are looked at for customers, of people and of companies each.
const LOOKED_AT: u32 = 40_000;

/// The first bodies of RUTs of people and of companies.
const FIRST_BODIES: [u32; 2] = [8_000_000, 76_000_000];

/// Somebody at one institution.
pub struct Customer {
    /// Where; of a company, its bank's portal.
    pub institution: InstitutionId,
    /// Their RUT, which is the user name.
    pub rut: String,
    /// Their password.
    pub password: String,
    /// The number of the first of their accounts there.
    pub account: String,
}

impl Customer {
    /// What they say at their bank.
    pub fn credential(&self) -> Credential {
        let empty = Credential::default();
        empty
            .with("rut", Secret::new(self.rut.clone()))
            .with("password", Secret::new(self.password.clone()))
    }

    /// The same in Khipu's words.
    pub fn login(&self) -> Value {
        json!({"Username": self.rut, "Password": self.password})
    }

    /// What Synaptic calls their institution.
    pub fn synaptic_name(&self) -> Option<String> {
        let id = self.institution.as_str();
        let (bank, suffix) = match id.strip_suffix(COMPANY_SUFFIX) {
            Some(bank) => (bank, COMPANY_SUFFIX),
            None => (id, ""),
        };
        let row = Catalogue::bundled().find(&InstitutionId::parse(bank).ok()?)?;
        Some(format!("{}{suffix}", row.names.get("synaptic")?))
    }

    /// Segment and bank in paths of Khipu's API.
    pub fn khipu_path(&self) -> Option<String> {
        let portal = self.institution.as_str().strip_suffix(COMPANY_SUFFIX);
        let segment = if portal.is_some() { "business" } else { "personal" };
        let bank = InstitutionId::parse(portal.unwrap_or(self.institution.as_str())).ok()?;
        let row = Catalogue::bundled().find(&bank)?;
        Some(format!("{segment}/{}", row.names.get("khipu")?))
    }
}

/// Rounds of customers, so many of every institution in each, nobody twice. Institutions with too
/// few customers among those looked at are left out.
pub fn rounds(count: usize, of_each: usize) -> Vec<Vec<Customer>> {
    let population = Population::new(DEFAULT_SEED);
    let mut at: BTreeMap<InstitutionId, Vec<Customer>> = BTreeMap::new();
    for body in FIRST_BODIES.into_iter().flat_map(|first| first..first + LOOKED_AT) {
        let Some(customer) = Rut::from_body(body).ok().and_then(|rut| customer(population, rut))
        else {
            continue;
        };
        at.entry(customer.institution.clone()).or_default().push(customer);
    }
    let mut rounds: Vec<Vec<Customer>> = (0..count).map(|_| Vec::new()).collect();
    for mut customers in at.into_values().filter(|all| all.len() >= count * of_each) {
        for round in &mut rounds {
            round.extend(customers.drain(..of_each));
        }
    }
    rounds
}

/// A resident at one of their banks, another one for each.
fn customer(population: Population, rut: Rut) -> Option<Customer> {
    let banks = population.banks(rut);
    let bank = *banks.get(rut.body() as usize % banks.len().max(1))?;
    let suffix = if population.identity(rut)?.is_company { COMPANY_SUFFIX } else { "" };
    let institution = format!("{}{suffix}", bank.id());
    let credentials = population.credentials(rut, &institution)?;
    let is_card = |product| matches!(product, Product::CreditCard | Product::CreditLine);
    let mut accounts = population.accounts(rut).into_iter();
    let account = accounts.find(|it| it.key.bank == bank && !is_card(it.key.product))?;
    Some(Customer {
        institution: InstitutionId::parse(&institution).ok()?,
        rut: credentials.username,
        password: credentials.password?,
        account: account.number.written().to_owned(),
    })
}
