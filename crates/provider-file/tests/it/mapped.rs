use expect_test::expect;

use crate::support::{check, decode, fixture, show, source};
use cartola_connector::Connector as _;
use cartola_model::Coverage;
use cartola_primitives::date;
use cartola_provider_file::StatementFiles;

const MAPPING: &str = r#"
[file]
encoding = "windows-1252"
delimiter = ";"
skip_lines = 2

[account]
institution = "banco-chile"
kind = "checking"
currency = "CLP"
number = "00-123-45678-90"

[columns]
date = "Fecha"
description = "descripcion"
debit = "Cargos"
credit = "Abonos"
balance = "Saldo"
document = "N° Doc."
counterparty_rut = 7
"#;

/// A mapping of `date,text,amount` with these lines added to its tables.
fn plain(file: &str, formats: &str) -> String {
    format!(
        "[file]\n{file}\n[account]\ncurrency = \"CLP\"\n\
         [columns]\ndate = \"date\"\ndescription = \"text\"\namount = \"amount\"\n\
         [formats]\n{formats}\n"
    )
}

fn amounts(csv: &str, mapping: &str) -> Vec<i64> {
    let batches = StatementFiles::new().decode(&source(csv, Some(mapping))).unwrap();
    batches[0].lines.iter().map(|line| line.observation.amount.minor()).collect()
}

fn refusal(csv: &str, mapping: &str) -> String {
    let error = StatementFiles::new().decode(&source(csv, Some(mapping))).unwrap_err();
    format!("{}: {error}", error.kind.name())
}

