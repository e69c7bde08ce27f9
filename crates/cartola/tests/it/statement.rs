//! Statements made up for tests: CSV, with the mapping that reads them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cartola_primitives::Date;

/// Reads every statement of this module, into an account of that number.
pub fn mapping(account: &str) -> String {
    format!(
        "[account]\ncurrency = \"CLP\"\ninstitution = \"banco-chile\"\nkind = \"checking\"\n\
         number = \"{account}\"\n[columns]\ndate = \"Fecha\"\ndescription = \"Glosa\"\n\
         amount = \"Monto\"\nbalance = \"Saldo\"\n[formats]\ndate = \"YYYY-MM-DD\"\n"
    )
}

/// A movement of a statement: day of March 2026, glosa and amount.
pub type Line<'a> = (u8, &'a str, i64);

/// A statement whose balances follow from what the account had before.
pub fn csv(opening: i64, lines: &[Line<'_>]) -> String {
    let dated = lines.iter().map(|(day, glosa, amount)| {
        (Date::new(2026, 3, i8::try_from(*day).unwrap()).unwrap(), *glosa, *amount)
    });
    dated_csv(opening, dated)
}

/// The same for movements of any days.
pub fn dated_csv<'a>(opening: i64, lines: impl Iterator<Item = (Date, &'a str, i64)>) -> String {
    let mut text = String::from("Fecha,Glosa,Monto,Saldo\n");
    let mut balance = opening;
    for (day, glosa, amount) in lines {
        balance += amount;
        let glosa = glosa.replace('"', "\"\"");
        writeln!(text, "{day},\"{glosa}\",{amount},{balance}").unwrap();
    }
    text
}

/// Writes statement and mapping; gives their paths.
pub fn write(folder: &Path, name: &str, csv: &str, account: &str) -> (PathBuf, PathBuf) {
    let (file, map) = (folder.join(format!("{name}.csv")), folder.join(format!("{name}.toml")));
    std::fs::write(&file, csv).unwrap();
    std::fs::write(&map, mapping(account)).unwrap();
    (file, map)
}
