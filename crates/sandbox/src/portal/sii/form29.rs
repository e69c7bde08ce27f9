//! Forms 29: what a company declares each month of the one before.

use cartola_primitives::Date;
use cartola_provider_portal::wire::sii::IvaDeclaration;

use super::Form;
use crate::holding::iva::Period;
use crate::month::Month;
use crate::plan;
use crate::resident::Resident;
use crate::shown::begins;

/// What a boleta comes to, about, IVA included: how many there were is not known to the bank.
const USUAL_BOLETA: i64 = 15_000;

/// Those that were declared and paid before a day, the last first, as far back as banks show movements.
pub(super) fn all(resident: &Resident, today: Date) -> Vec<IvaDeclaration> {
    let first = Month::of(begins(today));
    let mut all: Vec<IvaDeclaration> = first
        .through(Month::of(today).plus(-1))
        .filter(|month| plan::iva_paid_on(*month) < today)
        .map(|month| declared(resident, &Period::of(resident, month)))
        .collect();
    all.reverse();
    all
}

fn declared(resident: &Resident, period: &Period) -> IvaDeclaration {
    let mut dice = resident.household.monthly(resident.seed, "folio29", period.month, 0);
    let form = Form::f29()
        .with("boletas", period.debit_of_boletas * 119 / 19 / USUAL_BOLETA)
        .with("debit_of_boletas", period.debit_of_boletas)
        .with("facturas", period.facturas)
        .with("debit_of_facturas", period.debit_of_facturas)
        .with("debits", period.debit())
        .with("credit_of_facturas", period.credit)
        .with("credits", period.credit)
        .with("determined", period.determined())
        .with("base", period.base)
        .with_decimals("ppm_rate", period.ppm_rate, 2)
        .with("ppm", period.ppm)
        .with("subtotal", period.payable())
        .with("determined_total", period.payable())
        .with("payable", period.payable());
    IvaDeclaration {
        period: period.month.first_day(),
        folio: dice.amount(6_000_000_000..=8_999_999_999).to_string(),
        declared_on: plan::iva_paid_on(period.month),
        codes: form.codes,
    }
}
