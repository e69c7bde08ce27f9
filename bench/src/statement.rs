//! Statements to import: CSV with a mapping, as a company's export looks. The same numbers give the
//! same bytes.

use std::fmt::Write;

use bytes::Bytes;
use cartola_engine::imports::Upload;
use cartola_primitives::{Date, SignedDuration};

/// What a mapped file says of its lines.
const HEADER: &str = "Fecha;Descripción;Cargos;Abonos;Saldo;N° Doc.;Canal";

/// Balance before the first line, in pesos.
const OPENING: i64 = 900_000_000_000;

/// Glosas as banks print them.
const GLOSAS: [&str; 8] = [
    "TRASPASO A: COMERCIAL LOS ALERCES LTDA",
    "TEF DE PROVEEDORES DEL SUR SPA",
    "PAGO EN SERVIPAG",
    "COMPRA NACIONAL SUPERMERCADO",
    "CARGO POR PAGO TC",
    "PAC SEGUROS DE VIDA",
    "DEPOSITO EN EFECTIVO",
    "PAGO PROVEEDORES FACTURA",
];

const CHANNELS: [&str; 3] = ["Internet", "Sucursal", "Oficina Central"];

/// One statement of one account.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// Which account, from 0.
    pub account: u32,
    /// The first day with movements.
    pub first_day: Date,
    /// Days with movements.
    pub days: u32,
    /// Movements, spread evenly over the days.
    pub lines: u32,
    /// Lines end in CR LF: the same movements in other bytes.
    pub with_carriage_returns: bool,
}

impl Statement {
    /// The file.
    pub fn csv(&self) -> Bytes {
        let end = if self.with_carriage_returns { "\r\n" } else { "\n" };
        let mut text = format!("{HEADER}{end}");
        let mut balance = OPENING;
        for line in 0..self.lines {
            let chance = mixed(u64::from(self.account) << 32 | u64::from(line));
            let amount = i64::try_from(chance % 2_000_000).expect("below two million") + 990;
            let is_cargo = chance >> 32 & 1 == 0;
            balance += if is_cargo { -amount } else { amount };
            let (cargo, abono) = if is_cargo { (amount, 0) } else { (0, amount) };
            let day = self.day(line);
            let glosa = pick(&GLOSAS, chance >> 40);
            let channel = pick(&CHANNELS, chance >> 48);
            let document = 10_000_000 + line;
            write!(
                text,
                "{:02}/{:02}/{};{glosa} {:05};{};{};{balance};{document};{channel}{end}",
                day.day(),
                day.month(),
                day.year(),
                chance >> 50 & 0x3fff,
                blank_if_zero(cargo),
                blank_if_zero(abono),
            )
            .expect("a string takes all text");
        }
        text.into_bytes().into()
    }

    /// File and mapping.
    pub fn upload(&self) -> Upload {
        Upload { bytes: self.csv(), mapping: Some(self.mapping()), ..Upload::default() }
    }

    /// How to read it.
    pub fn mapping(&self) -> String {
        format!(
            r#"
[file]
delimiter = ";"
order = "oldest_first"
[account]
currency = "CLP"
institution = "banco-chile"
kind = "checking"
number = "{:012}"
[columns]
date = "Fecha"
description = "Descripción"
debit = "Cargos"
credit = "Abonos"
balance = "Saldo"
document = "N° Doc."
channel = "Canal"
[formats]
date = "DD/MM/YYYY"
"#,
            1_000_000 + self.account
        )
    }

    /// The day of a line.
    pub fn day(&self, line: u32) -> Date {
        let offset = u64::from(line) * u64::from(self.days) / u64::from(self.lines.max(1));
        let hours = i64::try_from(offset * 24).expect("a statement covers some years");
        self.first_day.saturating_add(SignedDuration::from_hours(hours))
    }
}

fn pick(texts: &[&'static str], chance: u64) -> &'static str {
    let count = u64::try_from(texts.len()).expect("a handful");
    let index = usize::try_from(chance % count).expect("below the count");
    texts[index]
}

fn blank_if_zero(amount: i64) -> String {
    if amount == 0 { String::new() } else { amount.to_string() }
}

/// `SplitMix64`: numbers that look random, the same on every machine.
pub const fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use cartola_connector::{Connector, SourceFile};
    use cartola_primitives::date;
    use cartola_provider_file::StatementFiles;

    use super::*;

    /// Lines, and whether the balances follow from one another.
    fn check(with_carriage_returns: bool) {
        let first_day = date(2024, 1, 1);
        let statement =
            Statement { account: 7, first_day, days: 366, lines: 1_000, with_carriage_returns };
        let file = SourceFile {
            bytes: statement.csv(),
            today: date(2026, 1, 1),
            mapping: Some(&statement.mapping()),
            password: None,
        };
        let batches = StatementFiles::new().decode(&file).unwrap();
        let batch = &batches[0];
        assert_eq!((batches.len(), batch.lines.len()), (1, 1_000));
        assert!(batch.coverage.complete, "unbroken balances prove that nothing is missing");
        assert_eq!((batch.coverage.from, batch.coverage.to), (first_day, date(2024, 12, 31)));
    }

    #[test]
    fn what_is_made_can_be_read() {
        check(false);
        check(true);
    }
}
