//! What a Chilean accountant looks at first, of some hundred persons over a year.

mod cards;
mod mandates;
mod months;

use std::collections::BTreeMap;

use cartola_primitives::Rut;
use cartola_sandbox::{AccountKey, Month, Movement, Named, Population, Side};

use crate::{keys, month};

/// Persons who are looked at.
const PERSONS: usize = 200;
/// Companies, for what persons do not have.
const COMPANIES: usize = 20;
/// The year of [`year`].
const MONTHS: usize = 12;

/// Over a new year: what is agreed for a calendar year changes once.
fn year() -> (Month, Month) {
    (month(2025, 9), month(2026, 8))
}

/// Somebody, and what was booked on each of their own accounts.
struct Resident {
    accounts: BTreeMap<AccountKey, Vec<Movement>>,
}

impl Resident {
    fn of(population: Population, rut: Rut) -> Self {
        let (first, last) = year();
        let told = |key: AccountKey| (key, population.months(key, first, last));
        Self { accounts: keys(population, rut).into_iter().map(told).collect() }
    }

    fn movements(&self) -> impl Iterator<Item = &Movement> {
        self.accounts.values().flatten()
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Movement> {
        self.movements().filter(move |each| each.kind_name() == Some(kind))
    }

    /// What was paid to one of these.
    fn paid_to(&self, names: &[String]) -> Vec<&Movement> {
        let is_one = |each: &&Movement| names.iter().any(|name| Some(&**name) == payee(each));
        self.movements().filter(is_one).collect()
    }
}

/// Who a movement paid, where that is nobody's account of the box.
fn payee(movement: &Movement) -> Option<&'static str> {
    match movement.other {
        Side::System(system) => Some(system.name),
        Side::Customer(_) => None,
    }
}

/// How many were booked in each month of the year that has any.
fn by_month<'a>(movements: impl IntoIterator<Item = &'a Movement>) -> BTreeMap<Month, usize> {
    let mut counts = BTreeMap::new();
    for movement in movements {
        *counts.entry(Month::of(movement.booked.date())).or_default() += 1;
    }
    counts
}

/// Insists that there is one in each month.
#[track_caller]
fn monthly(movements: &[&Movement]) {
    let counts = by_month(movements.iter().copied());
    let shown = || movements.iter().map(|each| each.glosa.as_str()).collect::<Vec<_>>();
    assert_eq!(counts.len(), MONTHS, "{:?}", shown());
    assert!(counts.values().all(|count| *count == 1), "{:?}", shown());
}

fn residents(count: usize, companies: bool) -> Vec<Resident> {
    let population = Population::new(42);
    let is_one = |rut: &Rut| {
        let is_company = population.identity(*rut).unwrap().is_company;
        Named::find(*rut).is_none() && is_company == companies
    };
    let ruts = (0..).map(|place| population.somebody(place)).filter(is_one);
    ruts.take(count).map(|rut| Resident::of(population, rut)).collect()
}

/// Their histories take long to draw up: they are looked at once.
#[test]
fn some_hundred_persons_pass_an_accountants_glance() {
    let people = residents(PERSONS, false);
    let companies = residents(COMPANIES, true);
    months::cheques_clear_two_bank_days_later(people.iter().chain(&companies));
    months::what_goes_to_ones_own_account_arrives_there(people.iter().chain(&companies));
    months::a_salary_comes_each_month_from_one_employer(&people);
    months::an_employee_is_with_an_isapre_or_with_fonasa(&people);
    months::a_roof_is_let_or_owed_for_in_uf(&people);
    months::supplies_are_paid_each_month(&people);
    months::the_supermarket_is_visited_several_times_a_month(&people);
    mandates::whatever_is_debited_by_mandate_is_debited_each_month(&people);
    mandates::who_has_a_car_has_a_tag_and_an_insurance(&people);
    mandates::what_is_agreed_is_the_same_each_month_of_a_year(&people);
}

/// Those who supply what is paid month by month, of one kind.
fn suppliers(kind: &str) -> Vec<String> {
    let table: toml::Table = include_str!("../../data/services.toml").parse().unwrap();
    let rows = table["service"].as_array().unwrap().iter();
    let names: Vec<String> = rows
        .filter(|row| row["kind"].as_str() == Some(kind))
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(!names.is_empty(), "{kind}");
    names
}