#[test]
fn a_csv_of_a_bank() {
    check(
        fixture("movimientos.csv"),
        Some(MAPPING),
        &expect![[r#"
        csv/mapped MappedFile of 2026-01-07
        account banco-chile checking CLP 00-123-45678-90 rut ? name ?
        covers 2026-01-05 to 2026-01-07, complete
        line 3 2026-01-05 -350000 = 650000 [ARRIENDO; OFICINA] document 00001
        line 4 2026-01-06 20500 = 670500 [PAGO "EJEMPLO"] with ? 22222222-2 ?
        line 5 2026-01-07 -2500 = 668000 [CAFÉ] document 00003
        warning counterparty_rut at line 5: the counterparty's RUT is wrong; it is left out
    "#]],
    );
}

#[test]
fn a_csv_without_mapping_asks_for_one() {
    check(
        fixture("movimientos.csv"),
        None,
        &expect![[r#"
        mapping: the file: a CSV file does not say what its columns are; give a mapping file with it, see docs/examples/mapping.toml
    "#]],
    );
}

#[test]
fn the_example_of_the_documentation_reads() {
    let example = include_str!("../../../../docs/examples/mapping.toml");
    let batches = StatementFiles::new().decode(&source(fixture("movimientos.csv"), Some(example)));
    let from_example: String = batches.unwrap().iter().map(show).collect();
    assert!(from_example.contains("[ARRIENDO; OFICINA]"), "{from_example}");
}

#[test]
fn signs_and_marks_are_the_mappings() {
    let csv = "date,text,amount\n05/01/2026,a,1234.00\n06/01/2026,b,-5\n";
    let marks = "decimal = \".\"\nthousands = \",\"";
    assert_eq!(amounts(csv, &plain("", marks)), [1_234, -5]);
    let turned = format!("{marks}\nsign = \"positive_is_debit\"");
    assert_eq!(amounts(csv, &plain("", &turned)), [-1_234, 5]);
}

#[test]
fn columns_may_be_counted_and_dates_have_several_forms() {
    let mapping = "[file]\nheader = false\ndelimiter = \"\\t\"\n[account]\ncurrency = \"CLP\"\n\
                   [columns]\ndate = 1\ndescription = 2\namount = 3\n\
                   [formats]\ndate = [\"YYYYMMDD\", \"DD/MM\"]\n";
    let csv = "20260105\ta\t1\n\t\t\n06/01\tb\t2\n";
    assert_eq!(amounts(csv, mapping), [1, 2]);
}

#[test]
fn the_order_is_detected_unless_the_mapping_says_it() {
    let csv = "date,text,amount\n06/01/2026,b,2\n05/01/2026,a,1\n";
    assert_eq!(amounts(csv, &plain("", "")), [1, 2]);
    assert_eq!(amounts(csv, &plain("order = \"newest_first\"", "")), [1, 2]);
    assert_eq!(amounts(csv, &plain("order = \"oldest_first\"", "")), [2, 1]);
}

#[test]
fn what_a_file_speaks_for_is_declared() {
    let keys = "complete = true\nfrom = 2026-01-01\nas_of = 2026-01-31";
    let batches = StatementFiles::new()
        .decode(&source("date,text,amount\n", Some(&plain(keys, ""))))
        .unwrap();
    expect![[r#"
        csv/mapped MappedFile of 2026-01-31
        account ? ? CLP ? rut ? name ?
        covers 2026-01-01 to 2026-01-31, complete
    "#]]
    .assert_eq(&show(&batches[0]));
}

/// What lines of 2, 4 and 8 May with these balances speak for, by a mapping with these keys, read
/// on 4 May.
fn covered(keys: &str, balances: [i64; 3]) -> String {
    let [first, second, third] = balances;
    let csv = format!(
        "date,text,amount,balance\n02/05/2026,a,1,{first}\n04/05/2026,b,1,{second}\n\
         08/05/2026,c,1,{third}\n"
    );
    let mapping = plain(keys, "").replace("amount = ", "balance = \"balance\"\namount = ");
    let batch = StatementFiles::new().decode(&source(csv, Some(&mapping))).unwrap().swap_remove(0);
    let Coverage { from, to, complete } = batch.coverage;
    format!("of {}: {from} to {to} {complete}", batch.as_of)
}

#[test]
fn balances_prove_the_days_between_them_and_none_after_today() {
    let (unbroken, broken) = ([1, 2, 3], [1, 2, 4]);
    let said = [
        covered("", unbroken),
        covered("from = 2026-04-01\nas_of = 2026-05-03", unbroken),
        covered("from = 2026-04-01\nas_of = 2026-05-11", unbroken),
        covered("from = 2026-04-01\nas_of = 2026-05-11", broken),
        covered("from = 2026-04-01\nas_of = 2026-05-11\ncomplete = true", broken),
        covered("from = 2026-05-06\nas_of = 2026-05-03\ncomplete = true", broken),
    ];
    expect![[r#"
        of 2026-05-04: 2026-05-02 to 2026-05-04 true
        of 2026-05-03: 2026-05-02 to 2026-05-03 true
        of 2026-05-04: 2026-05-02 to 2026-05-04 true
        of 2026-05-04: 2026-04-01 to 2026-05-08 false
        of 2026-05-04: 2026-04-01 to 2026-05-04 true
        of 2026-05-03: 2026-05-02 to 2026-05-08 false"#]]
    .assert_eq(&said.join("\n"));
    let csv = "date,text,amount,balance\n28/04/2026,a,1,1\n29/04/2026,b,1,2\n";
    let mapping = plain("from = 2026-04-01\nas_of = 2026-05-03", "")
        .replace("amount = ", "balance = \"balance\"\namount = ");
    let batches = StatementFiles::new().decode(&source(csv, Some(&mapping))).unwrap();
    let proven = Coverage { from: date(2026, 4, 28), to: date(2026, 4, 29), complete: true };
    assert_eq!(batches[0].coverage, proven);
}

#[test]
fn keys_that_are_unknown_or_wrong_are_named() {
    let columns = plain("", "");
    let account = |key: &str| columns.replace("[columns]", &format!("{key}\n[columns]"));
    let mappings = [
        plain("delimeter = \";\"", ""),
        plain("order = \"upwards\"", ""),
        plain("skip_lines = \"two\"", ""),
        plain("as_of = 2199-01-01", ""),
        plain("as_of = 12:00:00", ""),
        plain("delimiter = \"ñ\"", ""),
        plain("", "date = \"%d/%m/%Y\""),
        plain("", "decimal = \"5\""),
        "[account]\ncurrency = \"CLP\"\n".to_owned(),
        columns.replace("amount = \"amount\"", "debit = 3"),
        columns.replace("\"text\"", "\"glosa\""),
        columns.replace("\"text\"", "300"),
        columns.replace("\"text\"", "true"),
        plain("header = false", ""),
        account("institution = \"banco-luna\""),
        account("number = \"cuenta\""),
        account("number = 12345678"),
        account("holder_rut = \"11.111.111-2\""),
    ];
    let csv = "date,text,amount\n05/01/2026,a,1\n";
    let said = mappings.map(|mapping| refusal(csv, &mapping));
    assert!(said.iter().all(|said| said.starts_with("mapping: the file: ")));
    expect![[r#"
        line 2 of the mapping: unknown key `delimeter`, expected one of `encoding`, `delimiter`, `skip_lines`, `header`, `order`, `complete`, `from`, `as_of`
        line 2 of the mapping: expected one of `detect`, `oldest_first`, `newest_first`
        line 2 of the mapping: expected a number
        the mapping's file.as_of is no day that a file may speak of
        line 2 of the mapping: expected a date such as 2026-01-31
        the mapping's file.delimiter must be a mark or a tab
        the mapping's formats.date must be made of D, DD, M, MM, MMM, YY and YYYY, such as DD/MM/YYYY
        the mapping's formats.decimal and formats.thousands must be two marks, such as "," and "."
        line 1 of the mapping: missing field `columns`
        the mapping needs columns.amount, or columns.debit and columns.credit
        the header line has no column named as the mapping's columns.description says; check file.skip_lines and file.delimiter
        the mapping's columns.description must be a number from 1 to 256
        line 7 of the mapping: expected a header in quotes or a column number from 1
        the mapping's columns.amount is a header and file.header is false; give its number
        the mapping's account.institution is not in the catalogue of institutions
        the mapping's account.number is wrong: the account number has a character that is neither a digit, hyphen, dot, blank nor asterisk
        line 5 of the mapping: expected a string
        the mapping's account.holder_rut is no sound RUT"#]].assert_eq(&said.join("\n").replace("mapping: the file: ", ""));
}

#[test]
fn a_refusal_never_quotes_the_mapping() {
    let account = |line: &str| plain("", "").replace("[columns]", &format!("{line}\n[columns]"));
    let mappings = [
        account("kind = \"Juana Ejemplo 11.111.111-1\""),
        account("kind = \"Juana, expected 11.111.111-1\""),
        account("11111111-1 = \"x\""),
        account("\"Juana`, expected 1-9\" = \"x\""),
        account("number = 111111111"),
        account("institution = \"Juana Ejemplo\""),
        account("number = \"1\"\nnumber = \"111111111\""),
        account("holder_name = Juana"),
        account("11.111.111-1"),
        plain("", "").replace("\"CLP\"", "\"Juana\""),
        plain("delimiter = \"Juana\"", ""),
        plain("from = \"Juana\"", ""),
        format!("{}[11111111-1]\n", plain("", "")),
    ];
    let said = mappings.map(|mapping| refusal("date,text,amount\n05/01/2026,a,1\n", &mapping));
    for said in &said {
        assert!(
            !said.contains("Juana") && !said.contains("111") && !said.contains("1-9"),
            "{said}"
        );
    }
    expect![[r#"
        line 5 of the mapping: expected one of `checking`, `sight`, `rut`, `savings`, `electronic_chequebook`, `credit_card`, `credit_line`
        line 5 of the mapping: expected one of `checking`, `sight`, `rut`, `savings`, `electronic_chequebook`, `credit_card`, `credit_line`
        line 5 of the mapping: unknown key, expected one of `currency`, `institution`, `kind`, `number`, `holder_rut`, `holder_name`
        line 5 of the mapping: unknown key, expected one of `currency`, `institution`, `kind`, `number`, `holder_rut`, `holder_name`
        line 5 of the mapping: expected a string
        line 5 of the mapping: an institution id is 1 to 40 lower-case letters, digits and hyphens
        line 6 of the mapping: duplicate key
        line 5 of the mapping: string values must be quoted, expected literal string
        line 5 of the mapping: key with no value, expected `=`
        line 4 of the mapping: unknown currency code, expected a code such as CLP or USD in capitals
        line 2 of the mapping: expected a character
        line 2 of the mapping: expected a TOML datetime
        line 11 of the mapping: unknown key, expected one of `file`, `account`, `columns`, `formats`"#]].assert_eq(&said.join("\n").replace("mapping: the file: ", ""));
}

#[test]
fn lines_that_are_wrong_are_refused_with_their_number() {
    let lines = [
        "31/02/2026,a,1",
        "01/01/0001,a,1",
        "12/05/2026,a,1",
        "2026-01-05,a,1",
        "05/01/2026,a,uno",
        "05/01/2026,a",
        "05/01/2026,a,99999999999999999999",
    ];
    let said = lines.map(|line| {
        let csv = format!("x\ndate,text,amount\n05/01/2026,a,1\n{line}\n");
        refusal(&csv, &plain("skip_lines = 1", ""))
    });
    expect![[r#"
        malformed: line 4: expected a day that the calendar has
        malformed: line 4: expected a day from 1990-01-01 to 7 days after today
        malformed: line 4: expected a day from 1990-01-01 to 7 days after today
        malformed: line 4: expected a date in the form of the mapping's formats.date
        malformed: line 4: expected an amount such as 1.234 or -1.234,56, with the mapping's decimal and thousands marks
        malformed: line 4: expected at least 3 fields, found 2
        malformed: line 4: expected an amount of at most 30000000000000 minor units, with the mapping's decimal and thousands marks"#]].assert_eq(&said.join("\n"));
}

#[test]
fn both_sides_at_once_are_refused_and_none_is_left_out() {
    let mapping = plain("", "").replace("amount = \"amount\"", "debit = 3\ncredit = 4");
    expect!["malformed: line 2: expected either a cargo or an abono, found both"]
        .assert_eq(&refusal("date,text,debit,credit\n05/01/2026,a,1,2\n", &mapping));
    let csv = "date,text,debit,credit\n05/01/2026,a,-1,0\n05/01/2026,b,0,0\n06/01/2026,c,,2\n";
    assert_eq!(amounts(csv, &mapping), [-1, 2]);
}

#[test]
fn invalid_utf_8_is_refused_where_the_mapping_says_utf_8() {
    let mapping = MAPPING.replace("windows-1252", "utf-8");
    check(
        fixture("movimientos.csv"),
        Some(&mapping),
        &expect![[r#"
        malformed: line 3: expected UTF-8, as the file or its mapping says it is
    "#]],
    );
}

#[test]
fn a_file_without_movements_needs_a_day() {
    let without = refusal("date,text,amount\n", &plain("", ""));
    let short = refusal("only one line\n", &plain("skip_lines = 9", ""));
    expect![[r#"
        malformed: the file: expected movements, or as_of in the mapping where a file may have none
        malformed: line 10: expected a header line, the file ends before it"#]]
    .assert_eq(&format!("{without}\n{short}"));
}

#[test]
fn a_mapping_does_not_hinder_a_layout_that_is_certain() {
    let with = StatementFiles::new().decode(&source(fixture("bank-1.ofx"), Some(MAPPING))).unwrap();
    let without = decode(fixture("bank-1.ofx")).unwrap();
    assert_eq!(with[0].layout, without[0].layout);
}
