use std::collections::BTreeSet;

use cartola_primitives::calendar::{
    CalendarError, FIRST_YEAR, LAST_YEAR, add_bank_days, holiday, is_bank_day, next_bank_day,
    previous_bank_day,
};
use cartola_primitives::clock::{Date, Timestamp};
use cartola_primitives::santiago;
use expect_test::{Expect, expect};
use jiff::ToSpan;
use jiff::civil::{Weekday, date};
use proptest::prelude::*;

/// Where the library errs: date, whether it is a holiday, reason.
const LIBRARY_ERRS: &[(&str, bool, &str)] = &[
    ("2100-06-20", false, "2100 has no leap day, so the solstice returns to the 21st"),
    ("2100-06-21", true, "2100 has no leap day, so the solstice returns to the 21st"),
];

fn every_day() -> impl Iterator<Item = Date> {
    date(FIRST_YEAR, 1, 1).series(1.day()).take_while(|day| day.year() <= LAST_YEAR)
}

/// The dates the library lists under a category, as ISO text.
fn listed(wanted: &str) -> BTreeSet<String> {
    let mut rows = csv::Reader::from_reader(include_bytes!("../oracle/holidays.csv").as_slice());
    rows.deserialize::<(String, String, String)>()
        .map(Result::unwrap)
        .filter(|(_, category, _)| category == wanted)
        .map(|(date, _, _)| date)
        .collect()
}

/// The library's national holidays with its errors put right.
fn national_holidays() -> BTreeSet<String> {
    let mut dates = listed("public");
    for (date, is_holiday, reason) in LIBRARY_ERRS {
        let changed =
            if *is_holiday { dates.insert((*date).to_owned()) } else { dates.remove(*date) };
        assert!(changed, "the library is right about {date} by now: {reason}");
    }
    dates
}

