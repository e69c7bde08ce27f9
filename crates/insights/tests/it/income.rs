use cartola_insights::income::{Flow, SENIORITY_MONTHS, begins, income};
use cartola_primitives::{Date, date};
use expect_test::{Expect, expect};
use proptest::prelude::*;

const TODAY: Date = date(2026, 11, 21);

/// `2026-10-30 1200000 REMUNERACION ACME`
fn flow(line: &str) -> Flow<'_> {
    let (day, rest) = line.split_once(' ').unwrap();
    let (pesos, glosa) = rest.split_once(' ').unwrap();
    Flow { on: day.parse().unwrap(), pesos: pesos.parse().unwrap(), glosa }
}

fn check(lines: &[&str], expected: &Expect) {
    let flows: Vec<Flow<'_>> = lines.iter().map(|line| flow(line)).collect();
    let told = income(&flows, TODAY);
    let (variable, flow) = (told.variable, told.flow);
    expected.assert_eq(&format!(
        "{:?} {} months {}; variable {} {}; flow {} {}; {} of {} income",
        told.employer,
        told.seniority,
        told.salary,
        variable.few_months,
        variable.months,
        flow.few_months,
        flow.months,
        told.income_sources.len(),
        told.flow_sources.len(),
    ));
}

#[test]
fn nothing_comes_to_nothing() {
    check(&[], &expect!["None 0 months 0; variable 0 0; flow 0 0; 0 of 0 income"]);
}

#[test]
fn a_salary_is_known_by_its_name_and_counted_back_from_the_last_month() {
    check(
        &[
            "2026-10-30 1000000 REMUNERACION ACME LTDA",
            "2026-09-30 1000001 REMUNERACION ACME LTDA",
            "2026-08-31 1000001 REMUNERACION ACME LTDA",
            "2026-06-30 9000000 REMUNERACION ACME LTDA",
            "2026-10-05 -400000 ARRIENDO",
        ],
        &expect![[
            r#"Some("REMUNERACION ACME LTDA") 3 months 1000001; variable 0 0; flow 866667 966667; 4 of 5 income"#
        ]],
    );
}

#[test]
fn who_was_paid_this_month_is_counted_from_it_and_an_old_employer_is_none() {
    check(
        &["2026-11-20 800000 SUELDO 11 NUEVA SPA", "2026-09-30 700000 SUELDO 09 NUEVA SPA"],
        &expect![[
            r#"Some("SUELDO 11 NUEVA SPA") 1 months 800000; variable 0 0; flow 500000 125000; 2 of 2 income"#
        ]],
    );
    check(
        &["2026-09-30 700000 SUELDO VIEJA SPA", "2026-08-30 700000 SUELDO VIEJA SPA"],
        &expect!["None 0 months 0; variable 466667 116667; flow 466667 116667; 2 of 2 income"],
    );
}

#[test]
fn what_comes_regularly_is_a_salary_where_nothing_says_so() {
    check(
        &[
            "2026-10-30 500000 TEF 12312312-5 SERVICIOS",
            "2026-09-30 510000 TEF 12312312-5 SERVICIOS",
            "2026-08-31 490000 TEF 12312312-5 SERVICIOS",
            "2026-10-15 30000 TEF DE AMIGA",
            "2026-09-15 90000 TEF DE AMIGA",
            "2026-08-15 10000 TEF DE AMIGA",
        ],
        &expect![[
            r#"Some("TEF 12312312-5 SERVICIOS") 3 months 500000; variable 40000 10833; flow 540000 135833; 6 of 6 income"#
        ]],
    );
}

#[test]
fn own_and_borrowed_money_is_no_income() {
    check(
        &[
            "2026-11-02 700000 TRASPASO DE CUENTA PROPIA BCI",
            "2026-11-03 100000 TRASPASO DESDE LÍNEA DE CRÉDITO",
            "2026-11-04 3000 TEF DE AMIGA",
        ],
        &expect!["None 0 months 0; variable 1000 250; flow 267667 66917; 1 of 3 income"],
    );
}

#[test]
fn the_window_is_twelve_whole_months() {
    assert_eq!(begins(TODAY), date(2025, 11, 22));
    assert_eq!(begins(date(2024, 2, 29)), date(2023, 3, 1));
    assert_eq!(begins(date(2025, 3, 31)), date(2024, 4, 1));
    check(
        &["2025-11-21 1200 A", "2025-11-22 2400 B", "2026-11-22 600 C"],
        &expect!["None 0 months 0; variable 0 200; flow 0 200; 1 of 1 income"],
    );
}

proptest! {
    #[test]
    fn whatever_comes_and_goes_is_counted_once(
        flows in proptest::collection::vec((0_i64..400, -2_000_000_i64..2_000_000, 0_usize..4), 0..60),
    ) {
        const GLOSAS: [&str; 4] = ["SUELDO ACME", "TEF DE ANA", "CUENTA PROPIA", "COMPRA 12"];
        let day = |back: i64| {
            TODAY.saturating_sub(cartola_primitives::SignedDuration::from_hours(24 * back))
        };
        let flows: Vec<Flow<'_>> = flows
            .iter()
            .map(|(back, pesos, glosa)| Flow { on: day(*back), pesos: *pesos, glosa: GLOSAS[*glosa] })
            .collect();
        let told = income(&flows, TODAY);
        let seen: i64 = told.flow_sources.iter().map(|flow| flow.pesos).sum();
        prop_assert!((told.flow.months * 12 - seen).abs() <= 6);
        prop_assert!(told.seniority <= SENIORITY_MONTHS);
        prop_assert!(told.salary >= 0 && told.variable.months >= 0);
        let variable: i64 = told
            .income_sources
            .iter()
            .filter(|source| !source.is_salary)
            .map(|source| source.flow.pesos)
            .sum();
        prop_assert!((told.variable.months * 12 - variable).abs() <= 6);
        let mut reversed = flows.clone();
        reversed.reverse();
        prop_assert_eq!(income(&reversed, TODAY).salary, told.salary);
    }
}
