//! What is spent in a month beside the plan: a known total, cut into purchases.

mod groceries;

use crate::data::{Merchant, Service, data};
use crate::dice::Dice;
use crate::flow::{Detail, Flow, FlowId, Kind, Purpose, Side, When, merchant, service, system};
use crate::holding::iva;
use crate::household::Livelihood;
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::resident::Resident;
use crate::scenario::Scenario;
use crate::{services, when};

/// About how many purchases the largest spender makes in a month.
const PURCHASES: i64 = 60;
/// What an ordinary purchase comes to, in pesos, in cents of a dollar, and of a company.
const USUAL_PESOS: i64 = 24_000;
const USUAL_CENTS: i64 = 9_000;
const USUAL_OF_COMPANIES: i64 = 450_000;
/// What is left over below this is added to the last purchase instead of being one.
const SMALLEST_SHARE: i64 = 20;
/// Of a hundred times that somebody pays, how often with notes from a machine.
const CASH_PERCENT: u64 = 9;
const NOTE: i64 = 10_000;
/// A month's movements of [`Scenario::ManyMovements`]: 50,000 over 36 months.
pub(crate) const MANY_A_MONTH: usize = 1_389;
/// Each account's spending has slots of its own, beyond the plan's.
const SLOTS_AN_ACCOUNT: u32 = 100_000;

/// One purchase before it has a time.
#[derive(Clone, Copy)]
struct Purchase {
    kind: Kind,
    to: Side,
    amount: i64,
    detail: Detail,
}

/// Cuts `total` into the purchases of an account's month. `planned` is how many movements the
/// account has already.
pub(crate) fn flows(
    resident: &Resident,
    key: AccountKey,
    month: Month,
    total: i64,
    planned: usize,
) -> Vec<Flow> {
    let place = key.bank.place() * 10 + i32::from(key.product.place());
    let place = u32::try_from(place).expect("places are positive");
    let mut dice = resident.household.monthly(resident.seed, "spend", month, place);
    let purchases = if resident.household.scenario == Scenario::ManyMovements {
        many(resident, &mut dice, total, MANY_A_MONTH.saturating_sub(planned))
    } else if resident.household.livelihood == Livelihood::Company && key == resident.main() {
        let invoiced = iva::invoiced(resident, month).min(total);
        let mut purchases = cut(resident, key, &mut dice, invoiced);
        purchases.extend(withdrawals(resident, &mut dice, total - invoiced));
        purchases
    } else if resident.household.is_employee() && key == resident.main() {
        groceries::among(resident, cut(resident, key, &mut dice, total))
    } else {
        cut(resident, key, &mut dice, total)
    };
    let first = (place + 1) * SLOTS_AN_ACCOUNT;
    let plan = resident.household.rut.body();
    (first..)
        .zip(purchases)
        .map(|(slot, purchase)| Flow {
            id: FlowId { plan, month, slot },
            kind: purchase.kind,
            from: Side::Customer(key),
            to: purchase.to,
            amount: purchase.amount,
            when: moment(&mut dice, purchase.kind, month),
            detail: purchase.detail,
        })
        .collect()
}

fn moment(dice: &mut Dice, kind: Kind, month: Month) -> When {
    if matches!(kind, Kind::Supplier | Kind::Withdrawal) {
        let day = *dice.pick(month.bank_days());
        return when::at_once(dice, day);
    }
    when::shopping(dice, month)
}

fn cut(resident: &Resident, key: AccountKey, dice: &mut Dice, total: i64) -> Vec<Purchase> {
    let usual = match (resident.household.livelihood, key.product) {
        (_, Product::Dollars) => USUAL_CENTS,
        (Livelihood::Company, _) => USUAL_OF_COMPANIES,
        _ => USUAL_PESOS,
    };
    // Who has more to spend pays more at a time rather than more often.
    let scale = (total * 100 / (PURCHASES * usual)).max(100);
    let mut purchases = Vec::new();
    let mut left = total;
    while left > 0 {
        let mut next = purchase(resident, key, dice, scale);
        if next.amount + usual / SMALLEST_SHARE >= left {
            // The last one closes the month to the peso, which no cash machine could.
            if next.kind == Kind::Atm {
                next = bought(resident, dice, scale);
            }
            next.amount = left;
        }
        left -= next.amount;
        purchases.push(next);
    }
    purchases
}

