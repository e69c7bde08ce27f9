//! A company's month before the tax service: IVA on what it sold, less IVA on what it bought, and the
//! advance on its income tax (PPM). Form 29 says it, and the bank shows it paid.
//!
//! What a company buys is what it has left, and what it has left depends on the tax of the month
//! before. So that nothing goes round in a circle, suppliers with an invoice get what would be left
//! if no IVA of purchases were given back ([`invoiced`]); what is left beyond it, its partners draw.

use super::share;
use crate::flow::{Flow, Kind};
use crate::key::AccountKey;
use crate::month::Month;
use crate::plan;
use crate::reserve;
use crate::resident::Resident;

/// IVA in a hundred of the net price.
const PERCENT: i64 = 19;
/// Invoices come to so many of a hundred pesos of the month's sales at most, so that the tax is never
/// below zero.
const MOST_INVOICED_PERCENT: i64 = 70;
/// The rate of PPM, in hundredths of a percent.
const PPM: std::ops::RangeInclusive<i64> = 25..=100;
const PER_MYRIAD: i64 = 10_000;

/// One month, in whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub month: Month,
    /// Débito of boletas: what was sold by card.
    pub debit_of_boletas: i64,
    /// Débito of facturas: what clients paid.
    pub debit_of_facturas: i64,
    /// How many facturas.
    pub facturas: i64,
    /// Net sales.
    pub base: i64,
    /// Crédito of what was bought.
    pub credit: i64,
    /// Hundredths of a percent.
    pub ppm_rate: i64,
    pub ppm: i64,
}

impl Period {
    /// The month of a company.
    pub(crate) fn of(resident: &Resident, month: Month) -> Self {
        Self { credit: iva_of(purchases(resident, month)), ..Self::of_sales(resident, month) }
    }

    fn of_sales(resident: &Resident, month: Month) -> Self {
        let earnings = plan::earnings(resident, month);
        let sum = |is_boleta: bool| -> i64 {
            let of = earnings.iter().filter(|flow| (flow.kind == Kind::Sales) == is_boleta);
            of.map(|flow| flow.amount).sum()
        };
        let facturas = earnings.iter().filter(|flow| flow.kind != Kind::Sales).count();
        let (boletas, invoiced) = (sum(true), sum(false));
        let debit_of_boletas = iva_of(boletas);
        let debit_of_facturas = iva_of(invoiced);
        let base = boletas + invoiced - debit_of_boletas - debit_of_facturas;
        let ppm_rate = resident.household.dice(resident.seed, "ppm", 0).amount(PPM);
        Self {
            month,
            debit_of_boletas,
            debit_of_facturas,
            facturas: i64::try_from(facturas).expect("a month has few invoices"),
            base,
            credit: 0,
            ppm_rate,
            ppm: share(base, ppm_rate, PER_MYRIAD),
        }
    }

    /// Total débitos.
    pub(crate) fn debit(&self) -> i64 {
        self.debit_of_boletas + self.debit_of_facturas
    }

    /// IVA determinado.
    pub(crate) fn determined(&self) -> i64 {
        self.debit() - self.credit
    }

    /// Total a pagar: what the bank shows in the month after.
    pub(crate) fn payable(&self) -> i64 {
        self.determined() + self.ppm
    }
}

/// What of a gross price is IVA.
fn iva_of(gross: i64) -> i64 {
    share(gross, PERCENT, 100 + PERCENT)
}

/// What was bought with IVA in a month, gross: from suppliers, by cheque, and what is debited for
/// light, water and lines. Rent bears none.
fn purchases(resident: &Resident, month: Month) -> i64 {
    let planned = plan::before_iva(resident, month);
    let bears_iva = |flow: &&Flow| matches!(flow.kind, Kind::Cheque | Kind::Pac);
    let planned: i64 = planned.iter().filter(bears_iva).map(|flow| flow.amount).sum();
    let elsewhere: i64 = resident.secondary().map(|key| spent_at(resident, key, month)).sum();
    planned + elsewhere + invoiced(resident, month)
}

/// What a company spends from an account that only its own transfers feed.
fn spent_at(resident: &Resident, key: AccountKey, month: Month) -> i64 {
    let reserve = |month| reserve::before(resident, key, month);
    plan::own_transfer(resident, month.plus(-1)) + reserve(month) - reserve(month.plus(1))
}

/// What suppliers with an invoice are paid from the main account in a month.
pub(crate) fn invoiced(resident: &Resident, month: Month) -> i64 {
    let sum = |flows: &[Flow]| -> i64 { flows.iter().map(|flow| flow.amount).sum() };
    let before = Period::of_sales(resident, month.plus(-1));
    let came = sum(&plan::earnings(resident, month.plus(-1)));
    let main = resident.main();
    let planned: Vec<Flow> = plan::before_iva(resident, month);
    let planned: i64 = planned.iter().map(|flow| -flow.change(main).min(0)).sum();
    let reserve = |month| reserve::before(resident, main, month);
    let left =
        came + reserve(month) - planned - before.debit() - before.ppm - reserve(month.plus(1));
    left.min(sum(&plan::earnings(resident, month)) * MOST_INVOICED_PERCENT / 100).max(0)
}
