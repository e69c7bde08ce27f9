//! People and companies of the box, each a customer of one of its banks.

use std::collections::{BTreeMap, BTreeSet};

use cartola_model::Catalogue;
use cartola_primitives::Rut;
use cartola_sandbox::{BankIndex, DEFAULT_SEED, Named, Population, Product, Scenario};

/// The end of a company portal's id.
const PORTAL: &str = "-empresas";

/// How many residents are looked at before nobody is said to be like that: of a hundred one is with the
/// smallest bank, and of a dozen one is a company.
const SEARCHED: u32 = 20_000;

/// Somebody with what it takes to be them at one institution.
pub struct Customer {
    pub rut: String,
    pub password: String,
    /// Of a company, its bank's portal.
    pub institution: String,
    /// Numbers of the accounts that the bank lists, as it writes them.
    pub accounts: Vec<String>,
}

impl Customer {
    fn of(population: Population, rut: Rut, bank: BankIndex) -> Self {
        let is_company = population.identity(rut).unwrap().is_company;
        let institution = format!("{}{}", bank.id(), if is_company { PORTAL } else { "" });
        let credentials = population.credentials(rut, &institution).unwrap();
        let accounts = population.accounts(rut).into_iter().filter(|account| {
            // Cards and lines are no accounts with movements to the bank's channel.
            let listed = !matches!(account.key.product, Product::CreditCard | Product::CreditLine);
            account.key.bank == bank && listed
        });
        Self {
            rut: credentials.username,
            password: credentials.password.unwrap(),
            institution,
            accounts: accounts.map(|account| account.number.written().to_owned()).collect(),
        }
    }

    /// Where Khipu's paths of this customer begin: segment and bank.
    pub fn khipu_path(&self) -> String {
        let segment = if self.institution.ends_with(PORTAL) { "business" } else { "personal" };
        format!("{segment}/{}", self.name_in("khipu").unwrap())
    }

    /// What a protocol calls their bank, if anything.
    pub fn name_in(&self, protocol: &str) -> Option<&'static str> {
        let bank = self.institution.strip_suffix(PORTAL).unwrap_or(&self.institution);
        let mut rows = Catalogue::bundled().iter();
        let row = rows.find(|row| row.id.as_str() == bank).unwrap();
        row.names.get(protocol).map(String::as_str)
    }
}

/// A company that signs in at that portal of its bank, to which nothing special happens.
pub fn company_at(portal: &str) -> Customer {
    let population = Population::new(DEFAULT_SEED);
    let bank = portal.strip_suffix(PORTAL).and_then(BankIndex::find).unwrap();
    let is_one = |rut: &Rut| {
        population.identity(*rut).unwrap().is_company && population.banks(*rut).contains(&bank)
    };
    // A bank that nobody is at by chance has the company of the box.
    let company = Named::all().find(|named| named.scenario() == Scenario::Company).unwrap().rut();
    let mut residents = (0..SEARCHED).map(|place| population.somebody(place));
    let rut = residents.find(is_one).or(Some(company).filter(is_one));
    Customer::of(population, rut.unwrap_or_else(|| panic!("no company is at {portal}")), bank)
}

/// So many residents to whom nothing special happens, spread over the banks that they are at.
pub fn customers(count: usize) -> Vec<Customer> {
    let population = Population::new(DEFAULT_SEED);
    let mut taken: BTreeMap<BankIndex, usize> = BTreeMap::new();
    let mut ruts: Vec<Rut> = Vec::new();
    let mut places = 0..;
    std::iter::repeat_with(|| {
        let mut residents = places.by_ref().map(|place| population.somebody(place));
        let ordinary = |rut: &Rut| Named::find(*rut).is_none() && !ruts.contains(rut);
        let rut = residents.find(ordinary).expect("there are millions of residents");
        ruts.push(rut);
        let banks = population.banks(rut).into_iter();
        let bank = banks.min_by_key(|bank| taken.get(bank).copied().unwrap_or_default()).unwrap();
        *taken.entry(bank).or_default() += 1;
        Customer::of(population, rut, bank)
    })
    .take(count)
    .collect()
}

/// So many people at that bank to whom nothing special happens.
pub fn customers_at(bank: &str, count: usize) -> Vec<Customer> {
    let population = Population::new(DEFAULT_SEED);
    let bank = BankIndex::find(bank).expect("a bank of the box");
    let is_one = |rut: &Rut| {
        Named::find(*rut).is_none()
            && !population.identity(*rut).unwrap().is_company
            && population.banks(*rut).contains(&bank)
    };
    let residents = (0..).map(|place| population.somebody(place)).filter(is_one);
    residents.take(count).map(|rut| Customer::of(population, rut, bank)).collect()
}

/// What a gateway is configured with that asks their banks in a sandbox on that port, and turns
/// nobody away for asking often.
pub fn configuration(customers: &[Customer], port: u16) -> String {
    let bank = |customer: &Customer| {
        let id = &customer.institution;
        format!("[institution.{id}]\nbase_url = \"http://127.0.0.1:{port}/banks/{id}\"\n")
    };
    let banks: BTreeSet<String> = customers.iter().map(bank).collect();
    let limits = "[limits]\nrequests_per_second = 100000\nrequests_at_once = 100000\n";
    banks.into_iter().collect::<String>() + limits
}
