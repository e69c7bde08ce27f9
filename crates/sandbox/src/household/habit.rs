//! What people do and have beside what everybody does.

use super::WELL_OFF;
use crate::dice::Dice;
use crate::scenario::Scenario;

/// Pesos a month above which banks offer a card.
const CARD_INCOME: i64 = 700_000;

/// What some do and others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Insured with an isapre; whoever is not is with Fonasa.
    Isapre,
    /// Has a car.
    Car,
    /// Pays back a CAE.
    StudiedOnCredit,
    /// Pays back a consumer loan.
    ConsumerLoan,
    /// Puts something aside.
    Saves,
    /// Has a credit card.
    Card,
    /// Lives close to the edge, on overdraft and credit line.
    Tight,
    /// Pays bills at Servipag rather than by mandate.
    PaysAtServipag,
    /// Holds dollars.
    Dollars,
    /// Issues boletas de honorarios beside the salary.
    Freelances,
}

/// Named persons have whatever there is to be shown.
pub(super) fn drawn(
    dice: &mut Dice,
    income: i64,
    scenario: Scenario,
    (named, freelances): (bool, bool),
) -> Vec<Habit> {
    let well_off = income > WELL_OFF;
    // Of whoever has everything, everything can be asked for.
    let everything = scenario == Scenario::Ok && named;
    let drawn = [
        (Habit::Isapre, dice.chance(60) && well_off),
        (Habit::Car, dice.chance(if well_off { 75 } else { 35 })),
        (Habit::StudiedOnCredit, dice.chance(22)),
        (Habit::ConsumerLoan, dice.chance(30) || everything),
        (Habit::Saves, dice.chance(45) || named),
        (Habit::Card, dice.chance(70) && income > CARD_INCOME || named),
        (Habit::Tight, dice.chance(25) && !named),
        (Habit::PaysAtServipag, dice.chance(40)),
        (Habit::Dollars, scenario == Scenario::JointUsd),
        (Habit::Freelances, freelances),
    ];
    drawn.into_iter().filter(|(_, has)| *has).map(|(habit, _)| habit).collect()
}
