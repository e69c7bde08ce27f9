//! What a Chilean accountant would look for.

use cartola_primitives::{Rut, date};
use cartola_sandbox::{Movement, Named, Population, Scenario, uf};
use expect_test::{Expect, expect};

use crate::{keys, month};

fn check(scenario: Scenario, words: &[&str], expected: &Expect) {
    let population = Population::new(42);
    let rut = Named::all().find(|named| named.scenario() == scenario).unwrap().rut();
    let main = keys(population, rut)[0];
    let lines = population.months(main, month(2025, 8), month(2026, 1));
    let wanted = |each: &&Movement| words.iter().any(|word| each.glosa.contains(word));
    let shown: String = lines.iter().filter(wanted).map(line).collect();
    expected.assert_eq(&shown);
}

fn line(movement: &Movement) -> String {
    format!("{} {:>9} {}\n", movement.booked.date(), movement.amount.minor(), movement.glosa)
}

#[test]
fn salaries_come_at_the_end_and_aguinaldos_before_the_holidays() {
    check(
        Scenario::Ok,
        &["SUELDOS"],
        &expect![[r#"
        2025-08-29   4082018 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
        2025-09-16    480000 PAGO:DE SUELDOS AGUINALDO FIESTAS PATRIAS
        2025-09-30   4114255 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
        2025-10-30   4049781 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
        2025-11-28   4057840 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
        2025-12-22    400000 PAGO:DE SUELDOS AGUINALDO NAVIDAD
        2025-12-30   4065899 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
        2026-01-30   4259942 PAGO:DE SUELDOS MINERA CERRO AURORA SPA
    "#]],
    );
}

#[test]
fn a_company_pays_its_iva_by_the_20th_and_its_people_at_the_end() {
    check(
        Scenario::Company,
        &["F29", "NOMINA", "PREVIRED"],
        &expect![[r#"
            2025-08-12   -662281 PAGO PREVIRED COTIZACIONES
            2025-08-20   -874779 PAGO SII F29 IVA
            2025-08-29  -3010369 PAGO NOMINA REMUNERACIONES
            2025-09-12   -649166 PAGO PREVIRED COTIZACIONES
            2025-09-17  -1464979 PAGO SII F29 IVA
            2025-09-30  -2950758 PAGO NOMINA REMUNERACIONES
            2025-10-10   -655724 PAGO PREVIRED COTIZACIONES
            2025-10-20  -1358441 PAGO SII F29 IVA
            2025-10-30  -2980564 PAGO NOMINA REMUNERACIONES
            2025-11-12   -655724 PAGO PREVIRED COTIZACIONES
            2025-11-20   -889236 PAGO SII F29 IVA
            2025-11-28  -2980564 PAGO NOMINA REMUNERACIONES
            2025-12-12   -649166 PAGO PREVIRED COTIZACIONES
            2025-12-19  -1128843 PAGO SII F29 IVA
            2025-12-30  -2950758 PAGO NOMINA REMUNERACIONES
            2026-01-12   -687753 PAGO PREVIRED COTIZACIONES
            2026-01-20  -1697291 PAGO SII F29 IVA
            2026-01-30  -3126153 PAGO NOMINA REMUNERACIONES
        "#]],
    );
}

#[test]
fn a_month_at_the_demo_bank() {
    let population = Population::new(42);
    let main = keys(population, Rut::parse("11.111.111-1").unwrap())[0];
    let lines = population.months(main, month(2026, 4), month(2026, 4));
    let shown: String = lines.iter().take(14).map(line).collect();
    expect![[r#"
        2026-04-06   -578740 PAC DIVIDENDO HIPOTECARIO CUOTA 165/240
        2026-04-06    -26559 PAC MUNDO
        2026-04-06    -26377 PAC AGUAS ANDINAS
        2026-04-06    -11112 COMPRA NACIONAL OXXO SAN MIGUEL
        2026-04-06    -25818 PAC ENTEL PCS
        2026-04-06    -30992 COMPRA NACIONAL CINEHOYTS SAN MIGUEL
        2026-04-07    -41000 INVERSION FONDO MUTUO
        2026-04-07    -69454 COMPRA NACIONAL SUSHI HANA SAN MIGUEL
        2026-04-07    -78600 COMPRA NACIONAL UNIMARC SAN MIGUEL
        2026-04-08    -24260 COMPRA NACIONAL UBER TRIP
        2026-04-08    -30000 GIRO CAJERO AUTOMATICO SAN MIGUEL
        2026-04-08    -90000 GIRO CAJERO AUTOMATICO SAN MIGUEL
        2026-04-08     -7000 TEF A MACARENA PEREZ SALAZAR
        2026-04-08     -5005 COMPRA NACIONAL PANADERIA LA ESPIGA SAN MIGUEL
    "#]]
    .assert_eq(&shown);
}

#[test]
fn each_bank_prints_a_transfer_in_its_own_way() {
    let population = Population::new(42);
    let mut seen = std::collections::BTreeMap::new();
    for place in 0..400 {
        let main = keys(population, population.somebody(place))[0];
        if seen.contains_key(main.bank.id().as_str()) {
            continue;
        }
        let stranger =
            |each: &Movement| each.other.customer().is_some_and(|key| key.owner != main.owner);
        let lines = population.months(main, month(2026, 4), month(2026, 6));
        if let Some(found) = lines.iter().find(|each| stranger(each) && each.amount.minor() > 0) {
            seen.insert(main.bank.id().as_str(), found.glosa.clone());
        }
    }
    let shown: String = seen.iter().map(|(bank, glosa)| format!("{bank}: {glosa}\n")).collect();
    expect![[r#"
        banco-bci: TRANSFERENCIA RECIBIDA DE JORGE CACERES ULLOA
        banco-bice: ABONO TEF BARBARA SEPULVEDA PENA
        banco-chile: TRASPASO DE: MANUEL CORTES CAMPOS
        banco-estado: TEF 66260267 JORGE HERRERA MANSILLA
        banco-falabella: ABONO TRANSFERENCIA PAULINA FERNANDEZ SOTO
        banco-itau: TRANSFERENCIA DE ELIZABETH BRAVO SANCHEZ
        banco-ripley: TEF DE JUAN MILLAN MUNOZ
        banco-santander: 227398752 TRANSF. DE GABRIELA TAPIA LEIVA
        banco-scotiabank: TRANSF. DE BENJAMIN GARCIA MUN
        banco-security: TRANSFERENCIA DESDE LORENA ORTIZ ALVAREZ
    "#]]
    .assert_eq(&shown);
}

#[test]
fn the_uf_follows_its_table_and_never_falls() {
    assert_eq!(uf::value_on(date(2024, 1, 9)), 3_679_700);
    assert_eq!(uf::in_pesos(10_000, date(2024, 1, 9)), 36_797);
    assert_eq!(uf::in_pesos(0, date(2024, 1, 9)), 0);
    let mut last = 0;
    for each in month(2001, 1).through(month(2100, 12)) {
        let value = uf::value_on(each.first_day());
        assert!(value > last, "{each:?}");
        last = value;
    }
}
