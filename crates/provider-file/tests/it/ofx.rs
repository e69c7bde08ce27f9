use cartola_connector::Connector as _;
use cartola_model::Coverage;
use cartola_primitives::date;
use cartola_provider_file::StatementFiles;
use expect_test::expect;

use crate::support::{check, decode, fixture, source};

/// A bank statement of one transaction in version 1, with these lines in it.
fn version_1(header: &str, transaction: &str) -> String {
    format!(
        "{header}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>CLP\
         <BANKACCTFROM><BANKID>1<ACCTID>123<ACCTTYPE>SAVINGS</BANKACCTFROM>\
         <BANKTRANLIST>\n<STMTTRN>{transaction}</STMTTRN>\n</BANKTRANLIST>\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
}

const DATED: &str = "<DTPOSTED>20260105<TRNAMT>-1000";

#[test]
fn version_1_with_a_reference_that_repeats() {
    check(
        fixture("bank-1.ofx"),
        None,
        &expect![[r#"
        ofx/1 StandardFile of 2026-01-15
        account banco-chile checking CLP 00-123-45678-90 rut ? name ?
        covers 2026-01-01 to 2026-01-15, complete
        period 2026-01-01 to 2026-01-15, cargos ?, abonos ?
        balance ledger 1018010 on 2026-01-15
        balance available 1000000 on 2026-01-15
        transaction 1 2026-01-05 -50000 = ? [TRASPASO A TERCEROS: Pedro & Cia] reference F1
        transaction 2 2026-01-06 -23990 = ? [CHEQUE] document 0001234 reference F2
        transaction 3 2026-01-07 -1500 = ? [COMISION]
        transaction 4 2026-01-07 -1500 = ? [COMISION]
        transaction 5 2026-01-08 -285 = ? [IVA COMISION]
        transaction 6 2026-01-09 75000 = ? [DEPOSITO EFECTIVO] reference F4 value 2026-01-12
        warning reference_repeated at transaction 3: the FITID is not unique in its account; it is left out as a reference
        warning reference_repeated at transaction 4: the FITID is not unique in its account; it is left out as a reference
        warning reference_repeated at transaction 5: the FITID is not unique in its account; it is left out as a reference
    "#]],
    );
}

#[test]
fn version_2_with_three_accounts() {
    check(
        fixture("two-accounts-2.ofx"),
        None,
        &expect![[r#"
        ofx/2 StandardFile of 2026-01-15
        account banco-chile checking CLP 00-123-45678-90 rut ? name ?
        covers 2026-01-01 to 2026-01-15, complete
        period 2026-01-01 to 2026-01-15, cargos ?, abonos ?
        balance ledger 1018010 on 2026-01-15
        balance available 1000000 on 2026-01-15
        transaction 1 2026-01-05 -1000 = ? [CAFÉ DE LA ESQUINA] reference A1
        ofx/2 StandardFile of 2026-01-15
        account ? checking USD 991 rut ? name ?
        covers 2026-01-01 to 2026-01-15, complete
        period 2026-01-01 to 2026-01-15, cargos ?, abonos ?
        balance ledger 101801000 on 2026-01-15
        balance available 100000000 on 2026-01-15
        transaction 2 2026-01-07 -1999 = ? [Comercial Ejemplo] reference B1 with Comercial Ejemplo ? 222333444
        ofx/2 StandardFile of 2026-01-15
        account ? credit_card USD ************1234 rut ? name ?
        covers 2026-01-01 to 2026-01-15, complete
        period 2026-01-01 to 2026-01-15, cargos ?, abonos ?
        balance ledger -9950 on 2026-01-15
        balance credit_available 90050 on 2026-01-15
        transaction 3 2026-01-03 -1250 = ? [EJEMPLO SOFTWARE US] reference C1
        transaction 4 2026-01-09 10000 = ? [PAGO] reference C2
    "#]],
    );
}

#[test]
fn version_1_in_windows_1252() {
    let mut bytes = version_1(
        "OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n",
        &format!("{DATED}<NAME>CAF?"),
    )
    .into_bytes();
    let mark = bytes.iter().position(|b| *b == b'?').unwrap();
    bytes[mark] = 0xC9;
    assert_eq!(decode(bytes).unwrap()[0].lines[0].observation.glosa, "CAFÉ");
}

#[test]
fn version_1_without_header_and_with_elements_that_are_empty_or_end() {
    let transaction =
        format!("<TRNTYPE>DEBIT</TRNTYPE>{DATED}<MEMO>\n<UNKNOWN>\n<NAME>PAGO &amp; CIA");
    check(
        version_1("", &transaction),
        None,
        &expect![[r#"
        ofx/1 StandardFile of 2026-01-05
        account banco-chile savings CLP 123 rut ? name ?
        covers 2026-01-05 to 2026-01-05, partial
        transaction 1 2026-01-05 -1000 = ? [PAGO & CIA]
    "#]],
    );
}

#[test]
fn transactions_must_have_a_day_and_an_amount_in_the_currency_of_the_statement() {
    let foreign = format!("{DATED}<CURRENCY><CURRATE>1<CURSYM>USD</CURRENCY>");
    let transactions = [
        "<TRNAMT>-1000",
        "<DTPOSTED>20260105",
        "<DTPOSTED>20260231<TRNAMT>1",
        "<DTPOSTED>00010101<TRNAMT>1",
        "<DTPOSTED>20260105<TRNAMT>diez",
        "<DTPOSTED>20260105<TRNAMT>1.50",
        &foreign,
    ];
    let said = transactions.map(|text| decode(version_1("", text)).unwrap_err().to_string());
    expect![[r#"
        transaction 1: expected a date in DTPOSTED
        transaction 1: expected a TRNAMT
        transaction 1: expected a day that the calendar has, written as 20260131
        transaction 1: expected a day from 1990-01-01 to 7 days after today, written as 20260131
        transaction 1: expected an amount such as 1.234 or -1.234,56
        transaction 1: expected an amount in CLP without decimals
        transaction 1: expected an amount in the currency of the statement (CURDEF)"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn a_period_that_no_statement_has_is_left_out() {
    let list =
        format!("<BANKTRANLIST>\n<DTSTART>19700101<DTEND>20991231\n<STMTTRN>{DATED}</STMTTRN>");
    let file =
        version_1("", DATED).replace(&format!("<BANKTRANLIST>\n<STMTTRN>{DATED}</STMTTRN>"), &list);
    check(
        file,
        None,
        &expect![[r#"
            ofx/1 StandardFile of 2026-05-04
            account banco-chile savings CLP 123 rut ? name ?
            covers 2026-01-05 to 2026-05-04, partial
            transaction 1 2026-01-05 -1000 = ? []
            warning period_unusable at the file: the period's start or end is no day of a statement; it is left out
        "#]],
    );
}

#[test]
fn an_answer_without_statement_is_refused() {
    let refusal =
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500</STATUS></SONRS></SIGNONMSGSRSV1></OFX>";
    check(
        refusal,
        None,
        &expect![[r#"
        malformed: the file: expected a bank or credit card statement; the OFX file has none
    "#]],
    );
}

/// A statement with transactions of 20 May, 5 June and 15 June, the period from 1 June to that
/// end, made on that day and with a balance of that day; read in July.
fn covered(end: &str, made_on: &str, ledger: &str) -> String {
    let file = format!(
        "<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>{made_on}</SONRS></SIGNONMSGSRSV1>\
         <BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>CLP\
         <BANKACCTFROM><BANKID>1<ACCTID>123<ACCTTYPE>SAVINGS</BANKACCTFROM>\
         <BANKTRANLIST><DTSTART>20260601<DTEND>{end}\
         <STMTTRN><DTPOSTED>20260520<TRNAMT>-1</STMTTRN>\
         <STMTTRN><DTPOSTED>20260605<TRNAMT>-1</STMTTRN>\
         <STMTTRN><DTPOSTED>20260615<TRNAMT>-1</STMTTRN></BANKTRANLIST>\
         <LEDGERBAL><BALAMT>1<DTASOF>{ledger}</LEDGERBAL>\
         </STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    );
    let mut file = source(file, None);
    file.today = date(2026, 7, 20);
    let batch = StatementFiles::new().decode(&file).unwrap().remove(0);
    let Coverage { from, to, complete } = batch.coverage;
    format!("of {}: {from} to {to} {complete}, balance {}", batch.as_of, batch.balances[0].as_of)
}

#[test]
fn nothing_is_complete_beyond_the_day_a_file_was_made() {
    let days = [
        ("20260630", "20260610", "20260610"),
        ("20260630", "20260610", "20260630"),
        ("20260630", "20260710", "20260612"),
        ("20260630", "20260710", "20260710"),
        ("20260630", "20991231", "20991231"),
        ("20260630", "19700101", "00010101"),
        ("20260630", "20260525", "20260525"),
    ];
    let said = days.map(|(end, made_on, ledger)| covered(end, made_on, ledger));
    expect![[r#"
        of 2026-06-10: 2026-06-01 to 2026-06-10 true, balance 2026-06-10
        of 2026-06-10: 2026-06-01 to 2026-06-10 true, balance 2026-06-30
        of 2026-06-12: 2026-06-01 to 2026-06-12 true, balance 2026-06-12
        of 2026-06-30: 2026-06-01 to 2026-06-30 true, balance 2026-07-10
        of 2026-06-30: 2026-06-01 to 2026-06-30 true, balance 2026-07-20
        of 2026-06-30: 2026-06-01 to 2026-06-30 true, balance 2026-06-30
        of 2026-05-25: 2026-05-20 to 2026-06-15 false, balance 2026-05-25"#]]
    .assert_eq(&said.join("\n"));
}
