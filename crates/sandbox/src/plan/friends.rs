//! Transfers between people of the box. Who is whose friend, who sends and how much are asked of
//! the pair, so that both histories tell of the same transfer.

use cartola_primitives::Rut;

use super::{Plan, thousands};
use crate::account;
use crate::dice::Dice;
use crate::flow::{Detail, FlowId, Kind, Side};
use crate::household::Household;
use crate::resident::Resident;
use crate::residents;
use crate::when;

/// Friends are those whose RUT differs in just these bits.
const FRIENDSHIPS: [u32; 3] = [0b00_0001, 0b00_0110, 0b10_1000];
/// Of a hundred months, in how many friends send one another something.
const PERCENT: u64 = 45;
/// Of a thousand pesos of the poorer one's income, the most that is sent.
const PER_MILLE: i64 = 20;
/// Beyond the slots that a resident's own plan uses.
const FIRST_SLOT: u32 = 50_000;

pub(super) fn all(plan: &mut Plan<'_>) {
    if !plan.resident.household.is_social() {
        return;
    }
    for (place, bits) in (0_u32..).zip(FRIENDSHIPS) {
        let other = residents::neighbour(plan.resident.household.rut, bits);
        between(plan, other, place);
    }
}

/// Who somebody sends money to and gets some from, now and then.
pub(crate) fn of(resident: &Resident) -> Vec<Household> {
    let household = &resident.household;
    let friends = FRIENDSHIPS.iter().filter(|_| household.is_social());
    friends
        .filter_map(|bits| Household::of(resident.seed, residents::neighbour(household.rut, *bits)))
        .filter(Household::is_social)
        .collect()
}

fn between(plan: &mut Plan<'_>, other: Rut, place: u32) {
    let own = plan.resident.household.rut;
    let (lower, higher) = (own.min(other), own.max(other));
    let mut dice =
        Dice::of(plan.resident.seed, "friends", u64::from(lower.body()), plan.month.count(), place);
    if !dice.chance(PERCENT) {
        return;
    }
    let Some(friend) = Household::of(plan.resident.seed, other).filter(Household::is_social) else {
        return;
    };
    let poorer = plan.income().min(friend.income(plan.month));
    let amount = thousands(poorer * dice.amount(2..=PER_MILLE) / 1_000);
    let day = *dice.pick(plan.month.bank_days());
    let when = when::at_once(&mut dice, day);
    let account =
        |rut: Rut| Side::Customer(if rut == own { plan.main() } else { account::main(&friend) });
    let (from, to) = if dice.chance(50) { (lower, higher) } else { (higher, lower) };
    let sides = (account(from), account(to));
    let id = FlowId { plan: lower.body(), month: plan.month, slot: FIRST_SLOT + place };
    plan.add_named(id, Kind::Transfer, sides, amount, when, Detail::default());
}
