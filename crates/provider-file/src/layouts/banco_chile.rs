//! What Banco de Chile's sheets share. Edwards and Citi have the same portal family \[I\].

pub(super) mod account_sheet;
pub(super) mod card_unbilled_sheet;

use cartola_connector::Holder;
use cartola_model::{BalanceKind, BalanceReading, InstitutionId};
use cartola_primitives::rut::RutError;
use cartola_primitives::{Currency, Date, Money, Rut};

use crate::day::Days;
use crate::heading::Heading;
use crate::label;
use crate::line::Warnings;
use crate::refusal::{self, Decoded};
use crate::sheet::Cell;

fn institution() -> InstitutionId {
    InstitutionId::parse("banco-chile").expect("the id is written here and sound")
}

/// The holder that the heading names. A RUT that is wrong is left out with a warning.
fn holder(heading: &Heading<'_>, warnings: &mut Warnings) -> Holder {
    let text = |names| heading.right_of(names).and_then(|cell| Some((cell, cell.value.text()?)));
    let name = text(&["SR(A)"]).map(|(_, name)| name.to_owned());
    let rut = text(&["RUT"]).and_then(|(cell, rut)| {
        let problem = match Rut::parse(rut) {
            Ok(rut) => return Some(rut),
            Err(RutError::WrongDigit { .. } | RutError::WrongLastDigit { .. }) => {
                ("rut_check_digit", "the check digit of the holder's RUT is wrong; it is left out")
            }
            Err(_) => ("rut_form", "the holder's RUT has no form of a RUT; it is left out"),
        };
        warnings.push(Some(cell.place()), problem.0, problem.1);
        None
    });
    Holder { rut, name }
}

/// The day of `<title> al DD/MM/YYYY`, printed in one cell or in two of one row.
fn day_of_title(heading: &Heading<'_>, title: &str, days: Days) -> Decoded<Option<Date>> {
    for cell in heading.starting(title) {
        let row = heading.sheet().row(cell.row).iter().filter(|other| other.column >= cell.column);
        for cell in row {
            if let Some(text) = cell.value.text().map(label::fold).as_deref().and_then(after_al) {
                return day_at(cell, text, days).map(Some);
            }
        }
    }
    Ok(None)
}

/// What stands after the word `AL` if it begins with a digit.
fn after_al(folded: &str) -> Option<&str> {
    let day = match folded.strip_prefix("AL ") {
        Some(day) => day,
        None => folded.rsplit_once(" AL ")?.1,
    };
    day.starts_with(|c: char| c.is_ascii_digit()).then_some(day)
}

fn day_at(cell: &Cell, text: &str, days: Days) -> Decoded<Date> {
    let day = crate::day::from_text(text).and_then(|day| days.check(day));
    day.map_err(|problem| refusal::malformed(cell.place(), problem.to_string()))
}

/// Whether the row sums up a table instead of belonging to it: it begins with the word `Total`,
/// no date stands before it. The days above end there.
fn is_total(row: &[Cell]) -> bool {
    let first = row.first().and_then(|cell| cell.value.text()).map(label::fold);
    let word = first.as_deref().and_then(|text| text.split([' ', ':']).next());
    matches!(word, Some("TOTAL" | "TOTALES"))
}

fn warn_of_total(row: &[Cell], warnings: &mut Warnings) {
    let text = "the row is a total and no movement; it is left out";
    warnings.push(row.first().map(Cell::place), "total_row", text);
}

/// The balances printed below these labels, in minor units; two labels of one kind are one sum.
fn balances(
    heading: &Heading<'_>,
    labels: &[(&str, BalanceKind)],
    currency: Currency,
    as_of: Date,
) -> Decoded<Vec<BalanceReading>> {
    let mut readings: Vec<BalanceReading> = Vec::new();
    for (label, kind) in labels {
        let Some(minor) = heading.amount_below(label, currency)? else { continue };
        if let Some(reading) = readings.iter_mut().find(|reading| reading.kind == *kind) {
            reading.amount = Money::new(reading.amount.minor() + minor, currency);
        } else {
            readings.push(BalanceReading {
                kind: *kind,
                amount: Money::new(minor, currency),
                as_of,
            });
        }
    }
    Ok(readings)
}
