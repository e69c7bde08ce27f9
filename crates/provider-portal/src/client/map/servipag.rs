//! Service accounts and what is to be paid there.

use cartola_model::Record;
use cartola_model::records;
use cartola_primitives::Money;

use super::{Told, each};
use crate::wire::servipag::{Bill, ServiceAccount, ServiceAccounts};

impl Told for ServiceAccounts {
    fn record(self) -> Result<Record, &'static str> {
        let accounts = each(self.service_accounts, account)?;
        accounts.into_iter().collect::<Result<_, _>>().map(Record::ServiceAccounts)
    }
}

fn account(told: ServiceAccount) -> Result<records::ServiceAccount, &'static str> {
    Ok(records::ServiceAccount {
        company: told.company,
        company_code: None,
        category: Some(told.category),
        alias: told.alias,
        customer_number: told.client_number,
        bill: bill(told.bills)?,
    })
}

/// Several bills are one: all that is to be paid, and the day on which the first of it is due.
fn bill(bills: Vec<Bill>) -> Result<Option<records::Bill>, &'static str> {
    let mut open: Option<records::Bill> = None;
    for told in each(bills, |told| told)? {
        let mut amount = Money::new(told.amount, told.currency);
        let mut due_on = Some(told.due_date);
        if let Some(before) = open {
            let sum = before.amount.checked_add(amount);
            amount = sum.map_err(|_| "bills of one account cannot be added up")?;
            due_on = before.due_on.min(due_on);
        }
        open = Some(records::Bill { amount, due_on });
    }
    Ok(open)
}
