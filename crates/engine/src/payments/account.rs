//! From which account a customer pays.

use cartola_connector::session::Account;
use cartola_connector::{ConnectorError, Context, ErrorKind, Product, Session};
use cartola_model::{AccountKind, AccountNumber};
use cartola_primitives::Currency;

/// The account that was named, else the first one that pays.
pub(crate) async fn paying_account(
    session: &dyn Session,
    named: Option<&AccountNumber>,
    context: &Context,
) -> Result<AccountNumber, ConnectorError> {
    let reader = session.accounts();
    let reader = reader.ok_or_else(|| ConnectorError::not_offered(Product::Accounts))?;
    let accounts = reader.accounts(context).await?.value;
    let is_wanted = |account: &&Account| match named {
        Some(number) => account.number.identity() == number.identity(),
        None => account.kind.is_some_and(|kind| pays(kind, account.currency)),
    };
    let found = accounts.iter().find(is_wanted).map(|account| account.number.clone());
    found.ok_or_else(|| {
        let reason = "the customer has no such account in pesos to pay from";
        ConnectorError::new(ErrorKind::NoSuchProduct, "pay", reason)
    })
}

/// Whether one pays from accounts of that kind in that currency: banks transfer pesos of theirs.
pub const fn pays(kind: AccountKind, currency: Currency) -> bool {
    let is_current = matches!(
        kind,
        AccountKind::Checking
            | AccountKind::Sight
            | AccountKind::Rut
            | AccountKind::ElectronicChequebook
    );
    is_current && matches!(currency, Currency::CLP)
}
