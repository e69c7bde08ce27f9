//! A bank's side of the Mi Banco protocol, and of ApiStore's, the same for every bank of the box. What its document
//! leaves open is in `docs/mibanco.md`; that a bare MI PIN is taken, in `docs/sandbox.md`.

mod accounts;
mod apistore;
mod beneficiaries;
mod bills;
mod caller;
mod cards;
mod credits;
mod identity;
mod investments;
mod operations;
mod party;
mod payment;
mod session;
mod statement;
mod told;
mod transfers;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use cartola_provider_mibanco::wire::{
    ACCOUNTS_PATH, AUTHORIZATIONS_PATH, BALANCES_PATH, BENEFICIARIES_PATH,
    BENEFICIARY_CHANGE_LOOK_PATH, BENEFICIARY_CHANGE_WITHDRAWAL_PATH, BENEFICIARY_CHANGES_PATH,
    BILL_PAYMENT_LOOK_PATH, BILL_PAYMENT_WITHDRAWAL_PATH, BILL_PAYMENTS_PATH, BILLS_PATH,
    CARDS_PATH, CONSUMER_LOANS_PATH, CREDIT_LINES_PATH, IDENTITY_PATH, INVESTMENTS_PATH,
    MORTGAGES_PATH, PAC_PATH, PAT_PATH, PROFILE_PATH, SESSION_PATH, SESSION_REFRESH_PATH,
    STATEMENT_PATH, TRANSFER_AUTHORIZATION_PATH, TRANSFER_LOOK_PATH, TRANSFER_PATH,
    TRANSFER_WITHDRAWAL_PATH, TRANSFERS_PATH, WITHDRAWAL_CANCELLATION_PATH, WITHDRAWAL_LOOK_PATH,
    WITHDRAWALS_PATH,
};

use crate::door::misbehave;
use crate::sandbox::Sandbox;
use told::reading;

pub(crate) use bills::trade;
pub(crate) use caller::bank_of;
pub(crate) use party::name;
pub(crate) use payment::challenge;

/// The service of one bank, to be nested under `/banks/{institution}`.
pub(crate) fn router(sandbox: &Sandbox) -> Router<Sandbox> {
    Router::new()
        .route(SESSION_PATH, post(session::open).delete(session::end))
        .route(SESSION_REFRESH_PATH, post(session::refresh))
        .route(PROFILE_PATH, get(accounts::profile))
        .route(ACCOUNTS_PATH, get(accounts::list))
        .route(BALANCES_PATH, get(accounts::balances))
        .route(STATEMENT_PATH, post(statement::read))
        .route(CARDS_PATH, reading(cards::cards))
        .route(CREDIT_LINES_PATH, reading(cards::lines))
        .route(BENEFICIARIES_PATH, reading(beneficiaries::tell))
        .route(BILLS_PATH, reading(bills::bills))
        .route(IDENTITY_PATH, reading(identity::tell))
        .route(PAC_PATH, reading(bills::pac))
        .route(PAT_PATH, reading(bills::pat))
        .route(TRANSFERS_PATH, get(transfers::read))
        .route(TRANSFER_PATH, post(payment::begin))
        .route(TRANSFER_LOOK_PATH, get(payment::look))
        .route(TRANSFER_AUTHORIZATION_PATH, post(payment::authorise))
        .route(TRANSFER_WITHDRAWAL_PATH, post(payment::withdraw))
        .route(CONSUMER_LOANS_PATH, reading(credits::loans))
        .route(MORTGAGES_PATH, reading(credits::mortgages))
        .route(INVESTMENTS_PATH, reading(investments::tell))
        .route(WITHDRAWALS_PATH, get(operations::withdrawals).post(operations::put_aside))
        .route(WITHDRAWAL_LOOK_PATH, get(operations::look))
        .route(WITHDRAWAL_CANCELLATION_PATH, post(operations::cancel))
        .route(BILL_PAYMENTS_PATH, post(operations::pay_bill))
        .route(BILL_PAYMENT_LOOK_PATH, get(operations::look))
        .route(BILL_PAYMENT_WITHDRAWAL_PATH, post(operations::cancel))
        .route(BENEFICIARY_CHANGES_PATH, post(operations::change_beneficiary))
        .route(BENEFICIARY_CHANGE_LOOK_PATH, get(operations::look))
        .route(BENEFICIARY_CHANGE_WITHDRAWAL_PATH, post(operations::cancel))
        .route(AUTHORIZATIONS_PATH, get(operations::authorizations))
        .merge(apistore::router())
        .layer(from_fn_with_state(sandbox.clone(), misbehave::as_ordered))
}
