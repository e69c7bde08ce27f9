//! What the bank lends.

use cartola_model::Record;
use cartola_model::records::{self, CardAmounts, CreditCard, Liability, MortgagedProperty};
use cartola_primitives::Money;
use serde::Deserialize;

use super::customer::address;
use super::told::{Told, each, pesos};
use crate::wire::{
    Card, CardLimit, Cards, ConsumerLoan, ConsumerLoans, CreditLine, CreditLines, InstalmentPlan,
    LoanState, Mortgage, Mortgages,
};

impl Told for ConsumerLoans {
    fn nothing() -> Option<Record> {
        Some(Record::ConsumerLoans(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.consumer_loans, loan).map(Record::ConsumerLoans)
    }
}

/// A bank lists what the customer owes themselves.
fn loan(told: ConsumerLoan) -> records::ConsumerLoan {
    let amount = |minor| Money::new(minor, told.currency);
    records::ConsumerLoan {
        number: told.operation_id,
        description: Some(told.description),
        lent: amount(told.amount),
        balance: Some(amount(told.balance)),
        instalment: amount(told.instalment),
        instalments_paid: Some(told.paid_instalments.into()),
        instalments: Some(told.instalments.into()),
        instalments_overdue: Some(told.expired_instalments.into()),
        monthly_rate: Some(told.monthly_rate),
        caev: Some(told.caev),
        next_due_on: told.next_due_date,
        liability: Some(Liability::Direct),
        state: match told.state {
            LoanState::Active => Some(records::LoanState::Active),
            LoanState::InArrears => Some(records::LoanState::InArrears),
            LoanState::Other(_) => None,
        },
        paid_last_month: Some(amount(told.previous_month_payment)),
        last_instalment: Some(amount(told.last_instalment)),
        life_insured: Some(told.life_insurance),
        unemployment_insured: Some(told.unemployment_insurance),
    }
}

impl Told for Mortgages {
    fn nothing() -> Option<Record> {
        Some(Record::Mortgages(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.mortgages, mortgage).map(Record::Mortgages)
    }
}

fn mortgage(told: Mortgage) -> records::Mortgage {
    let amount = |minor| Money::new(minor, told.currency);
    let settled = u32::from(told.paid_dividends) + u32::from(told.late_dividends);
    records::Mortgage {
        number: told.operation_id,
        product_name: Some(told.product_name),
        signed_on: Some(told.deed_date),
        lent: Some(amount(told.initial_balance)),
        balance: Some(amount(told.balance)),
        instalments: Some(told.dividends.into()),
        current_instalment: told.next_due_date.map(|_| settled + 1),
        instalments_paid: Some(told.paid_dividends.into()),
        instalments_overdue: Some(told.late_dividends.into()),
        overdue: Some(amount(told.late_amount)),
        caev: Some(told.cae),
        rate_kind: Some(told.rate_type.word().to_owned()),
        rate_changes_on: told.rate_change_date,
        charged_on_day: Some(told.charge_day),
        next_due_on: told.next_due_date,
        last_paid_on: told.last_payment_date,
        next_instalment: told.next_due_date.map(|_| amount(told.dividend)),
        valuation: Some(amount(told.property.valuation)),
        insured: Some(amount(told.insured_amount)),
        property: Some(MortgagedProperty {
            kind: Some(told.property.kind),
            address: address(told.property.address),
        }),
    }
}

impl Told for Cards {
    fn nothing() -> Option<Record> {
        Some(Record::Cards(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.cards, card).map(Record::Cards)
    }
}

fn card(told: Card) -> CreditCard {
    let bill = told.statement.as_ref();
    CreditCard {
        number: told.masked_number,
        brand: Some(told.brand.word().to_owned()),
        product_name: Some(told.name),
        national: Some(amounts(told.national)),
        international: Some(amounts(told.international)),
        billed_from: bill.map(|bill| bill.from_date),
        billed_on: bill.map(|bill| bill.billed_date),
        due_on: bill.map(|bill| bill.due_date),
        billed: bill.map(|bill| pesos(bill.total)),
        minimum_payment: bill.map(|bill| pesos(bill.minimum)),
    }
}

/// What `GET cards` tells of instalments.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct PlansOfCards(Cards);

impl Told for PlansOfCards {
    fn nothing() -> Option<Record> {
        Some(Record::InstalmentPlans(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        let of_card = |card: Card| {
            let number = card.masked_number;
            card.instalment_plans.into_iter().map(move |plan| (number.clone(), plan))
        };
        let told: Vec<_> = self.0.cards.into_iter().flat_map(of_card).collect();
        let plans: Result<_, _> = each(told, plan)?.into_iter().collect();
        plans.map(Record::InstalmentPlans)
    }
}

fn plan(
    (card_number, told): (String, InstalmentPlan),
) -> Result<records::InstalmentPlan, &'static str> {
    let left = told.instalments.checked_sub(told.charged);
    let left = left.ok_or("more instalments were charged than a plan has")?;
    let paid = told.instalment.checked_mul(told.charged.into());
    let rest = paid.and_then(|paid| told.total.checked_sub(paid)).filter(|minor| *minor >= 0);
    // The last one differs where the others were rounded up.
    let balance = if left == 0 { Some(0) } else { rest };
    Ok(records::InstalmentPlan {
        card_number,
        merchant: told.description,
        bought_on: told.date,
        total: pesos(told.total),
        instalment: pesos(told.instalment),
        instalments: told.instalments.into(),
        instalments_paid: told.charged.into(),
        instalments_left: left.into(),
        balance: Some(pesos(balance.ok_or("what was charged is more than a plan comes to")?)),
        next_due_on: told.next_due_date.filter(|_| left > 0),
    })
}

fn amounts(told: CardLimit) -> CardAmounts {
    let amount = |minor| Money::new(minor, told.currency);
    CardAmounts {
        limit: amount(told.limit),
        used: amount(told.used),
        available: amount(told.available),
    }
}

impl Told for CreditLines {
    fn nothing() -> Option<Record> {
        Some(Record::CreditLines(Vec::new()))
    }

    fn record(self) -> Result<Record, &'static str> {
        each(self.credit_lines, |told| line(&told)).map(Record::CreditLines)
    }
}

fn line(told: &CreditLine) -> records::CreditLine {
    let amount = |minor| Money::new(minor, told.currency);
    records::CreditLine {
        number: told.line_id.written().to_owned(),
        account_number: Some(told.account_id.written().to_owned()),
        limit: amount(told.limit),
        used: amount(told.used),
        available: amount(told.available),
        expires_on: None,
    }
}
