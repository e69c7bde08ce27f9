//! How somebody lives: what everything else about them follows from.

mod habit;

use cartola_primitives::Rut;

use crate::data::{Commune, Employer, data};
use crate::dice::Dice;
use crate::key::BankIndex;
use crate::month::Month;
use crate::residents;
use crate::scenario::{Named, Scenario};

pub(crate) use habit::Habit;

/// Year in which incomes are as drawn; they grow by [`GROWTH_PERCENT`] of that a year.
const BASE_YEAR: i64 = 2024;
const GROWTH_PERCENT: i64 = 4;
/// Pesos a month above which people are insured with isapres and owe for their homes.
const WELL_OFF: i64 = 1_200_000;
/// Of a hundred people, so many earn something beside their salary.
const FREELANCE_PERCENT: u64 = 10;

/// Where the money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Livelihood {
    /// A salary.
    Employee,
    /// Sales.
    Company,
    /// A small monthly benefit, spent at once.
    Benefit,
    /// Nothing comes and nothing goes.
    Dormant,
}

/// Who they rent from or owe for the roof above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Housing {
    /// With family, or paid off.
    Free,
    /// A transfer each month.
    Rent,
    /// A cheque each month.
    RentByCheque,
    /// A mortgage in UF.
    Mortgage,
}

/// What is always so of one resident.
#[derive(Debug, Clone)]
pub(crate) struct Household {
    pub rut: Rut,
    pub scenario: Scenario,
    pub livelihood: Livelihood,
    /// Pesos a month in [`BASE_YEAR`].
    income: i64,
    pub employer: &'static Employer,
    pub commune: &'static Commune,
    pub housing: Housing,
    /// The main one first.
    pub banks: Vec<BankIndex>,
    habits: Vec<Habit>,
    /// The month of the year in which savings are taken out.
    pub holiday: i8,
}

impl Household {
    /// How the resident of that RUT lives; `None` where nobody does.
    pub(crate) fn of(seed: u64, rut: Rut) -> Option<Self> {
        if !residents::contains(rut) {
            return None;
        }
        let named = Named::find(rut);
        let scenario = named.map_or(Scenario::Ok, Named::scenario);
        let livelihood = livelihood(rut, scenario);
        let mut dice = Dice::of(seed, "house", u64::from(rut.body()), 0, 0);
        let income = income(&mut dice, livelihood, named);
        let employer = dice.pick(&data().people.employers);
        let mut banks = named.map_or_else(|| banks(&mut dice), Named::banks);
        let is_ok = named.is_some() && scenario == Scenario::Ok;
        let freelances = is_ok || beside(seed, rut).chance(FREELANCE_PERCENT);
        let shared = Named::shared_with(rut).map(Named::banks).unwrap_or_default();
        for bank in shared {
            if !banks.contains(&bank) {
                banks.push(bank);
            }
        }
        Some(Self {
            rut,
            scenario,
            livelihood,
            income,
            employer,
            commune: commune(seed, rut),
            housing: housing(&mut dice, income > WELL_OFF, is_ok),
            banks,
            habits: habit::drawn(&mut dice, income, scenario, (named.is_some(), freelances)),
            holiday: dice.small(1..=12),
        })
    }

    /// Whether they do.
    pub(crate) fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }

    /// What comes in regularly in that month, in pesos.
    pub(crate) fn income(&self, month: Month) -> i64 {
        let years = i64::from(month.year()) - BASE_YEAR;
        (self.income * (100 + GROWTH_PERCENT * years) / 100).max(0)
    }

    /// Whether it is who has whatever there is.
    pub(crate) fn has_everything(&self) -> bool {
        self.scenario == Scenario::Ok && Named::find(self.rut).is_some()
    }

    /// Whether they live on a salary.
    pub(crate) fn is_employee(&self) -> bool {
        self.livelihood == Livelihood::Employee
    }

    /// Whether friends send them money and are sent some.
    pub(crate) fn is_social(&self) -> bool {
        self.livelihood == Livelihood::Employee && self.scenario != Scenario::ManyMovements
    }

    /// The throws of a question about them that has no month.
    pub(crate) fn dice(&self, seed: u64, label: &str, place: u32) -> Dice {
        Dice::of(seed, label, u64::from(self.rut.body()), 0, place)
    }

    /// The throws of a question about them in a month.
    pub(crate) fn monthly(&self, seed: u64, label: &str, month: Month, place: u32) -> Dice {
        Dice::of(seed, label, u64::from(self.rut.body()), month.count(), place)
    }
}

/// Where they live.
pub(crate) fn commune(seed: u64, rut: Rut) -> &'static Commune {
    Dice::of(seed, "commune", u64::from(rut.body()), 0, 0).pick(&data().people.communes)
}

fn livelihood(rut: Rut, scenario: Scenario) -> Livelihood {
    match scenario {
        Scenario::NoMovements => Livelihood::Dormant,
        Scenario::InsufficientFunds => Livelihood::Benefit,
        _ if residents::is_company(rut) => Livelihood::Company,
        _ => Livelihood::Employee,
    }
}

/// Drawn in steps that roughly follow the deciles of wages.
fn income(dice: &mut Dice, livelihood: Livelihood, named: Option<Named>) -> i64 {
    match (livelihood, named.map(Named::scenario)) {
        (Livelihood::Dormant, _) => 0,
        (Livelihood::Benefit, _) => dice.amount(4_000..=5_000),
        (Livelihood::Company, _) => dice.amount(9_000_000..=85_000_000),
        (_, Some(Scenario::ManyMovements)) => dice.amount(28_000_000..=32_000_000),
        (_, Some(_)) => dice.amount(1_800_000..=3_900_000),
        _ => match dice.below(10) {
            0..=3 => dice.amount(530_000..=760_000),
            4..=6 => dice.amount(760_000..=1_300_000),
            7..=8 => dice.amount(1_300_000..=2_600_000),
            _ => dice.amount(2_600_000..=6_200_000),
        },
    }
}

/// What was asked later than the rest, with dice of its own so that nobody else changed.
fn beside(seed: u64, rut: Rut) -> Dice {
    Dice::of(seed, "beside", u64::from(rut.body()), 0, 0)
}

fn housing(dice: &mut Dice, well_off: bool, has_everything: bool) -> Housing {
    match (dice.below(10), well_off) {
        _ if has_everything => Housing::Mortgage,
        (0..=2, _) => Housing::Free,
        (3..=5, true) => Housing::Mortgage,
        (6, true) => Housing::RentByCheque,
        _ => Housing::Rent,
    }
}

/// A main bank by its share, and for some a second one.
fn banks(dice: &mut Dice) -> Vec<BankIndex> {
    let all: Vec<BankIndex> = BankIndex::all().collect();
    let share = |bank: &BankIndex| bank.row().share;
    let mut banks = vec![*dice.weighted(&all, share)];
    if dice.chance(45) {
        let second = *dice.weighted(&all, share);
        if second != banks[0] {
            banks.push(second);
        }
    }
    banks
}
