//! Canonical records, and what they come to, in Floid's words. One function for each answer.

mod assets;
mod current;
mod debt;
mod history;
mod identity;
mod income;
mod payment;

pub use assets::asset_report;
pub use current::{AccountSource, HistorySource, account, account_history, cards, contacts, lines};
pub use debt::{accounts_data, credit_check_date};
pub use history::transaction_history;
pub use identity::{Names, identity};
pub use income::income_check;
pub use payment::{transfer_answer, transfer_callback};
