//! Consumer loans and mortgages, at the main bank.

use cartola_primitives::Currency;
use cartola_provider_mibanco::wire::{
    Address, ConsumerLoan, ConsumerLoans, LoanState, Mortgage as WireMortgage, Mortgages, Property,
    RateType,
};

use super::told::Asking;
use crate::flow::Kind;
use crate::holding::amortization::yearly_percent;
use crate::holding::{decimal, loan, mortgage, property};
use crate::month::Month;
use crate::number;

/// A month's rate in thousandths of a percent.
const THOUSANDTH_OF_A_PERCENT: i64 = 10_000;
/// A rate that is mixed is fixed for so many months.
const FIXED_MONTHS: i32 = 60;

/// `GET consumer-loans`
pub(crate) fn loans(asking: &Asking) -> ConsumerLoans {
    let standing = loan::standing(&asking.resident, asking.now);
    let own = standing.iter().filter(|_| asking.is_main());
    ConsumerLoans { consumer_loans: own.map(|each| consumer_loan(asking, each)).collect() }
}

fn consumer_loan(asking: &Asking, standing: &loan::Standing) -> ConsumerLoan {
    let loan = &standing.loan;
    let last_month = Month::of(asking.now.date()).plus(-1);
    let previous = asking.resident.of_month(Kind::Loan, last_month);
    ConsumerLoan {
        operation_id: loan.operation.to_string(),
        description: "CREDITO DE CONSUMO".to_owned(),
        currency: Currency::CLP,
        amount: loan.amount,
        paid_out: loan.paid_out,
        granted_date: loan.granted_on(&asking.resident),
        balance: standing.balance(),
        instalment: loan.instalment,
        paid_instalments: standing.paid,
        expired_instalments: standing.expired,
        instalments: loan.instalments,
        monthly_rate: decimal(loan.rate / THOUSANDTH_OF_A_PERCENT, 3),
        caev: decimal(loan.cae(), 2),
        next_due_date: standing.next_due,
        previous_month_payment: if last_month < loan.first { 0 } else { previous },
        last_instalment: loan.instalment,
        state: if standing.expired > 0 { LoanState::InArrears } else { LoanState::Active },
        life_insurance: loan.life_insurance,
        unemployment_insurance: loan.unemployment_insurance,
    }
}

/// `GET mortgages`
pub(crate) fn mortgages(asking: &Asking) -> Mortgages {
    let standing = mortgage::standing(&asking.resident, asking.now);
    let own = standing.iter().filter(|_| asking.is_main());
    Mortgages { mortgages: own.map(|each| told(asking, each)).collect() }
}

fn told(asking: &Asking, standing: &mortgage::Standing) -> WireMortgage {
    let mortgage = &standing.mortgage;
    let change = (!mortgage.is_fixed).then(|| mortgage.first.plus(FIXED_MONTHS).first_day());
    WireMortgage {
        operation_id: mortgage.operation.to_string(),
        product_name: "MUTUO HIPOTECARIO VIVIENDA UF".to_owned(),
        currency: Currency::CLF,
        deed_date: mortgage.deed_on,
        initial_balance: mortgage.owed_after(0),
        balance: standing.balance(),
        dividends: mortgage.dividends,
        paid_dividends: standing.paid,
        late_dividends: 0,
        late_amount: 0,
        dividend: mortgage.dividend,
        insurance: mortgage.insurance,
        insured_amount: mortgage.valuation,
        annual_rate: decimal(yearly_percent(mortgage.rate), 2),
        cae: decimal(mortgage.cae_after(standing.paid), 2),
        rate_type: if mortgage.is_fixed { RateType::Fixed } else { RateType::Mixed },
        rate_change_date: change,
        account_id: number::of(asking.seed(), asking.resident.main()),
        charge_day: mortgage.day.unsigned_abs(),
        next_due_date: standing.next_due,
        last_payment_date: standing.last_paid,
        property: property_of(asking, mortgage),
    }
}

fn property_of(asking: &Asking, mortgage: &mortgage::Mortgage) -> Property {
    let found = property::of(&asking.resident, mortgage);
    Property {
        kind: found.kind.to_owned(),
        address: Address {
            street: found.street,
            commune: found.commune.to_owned(),
            region: found.region.to_owned(),
        },
        rol: found.rol,
        valuation: mortgage.valuation,
    }
}
