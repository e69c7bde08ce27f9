//! Food: whatever else somebody buys in a month, some of it they buy at a supermarket.

use super::{Purchase, of_shop};
use crate::data::{Merchant, data};
use crate::flow::{Kind, merchant};
use crate::resident::Resident;

/// Visits to a supermarket that a month has at least.
const VISITS: usize = 3;

/// Moves what was paid elsewhere to the resident's own supermarket, where a month has too few visits:
/// purchases first, then notes from a machine. What all come to stays as it is.
pub(super) fn among(resident: &Resident, purchases: Vec<Purchase>) -> Vec<Purchase> {
    let mut purchases = enough(purchases);
    let shops = || data().merchants.iter().filter(|shop| shop.groceries);
    let is_visit = |purchase: &Purchase| shops().any(|shop| purchase.to == merchant(shop));
    let visits = purchases.iter().filter(|purchase| is_visit(purchase)).count();
    let mut elsewhere: Vec<&mut Purchase> =
        purchases.iter_mut().filter(|purchase| !is_visit(purchase)).collect();
    elsewhere.sort_by_key(|purchase| purchase.kind != Kind::Purchase);
    let commune = resident.household.commune.name.as_str();
    for purchase in elsewhere.into_iter().take(VISITS.saturating_sub(visits)) {
        *purchase = of_shop(Kind::Purchase, usual(resident), purchase.amount, Some(commune));
    }
    purchases
}

/// As many purchases as there are visits: whoever spent all on one thing spends on several.
fn enough(mut purchases: Vec<Purchase>) -> Vec<Purchase> {
    let lacking = VISITS.saturating_sub(purchases.len());
    let Some(largest) = purchases.iter_mut().max_by_key(|purchase| purchase.amount) else {
        return purchases;
    };
    let mut rest = *largest;
    let parts = i64::try_from(lacking + 1).expect("a month has few visits");
    largest.amount = rest.amount / parts;
    rest.amount -= largest.amount;
    for left in (1..parts).rev() {
        let next = Purchase { amount: rest.amount / left, ..rest };
        rest.amount -= next.amount;
        purchases.push(next);
    }
    // A few pesos make fewer than that.
    purchases.retain(|purchase| purchase.amount > 0);
    purchases
}

/// The supermarket that somebody goes to.
fn usual(resident: &Resident) -> &'static Merchant {
    let shops: Vec<&'static Merchant> =
        data().merchants.iter().filter(|shop| shop.groceries).collect();
    let mut lasting = resident.household.dice(resident.seed, "food", 0);
    let shop: &&'static Merchant = lasting.weighted(&shops, |shop| shop.weight);
    shop
}
