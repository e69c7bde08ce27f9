//! Accounts and balances.

pub mod all_balances;
pub mod balances;
pub mod list;
pub mod read;
pub mod view;
