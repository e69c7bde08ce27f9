//! What the balances printed beside an account's movements prove, day by day.
//!
//! Within a day the order of lines is not certain, so it is not used: each line goes from one
//! balance to another, and where all lines of a day hang together there is one balance that no line
//! leaves, the day's closing, and one that no line reaches, its opening.

use std::collections::BTreeMap;

use cartola_primitives::Date;

/// A day whose balances hang together.
#[derive(Debug, PartialEq, Eq)]
pub struct Closing {
    /// The day.
    pub day: Date,
    /// What must be added on that day so that the balance is right.
    pub adjustment: Option<Adjustment>,
    /// The balance after it, in minor units.
    pub balance: i128,
}

/// What no movement tells of.
#[derive(Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// How much, in minor units.
    pub amount: i128,
    /// Whether it is what the account had before; otherwise movements are missing.
    pub opening: bool,
}

/// An account's movements so far.
#[derive(Default)]
pub struct Chain {
    total: i128,
    anchored: bool,
    today: Option<Today>,
}

struct Today {
    day: Date,
    net: i128,
    /// How often a balance is reached, less how often it is left.
    balances: BTreeMap<i128, i64>,
    complete: bool,
}

impl Chain {
    /// Takes the next movement; gives the day before it where that ended with a balance known.
    pub fn take(&mut self, day: Date, amount: i64, after: Option<i64>) -> Option<Closing> {
        let same_day = self.today.as_ref().is_some_and(|today| today.day == day);
        let ended = if same_day { None } else { self.finish() };
        let today = self.today.get_or_insert_with(|| Today {
            day,
            net: 0,
            balances: BTreeMap::new(),
            complete: true,
        });
        today.net += i128::from(amount);
        match after {
            None => today.complete = false,
            Some(after) => {
                let after = i128::from(after);
                *today.balances.entry(after).or_default() += 1;
                *today.balances.entry(after - i128::from(amount)).or_default() -= 1;
            }
        }
        ended
    }

    /// Ends the day.
    pub fn finish(&mut self) -> Option<Closing> {
        let today = self.today.take()?;
        let Some((opening, closing)) = today.ends() else {
            self.total += today.net;
            return None;
        };
        let missing = opening - self.total;
        let adjustment = Adjustment { amount: missing, opening: !self.anchored };
        self.anchored = true;
        self.total = closing;
        Some(Closing {
            day: today.day,
            adjustment: (missing != 0).then_some(adjustment),
            balance: closing,
        })
    }
}

impl Today {
    /// Opening and closing, where the day's lines hang together.
    fn ends(&self) -> Option<(i128, i128)> {
        let mut loose = self.balances.iter().filter(|(_, count)| **count != 0);
        let (one, other) = (loose.next()?, loose.next()?);
        match (self.complete && loose.next().is_none(), one, other) {
            (true, (closing, 1), (opening, -1)) | (true, (opening, -1), (closing, 1)) => {
                Some((*opening, *closing))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use cartola_primitives::date;

    use super::*;

    fn check(movements: &[(i8, i64, Option<i64>)], expected: &expect_test::Expect) {
        let mut chain = Chain::default();
        let mut text = String::new();
        let mut note = |closing: Option<Closing>| {
            if let Some(Closing { day, adjustment, balance }) = closing {
                let why = adjustment.map(|found| {
                    let why = if found.opening { "before" } else { "missing" };
                    format!(" {why} {}", found.amount)
                });
                writeln!(text, "{} {balance}{}", day.day(), why.unwrap_or_default()).unwrap();
            }
        };
        for (day, amount, after) in movements {
            note(chain.take(date(2025, 3, *day), *amount, *after));
        }
        note(chain.finish());
        expected.assert_eq(&text);
    }

    #[test]
    fn lines_of_a_day_hang_together_in_any_order() {
        let expected = expect_test::expect![[r"
            1 70 before 100
            2 95
        "]];
        check(&[(1, -10, Some(90)), (1, -20, Some(70)), (2, 25, Some(95))], &expected);
        check(&[(1, -20, Some(70)), (1, -10, Some(90)), (2, 25, Some(95))], &expected);
    }

    #[test]
    fn a_gap_between_days_is_made_up_for() {
        check(
            &[(1, 5, Some(5)), (2, -1, Some(1)), (3, 4, Some(5))],
            &expect_test::expect![[r"
                1 5
                2 1 missing -3
                3 5
            "]],
        );
    }

    #[test]
    fn days_without_all_balances_assert_nothing() {
        check(
            &[(1, 5, None), (2, 5, Some(20)), (2, 5, None), (3, 1, Some(26)), (4, 0, Some(26))],
            &expect_test::expect![[r"
                3 26 before 10
            "]],
        );
    }
}
