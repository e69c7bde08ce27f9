//! What is said, member by member, in the order in which the document shows it.

mod amount;
mod notification;
mod payment;
mod statement;

pub use amount::Amount;
pub use notification::{Event, Notification, Notifications, Subscription, Subscriptions};
pub use payment::{
    Authorization, Batch, BatchStatus, Counterparty, DepositSummary, Deposits, Line, Outcome,
    OutcomeEvent, Payment, Payments, Status,
};
pub use statement::{Balance, Movement, MovementType, Statement};
