//! What is used of a card or a credit line, and what is left of it.

use jiff::civil::DateTime;

use crate::account::Account;
use crate::holding::instalment;
use crate::key::Product;
use crate::resident::Resident;
use crate::world::World;

/// Whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credit {
    pub limit: i64,
    pub used: i64,
    pub available: i64,
}

/// Of that account at a moment. What is used of a card is what it owes, purchases that are not booked
/// yet and instalments to come included.
pub(crate) fn of(world: &World, account: &Account, now: DateTime) -> Credit {
    let limit = account.limit;
    let balance = world.balance_at(account.key, now).map_or(0, |balance| balance.available);
    let to_come = match account.key.product {
        Product::CreditCard => instalments_to_come(world, account, now),
        _ => 0,
    };
    let used = (to_come - balance).max(0);
    Credit { limit, used, available: (limit - used).max(0) }
}

fn instalments_to_come(world: &World, account: &Account, now: DateTime) -> i64 {
    let owner = Resident::of(world.population().seed(), account.key.owner);
    owner.map_or(0, |owner| instalment::to_come(&owner, now))
}
