//! The CMF's report of debts.

use cartola_model::records::{AvailableCredit, Debt, DebtReport};
use cartola_primitives::Money;

use super::each;
use crate::wire::{self, Credit, CreditTotal, DebtTotal, Decimal};

pub fn report(report: &DebtReport) -> wire::DebtReport {
    wire::DebtReport {
        direct_debts: each(&report.direct, debt),
        direct_debts_total: debts(&report.direct),
        indirect_debts: each(&report.indirect, debt),
        indirect_debts_total: debts(&report.indirect),
        available_credits: each(&report.available, credit),
        available_credits_total: credits(&report.available),
        other_credits: each(&report.other, credit),
        other_credits_total: credits(&report.other),
    }
}

fn debt(debt: &Debt) -> wire::Debt {
    wire::Debt {
        institution: debt.institution.clone(),
        credit_type: debt.kind.clone(),
        total_credit: Decimal::of_money(debt.total),
        current: Decimal::of_money(debt.current),
        late_30_to_59: Decimal::of_money(debt.overdue_30),
        late_60_to_89: Decimal::of_money(debt.overdue_60),
        late_90_or_more: Decimal::of_money(debt.overdue_90),
    }
}

fn debts(debts: &[Debt]) -> Option<DebtTotal> {
    (!debts.is_empty()).then(|| DebtTotal {
        total_credit: total(debts, |debt| debt.total),
        current: total(debts, |debt| debt.current),
        late_30_to_59: total(debts, |debt| debt.overdue_30),
        late_60_to_89: total(debts, |debt| debt.overdue_60),
        late_90_or_more: total(debts, |debt| debt.overdue_90),
    })
}

fn credit(credit: &AvailableCredit) -> Credit {
    Credit {
        institution: credit.institution.clone(),
        direct: Decimal::of_money(credit.direct),
        indirect: Decimal::of_money(credit.indirect),
    }
}

fn credits(credits: &[AvailableCredit]) -> Option<CreditTotal> {
    (!credits.is_empty()).then(|| CreditTotal {
        direct: total(credits, |credit| credit.direct),
        indirect: total(credits, |credit| credit.indirect),
    })
}

/// The CMF tells pesos alone.
fn total<Row>(rows: &[Row], of: impl Fn(&Row) -> Money) -> Decimal {
    let sum = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(of(row).minor()));
    Decimal::of_whole(sum)
}
