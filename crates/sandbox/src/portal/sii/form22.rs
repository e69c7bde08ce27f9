//! Forms 22: what is declared each April of the year before.

use cartola_primitives::{Date, date};
use cartola_provider_portal::wire::sii::IncomeDeclaration;

use super::Form;
use crate::flow::Kind;
use crate::holding::honorarium::Honorarium;
use crate::holding::iva::Period;
use crate::household::Livelihood;
use crate::month::Month;
use crate::plan;
use crate::resident::Resident;

/// How many years the folder goes back.
const YEARS: i16 = 3;
/// Gastos presuntos: of a hundred pesos of honorarios. Their cap of 15 UTA nobody here reaches.
const PRESUMED_COSTS_PERCENT: i64 = 30;

/// Those that were declared before a day, the last first.
pub(super) fn all(resident: &Resident, today: Date) -> Vec<IncomeDeclaration> {
    let years = (0..=YEARS).map(|ago| today.year() - ago);
    let declared = years.filter(|year| declared_on(*year) < today);
    let declared = declared.take(usize::from(YEARS.unsigned_abs()));
    declared.filter_map(|year| declaration(resident, year)).collect()
}

fn declared_on(year: i16) -> Date {
    plan::renta_paid_on(year)
}

fn declaration(resident: &Resident, year: i16) -> Option<IncomeDeclaration> {
    let form = match resident.household.livelihood {
        Livelihood::Company => of_company(resident, year),
        Livelihood::Employee => of_person(resident, year)?,
        Livelihood::Benefit | Livelihood::Dormant => return None,
    };
    let month = Month::of(date(year, 4, 1));
    let mut dice = resident.household.monthly(resident.seed, "folio22", month, 0);
    Some(IncomeDeclaration {
        year,
        folio: dice.amount(200_000_000..=399_999_999).to_string(),
        declared_on: declared_on(year),
        codes: form.codes,
    })
}

fn months_of(year: i16) -> impl Iterator<Item = Month> {
    Month::of(date(year, 1, 1)).through(Month::of(date(year, 12, 1)))
}

/// Tax on the profit is what was paid in April and in advance each month.
fn of_company(resident: &Resident, year: i16) -> Form {
    let periods: Vec<Period> =
        months_of(year - 1).map(|month| Period::of(resident, month)).collect();
    let ppm: i64 = periods.iter().map(|period| period.ppm).sum();
    let paid: i64 = plan::renta(resident, year);
    Form::f22()
        .with("sales", periods.iter().map(|period| period.base).sum())
        .with("company_tax", paid + ppm)
        .with("ppm", ppm)
        .with("result", paid)
        .with("payable", paid)
}

/// Who has one employer and nothing beside declares nothing, unless something comes back.
fn of_person(resident: &Resident, year: i16) -> Option<Form> {
    let boletas: Vec<Honorarium> =
        months_of(year - 1).filter_map(|month| Honorarium::of(resident, month)).collect();
    let refund = resident.of_month(Kind::TaxRefund, Month::of(date(year, 5, 1)));
    if boletas.is_empty() && refund == 0 {
        return None;
    }
    let gross: i64 = boletas.iter().map(|boleta| boleta.gross).sum();
    let withheld: i64 = boletas.iter().map(|boleta| boleta.withheld).sum();
    let costs = gross * PRESUMED_COSTS_PERCENT / 100;
    let of_month =
        |month| resident.of_month(Kind::Salary, month) + resident.of_month(Kind::Bonus, month);
    let salaries: i64 = months_of(year - 1).map(of_month).sum();
    let mut form = Form::f22()
        .with("salaries", salaries)
        .with("subtotal", salaries + gross - costs)
        .with("result", -refund)
        .with("refund", refund);
    if gross > 0 {
        form = form
            .with("honoraria_gross", gross)
            .with("honoraria_withheld", withheld)
            .with("honoraria_income", gross)
            .with("presumed_costs", costs)
            .with("honoraria", gross - costs)
            .with("honoraria_total", gross - costs)
            .with("withheld_total", withheld)
            .with("honoraria_line", gross - costs);
    }
    Some(form)
}
