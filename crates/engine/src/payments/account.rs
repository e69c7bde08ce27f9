//! From which account a customer pays.

use cartola_connector::session::Account;
use cartola_connector::{ConnectorError, Context, ErrorKind, Product, Session};
use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::Currency;

/// The account that was named, else the first one that pays.
pub(super) async fn paying_account(
    session: &dyn Session,
    named: Option<&AccountNumber>,
    context: &Context,
) -> Result<AccountNumber, ConnectorError> {
    let reader = session.accounts();
    let reader = reader.ok_or_else(|| ConnectorError::not_offered(Product::Accounts))?;
    let accounts = reader.accounts(context).await?.value;
    let is_wanted = |account: &&Account| match named {
        Some(number) => account.number.identity() == number.identity(),
        None => pays(account),
    };
    let found = accounts.iter().find(is_wanted).map(|account| account.number.clone());
    found.ok_or_else(|| {
        let reason = "the customer has no such account in pesos to pay from";
        ConnectorError::new(ErrorKind::NoSuchProduct, "pay", reason)
    })
}

fn pays(account: &Account) -> bool {
    let is_current = matches!(
        account.kind,
        Some(
            AccountKind::Checking
                | AccountKind::Sight
                | AccountKind::Rut
                | AccountKind::ElectronicChequebook
        )
    );
    is_current && account.currency == Currency::CLP
}
