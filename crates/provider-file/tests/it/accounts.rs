use cartola_primitives::date;
use expect_test::expect;

use crate::support::{SHARED, SHEET, TODAY, check, decode, fixture, rezip};

#[test]
fn an_account_as_xlsx() {
    check(
        fixture("account.xlsx"),
        None,
        &expect![[r#"
        banco-chile/account-sheet StatementFile of 2026-01-15
        account banco-chile checking CLP 00-123-45678-90 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-05 to 2026-01-15, complete
        period 2026-01-05 to 2026-01-15, cargos 156990, abonos 175000
        balance available 1018010 on 2026-01-15
        balance ledger 1018010 on 2026-01-15
        balance overdraft 500000 on 2026-01-15
        balance held 0 on 2026-01-15
        cell B28 2026-01-05 -50000 = 950000 [TRASPASO A:Pedro Ejemplo] channel Internet
        cell B29 2026-01-05 -23990 = 926010 [PAGO EN SERVIPAG] channel Internet
        cell B30 2026-01-06 -12500 = 913510 [COMPRA NACIONAL ALMACEN DOÑA ROSA] channel Compras
        cell B31 2026-01-06 -12500 = 901010 [COMPRA NACIONAL ALMACEN DOÑA ROSA] channel Compras
        cell B32 2026-01-07 -40000 = 861010 [GIRO CAJERO AUTOMATICO] channel Cajero Automático
        cell B33 2026-01-09 75000 = 936010 [TEF DE 22.222.222-2  Luis  Ejemplo] channel Internet
        cell B34 2026-01-12 -18000 = 918010 [PAC SEGURO EJEMPLO] channel Oficina
        cell B35 2026-01-15 100000 = 1018010 [DEPOSITO EN EFECTIVO] channel Sucursal
    "#]],
    );
}

#[test]
fn the_same_account_as_biff_with_its_columns_moved_and_wrong_totals() {
    check(
        fixture("account.xls"),
        None,
        &expect![[r#"
        banco-chile/account-sheet StatementFile of 2026-01-15
        account banco-chile checking CLP 00-123-45678-90 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-05 to 2026-01-15, complete
        period 2026-01-05 to 2026-01-15, cargos 1, abonos 2
        balance available 1018010 on 2026-01-15
        balance ledger 1018010 on 2026-01-15
        cell B27 2026-01-05 -50000 = 950000 [TRASPASO A:Pedro Ejemplo] channel Internet
        cell B28 2026-01-05 -23990 = 926010 [PAGO EN SERVIPAG] channel Internet
        cell B29 2026-01-06 -12500 = 913510 [COMPRA NACIONAL ALMACEN DOÑA ROSA] channel Compras
        cell B30 2026-01-06 -12500 = 901010 [COMPRA NACIONAL ALMACEN DOÑA ROSA] channel Compras
        cell B31 2026-01-07 -40000 = 861010 [GIRO CAJERO AUTOMATICO] channel Cajero Automático
        cell B32 2026-01-09 75000 = 936010 [TEF DE 22.222.222-2  Luis  Ejemplo] channel Internet
        cell B33 2026-01-12 -18000 = 918010 [PAC SEGURO EJEMPLO] channel Oficina
        cell B34 2026-01-15 100000 = 1018010 [DEPOSITO EN EFECTIVO] channel Sucursal
        warning totals_differ at the file: the totals printed are not the sums of the movements listed
    "#]],
    );
}

#[test]
fn newest_first_with_text_amounts_and_days_printed_once() {
    check(
        fixture("account-newest-first.xlsx"),
        None,
        &expect![[r#"
        banco-chile/account-sheet StatementFile of 2026-01-08
        account banco-chile checking CLP 00-123-45678-90 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-07 to 2026-01-08, complete
        period 2026-01-07 to 2026-01-08, cargos 1000, abonos 0
        balance available 86000 on 2026-01-08
        balance ledger 89000 on 2026-01-08
        balance held 3000 on 2026-01-08
        cell B31 2026-01-07 -1000 = 89000 [CARGO A] channel Internet
        cell B30 2026-01-07 10000 = 99000 [ABONO A] channel Internet
        cell B29 2026-01-08 -2000 = 97000 [CARGO B] channel Internet
        cell B28 2026-01-08 -3000 = 94000 [CARGO C] channel Internet
        warning totals_differ at the file: the totals printed are not the sums of the movements listed
    "#]],
    );
}

#[test]
fn dollars_and_a_wrong_check_digit_in_the_heading() {
    check(
        fixture("account-usd.xls"),
        None,
        &expect![[r#"
        banco-chile/account-sheet StatementFile of 2026-01-06
        account banco-chile checking USD 05-123-00001-01 rut ? name Juana Ejemplo Prueba
        covers 2026-01-05 to 2026-01-06, complete
        period 2026-01-05 to 2026-01-06, cargos 1999, abonos 0
        balance available 100000000 on 2026-01-06
        balance ledger 100000000 on 2026-01-06
        cell B27 2026-01-05 -1999 = 98001 [COMPRA INTERNACIONAL] channel Internet
        cell B28 2026-01-06 125050 = 223051 [ABONO DIVISAS] channel Sucursal
        warning totals_differ at the file: the totals printed are not the sums of the movements listed
        warning rut_check_digit at cell D7: the check digit of the holder's RUT is wrong; it is left out
    "#]],
    );
}

#[test]
fn an_account_without_movements() {
    check(
        fixture("account-empty.xlsx"),
        None,
        &expect![[r#"
        banco-chile/account-sheet StatementFile of 2026-01-15
        account banco-chile checking CLP 00-123-45678-90 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-15 to 2026-01-15, partial
        period 2026-01-15 to 2026-01-15, cargos 0, abonos 0
        balance available 1000000 on 2026-01-15
        balance ledger 1000000 on 2026-01-15
        balance overdraft 500000 on 2026-01-15
        balance held 0 on 2026-01-15
    "#]],
    );
}

#[test]
fn every_container_says_the_same_of_the_same_account() {
    let lines = |name| {
        let mut batches = decode(fixture(name)).unwrap();
        let lines = batches.remove(0).lines;
        lines.into_iter().map(|line| line.observation).collect::<Vec<_>>()
    };
    assert_eq!(lines("account.xlsx"), lines("account.xls"));
}

#[test]
fn a_broken_chain_is_read_and_proves_nothing() {
    let broken = rezip("account.xlsx", SHEET, |xml| xml.replace("<v>861010</v>", "<v>861011</v>"));
    let batches = decode(broken).unwrap();
    assert!(!batches[0].coverage.complete);
    assert_eq!(batches[0].lines.len(), 8);
}

#[test]
fn a_row_without_amount_is_left_out_with_a_warning() {
    let blank = rezip("account.xlsx", SHEET, |xml| xml.replace("<v>40000</v>", "<v>0</v>"));
    let batches = decode(blank).unwrap();
    assert_eq!(batches[0].lines.len(), 7);
    assert!(batches[0].warnings.iter().any(|warning| warning.code == "no_amount"));
}

#[test]
fn a_title_without_a_day_takes_the_last_movement_for_it() {
    let undated = rezip("account.xlsx", SHARED, |xml| {
        xml.replace("Movimientos al 15/01/2026", "Movimientos")
    });
    let batches = decode(undated).unwrap();
    assert_eq!(batches[0].as_of.to_string(), "2026-01-15");
    assert!(batches[0].warnings.iter().any(|warning| warning.code == "no_date"));
}

#[test]
fn a_cuenta_vista_says_so_above_its_table() {
    let vista = rezip("account.xlsx", SHARED, |xml| xml.replace("Rut:", "Cuenta Vista:"));
    assert_eq!(decode(vista).unwrap()[0].account.kind, Some(cartola_model::AccountKind::Sight));
}

#[test]
fn the_samples_of_the_demo_overlap_and_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../cartola/samples/");
    let read =
        |name: &str| decode(std::fs::read(format!("{folder}{name}")).unwrap()).unwrap().remove(0);
    let march = read("banco-chile-cuenta-corriente.xlsx");
    let april = read("banco-chile-cuenta-corriente-abril.xlsx");
    assert!(march.coverage.complete && april.coverage.complete);
    assert!(march.warnings.is_empty() && april.warnings.is_empty());
    assert_eq!(march.account, april.account);
    let first = &april.lines[0].observation;
    let overlap = march.lines.iter().position(|line| line.observation == *first).unwrap();
    let (of_march, of_april) = (&march.lines[overlap..], &april.lines);
    assert!(of_march.iter().zip(of_april).all(|(a, b)| a.observation == b.observation));
    assert_eq!((march.lines.len(), april.lines.len(), of_march.len()), (63, 38, 15));
}

#[test]
fn a_movement_dated_ahead_does_not_stretch_what_is_complete() {
    let ahead = rezip("account.xlsx", SHARED, |xml| {
        xml.replace("Movimientos al 15/01/2026", "Movimientos al 08/01/2026")
    });
    let batch = decode(ahead).unwrap().remove(0);
    let last = batch.lines.iter().map(|line| line.observation.booked_on).max().unwrap();
    assert_eq!((batch.as_of, last), (date(2026, 1, 8), date(2026, 1, 15)));
    assert_eq!((batch.coverage.to, batch.coverage.complete), (date(2026, 1, 8), true));
}

#[test]
fn a_title_of_a_day_ahead_is_of_today() {
    let ahead = rezip("account.xlsx", SHARED, |xml| {
        xml.replace("Movimientos al 15/01/2026", "Movimientos al 09/05/2026")
    });
    let batch = decode(ahead).unwrap().remove(0);
    assert_eq!((batch.as_of, batch.coverage.to), (TODAY, TODAY));
}

#[test]
fn a_row_of_totals_is_no_movement() {
    let totalled = rezip("account.xlsx", SHEET, |xml| {
        let row = r#"<row r="60"><c r="B60" t="inlineStr"><is><t>Total</t></is></c>
            <c r="E60"><v>138990</v></c></row>
            <row r="61"><c r="C61" t="inlineStr"><is><t>TOTALES: </t></is></c>
            <c r="E61"><v>138990</v></c></row>"#;
        xml.replace("</sheetData>", &format!("{row}</sheetData>"))
    });
    let batch = decode(totalled).unwrap().remove(0);
    assert_eq!(batch.lines.len(), 8);
    assert!(batch.coverage.complete);
    let places = batch.warnings.iter().filter(|warning| warning.code == "total_row");
    let places: Vec<_> = places.map(|warning| warning.place.clone().unwrap().to_string()).collect();
    assert_eq!(places, ["cell B60", "cell C61"]);
}
