//! Accounts and what is on them.

use cartola_engine::accounts::OpenAccount;
use cartola_engine::rows::BalanceRow;
use cartola_model::BalanceKind;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{account_word, seconds};

/// 200 of `GET accounts`.
#[derive(Serialize, ToSchema)]
pub struct Accounts {
    /// By age in this gateway.
    pub accounts: Vec<Account>,
}

/// One account.
#[derive(Serialize, ToSchema)]
pub struct Account {
    /// Its number as the bank writes it: what other calls name it by.
    #[serde(rename = "account_id")]
    #[schema(example = "00-123-45678-90")]
    id: String,
    /// `CUENTA_CORRIENTE`, `CUENTA_VISTA`, `CUENTA_RUT`, `CUENTA_AHORRO` or `CHEQUERA_ELECTRONICA`.
    #[serde(rename = "account_type")]
    #[schema(example = "CUENTA_CORRIENTE")]
    kind: String,
    /// Its currency.
    #[schema(example = "CLP")]
    currency: String,
}

impl Account {
    /// An account; nothing for cards and lines, which have calls of their own.
    pub fn of(account: &OpenAccount) -> Option<Self> {
        Some(Self {
            id: account.number.clone(),
            kind: account_word(account.row.kind)?,
            currency: account.row.currency.code().to_owned(),
        })
    }
}

/// 200 of `GET balances`.
#[derive(Serialize, ToSchema)]
pub struct Balances {
    /// One for each account of `GET accounts`.
    pub balances: Vec<Balance>,
}

/// What is on one account, in minor units of its currency.
#[derive(Serialize, ToSchema)]
pub struct Balance {
    /// Which account.
    #[schema(example = "00-123-45678-90")]
    account_id: String,
    /// Its currency.
    #[schema(example = "CLP")]
    currency: String,
    /// Saldo disponible, the credit line left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<i64>,
    /// Saldo contable.
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<i64>,
    /// What may still be drawn beyond the account's own money.
    #[serde(skip_serializing_if = "Option::is_none")]
    overdraft: Option<i64>,
    /// When the bank was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
}

impl Balance {
    /// The latest of each kind; `rows` may hold more than one day.
    pub fn of(account: &OpenAccount, rows: &[BalanceRow]) -> Option<Self> {
        account_word(account.row.kind)?;
        let latest = |kind| {
            let of_kind = rows.iter().filter(|row| row.kind == kind);
            of_kind.max_by_key(|row| (row.as_of, row.received_at)).map(|row| row.amount.minor())
        };
        Some(Self {
            account_id: account.number.clone(),
            currency: account.row.currency.code().to_owned(),
            available: latest(BalanceKind::Available),
            ledger: latest(BalanceKind::Ledger),
            overdraft: latest(BalanceKind::Overdraft),
            as_of: rows.iter().map(|row| seconds(row.received_at)).max(),
        })
    }
}
