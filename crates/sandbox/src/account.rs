//! The accounts of a resident.

use cartola_model::AccountNumber;
use cartola_primitives::{Rut, date};

use crate::dice::Dice;
use crate::household::{Habit, Household, Livelihood};
use crate::key::{AccountKey, BankIndex, Product};
use crate::month::Month;
use crate::number;
use crate::scenario::Named;

/// An account as its bank knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What tells it from others.
    pub key: AccountKey,
    /// Its number as the bank writes it. A card's is that of its contract.
    pub number: AccountNumber,
    /// The bank's name for the product, such as `Cuenta FAN`.
    pub product_name: &'static str,
    /// Holders, the owner first.
    pub holders: Vec<Rut>,
    /// How far below zero its balance may go, in minor units: an agreed overdraft, the limit of a
    /// card or of a line.
    pub limit: i64,
    /// The last four digits of a card.
    pub card_digits: Option<String>,
    /// The branch where it was opened.
    pub branch: &'static str,
}

/// Which accounts somebody has, in the order in which banks list them.
pub(crate) fn keys(household: &Household) -> Vec<AccountKey> {
    let key = |bank, product| AccountKey { bank, owner: household.rut, product };
    let mut keys = Vec::new();
    for (place, bank) in household.banks.iter().copied().enumerate() {
        keys.push(key(bank, current(household, bank, place == 0)));
        if place == 0 {
            keys.extend(beside_main(household, bank).map(|product| key(bank, product)));
        }
    }
    keys
}

/// The account that income arrives at.
pub(crate) fn main(household: &Household) -> AccountKey {
    keys(household)[0]
}

fn current(household: &Household, bank: BankIndex, is_main: bool) -> Product {
    let row = bank.row();
    if household.livelihood == Livelihood::Company && row.products.contains_key("checking") {
        return Product::Checking;
    }
    Product::named(if is_main { &row.main } else { &row.second })
}

fn beside_main(household: &Household, bank: BankIndex) -> impl Iterator<Item = Product> {
    let alive = household.livelihood == Livelihood::Employee;
    let wanted = [
        (Product::Dollars, household.has(Habit::Dollars)),
        (Product::Savings, alive && household.has(Habit::Saves)),
        (Product::CreditCard, alive && household.has(Habit::Card)),
        (Product::CreditLine, alive && has_line(household, bank)),
    ];
    wanted.into_iter().filter_map(move |(product, has)| {
        let offered = bank.row().products.contains_key(product.kind().name());
        (has && offered).then_some(product)
    })
}

/// A credit line comes with a current account for whoever uses it or is on the list.
fn has_line(household: &Household, bank: BankIndex) -> bool {
    let is_checking = current(household, bank, true) == Product::Checking;
    is_checking && (household.has(Habit::Tight) || Named::find(household.rut).is_some())
}

/// The account behind a key that [`keys`] gave.
pub(crate) fn of(seed: u64, household: &Household, key: AccountKey) -> Account {
    let row = key.bank.row();
    let subject = u64::from(key.owner.body());
    let mut dice = Dice::of(seed, "account", subject, key.bank.place(), key.product.place().into());
    let number = number::of(seed, key);
    let holders = [Some(key.owner), Named::find(key.owner).and_then(Named::co_holder)];
    Account {
        number,
        product_name: &row.products[key.product.kind().name()],
        holders: holders.into_iter().flatten().collect(),
        limit: limit(household, key.product),
        card_digits: (key.product == Product::CreditCard)
            .then(|| format!("{:04}", dice.below(10_000))),
        branch: dice.pick(row.branches.as_slice()).as_str(),
        key,
    }
}

/// Limits follow the income of a year long past, so that they never move under a balance; a card
/// may owe a month and a half of it, more than two months of purchases ever come to.
pub(crate) fn limit(household: &Household, product: Product) -> i64 {
    let base = household.income(Month::of(date(2024, 1, 1)));
    let whole = |amount: i64| amount / 10_000 * 10_000;
    match product {
        Product::Checking if household.has(Habit::Tight) => whole(base * 30 / 100),
        Product::CreditCard => whole(base * 150 / 100),
        Product::CreditLine => whole(base * 80 / 100),
        _ => 0,
    }
}
