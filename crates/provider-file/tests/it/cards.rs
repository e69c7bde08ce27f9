use cartola_connector::{Batch, DecodeError};
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

/// The card with these rows after its last one, row 23.
fn with_rows(rows: &str) -> Result<Batch, DecodeError> {
    let bytes = rezip("card.xlsx", SHEET, |xml| {
        xml.replace("</sheetData>", &format!("{rows}</sheetData>"))
    });
    decode(bytes).map(|mut batches| batches.remove(0))
}

fn text(cell: &str, text: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

#[test]
fn a_row_of_totals_is_no_purchase() {
    for (column, label) in
        [("C", "Total"), ("E", "TOTAL COMPRAS"), ("G", "Subtotal"), ("B", "Total:")]
    {
        let label = text(&format!("{column}24"), label);
        let row = format!(r#"<row r="24">{label}<c r="K24"><v>341000</v></c></row>"#);
        let batch = with_rows(&row).unwrap();
        assert_eq!(batch.lines.len(), 5, "{column}");
        assert_eq!(batch.warnings.len(), 1, "{column}");
        assert_eq!(batch.warnings[0].code, "total_row");
    }
}

#[test]
fn a_purchase_without_a_date_has_the_one_above_but_not_across_totals() {
    let purchase = |row: u32| {
        let (card, glosa) = ("Titular********1234", "TOTALPACK COMPRAS");
        let (card, glosa) = (text(&format!("C{row}"), card), text(&format!("E{row}"), glosa));
        format!(r#"<row r="{row}">{card}{glosa}<c r="K{row}"><v>100</v></c></row>"#)
    };
    let batch = with_rows(&purchase(24)).unwrap();
    assert_eq!(batch.lines.len(), 6);
    let undated = batch.lines.iter().find(|line| line.place.to_string() == "cell B24").unwrap();
    assert_eq!(undated.observation.booked_on.to_string(), "2026-01-10");
    let total = format!(r#"<row r="24">{}</row>"#, text("E24", "Total"));
    let refusal = with_rows(&(total + &purchase(25))).unwrap_err();
    expect!["cell B25: expected a date here: the row has an amount and no row above has a date"]
        .assert_eq(&refusal.to_string());
}
