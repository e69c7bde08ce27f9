use cartola_model::institution::InstitutionKind;
use cartola_model::{AccountNumber, Catalogue};
use cartola_primitives::{Currency, Rut, date};
use cartola_sandbox::{BankIndex, Named, Population, Scenario, begins, merchant};

fn named(scenario: Scenario) -> Named {
    Named::all().find(|named| named.scenario() == scenario).unwrap()
}

fn movements(population: Population, rut: Rut) -> usize {
    let now = date(2026, 11, 21).at(12, 0, 0, 0);
    let days = (begins(now.date()), now.date());
    population
        .accounts(rut)
        .iter()
        .map(|each| population.statement(each.key, days, now).len())
        .sum()
}

#[test]
fn each_scenario_is_a_resident_of_its_own() {
    let population = Population::new(3);
    let mut seen = std::collections::BTreeSet::new();
    for named in Named::all() {
        assert!(seen.insert(named.scenario()));
        assert_eq!(population.scenario(named.rut()), Some(named.scenario()));
        assert!(!population.accounts(named.rut()).is_empty());
    }
    assert_eq!(seen.len(), 16);
}

#[test]
fn ok_is_a_customer_everywhere() {
    let population = Population::new(3);
    let banks = population.banks(named(Scenario::Ok).rut());
    assert_eq!(banks.len(), BankIndex::all().count());
}

#[test]
fn many_are_fifty_thousand_and_none_are_none() {
    let population = Population::new(3);
    assert!(movements(population, named(Scenario::ManyMovements).rut()) >= 50_000);
    assert_eq!(movements(population, named(Scenario::NoMovements).rut()), 0);
}

#[test]
fn insufficient_funds_never_suffice_for_much() {
    let population = Population::new(3);
    let rut = named(Scenario::InsufficientFunds).rut();
    let days = (date(2024, 1, 1), date(2026, 11, 21));
    for account in population.accounts(rut) {
        let shown = population.statement(account.key, days, days.1.at(12, 0, 0, 0));
        let most = shown.iter().filter_map(|each| each.balance_after).max().unwrap_or_default();
        assert!(most < 12_000, "{most}");
    }
}

#[test]
fn the_joint_account_has_two_holders_and_dollars() {
    let population = Population::new(3);
    let accounts = population.accounts(named(Scenario::JointUsd).rut());
    assert!(accounts.iter().all(|account| account.holders.len() == 2));
    assert!(accounts.iter().any(|account| account.key.product.currency() == Currency::USD));
}

#[test]
fn the_co_holder_sees_the_joint_accounts_and_their_own() {
    let population = Population::new(3);
    let owner = named(Scenario::JointUsd);
    let co_holder = owner.co_holder().unwrap();
    let seen = population.accounts(co_holder);
    assert!(population.accounts(owner.rut()).iter().all(|account| seen.contains(account)));
    assert!(seen.iter().any(|account| account.holders == [co_holder]));
    assert!(population.credentials(co_holder, "banco-chile").is_some());
}

#[test]
fn the_merchant_is_paid_at_the_company() {
    let population = Population::new(3);
    let merchant = merchant(population);
    let account = population.find(&AccountNumber::parse(&merchant.account).unwrap()).unwrap();
    assert_eq!(account.key.owner, named(Scenario::Company).rut());
    assert_eq!(account.key.bank.id().as_str(), merchant.institution);
}

#[test]
fn the_company_has_two_signatories_who_live_in_the_box() {
    let population = Population::new(3);
    let company = named(Scenario::Company);
    assert!(population.identity(company.rut()).unwrap().is_company);
    let signatories = company.signatories();
    assert_eq!(signatories.len(), 2);
    assert!(signatories.iter().all(|rut| population.contains(*rut)));
}

/// Where `listed` says that somebody is a customer.
fn places(scenario: Scenario) -> Vec<String> {
    let listed = cartola_sandbox::listed(Population::new(3));
    let person = listed.into_iter().find(|person| person.scenario == scenario).unwrap();
    person.institutions.into_iter().map(|place| place.id).collect()
}

#[test]
fn ok_is_listed_at_every_institution_and_a_company_where_companies_are() {
    let mut catalogue: Vec<_> = Catalogue::bundled()
        .iter()
        .filter(|row| row.kind != InstitutionKind::CompanyPortal)
        .map(|row| row.id.to_string())
        .collect();
    let mut ok = places(Scenario::Ok);
    ok.sort();
    catalogue.sort();
    assert_eq!(ok, catalogue);
    let services: Vec<_> =
        places(Scenario::Company).into_iter().filter(|id| !id.ends_with("-empresas")).collect();
    assert_eq!(services, ["servipag", "sii"]);
    assert_eq!(places(Scenario::Demo), ["demo-bank"]);
}
