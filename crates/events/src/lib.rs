//! Tells others: delivers what the outbox holds, signed, and again until it has arrived or is
//! given up.
//!
//! | module | answers |
//! |---|---|
//! | [`worker`] | how a message leaves, and what becomes of it |
//! | [`schedule`] | when it is tried again |
//! | [`destination`] | what is sealed of where it goes |
//! | [`signature`] | what proves to a receiver that it is ours |
//! | [`stamp`] | the same in a provider's own header |
//! | [`client`] | how a URL that somebody gave us is called |
//! | [`reach`] | which addresses are never called |
//! | [`url`] | which URLs are taken |
//!
//! Nothing here understands a body: whoever writes a message has rendered it.

pub mod client;
pub mod destination;
pub mod reach;
pub mod schedule;
pub mod signature;
pub mod stamp;
pub mod url;
pub mod worker;

pub use client::{Client, Resolver, SystemResolver};
pub use destination::Destination;
pub use reach::Reach;
pub use stamp::Stamp;
pub use url::TargetUrl;
pub use worker::{Opener, Parts, Worker};
