//! What is said, member by member, in the order in which the document shows it.

mod amount;
mod notification;
mod payment;
mod request;
mod statement;
pub mod told;

pub use amount::{Amount, AmountError};
pub use notification::{Event, Notification, Notifications, Subscription, Subscriptions};
pub use payment::{
    Authorization, Batch, BatchStatus, Counterparty, DepositSummary, Deposits, Line, NeverBegun,
    Outcome, OutcomeEvent, Payment, Payments, Status,
};
pub use request::PaymentRequest;
pub use statement::{Balance, BalanceType, Movement, MovementType, Statement};
