//! Customers of the sandbox's banks, as clients and connectors know them.

use std::collections::BTreeMap;

use anyhow::bail;
use cartola_connector::Credential;
use cartola_model::{Catalogue, InstitutionId};
use cartola_primitives::{Rut, Secret};
use cartola_sandbox::{BankIndex, DEFAULT_SEED, Population, Product};
use serde_json::{Value, json};

/// What the id of a company portal adds to its bank's.
const COMPANY_SUFFIX: &str = "-empresas";

/// Residents that are looked at for customers, of people and of companies each.
const LOOKED_AT: u32 = 40_000;

/// The same where customers of certain banks are looked for, of people.
const MOST_LOOKED_AT: u32 = 1_000_000;

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
    deal(at.into_values().filter(|all| all.len() >= count * of_each), count, of_each)
}

/// The same of people at these banks, each of which has that many.
pub fn rounds_at(
    banks: &[&str],
    count: usize,
    of_each: usize,
) -> anyhow::Result<Vec<Vec<Customer>>> {
    let population = Population::new(DEFAULT_SEED);
    let mut at: BTreeMap<&str, Vec<Customer>> =
        banks.iter().map(|bank| (*bank, Vec::new())).collect();
    let [first, _] = FIRST_BODIES;
    for body in first..first + MOST_LOOKED_AT {
        let Ok(rut) = Rut::from_body(body) else { continue };
        let theirs = bank(population, rut).and_then(|bank| at.get_mut(bank.id().as_str()));
        if let Some(all) = theirs.filter(|all| all.len() < count * of_each) {
            all.extend(customer(population, rut));
            if at.values().all(|all| all.len() == count * of_each) {
                return Ok(deal(at.into_values(), count, of_each));
            }
        }
    }
    bail!("one of {banks:?} has fewer than {} customers", count * of_each)
}

fn deal(
    all: impl Iterator<Item = Vec<Customer>>,
    count: usize,
    of_each: usize,
) -> Vec<Vec<Customer>> {
    let mut rounds: Vec<Vec<Customer>> = (0..count).map(|_| Vec::new()).collect();
    for mut customers in all {
        for round in &mut rounds {
            round.extend(customers.drain(..of_each));
        }
    }
    rounds
}

/// One of a resident's banks, another one for each.
fn bank(population: Population, rut: Rut) -> Option<BankIndex> {
    let banks = population.banks(rut);
    banks.get(rut.body() as usize % banks.len().max(1)).copied()
}

/// A resident at that bank of theirs.
fn customer(population: Population, rut: Rut) -> Option<Customer> {
    let bank = bank(population, rut)?;
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
