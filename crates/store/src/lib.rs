//! Storage traits per domain, the unit of work and the contract every backend passes.
//!
//! Reads are grouped per domain, each trait with its contract in words. All writes go through
//! [`Committer::commit`]: a [`UnitOfWork`] is a value, a list of typed commands with expected
//! versions, applied whole or not at all. No caller's code runs inside a transaction.
//!
//! Every key and every query begins with the tenant. What is personal arrives here sealed; a
//! backend has no key.

pub mod accounts;
pub mod answers;
pub mod archive;
pub mod arrivals;
pub mod asking;
pub mod audit;
pub mod authorizations;
pub mod checkouts;
pub mod consents;
#[cfg(feature = "test-kit")]
pub mod contract;
pub mod copying;
pub mod encoding;
mod error;
pub mod imports;
pub mod instructions;
pub mod jobs;
pub mod matters;
#[cfg(feature = "test-kit")]
pub mod memory;
pub mod movements;
pub mod outbox;
pub mod pacing;
pub mod payments;
pub mod payouts;
pub mod people;
pub mod quotas;
pub mod records;
pub mod retention;
pub mod rotation;
pub mod sightings;
pub mod signing_keys;
pub mod subjects;
pub mod tasks;
pub mod tenancy;
pub mod vault;
pub mod work;

pub use accounts::Accounts;
pub use answers::Answers;
pub use archive::Archive;
pub use arrivals::Arrivals;
pub use asking::Asking;
pub use audit::Audit;
pub use authorizations::Authorizations;
pub use checkouts::Checkouts;
pub use consents::Consents;
pub use error::{Retry, StoreError, StoreErrorKind};
pub use imports::Imports;
pub use instructions::Instructions;
pub use jobs::Jobs;
pub use matters::Matters;
pub use movements::Movements;
pub use outbox::Outbox;
pub use pacing::Pacing;
pub use payments::Payments;
pub use payouts::Payouts;
pub use people::People;
pub use quotas::Quotas;
pub use records::Records;
pub use retention::Retention;
pub use rotation::Rotation;
pub use signing_keys::SigningKeys;
pub use subjects::Subjects;
pub use tasks::Tasks;
pub use tenancy::Tenancy;
pub use vault::Vault;
pub use work::{Command, Committer, Receipt, UnitOfWork};

/// What a use case needs of a backend: every domain.
pub trait Store:
    Tenancy
    + Vault
    + SigningKeys
    + People
    + Consents
    + Accounts
    + Movements
    + Imports
    + Audit
    + Answers
    + Jobs
    + Outbox
    + Asking
    + Records
    + Tasks
    + Payments
    + Checkouts
    + Payouts
    + Instructions
    + Authorizations
    + Retention
    + Quotas
    + Subjects
    + Matters
    + Committer
{
}

impl<T> Store for T where
    T: Tenancy
        + Vault
        + SigningKeys
        + People
        + Consents
        + Accounts
        + Movements
        + Imports
        + Audit
        + Answers
        + Jobs
        + Outbox
        + Asking
        + Records
        + Tasks
        + Payments
        + Checkouts
        + Payouts
        + Instructions
        + Authorizations
        + Retention
        + Quotas
        + Subjects
        + Matters
        + Committer
{
}

/// One page of a list that is ordered by id.
#[derive(Debug, Clone)]
pub struct Page<Row, Key> {
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page begins after, if there is one.
    pub next: Option<Key>,
}

/// Rows of one page that a backend gives at most, whatever is asked.
pub const MAX_PAGE: usize = 1_000;

/// Rows of one page when so many are asked for. Never none, so that whoever follows the pages gets
/// on.
pub const fn page_size(asked: usize) -> usize {
    match asked {
        0 => 1,
        1..=MAX_PAGE => asked,
        _ => MAX_PAGE,
    }
}
