use std::fmt::Write as _;

use cartola_insights::categories::Matcher;
use cartola_insights::income::{Analysis, Incomes, Report, begins};
use cartola_insights::{Entry, Month};
use cartola_model::AccountNumber;
use cartola_primitives::id::MovementId;
use cartola_primitives::{Date, SignedDuration, date};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::people::{self, TODAY, entries, holder, line, lines, place};

fn check(texts: &[&str], expected: Expect) {
    check_at(TODAY, texts, expected);
}

/// Months with their sources, then what is left out.
fn check_at(today: Date, texts: &[&str], expected: Expect) {
    let lines = lines(texts);
    let incomes = Incomes::of(&entries(&lines), &holder(), &Matcher::bundled());
    let report = Report::of(&incomes, today, 12, None);
    let mut told = format!(
        "{}: {} + {} = {}\n",
        report.regularity(),
        report.main_average,
        report.extra_average,
        report.total_average()
    );
    let running = report.running.iter().map(|month| ("running ", month));
    for (kind, month) in running.chain(report.months.iter().map(|month| ("", month))) {
        write!(told, "{kind}{} {} + {}:", month.month, month.main, month.extra).unwrap();
        for source in &month.sources {
            let rows: Vec<u8> = source.rows.iter().map(|id| place(*id)).collect();
            let mark = if source.is_main { "*" } else { "" };
            write!(told, " {mark}{} {} {rows:?};", source.sender, source.pesos).unwrap();
        }
        told.push('\n');
    }
    for left in &incomes.left_out {
        writeln!(told, "not {}: {:?}", place(left.id), left.reason).unwrap();
    }
    expected.assert_eq(&told);
}

