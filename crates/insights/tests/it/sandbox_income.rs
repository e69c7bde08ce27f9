//! The incomes of people of the sandbox, of whom it is known where all money comes from.

use std::collections::{BTreeMap, HashMap};

use cartola_insights::categories::Matcher;
use cartola_insights::income::{Analysis, Incomes, Report};
use cartola_insights::{Entry, Holder};
use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Rut, date};
use cartola_sandbox::{Account, Month, Movement, Population};
use expect_test::expect;

use crate::people::TODAY;

const PERSONS: u32 = 12;

/// Two years of all accounts of somebody that are no cards and no lines.
fn movements(population: Population, rut: Rut) -> Vec<(Account, Vec<Movement>)> {
    let (first, last) = (Month::of(date(2024, 11, 1)), Month::of(date(2026, 10, 1)));
    let is_money = |account: &Account| {
        !matches!(account.key.product.kind(), AccountKind::CreditCard | AccountKind::CreditLine)
    };
    let accounts = population.accounts(rut).into_iter().filter(is_money);
    accounts.map(|account| (account.clone(), population.months(account.key, first, last))).collect()
}

fn entries(told: &[(Account, Vec<Movement>)]) -> Vec<(Entry<'_>, &'static str)> {
    let mut entries = Vec::new();
    for (place, (_, movements)) in (1_u8..).zip(told) {
        for movement in movements {
            let number = u128::try_from(entries.len()).unwrap() + 1;
            let entry = Entry {
                id: MovementId::from_bytes(number.to_be_bytes()),
                account: AccountId::from_bytes([place; 16]),
                on: movement.booked.date(),
                amount: movement.amount,
                glosa: &movement.glosa,
                channel: Some(movement.channel),
                other: movement.counterparty.as_ref(),
            };
            entries.push((entry, movement.kind_name().unwrap()));
        }
    }
    entries
}

#[test]
fn money_of_each_kind_is_taken_for_what_it_is() {
    let population = Population::new(42);
    let matcher = Matcher::bundled();
    let mut counts: BTreeMap<(&str, String), u32> = BTreeMap::new();
    for rut in (0..PERSONS).map(|place| population.somebody(place)).filter(|rut| !rut.is_company())
    {
        let told = movements(population, rut);
        let known = entries(&told);
        let kinds: HashMap<MovementId, &str> =
            known.iter().map(|(entry, kind)| (entry.id, *kind)).collect();
        let all: Vec<Entry<'_>> = known.iter().map(|(entry, _)| *entry).collect();
        let numbers: Vec<AccountNumber> =
            told.iter().map(|(account, _)| account.number.clone()).collect();
        let name = population.identity(rut).unwrap().full_name();
        let holder = Holder { rut: Some(rut), name: Some(&name), accounts: &numbers };
        let incomes = Incomes::of(&all, &holder, &matcher);
        let main = incomes.main();
        for row in &incomes.rows {
            let is_main = main.get(&row.month()) == Some(&row.source);
            let as_what = if is_main { "main" } else { "extra" };
            *counts.entry((kinds[&row.entry.id], as_what.to_owned())).or_default() += 1;
        }
        for left in &incomes.left_out {
            *counts.entry((kinds[&left.id], format!("{:?}", left.reason))).or_default() += 1;
        }
        let report = Report::of(&incomes, TODAY, 24, None);
        assert_eq!((report.regularity().as_str(), report.months.len()), ("12/12", 24));
        let analysis = Analysis::of(&incomes, &all, TODAY);
        assert_eq!(analysis.seniority(u32::MAX), 24);
    }
    let told: String =
        counts.iter().map(|((kind, what), count)| format!("{kind} {what} {count}\n")).collect();
    expect![[r#"
        bonus main 48
        deposit Saved 14
        interest extra 49
        line_draw Borrowed 20
        loan_granted Borrowed 3
        own OwnMoney 212
        salary main 288
        tax_refund Returned 9
        transfer extra 185
    "#]]
    .assert_eq(&told);
}
