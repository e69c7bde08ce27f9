//! Canonical records as Khipu's. Pure: the same records give the same answer.

mod account;
mod balance;
mod statement;
mod text;
mod transaction;

pub use account::{AccountSource, account, is_meant};
pub use balance::{BalanceSource, balances};
pub use statement::{MonthSource, MonthStatement, statement};
pub use transaction::{References, TransactionSource, transaction};

/// An operation's id in the form that the document shows: 32 hexadecimal digits with hyphens.
pub fn operation_id(bytes: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    groups.join("-")
}