#[test]
fn nothing_comes_to_nothing() {
    check(
        &[],
        expect![[r#"
        0/12: 0 + 0 = 0
    "#]],
    );
}

#[test]
fn a_salary_is_the_main_income_and_what_else_comes_is_extra() {
    check(
        &[
            "2026-10-30 1000000 PAGO:DE SUELDOS ACME LTDA | 76.543.210-3 | Acme Ltda.",
            "2026-09-30 1000001 PAGO:DE SUELDOS ACME LTDA | 76.543.210-3 | Acme Ltda.",
            "2026-10-05 -400000 TEF A MARTA SOTO",
            "2026-10-12 30000 TEF DE EVA DIAZ | 9.876.543-3",
            "2026-10-13 20000 TEF DE EVA DIAZ",
        ],
        expect![[r#"
            2/12: 1000000 + 25000 = 1025000
            2026-10 1000000 + 50000: *Acme Ltda. 1000000 [1]; EVA DIAZ 50000 [5, 4];
            2026-09 1000001 + 0: *Acme Ltda. 1000001 [2];
        "#]],
    );
}

#[test]
fn a_split_salary_and_an_aguinaldo_are_of_one_employer() {
    check(
        &[
            "2026-10-15 400000 ANTICIPO QUINCENA ACME LTDA",
            "2026-10-30 600000 SUELDO ACME LTDA",
            "2026-09-16 90000 AGUINALDO FIESTAS PATRIAS",
            "2026-09-15 400000 ANTICIPO QUINCENA ACME LTDA",
            "2026-09-30 600000 SUELDO SEPTIEMBRE ACME LTDA",
        ],
        expect![[r#"
            2/12: 1045000 + 0 = 1045000
            2026-10 1000000 + 0: *ACME LTDA 1000000 [2, 1];
            2026-09 1090000 + 0: *ACME LTDA 1090000 [5, 3, 4];
        "#]],
    );
}

#[test]
fn own_money_is_no_income_at_whatever_bank_it_lay() {
    check(
        &[
            "2026-10-02 700000 TRASPASO DE CUENTA PROPIA BCI",
            "2026-10-03 100000 TEF DE ANA ROJAS | 12.345.678-5",
            "2026-10-04 110000 TRANSFERENCIA DE ANA ROJAS PINTO",
            "2026-10-05 120000 TEF | account 2",
            "2026-10-04 -120000 TEF A OTROS BANCOS",
            "2026-10-06 130000 TEF DE JUAN SOTO | account 2",
            "2026-10-06 -130000 TEF A OTROS BANCOS",
            "2026-10-20 140000 TEF | account 2",
            "2026-10-10 -140000 TEF",
        ],
        expect![[r#"
            0/12: 0 + 270000 = 270000
            2026-10 0 + 270000: TEF 140000 [8]; JUAN SOTO 130000 [6];
            not 4: OwnMoney
            not 3: OwnMoney
            not 2: OwnMoney
            not 1: OwnMoney
        "#]],
    );
}

#[test]
fn an_own_account_is_known_by_its_number() {
    let lines = lines(&["2026-10-03 100000 TEF | number 00-123-45678-90 | Cta Ahorro"]);
    let accounts = [AccountNumber::parse("1234567890").unwrap()];
    let own = cartola_insights::Holder { accounts: &accounts, ..holder() };
    let incomes = Incomes::of(&entries(&lines), &own, &Matcher::bundled());
    assert_eq!((incomes.rows.len(), incomes.left_out.len()), (0, 1));
}

#[test]
fn borrowed_saved_and_returned_money_is_no_income() {
    check(
        &[
            "2026-10-02 5000000 ABONO CREDITO DE CONSUMO",
            "2026-10-03 100000 TRASPASO DESDE LINEA DE CREDITO",
            "2026-10-04 200000 RESCATE FONDO MUTUO",
            "2026-10-05 30000 DEVOLUCION COMPRA PARIS",
            "2026-10-06 80000 TESORERIA GENERAL DEVOLUCION RENTA",
            "2026-10-07 900 SUELDO ACME | USD",
            "2026-10-08 1000 TEF DE EVA DIAZ",
        ],
        expect![[r#"
            0/12: 0 + 1000 = 1000
            2026-10 0 + 1000: EVA DIAZ 1000 [7];
            not 6: OtherCurrency
            not 5: Returned
            not 4: Returned
            not 3: Saved
            not 2: Borrowed
            not 1: Borrowed
        "#]],
    );
}

#[test]
fn a_salary_that_is_taken_back_is_counted_once() {
    check(
        &[
            "2026-10-30 1000000 SUELDO ACME LTDA",
            "2026-10-30 1000000 SUELDO ACME LTDA",
            "2026-10-31 -1000000 REVERSA ABONO REMUNERACIONES",
            "2026-08-01 -50000 REVERSA ABONO",
            "2026-07-20 50000 DEPOSITO CHEQUE",
        ],
        expect![[r#"
            1/12: 250000 + 12500 = 262500
            2026-10 1000000 + 0: *ACME LTDA 1000000 [2];
            2026-09 0 + 0:
            2026-08 0 + 0:
            2026-07 0 + 50000: CHEQUE 50000 [5];
            not 1: TakenBack
        "#]],
    );
}

#[test]
fn whoever_changes_employers_has_both() {
    check(
        &[
            "2026-10-30 1300000 SUELDO NUEVA SPA",
            "2026-09-30 1300000 SUELDO NUEVA SPA",
            "2026-09-05 2500000 FINIQUITO VIEJA SA",
            "2026-08-31 1000000 SUELDO VIEJA SA",
            "2026-07-31 1000000 SUELDO VIEJA SA",
        ],
        expect![[r#"
            4/12: 1450000 + 325000 = 1775000
            2026-10 1300000 + 0: *NUEVA SPA 1300000 [1];
            2026-09 2500000 + 1300000: *VIEJA SA 2500000 [3]; NUEVA SPA 1300000 [2];
            2026-08 1000000 + 0: *VIEJA SA 1000000 [4];
            2026-07 1000000 + 0: *VIEJA SA 1000000 [5];
        "#]],
    );
}

#[test]
fn the_running_month_counts_once_its_salary_has_come() {
    let months = ["2026-09-30 1000000 SUELDO ACME", "2026-10-30 1000000 SUELDO ACME"];
    let half =
        [&months[..], &["2026-11-15 500000 QUINCENA ACME", "2026-11-16 5 TEF DE EVA"]].concat();
    check(
        &half,
        expect![[r#"
        2/12: 1000000 + 0 = 1000000
        running 2026-11 500000 + 5: *ACME 500000 [3]; EVA 5 [4];
        2026-10 1000000 + 0: *ACME 1000000 [2];
        2026-09 1000000 + 0: *ACME 1000000 [1];
    "#]],
    );
    let whole = [&months[..], &["2026-11-20 990000 SUELDO ACME"]].concat();
    check(
        &whole,
        expect![[r#"
        3/12: 996667 + 0 = 996667
        2026-11 990000 + 0: *ACME 990000 [3];
        2026-10 1000000 + 0: *ACME 1000000 [2];
        2026-09 1000000 + 0: *ACME 1000000 [1];
    "#]],
    );
    check_at(
        date(2026, 11, 30),
        &half,
        expect![[r#"
        3/12: 833333 + 2 = 833335
        2026-11 500000 + 5: *ACME 500000 [3]; EVA 5 [4];
        2026-10 1000000 + 0: *ACME 1000000 [2];
        2026-09 1000000 + 0: *ACME 1000000 [1];
    "#]],
    );
}

#[test]
fn a_second_employer_that_pays_earlier_does_not_make_the_month() {
    check(
        &[
            "2026-11-10 300000 SUELDO COLEGIO SA",
            "2026-10-30 1000000 SUELDO ACME",
            "2026-10-10 300000 SUELDO COLEGIO SA",
            "2026-09-30 1000000 SUELDO ACME",
        ],
        expect![[r#"
            2/12: 1000000 + 150000 = 1150000
            running 2026-11 300000 + 0: *COLEGIO SA 300000 [1];
            2026-10 1000000 + 300000: *ACME 1000000 [2]; COLEGIO SA 300000 [3];
            2026-09 1000000 + 0: *ACME 1000000 [4];
        "#]],
    );
}

#[test]
fn months_without_anything_are_listed_since_the_first_movement() {
    check(
        &[
            "2026-10-30 1200000 SUELDO ACME",
            "2026-07-01 -1000 COMPRA OXXO",
            "2026-08-31 1200000 SUELDO ACME",
        ],
        expect![[r#"
            2/12: 600000 + 0 = 600000
            2026-10 1200000 + 0: *ACME 1200000 [1];
            2026-09 0 + 0:
            2026-08 1200000 + 0: *ACME 1200000 [3];
            2026-07 0 + 0:
        "#]],
    );
}

#[test]
fn months_are_listed_that_are_known_as_a_whole() {
    let lines = lines(&["2026-10-30 1200000 SUELDO ACME"]);
    let incomes = Incomes::of(&entries(&lines), &holder(), &Matcher::bundled());
    let listed = |months, since| Report::of(&incomes, TODAY, months, Some(since)).months.len();
    assert_eq!(listed(12, date(2026, 8, 1)), 3);
    assert_eq!(listed(12, date(2026, 8, 2)), 2);
    assert_eq!(listed(12, date(2020, 8, 2)), 12);
    assert_eq!(listed(24, date(2020, 8, 2)), 24);
    assert_eq!(listed(1_000, date(1990, 8, 2)), 36);
    assert_eq!(listed(12, date(2026, 11, 2)), 0);
    let of_many = Report::of(&incomes, TODAY, 24, Some(date(2020, 1, 1)));
    assert_eq!((of_many.main_average, of_many.regularity().as_str()), (100_000, "1/12"));
}

#[test]
fn what_comes_regularly_is_main_where_nothing_is_called_a_salary() {
    let regular = [
        "2026-10-30 500000 TEF 76543210-3 SERVICIOS",
        "2026-09-30 510000 TEF 76543210-3 SERVICIOS",
        "2026-08-31 490000 TEF 76543210-3 SERVICIOS",
        "2026-10-15 30000 TEF DE EVA DIAZ",
        "2026-09-15 90000 TEF DE EVA DIAZ",
        "2026-08-15 10000 TEF DE EVA DIAZ",
    ];
    check(
        &regular,
        expect![[r#"
        3/12: 500000 + 43333 = 543333
        2026-10 500000 + 30000: *SERVICIOS 500000 [1]; EVA DIAZ 30000 [4];
        2026-09 510000 + 90000: *SERVICIOS 510000 [2]; EVA DIAZ 90000 [5];
        2026-08 490000 + 10000: *SERVICIOS 490000 [3]; EVA DIAZ 10000 [6];
    "#]],
    );
    let friend = [
        "2026-10-30 200000 TEF DE EVA DIAZ",
        "2026-09-30 200000 TEF DE EVA DIAZ",
        "2026-08-31 200000 TEF DE EVA DIAZ",
        "2026-08-31 900000 SUELDO ACME",
    ];
    check(
        &friend,
        expect![[r#"
        1/12: 300000 + 200000 = 500000
        2026-10 0 + 200000: EVA DIAZ 200000 [1];
        2026-09 0 + 200000: EVA DIAZ 200000 [2];
        2026-08 900000 + 200000: *ACME 900000 [4]; EVA DIAZ 200000 [3];
    "#]],
    );
}

/// Who pays, for how long, how much; and the averages.
fn check_analysis(texts: &[&str], expected: Expect) {
    let lines = lines(texts);
    let entries = entries(&lines);
    let incomes = Incomes::of(&entries, &holder(), &Matcher::bundled());
    let told = Analysis::of(&incomes, &entries, TODAY);
    let (variable, flow) = (told.variable, told.flow);
    expected.assert_eq(&format!(
        "{:?} {} of {} months {}; variable {} {}; flow {} {}; {} of {} income; {} not",
        told.employer,
        told.seniority(11),
        told.salaries.len(),
        told.salary(11),
        variable.few_months,
        variable.months,
        flow.few_months,
        flow.months,
        told.income_rows.len(),
        told.flow_rows.len(),
        told.unconverted.len(),
    ));
}

#[test]
fn an_analysis_names_the_employer_and_counts_back_from_the_last_month() {
    check_analysis(
        &[],
        expect!["None 0 of 0 months 0; variable 0 0; flow 0 0; 0 of 0 income; 0 not"],
    );
    check_analysis(
        &[
            "2026-10-30 1000000 REMUNERACION ACME LTDA | Acme Ltda.",
            "2026-09-30 1000001 REMUNERACION ACME LTDA",
            "2026-09-16 90000 AGUINALDO FIESTAS PATRIAS",
            "2026-08-31 1000001 REMUNERACION ACME LTDA",
            "2026-06-30 9000000 REMUNERACION ACME LTDA",
            "2026-10-05 -400000 ARRIENDO",
            "2026-10-06 500 SUELDO ACME | USD",
        ],
        expect![[
            r#"Some("Acme Ltda.") 3 of 3 months 1000001; variable 30000 7500; flow 896667 974167; 5 of 6 income; 1 not"#
        ]],
    );
    check_analysis(
        &["2026-09-30 700000 SUELDO VIEJA SPA", "2026-08-30 700000 SUELDO VIEJA SPA"],
        expect![
            "None 0 of 0 months 0; variable 466667 116667; flow 466667 116667; 2 of 2 income; 0 not"
        ],
    );
}

#[test]
fn seniority_reaches_as_far_as_is_known() {
    let months = (0..24).map(|back| {
        format!("{} 1000000 SUELDO ACME", Month::of(date(2026, 10, 1)).back(back).last_day())
    });
    let months: Vec<String> = months.collect();
    let texts: Vec<&str> = months.iter().map(String::as_str).collect();
    check_analysis(
        &texts,
        expect![[
            r#"Some("ACME") 11 of 24 months 1000000; variable 0 0; flow 1000000 1000000; 12 of 12 income; 0 not"#
        ]],
    );
}

#[test]
fn the_window_is_twelve_whole_months() {
    assert_eq!(begins(TODAY), date(2025, 11, 22));
    assert_eq!(begins(date(2024, 2, 29)), date(2023, 3, 1));
    assert_eq!(begins(date(2025, 3, 31)), date(2024, 4, 1));
    check_analysis(
        &["2025-11-21 1200 TEF A", "2025-11-22 2400 TEF B", "2026-11-22 600 TEF C"],
        expect!["None 0 of 0 months 0; variable 0 200; flow 0 200; 1 of 1 income; 0 not"],
    );
}

const GLOSAS: [&str; 9] = [
    "SUELDO ACME LTDA",
    "TEF DE EVA DIAZ",
    "TRASPASO DE CUENTA PROPIA",
    "COMPRA LIDER",
    "REVERSA ABONO",
    "TEF",
    "AGUINALDO NAVIDAD",
    "TEF 76543210-3 SERVICIOS",
    "ABONO CREDITO DE CONSUMO",
];

fn movements() -> impl Strategy<Value = Vec<people::Line>> {
    let one = (0_i64..800, -20_i64..20, 0..GLOSAS.len(), 1_u8..4, any::<bool>());
    proptest::collection::vec(one, 0..60).prop_map(|all| {
        let text = |(back, hundreds, glosa, account, is_foreign): &(i64, i64, usize, u8, bool)| {
            let on = TODAY.saturating_sub(SignedDuration::from_hours(24 * back));
            let currency = if *is_foreign && *account == 3 { " | USD" } else { "" };
            format!("{on} {} {} | account {account}{currency}", hundreds * 100, GLOSAS[*glosa])
        };
        (1..).zip(&all).map(|(place, one)| line(place, &text(one))).collect()
    })
}

proptest! {
    #[test]
    fn whatever_comes_is_counted_once(lines in movements()) {
        let all = entries(&lines);
        let incomes = Incomes::of(&all, &holder(), &Matcher::bundled());
        let mut told: Vec<u8> = incomes.rows.iter().map(|row| place(row.entry.id)).collect();
        told.extend(incomes.left_out.iter().map(|left| place(left.id)));
        told.sort_unstable();
        let mut came: Vec<u8> =
            all.iter().filter(|each| each.amount.minor() > 0).map(|each| place(each.id)).collect();
        came.sort_unstable();
        prop_assert_eq!(told, came);
        let sum: i64 = incomes.rows.iter().map(|row| row.pesos).sum();
        prop_assert_eq!(incomes.sources.iter().map(|source| source.pesos).sum::<i64>(), sum);
    }

    #[test]
    fn months_add_up_and_order_and_repetition_say_nothing(lines in movements()) {
        let all = entries(&lines);
        let matcher = Matcher::bundled();
        let read = |entries: &[Entry<'_>]| {
            let incomes = Incomes::of(entries, &holder(), &matcher);
            Report::of(&incomes, TODAY, 36, None)
        };
        let report = read(&all);
        let mut again = all.clone();
        again.reverse();
        again.extend(all.iter().copied());
        prop_assert_eq!(&read(&again), &report);
        let mut rows: Vec<&MovementId> = Vec::new();
        for month in report.months.iter().chain(&report.running) {
            let sum = |is_main: bool| -> i64 {
                let of = month.sources.iter().filter(|source| source.is_main == is_main);
                of.map(|source| source.pesos).sum()
            };
            prop_assert_eq!((sum(true), sum(false)), (month.main, month.extra));
            prop_assert!(month.sources.iter().filter(|source| source.is_main).count() <= 1);
            rows.extend(month.sources.iter().flat_map(|source| &source.rows));
        }
        let count = rows.len();
        rows.sort_unstable();
        rows.dedup();
        prop_assert_eq!(rows.len(), count);
        prop_assert!(report.regular_months as usize <= report.months.len().min(12));
    }

    #[test]
    fn an_analysis_adds_up(lines in movements()) {
        let all = entries(&lines);
        let incomes = Incomes::of(&all, &holder(), &Matcher::bundled());
        let told = Analysis::of(&incomes, &all, TODAY);
        let seen: i64 = told.flow_rows.iter().filter_map(Entry::pesos).sum();
        prop_assert!((told.flow.months * 12 - seen).abs() <= 6);
        let variable: i64 =
            told.income_rows.iter().filter(|(_, is_salary)| !is_salary).map(|(row, _)| row.pesos).sum();
        prop_assert!((told.variable.months * 12 - variable).abs() <= 6);
        prop_assert!(told.seniority(11) <= 11 && told.salary(11) >= 0);
    }
}