fn check_year(year: i16, expected: &Expect) {
    let lines = every_day()
        .filter(|day| day.year() == year)
        .filter_map(|day| holiday(day).unwrap().map(|name| format!("{day} {name}\n")));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn holidays_agree_with_the_library() {
    let ours = every_day().filter(|day| holiday(*day).unwrap().is_some());
    let ours: BTreeSet<_> = ours.map(|day| day.to_string()).collect();
    let theirs = national_holidays();
    assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn bank_days_agree_with_the_library() {
    let (national, bank) = (national_holidays(), listed("bank"));
    assert_eq!(bank.len(), 101);
    for day in every_day() {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let text = day.to_string();
        let open = !weekend && !national.contains(&text) && !bank.contains(&text);
        assert_eq!(is_bank_day(day), Ok(open), "{day}");
    }
}

#[test]
fn the_day_of_the_solstice_agrees_with_the_ephemeris() {
    let mut rows = csv::Reader::from_reader(include_bytes!("../oracle/solstices.csv").as_slice());
    let instants: Vec<Timestamp> = rows.deserialize().map(Result::unwrap).collect();
    assert_eq!(instants.len(), 79);
    for instant in instants {
        let day = santiago::date_of(instant);
        assert_eq!(holiday(day), Ok(Some("Día Nacional de los Pueblos Indígenas")), "{instant}");
    }
}

#[test]
fn a_year_before_the_laws_of_the_century() {
    check_year(
        2002,
        &expect![[r#"
        2002-01-01 Año Nuevo
        2002-03-29 Viernes Santo
        2002-03-30 Sábado Santo
        2002-04-24 Censo Nacional de Población y Vivienda
        2002-05-01 Día Nacional del Trabajo
        2002-05-21 Día de las Glorias Navales
        2002-05-27 Corpus Christi
        2002-06-29 San Pedro y San Pablo
        2002-08-15 Asunción de la Virgen
        2002-09-18 Día de la Independencia
        2002-09-19 Día de las Glorias del Ejército
        2002-10-12 Día del Encuentro de Dos Mundos
        2002-11-01 Día de Todos los Santos
        2002-12-08 Inmaculada Concepción
        2002-12-25 Navidad
    "#]],
    );
}

#[test]
fn a_year_with_a_census_and_a_second_of_january() {
    check_year(
        2017,
        &expect![[r#"
        2017-01-01 Año Nuevo
        2017-01-02 Feriado nacional
        2017-04-14 Viernes Santo
        2017-04-15 Sábado Santo
        2017-04-19 Censo Nacional de Población y Vivienda
        2017-05-01 Día Nacional del Trabajo
        2017-05-21 Día de las Glorias Navales
        2017-06-26 San Pedro y San Pablo
        2017-07-16 Virgen del Carmen
        2017-08-15 Asunción de la Virgen
        2017-09-18 Día de la Independencia
        2017-09-19 Día de las Glorias del Ejército
        2017-10-09 Día del Encuentro de Dos Mundos
        2017-10-27 Día Nacional de las Iglesias Evangélicas y Protestantes
        2017-11-01 Día de Todos los Santos
        2017-12-08 Inmaculada Concepción
        2017-12-25 Navidad
    "#]],
    );
}

#[test]
fn a_year_with_three_days_of_fiestas_patrias() {
    check_year(
        2024,
        &expect![[r#"
        2024-01-01 Año Nuevo
        2024-03-29 Viernes Santo
        2024-03-30 Sábado Santo
        2024-05-01 Día Nacional del Trabajo
        2024-05-21 Día de las Glorias Navales
        2024-06-20 Día Nacional de los Pueblos Indígenas
        2024-06-29 San Pedro y San Pablo
        2024-07-16 Virgen del Carmen
        2024-08-15 Asunción de la Virgen
        2024-09-18 Día de la Independencia
        2024-09-19 Día de las Glorias del Ejército
        2024-09-20 Fiestas Patrias
        2024-10-12 Día del Encuentro de Dos Mundos
        2024-10-31 Día Nacional de las Iglesias Evangélicas y Protestantes
        2024-11-01 Día de Todos los Santos
        2024-12-08 Inmaculada Concepción
        2024-12-25 Navidad
    "#]],
    );
}

#[test]
fn only_banks_rest_on_the_last_day_of_the_year() {
    let last = date(2025, 12, 31);
    assert_eq!((holiday(last), is_bank_day(last)), (Ok(None), Ok(false)));
    assert_eq!(next_bank_day(date(2025, 12, 30)), Ok(date(2026, 1, 2)));
    assert_eq!(previous_bank_day(date(2026, 1, 2)), Ok(date(2025, 12, 30)));
}

#[test]
fn bank_days_are_counted_over_holidays() {
    // Fiestas Patrias of 2024: Wednesday 18 to Friday 20 September.
    assert_eq!(next_bank_day(date(2024, 9, 17)), Ok(date(2024, 9, 23)));
    assert_eq!(previous_bank_day(date(2024, 9, 22)), Ok(date(2024, 9, 17)));
    assert_eq!(add_bank_days(date(2024, 9, 16), 3), Ok(date(2024, 9, 24)));
    assert_eq!(add_bank_days(date(2024, 9, 24), -3), Ok(date(2024, 9, 16)));
    assert_eq!(add_bank_days(date(2024, 9, 18), 0), Ok(date(2024, 9, 18)));
}

#[test]
fn other_years_are_refused() {
    let out = CalendarError::OutOfRange;
    for day in [date(1999, 12, 31), date(2101, 1, 1), Date::MIN, Date::MAX] {
        assert_eq!(holiday(day), Err(out));
        assert_eq!(is_bank_day(day), Err(out));
        assert_eq!(add_bank_days(day, 0), Err(out));
    }
    assert_eq!(previous_bank_day(date(2000, 1, 3)), Err(out));
    assert_eq!(next_bank_day(date(2100, 12, 30)), Err(out));
    assert_eq!(add_bank_days(date(2050, 1, 1), i32::MIN), Err(out));
    assert_eq!(add_bank_days(date(2050, 1, 1), i32::MAX), Err(out));
    assert_eq!(out.to_string(), "the bank calendar covers the years 2000 to 2100");
}

proptest! {
    #[test]
    fn counting_back_returns_to_a_bank_day(offset in 3_000_i32..30_000, count in -500..500) {
        let start = next_bank_day(date(FIRST_YEAR, 1, 1) + offset.days()).unwrap();
        let end = add_bank_days(start, count).unwrap();
        prop_assert_eq!(is_bank_day(end), Ok(true));
        prop_assert_eq!(add_bank_days(end, -count), Ok(start));
    }
}
