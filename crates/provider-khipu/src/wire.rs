//! Answers as they are written and read. What has nothing to say is left out; only the members of
//! the envelope are `null`, as the document prints them.
//!
//! Records hold names and account numbers, so none of them has `Debug`.

mod account;
mod amount;
mod balance;
mod envelope;
mod moment;
mod statement;
mod transaction;

pub use account::{Account, AccountStatus, AccountSubType, AccountType};
pub use amount::{Amount, CreditDebit};
pub use balance::{Balance, BalanceType, CreditLine, CreditLineType};
pub use envelope::{
    Accounts, Balances, Envelope, Error, ErrorType, Statements, Status, Token, Transactions,
};
pub use moment::Moment;
pub use statement::{
    Statement, StatementAmount, StatementAmountType, StatementDateTime, StatementDateTimeType,
    StatementType,
};
pub use transaction::{
    Agent, BalanceAfter, EntryStatus, MerchantDetails, Mutability, Party, Supplement, Transaction,
};
