use expect_test::expect;

use crate::support::{SHEET, check, decode, fixture, rezip};

#[test]
fn a_card_as_xlsx_with_the_amount_in_a_column_without_header() {
    check(
        fixture("card.xlsx"),
        None,
        &expect![[r#"
        banco-chile/card-unbilled-sheet StatementFile of 2026-01-15
        account banco-chile credit_card CLP ****1234 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-10 to 2026-01-15, partial
        balance credit_available 1500000 on 2026-01-15
        balance credit_used 500000 on 2026-01-15
        balance credit_limit 2000000 on 2026-01-15
        cell B23 2026-01-10 7990 = ? [DEVOLUCION TIENDA EJEMPLO] city SANTIAGO card 1234 instalment 0/1
        cell B22 2026-01-12 -5000 = ? [PAGO FACIL COMPRAS] city SANTIAGO card 1234 instalment 0/1
        cell B21 2026-01-12 200000 = ? [Pago Pesos TEF] card 1234 instalment 0/1
        cell B20 2026-01-13 -120000 = ? [FERRETERIA EJEMPLO COMPRAS] city VALDIVIA card 5678 additional instalment 0/3
        cell B19 2026-01-14 -15990 = ? [LIBRERIA EJEMPLO COMPRAS] city SANTIAGO card 1234 instalment 0/1
    "#]],
    );
}

#[test]
fn the_same_card_as_biff() {
    let lines = |name| decode(fixture(name)).unwrap().remove(0);
    let (xlsx, biff) = (lines("card.xlsx"), lines("card.xls"));
    assert_eq!(xlsx.account, biff.account);
    assert_eq!(xlsx.balances, biff.balances);
    assert!(xlsx.lines.iter().zip(&biff.lines).all(|(a, b)| a.observation == b.observation));
    assert_eq!(xlsx.lines.len(), biff.lines.len());
}

#[test]
fn an_international_section_is_in_dollars() {
    check(
        fixture("card-international.xlsx"),
        None,
        &expect![[r#"
        banco-chile/card-unbilled-sheet StatementFile of 2026-01-15
        account banco-chile credit_card USD ****1234 rut 11111111-1 name Juana Ejemplo Prueba
        covers 2026-01-11 to 2026-01-15, partial
        balance credit_available 90050 on 2026-01-15
        balance credit_used 9950 on 2026-01-15
        balance credit_limit 100000 on 2026-01-15
        cell B20 2026-01-11 10000 = ? [Pago Dolar TEF]
        cell B19 2026-01-14 -1250 = ? [EJEMPLO SOFTWARE]
    "#]],
    );
}

#[test]
fn a_row_whose_last_cell_is_no_amount_is_refused() {
    let moved = rezip("card.xlsx", SHEET, |xml| xml.replace(r#"<c r="K19""#, r#"<c r="D19""#));
    check(
        moved,
        None,
        &expect![[r#"
        malformed: cell I19: expected an amount such as 1.234 or -1.234,56
    "#]],
    );
}
