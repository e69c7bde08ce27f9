//! What is said, member by member, in the order in which the document shows it.

mod amount;
mod notification;
mod statement;

pub use amount::Amount;
pub use notification::{Event, Notification, Notifications, Subscription, Subscriptions};
pub use statement::{Balance, Movement, MovementType, Statement};
