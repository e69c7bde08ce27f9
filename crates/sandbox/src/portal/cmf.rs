//! CMF: what somebody owes, at the end of the month before.

use std::collections::BTreeMap;

use cartola_provider_portal::wire::cmf::{
    AvailableCredit, AvailableTotal, CreditType, Debt, DebtReport, DebtTotal,
};
use jiff::civil::DateTime;

use super::told::Asking;
use crate::account;
use crate::credit;
use crate::holding::{last_month_end, loan, mortgage};
use crate::key::{BankIndex, Product};
use crate::uf;

/// What is owed, by bank and purpose.
type Owed = BTreeMap<(BankIndex, CreditType), i64>;

/// `GET debts`: nothing owed is empty lists.
pub(crate) fn tell(asking: &Asking) -> DebtReport {
    let as_of = last_month_end(asking.now.date());
    let end = as_of.at(23, 59, 59, 0);
    let known = asking.identity();
    let (owed, available) = (owed(asking, end), available(asking, end));
    let direct_debts: Vec<Debt> = owed.into_iter().map(debt).collect();
    DebtReport {
        rut: known.rut,
        name: known.full_name(),
        as_of,
        direct_debts_total: total(&direct_debts),
        direct_debts,
        indirect_debts: Vec::new(),
        indirect_debts_total: DebtTotal::default(),
        available_credits_total: AvailableTotal {
            direct: available.iter().map(|each| each.amounts.direct).sum(),
            indirect: 0,
        },
        available_credits: available,
        other_credits: Vec::new(),
        other_credits_total: AvailableTotal::default(),
    }
}

fn owed(asking: &Asking, end: DateTime) -> Owed {
    let resident = &asking.resident;
    let bank = resident.main().bank;
    let mut owed = Owed::new();
    let mut add = |bank, credit_type, amount: i64| {
        *owed.entry((bank, credit_type)).or_default() += amount;
    };
    if let Some(standing) = mortgage::standing(resident, end) {
        add(bank, CreditType::Housing, uf::in_pesos(standing.balance(), end.date()));
    }
    for standing in loan::standing(resident, end) {
        add(bank, CreditType::Consumer, standing.balance());
    }
    for (bank, credit) in credits(asking, end) {
        add(bank, CreditType::Consumer, credit.used);
    }
    owed.retain(|_, amount| *amount > 0);
    owed
}

/// Cards and lines of their own.
fn credits(asking: &Asking, end: DateTime) -> Vec<(BankIndex, credit::Credit)> {
    let resident = &asking.resident;
    let is_credit = |product: Product| matches!(product, Product::CreditCard | Product::CreditLine);
    let keys = resident.keys.iter().copied().filter(|key| is_credit(key.product));
    keys.map(|key| {
        let account = account::of(resident.seed, &resident.household, key);
        (key.bank, credit::of(&asking.world, &account, end))
    })
    .collect()
}

fn available(asking: &Asking, end: DateTime) -> Vec<AvailableCredit> {
    let mut left: BTreeMap<BankIndex, i64> = BTreeMap::new();
    for (bank, credit) in credits(asking, end) {
        *left.entry(bank).or_default() += credit.available;
    }
    let told = left.into_iter().map(|(bank, direct)| AvailableCredit {
        institution: crate::bank::name(bank),
        amounts: AvailableTotal { direct, indirect: 0 },
    });
    told.collect()
}

/// Nobody in the box is thirty days late: an instalment that was missed is paid with the next one.
fn debt(((bank, credit_type), amount): ((BankIndex, CreditType), i64)) -> Debt {
    Debt {
        institution: crate::bank::name(bank),
        credit_type,
        amounts: DebtTotal { total: amount, current: amount, ..DebtTotal::default() },
    }
}

fn total(debts: &[Debt]) -> DebtTotal {
    debts.iter().fold(DebtTotal::default(), |sum, debt| DebtTotal {
        total: sum.total + debt.amounts.total,
        current: sum.current + debt.amounts.current,
        late_30_59: sum.late_30_59 + debt.amounts.late_30_59,
        late_60_89: sum.late_60_89 + debt.amounts.late_60_89,
        late_90: sum.late_90 + debt.amounts.late_90,
    })
}
