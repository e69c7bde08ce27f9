//! Servipag: the service accounts that somebody pays there, with their bills.

use cartola_primitives::Currency;
use cartola_provider_portal::wire::servipag::{Bill, ServiceAccount, ServiceAccounts};

use super::told::Asking;
use crate::bank::trade;
use crate::holding::bill::Account;

/// `GET service-accounts`: every supply, whoever pays it and how; a bill is open until then.
pub(crate) fn tell(asking: &Asking) -> ServiceAccounts {
    let resident = &asking.resident;
    let supplies = Account::all(resident).filter(Account::is_supply);
    let told = supplies.map(|account| ServiceAccount {
        company: account.supplier.name.clone(),
        category: trade(account.supplier).to_owned(),
        alias: Some(account.alias().to_owned()),
        client_number: account.number.clone(),
        bills: asking
            .world
            .open_bill(resident, &account)
            .map(|open| Bill {
                currency: Currency::CLP,
                amount: open.amount,
                issue_date: open.issued_on,
                due_date: open.due_on,
            })
            .into_iter()
            .collect(),
    });
    ServiceAccounts { service_accounts: told.collect() }
}
