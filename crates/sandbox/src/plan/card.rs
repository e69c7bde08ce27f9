//! The credit card: what was bought in a month is owed until the next, when the main account pays
//! all of it. So what a card owes on the first is last month's purchases, and no more.

use super::{Plan, what};
use crate::data::{Merchant, data};
use crate::flow::{Detail, Flow, Kind, Side, merchant, service};
use crate::holding::mandate;
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::resident::Resident;
use crate::when;

/// Of a thousand pesos of income, what single purchases of a month come to at most.
const PURCHASES_PER_MILLE: i64 = 45;
/// Of a hundred months, in how many something is bought in instalments.
const INSTALMENT_PERCENT: u64 = 10;
const INSTALMENTS: [i32; 3] = [3, 6, 12];
/// Of a thousand pesos of income, what one instalment comes to at most.
const INSTALMENT_PER_MILLE: i64 = 8;

pub(super) fn all(plan: &mut Plan<'_>) {
    let Some(card) = plan.resident.at_main(Product::CreditCard) else { return };
    let owed: i64 =
        purchases(plan.resident, plan.month.plus(-1)).iter().map(|each| each.amount).sum();
    let mut dice = plan.dice("cardpay");
    let day = plan.month.bank_day_from(plan.lasting("cardpay", 0).small(4..=14));
    let when = when::at_once(&mut dice, day);
    let sides = (Side::Customer(plan.main()), Side::Customer(card));
    plan.add(Kind::CardPayment, sides, owed, when, Detail::default());
    buy(plan, card);
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
    for ago in 0..*INSTALMENTS.iter().max().expect("there are terms") {
        instalment(plan, card, ago);
    }
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

/// This month's part of what was bought in instalments so many months ago.
fn instalment(plan: &mut Plan<'_>, card: AccountKey, ago: i32) {
    let household = &plan.resident.household;
    let bought = plan.month.plus(-ago);
    let mut dice = household.monthly(plan.resident.seed, "instalm", bought, 0);
    let of = *dice.pick(&INSTALMENTS);
    if !dice.chance(INSTALMENT_PERCENT) || ago >= of {
        return;
    }
    let shops: Vec<&'static Merchant> =
        data().merchants.iter().filter(|shop| shop.instalments).collect();
    let shop = *dice.pick(&shops);
    let amount = household.income(bought) * dice.amount(3..=INSTALMENT_PER_MILLE) / 1_000;
    let day = plan.month.bank_day_from(dice.small(2..=27));
    let when = when::in_batch(&mut dice, day);
    let small = |number: i32| u16::try_from(number).expect("at most twelve instalments");
    let part = Some((small(ago + 1), small(of)));
    let detail = Detail { part, ..what(&shop.name) };
    charge(plan, card, Kind::Instalment, (merchant(shop), amount), when, detail);
}
