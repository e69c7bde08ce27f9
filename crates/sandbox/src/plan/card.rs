//! The credit card: what was bought in a month is owed until the next, when the main account pays
//! all of it. So what a card owes on the first is last month's purchases, and no more.

use super::{Plan, what};
use crate::data::{Merchant, data};
use crate::flow::{Detail, Flow, Kind, Side, merchant, service};
use crate::holding::instalment::Purchase;
use crate::holding::mandate;
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a thousand pesos of income, what single purchases of a month come to at most.
const PURCHASES_PER_MILLE: i64 = 45;

pub(super) fn all(plan: &mut Plan<'_>) {
    let Some(card) = plan.resident.at_main(Product::CreditCard) else { return };
    let owed: i64 =
        purchases(plan.resident, plan.month.plus(-1)).iter().map(|each| each.amount).sum();
    let mut dice = plan.dice("cardpay");
    let when = when::at_once(&mut dice, plan.month.bank_day_from(due_day(plan.resident)));
    let sides = (Side::Customer(plan.main()), Side::Customer(card));
    plan.add(Kind::CardPayment, sides, owed, when, Detail::default());
    buy(plan, card);
}

/// The day of the month on which the statement of the month before is paid.
pub(crate) fn due_day(resident: &Resident) -> i8 {
    resident.household.dice(resident.seed, "cardpay", 0).small(4..=14)
}

/// What the card is charged in a month.
fn purchases(resident: &Resident, month: Month) -> Vec<Flow> {
    let mut plan = Plan { resident, month, flows: Vec::new() };
    if let Some(card) = resident.at_main(Product::CreditCard) {
        buy(&mut plan, card);
    }
    plan.flows
}

fn buy(plan: &mut Plan<'_>, card: AccountKey) {
    once(plan, card);
    mandates(plan, card);
    instalments(plan, card);
}

fn charge(
    plan: &mut Plan<'_>,
    card: AccountKey,
    kind: Kind,
    purchase: (Side, i64),
    when: crate::flow::When,
    detail: Detail,
) {
    let (to, amount) = purchase;
    plan.add(kind, (Side::Customer(card), to), amount, when, detail);
}

fn once(plan: &mut Plan<'_>, card: AccountKey) {
    let mut dice = plan.dice("cardbuy");
    let mut left = plan.income() * PURCHASES_PER_MILLE / 1_000;
    for _ in 0..dice.below(7) {
        let shop = dice.weighted(&data().merchants, |shop| shop.weight);
        let amount = dice.amount(shop.low..=shop.high);
        if amount > left {
            continue;
        }
        left -= amount;
        let when = when::shopping(&mut dice, plan.month);
        let detail = bought_at(plan, shop);
        charge(plan, card, Kind::CardPurchase, (merchant(shop), amount), when, detail);
    }
}

fn bought_at(plan: &Plan<'_>, shop: &'static Merchant) -> Detail {
    let commune = plan.resident.household.commune.name.as_str();
    Detail { place: (!shop.online).then_some(commune), ..what(&shop.name) }
}

/// PAT: what is charged to the card by mandate.
fn mandates(plan: &mut Plan<'_>, card: AccountKey) {
    for mandate in mandate::of(plan.resident, plan.month) {
        let supplier = mandate.supplier;
        let purchase = (service(supplier), mandate.amount);
        charge(plan, card, Kind::Pat, purchase, mandate.when, what(&supplier.name));
    }
}

/// This month's parts of what was bought in instalments.
fn instalments(plan: &mut Plan<'_>, card: AccountKey) {
    for purchase in Purchase::charged_in(plan.resident, plan.month) {
        let part = Some((purchase.part(plan.month), purchase.instalments));
        let detail = Detail { part, ..what(&purchase.shop.name) };
        let paid = (merchant(purchase.shop), purchase.instalment);
        charge(plan, card, Kind::Instalment, paid, purchase.charged(plan.month), detail);
    }
}
