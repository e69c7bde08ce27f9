//! Loans.

use cartola_model::records::{ConsumerLoan, Liability, LoanState, Mortgage, MortgagedProperty};
use cartola_primitives::{Currency, Money};

use super::text::iso;
use crate::wire::{self, Decimal, MortgageProperty};

fn amount(money: Option<Money>) -> Option<Decimal> {
    money.map(Decimal::of_money)
}

/// What is in another currency is none of UF.
pub fn uf(money: Option<Money>) -> Option<Decimal> {
    amount(money.filter(|money| money.currency() == Currency::CLF))
}

pub fn consumer_loan(loan: &ConsumerLoan) -> wire::ConsumerLoan {
    wire::ConsumerLoan {
        id: loan.number.clone(),
        human_readable_id: loan.number.clone(),
        loan_amount: Decimal::of_money(loan.lent),
        balance: amount(loan.balance),
        monthly_payment: Decimal::of_money(loan.instalment),
        total_paid_fees: loan.instalments_paid,
        total_payments: loan.instalments,
        monthly_interest_rate: loan.monthly_rate.map(Decimal::of_quantity),
        caev: loan.caev.map(Decimal::of_quantity),
        next_payment_date: loan.next_due_on.map(iso),
        description: loan.description.clone(),
        kind: loan.liability.map(|liability| match liability {
            Liability::Direct => "direct",
            Liability::Indirect => "indirect",
        }),
        state: loan.state.map(|state| match state {
            LoanState::Active => "active",
            LoanState::InArrears => "in-arrears",
        }),
        expired_payments: loan.instalments_overdue,
        previous_month_payment: amount(loan.paid_last_month),
        last_payment_amount: amount(loan.last_instalment),
        protection_insurance: loan.life_insured,
        unemployment_insurance: loan.unemployment_insured,
        currency: loan.lent.currency().code(),
    }
}

pub fn mortgage(mortgage: &Mortgage) -> wire::Mortgage {
    wire::Mortgage {
        id: mortgage.number.clone(),
        human_readable_id: mortgage.number.clone(),
        product_name: mortgage.product_name.clone(),
        deed_sign_date: mortgage.signed_on.map(iso),
        initial_balance_uf: uf(mortgage.lent),
        balance_uf: uf(mortgage.balance),
        total_payments: mortgage.instalments,
        current_payment_number: mortgage.current_instalment,
        closed_payments: mortgage.instalments_paid,
        late_payments: mortgage.instalments_overdue,
        late_payments_amount_uf: uf(mortgage.overdue),
        caev: mortgage.caev.map(Decimal::of_quantity),
        interest_rate_type: mortgage.rate_kind.clone(),
        interest_rate_change_date: mortgage.rate_changes_on.map(iso),
        account_charge_day: mortgage.charged_on_day,
        next_payment_date: mortgage.next_due_on.map(iso),
        last_payment_date: mortgage.last_paid_on.map(iso),
        valuation_uf: uf(mortgage.valuation),
        insured_amount_uf: uf(mortgage.insured),
        next_payment_amount_uf: uf(mortgage.next_instalment),
        property: mortgage.property.as_ref().map(property),
    }
}

fn property(property: &MortgagedProperty) -> MortgageProperty {
    let address = &property.address;
    let parts = [&address.street, &address.number, &address.extra];
    let written: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    MortgageProperty {
        kind: property.kind.clone(),
        address: (!written.is_empty()).then(|| written.join(" ")),
        commune: address.commune.clone(),
        region: address.region.clone(),
    }
}