fn purchase(resident: &Resident, key: AccountKey, dice: &mut Dice, scale: i64) -> Purchase {
    if key.product == Product::Dollars {
        return abroad(dice, scale);
    }
    if resident.household.livelihood == Livelihood::Company {
        return supplies(resident, dice, scale);
    }
    if dice.chance(CASH_PERCENT) { cash(resident, dice) } else { bought(resident, dice, scale) }
}

fn cash(resident: &Resident, dice: &mut Dice) -> Purchase {
    let place = Some(resident.household.commune.name.as_str());
    Purchase {
        kind: Kind::Atm,
        to: system(Purpose::Cash, "REDBANC"),
        amount: NOTE * dice.amount(1..=12),
        detail: Detail { place, ..Detail::default() },
    }
}

fn bought(resident: &Resident, dice: &mut Dice, scale: i64) -> Purchase {
    let shop = dice.weighted(&data().merchants, |shop| shop.weight);
    let commune = resident.household.commune.name.as_str();
    let place = (!shop.online).then_some(commune);
    let amount = dice.amount(shop.low..=shop.high) * scale / 100;
    of_shop(Kind::Purchase, shop, amount, place)
}

fn abroad(dice: &mut Dice, scale: i64) -> Purchase {
    let shop = dice.weighted(&data().foreign, |shop| shop.weight);
    of_shop(Kind::Foreign, shop, dice.amount(shop.low..=shop.high) * scale / 100, None)
}

fn of_shop(
    kind: Kind,
    shop: &'static Merchant,
    amount: i64,
    place: Option<&'static str>,
) -> Purchase {
    let detail = Detail { what: &shop.name, place, ..Detail::default() };
    Purchase { kind, to: merchant(shop), amount, detail }
}

fn supplies(resident: &Resident, dice: &mut Dice, scale: i64) -> Purchase {
    let supplier = services::of(&resident.household, "supplier", dice);
    let amount = dice.amount(supplier.low..=supplier.high) * scale / 100;
    let detail = Detail { what: &supplier.name, ..Detail::default() };
    Purchase { kind: Kind::Supplier, to: service(supplier), amount, detail }
}

/// What the partners of a company draw: one or two transfers.
fn withdrawals(resident: &Resident, dice: &mut Dice, total: i64) -> Vec<Purchase> {
    let partner = partner(resident);
    let first = total * dice.amount(40..=100) / 100;
    let draw = |amount: i64| Purchase {
        kind: Kind::Withdrawal,
        to: service(partner),
        amount,
        detail: Detail { what: &partner.name, ..Detail::default() },
    };
    [first, total - first].into_iter().filter(|amount| *amount > 0).map(draw).collect()
}

/// Who draws what a company earns.
pub(crate) fn partner(resident: &Resident) -> &'static Service {
    let mut lasting = resident.household.dice(resident.seed, "partner", 0);
    services::of(&resident.household, "partner", &mut lasting)
}

/// So many purchases, each its share of the total by weight.
fn many(resident: &Resident, dice: &mut Dice, total: i64, count: usize) -> Vec<Purchase> {
    let weights: Vec<i64> = (0..count).map(|_| dice.amount(40..=160)).collect();
    let (mut sum, mut left) = (weights.iter().sum::<i64>(), total);
    weights
        .into_iter()
        .map(|weight| {
            let mut purchase = bought(resident, dice, 100);
            purchase.amount = left * weight / sum;
            (sum, left) = (sum - weight, left - purchase.amount);
            purchase
        })
        .collect()
}
