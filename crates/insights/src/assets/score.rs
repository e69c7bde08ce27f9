//! A score from 0 to 1,000, a sum of terms.
//!
//! | term | points |
//! |---|---|
//! | base | [`BASE`]; less one for each [`STEP_BELOW_ZERO`] pesos below zero, down to none |
//! | account | [`NORMAL`] for a cuenta corriente, [`SPECIAL`] for other accounts alone |
//! | card | [`CARD`] for a credit card |
//! | line | [`LINE`] for a credit line, and up to [`FREE_LINE`] by the share of it that is free, rounded down |
//! | balance | by [`BALANCE_STEPS`]: one point for so many pesos, up to each end; [`BALANCE`] at most |
//!
//! More balance, another account, a card or a larger line never lower it, more of a line used never
//! raises it. Banks grant a cuenta corriente, a card and a line to whom they have looked at: that is
//! why they count. Nothing of who somebody is (age, sex, commune, nationality) is in it. It says what
//! is seen at one moment, and has not been held against anybody's paying behaviour: nobody should be
//! refused by it alone.

use super::AssetReport;

/// Points of whoever owes nothing on their accounts.
pub const BASE: u32 = 150;
/// Pesos below zero that take one of them.
pub const STEP_BELOW_ZERO: u64 = 10_000;
/// Points for a cuenta corriente.
pub const NORMAL: u32 = 200;
/// Points for other accounts alone.
pub const SPECIAL: u32 = 100;
/// Points for a credit card.
pub const CARD: u32 = 150;
/// Points for a credit line.
pub const LINE: u32 = 50;
/// Points for one of which nothing is used.
pub const FREE_LINE: u32 = 150;
/// Pesos for one point, and up to which balance.
pub const BALANCE_STEPS: [(u64, u64); 3] =
    [(10_000, 1_000_000), (40_000, 5_000_000), (200_000, 25_000_000)];
/// Points for a balance at most: a hundred in each of the steps.
pub const BALANCE: u32 = 300;
/// The highest score.
pub const HIGHEST: u32 = 1_000;

const _: () = assert!(BASE + NORMAL + CARD + LINE + FREE_LINE + BALANCE == HIGHEST, "all terms");

/// A part of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Owing nothing on accounts.
    Base,
    /// Which accounts there are.
    Account,
    /// A credit card.
    Card,
    /// A credit line and what of it is free.
    Line,
    /// What is there.
    Balance,
}

/// A score with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// 0 to [`HIGHEST`]: the sum of the terms.
    pub points: u32,
    /// Every term with its points.
    pub terms: [(Term, u32); 5],
}

impl Score {
    /// The score of what somebody has.
    pub fn of(assets: &AssetReport) -> Self {
        let terms = [
            (Term::Base, base(assets.total_balance)),
            (Term::Account, account(assets)),
            (Term::Card, if assets.has_card { CARD } else { 0 }),
            (Term::Line, line(assets)),
            (Term::Balance, balance(assets.total_balance)),
        ];
        Self { points: terms.iter().map(|(_, points)| points).sum(), terms }
    }
}

fn base(total: i64) -> u32 {
    let owed = if total < 0 { total.unsigned_abs() } else { 0 };
    let lost = u32::try_from(owed.div_ceil(STEP_BELOW_ZERO)).unwrap_or(BASE);
    BASE.saturating_sub(lost)
}

fn account(assets: &AssetReport) -> u32 {
    match (assets.normal.is_empty(), assets.special.is_empty()) {
        (false, _) => NORMAL,
        (true, false) => SPECIAL,
        (true, true) => 0,
    }
}

/// A line of nothing is none.
fn line(assets: &AssetReport) -> u32 {
    let Some(line) = assets.line.filter(|line| line.limit > 0) else { return 0 };
    let free = line.limit.saturating_sub(line.used.max(0)).clamp(0, line.limit);
    let share = i128::from(free) * i128::from(FREE_LINE) / i128::from(line.limit);
    LINE + u32::try_from(share).unwrap_or(FREE_LINE)
}

fn balance(total: i64) -> u32 {
    let total = u64::try_from(total).unwrap_or(0);
    let mut begins = 0;
    let mut points = 0;
    for (step, ends) in BALANCE_STEPS {
        points += total.clamp(begins, ends).abs_diff(begins) / step;
        begins = ends;
    }
    u32::try_from(points).map_or(BALANCE, |points| points.min(BALANCE))
}
