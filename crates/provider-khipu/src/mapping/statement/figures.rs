//! What a month's movements add up to.

use cartola_model::{Movement, MovementStatus};
use cartola_primitives::{Currency, Money};

use crate::wire::{Amount, CreditDebit, StatementAmount, StatementAmountType};

/// In minor units. What does not fit 64 bits is not known.
pub struct Figures {
    opening: Option<i64>,
    closing: Option<i64>,
    credits: Option<i64>,
    /// Not above zero.
    debits: Option<i64>,
}

impl Figures {
    /// Of the booked ones among these, from the oldest to the newest.
    pub fn of(movements: &[Movement]) -> Self {
        let booked = || movements.iter().filter(|one| one.status == MovementStatus::Booked);
        let amounts = || booked().map(|movement| movement.amount.minor());
        Self {
            opening: booked().next().and_then(before),
            closing: booked().next_back().and_then(|movement| movement.balance_after),
            credits: sum(amounts().filter(|amount| *amount >= 0)),
            debits: sum(amounts().filter(|amount| *amount < 0)),
        }
    }

    /// Whether there is no contradiction.
    pub fn agree(&self) -> bool {
        let Self { opening: Some(opening), closing: Some(closing), .. } = *self else {
            return true;
        };
        let (Some(credits), Some(debits)) = (self.credits, self.debits) else { return true };
        i128::from(opening) + i128::from(credits) + i128::from(debits) == i128::from(closing)
    }

    /// What is known of them, in the order of a cartola.
    pub fn amounts(&self, currency: Currency) -> Vec<StatementAmount> {
        let known = [
            (StatementAmountType::StartingBalance, self.opening),
            (StatementAmountType::TotalCredits, self.credits),
            (StatementAmountType::TotalDebits, self.debits),
            (StatementAmountType::ClosingBalance, self.closing),
        ];
        known
            .into_iter()
            .filter_map(|(kind, minor)| Some(amount(kind, Money::new(minor?, currency))))
            .collect()
    }
}

/// The balance before a movement.
fn before(movement: &Movement) -> Option<i64> {
    movement.balance_after?.checked_sub(movement.amount.minor())
}

fn sum(mut amounts: impl Iterator<Item = i64>) -> Option<i64> {
    amounts.try_fold(0, i64::checked_add)
}

fn amount(kind: StatementAmountType, money: Money) -> StatementAmount {
    // The sum of cargos is a debit even if there were none.
    let debits = kind == StatementAmountType::TotalDebits;
    let sign = if debits { CreditDebit::Debit } else { CreditDebit::of(money) };
    StatementAmount { amount: Amount::unsigned(money), credit_debit_indicator: sign, kind }
}
