//! Who a customer is, what they have, and how much is on it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_model::AccountKind;
use cartola_provider_mibanco::wire::{
    Account as WireAccount, AccountType, Accounts, Balance as WireBalance, Balances, ErrorCode,
    Profile,
};

use super::caller::Caller;
use super::session;
use crate::account::Account;
use crate::door::{Refusal, json, misbehave};
use crate::key::Product;
use crate::sandbox::Sandbox;

/// `GET profile`
pub(crate) async fn profile(
    State(sandbox): State<Sandbox>,
    caller: Caller,
) -> Result<Response, Refusal> {
    let rut = caller.customer.rut;
    if let Some(page) = misbehave::nonsense(&sandbox, rut) {
        return Ok(page);
    }
    let identity = sandbox.world().population().identity(rut);
    let identity = identity.ok_or(Refusal::new(ErrorCode::ProductNotFound))?;
    let profile = Profile {
        rut,
        name: identity.full_name(),
        masked_email: Some(masked_email(&identity.email)),
        masked_mobile: Some(masked_mobile(&identity.mobile)),
        customer_segment: session::segment(&sandbox, rut),
    };
    Ok(json(StatusCode::OK, &profile))
}

/// `GET accounts`
pub(crate) async fn list(
    State(sandbox): State<Sandbox>,
    caller: Caller,
) -> Result<Response, Refusal> {
    if let Some(page) = misbehave::nonsense(&sandbox, caller.customer.rut) {
        return Ok(page);
    }
    let accounts = shown(&sandbox, &caller).iter().map(described).collect();
    Ok(json(StatusCode::OK, &Accounts { accounts }))
}

/// `GET balances`
pub(crate) async fn balances(
    State(sandbox): State<Sandbox>,
    caller: Caller,
) -> Result<Response, Refusal> {
    if let Some(page) = misbehave::nonsense(&sandbox, caller.customer.rut) {
        return Ok(page);
    }
    let balances = sandbox.blocking(move |sandbox| {
        let accounts = shown(sandbox, &caller);
        accounts.iter().filter_map(|account| balance(sandbox, &caller, account)).collect()
    });
    Ok(json(StatusCode::OK, &Balances { balances: balances.await }))
}

/// The customer's accounts at this bank; cards and lines have calls of their own.
pub(crate) fn shown(sandbox: &Sandbox, caller: &Caller) -> Vec<Account> {
    let mut accounts = at_bank(sandbox, caller);
    accounts.retain(|account| account_type(account.key.product).is_some());
    accounts
}

pub(crate) fn at_bank(sandbox: &Sandbox, caller: &Caller) -> Vec<Account> {
    let mut accounts = sandbox.world().population().accounts(caller.customer.rut);
    accounts.retain(|account| account.key.bank == caller.bank);
    accounts
}

fn described(account: &Account) -> WireAccount {
    WireAccount {
        account_id: account.number.clone(),
        account_type: account_type(account.key.product)
            .expect("only accounts of a type that is listed are shown"),
        currency: account.key.product.currency(),
        alias: Some(account.product_name.to_owned()),
    }
}

pub(crate) fn account_type(product: Product) -> Option<AccountType> {
    match product.kind() {
        AccountKind::Checking => Some(AccountType::Checking),
        AccountKind::Sight => Some(AccountType::Sight),
        AccountKind::Rut => Some(AccountType::Rut),
        AccountKind::Savings => Some(AccountType::Savings),
        AccountKind::ElectronicChequebook => Some(AccountType::ElectronicChequebook),
        AccountKind::CreditCard | AccountKind::CreditLine => None,
    }
}

fn balance(sandbox: &Sandbox, caller: &Caller, account: &Account) -> Option<WireBalance> {
    let found = sandbox.world().balance(account.key)?;
    Some(WireBalance {
        account_id: account.number.clone(),
        currency: account.key.product.currency(),
        available: found.available,
        ledger: found.ledger,
        overdraft: found.limit + line_left(sandbox, caller, account.key.product),
        as_of: caller.now,
    })
}

/// What the credit line of a current account still offers.
fn line_left(sandbox: &Sandbox, caller: &Caller, product: Product) -> i64 {
    if product != Product::Checking {
        return 0;
    }
    let accounts = at_bank(sandbox, caller);
    let line = accounts.iter().find(|account| account.key.product == Product::CreditLine);
    let balance = line.and_then(|line| sandbox.world().balance(line.key));
    balance.map_or(0, |line| line.limit + line.ledger)
}

/// `ma***@correo.example`
fn masked_email(email: &str) -> String {
    let (name, domain) = email.split_once('@').unwrap_or((email, ""));
    let begin: String = name.chars().take(2).collect();
    format!("{begin}***@{domain}")
}

/// `+56 9 **** 1234`
fn masked_mobile(mobile: &str) -> String {
    format!("+56 9 **** {}", &mobile[mobile.len().saturating_sub(4)..])
}
