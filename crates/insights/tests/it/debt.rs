use std::fmt::Write as _;

use cartola_insights::debt::FullDebt;
use cartola_model::records::{AvailableCredit, Debt, DebtReport};
use cartola_primitives::{Currency, Money, date};
use expect_test::{Expect, expect};
use proptest::prelude::*;

const fn pesos(minor: i64) -> Money {
    Money::new(minor, Currency::CLP)
}

fn owed(institution: &str, [total, current, late_30, late_60, late_90]: [i64; 5]) -> Debt {
    Debt {
        institution: institution.to_owned(),
        kind: "Consumo".to_owned(),
        total: pesos(total),
        current: pesos(current),
        overdue_30: pesos(late_30),
        overdue_60: pesos(late_60),
        overdue_90: pesos(late_90),
    }
}

fn report(direct: Vec<Debt>) -> DebtReport {
    let credit = |institution: &str, direct, indirect| AvailableCredit {
        institution: institution.to_owned(),
        direct: pesos(direct),
        indirect: pesos(indirect),
    };
    DebtReport {
        as_of: Some(date(2026, 10, 31)),
        direct,
        indirect: Vec::new(),
        available: vec![credit("Chile", 10, 0), credit("Estado", 5, 1), credit("Chile", 7, 2)],
        other: Vec::new(),
    }
}

fn check(report: &DebtReport, expected: Expect) {
    let debt = FullDebt::of(report);
    let mut told = String::new();
    for owed in debt.direct.iter().chain([&debt.total_direct()]) {
        let (late, late_90) = (owed.late_30_to_89, owed.late_90);
        let (institution, active, total) = (&owed.institution, owed.active, owed.total);
        writeln!(told, "{institution} {active}/{late}/{late_90} = {total}").unwrap();
    }
    for usable in &debt.available {
        let (institution, direct, indirect) = (&usable.institution, usable.direct, usable.indirect);
        writeln!(told, "may use {institution} {direct}/{indirect}").unwrap();
    }
    for wrong in &debt.mismatches {
        writeln!(told, "{wrong:?}").unwrap();
    }
    expected.assert_eq(&told);
}

#[test]
fn rows_of_one_institution_are_added_up() {
    let rows = vec![
        owed("Chile", [100, 100, 0, 0, 0]),
        owed("De Credito", [60, 10, 20, 30, 0]),
        owed("Chile", [50, 0, 0, 0, 50]),
    ];
    check(
        &report(rows),
        expect![[r#"
        Chile 100/0/50 = 150
        De Credito 10/50/0 = 60
         110/50/50 = 210
        may use Chile 17/2
        may use Estado 5/1
    "#]],
    );
}

#[test]
fn what_does_not_add_up_is_named_and_told_as_it_is() {
    let mut dollars = owed("Chile", [1, 1, 0, 0, 0]);
    dollars.total = Money::new(1, Currency::USD);
    check(
        &report(vec![owed("Chile", [100, 90, 0, 0, 0]), dollars]),
        expect![[r#"
        Chile 90/0/0 = 100
         90/0/0 = 100
        may use Chile 17/2
        may use Estado 5/1
        Mismatch { list: Direct, row: 0, wrong: Total { told: 100, parts: 90 } }
        Mismatch { list: Direct, row: 1, wrong: Currency }
    "#]],
    );
}

proptest! {
    #[test]
    fn sums_by_institution_are_sums_of_rows(
        rows in proptest::collection::vec(
            (0_usize..4, proptest::array::uniform4(0_i64..1_000_000_000)), 0..20,
        ),
    ) {
        const NAMES: [&str; 4] = ["Chile", "Estado", "BCI", "Itau"];
        let debts: Vec<Debt> = rows
            .iter()
            .map(|(name, [a, b, c, d])| owed(NAMES[*name], [a + b + c + d, *a, *b, *c, *d]))
            .collect();
        let debt = FullDebt::of(&report(debts));
        let all = debt.total_direct();
        let sum: i64 = rows.iter().flat_map(|(_, parts)| parts).sum();
        prop_assert_eq!((all.total, all.active + all.late_30_to_89 + all.late_90), (sum, sum));
        prop_assert!(debt.mismatches.is_empty());
        let mut names: Vec<&str> = debt.direct.iter().map(|owed| owed.institution.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), count);
    }
}
