//! The shared store: PostgreSQL 15 or later, for many processes.
//!
//! Modules mirror those of [`cartola_store`], each with the SQL of its domain in one place, and those
//! of the embedded store where both have one. Decisions are in `docs/adr/0013`.
//!
//! | module | answers |
//! |---|---|
//! | `connector` | how the server is reached, and as whom |
//! | `session` | how many round trips a transaction takes |
//! | `replanning` | when statements are planned anew |
//! | `commit`, `unit` | how a unit of work reaches the disk |
//! | `head` | in which order units of one tenant count |
//! | `permits` | which consents hold, for one request |
//! | `months` | which partition a movement goes to |
//! | `retention` | how movements of long ago are forgotten |
//! | `leftovers` | what a process that died leaves in the archive |
//! | `waking` | how processes hear of each other's jobs |
//! | [`check`] | whether everything that must hold does |
//! | `clock` | whose time leases run on |
//! | `pacing` | how often all processes together call an institution |
//! | `admission` | which schemas this program serves, and in which role |
//! | `schema`, `migrate` | how a schema is brought up to date while others serve |
//! | `presence` | who else is alive |
//! | [`copying`] | how all rows are read and loaded as they are |
//!
//! Nothing that is stored is remembered in memory between two requests.

mod accounts;
mod admission;
mod answers;
mod archive;
mod asking;
mod audit;
mod authorizations;
pub mod check;
mod checkouts;
mod clock;
mod columns;
mod commit;
mod connector;
mod consents;
pub mod copying;
mod error;
mod head;
mod imports;
mod instructions;
mod jobs;
mod leftovers;
mod matters;
mod migrate;
mod months;
mod movements;
mod open;
mod options;
mod outbox;
mod pacing;
mod payments;
mod payouts;
mod people;
mod permits;
mod pool;
mod presence;
mod quotas;
mod records;
mod replanning;
mod retention;
mod rotation;
mod rows;
mod schema;
mod session;
mod sightings;
mod signing_keys;
mod store;
mod subjects;
mod tasks;
mod tenancy;
#[cfg(feature = "test-kit")]
pub mod test_kit;
mod unit;
mod value;
mod vault;
mod waking;

pub use clock::DatabaseClock;
pub use migrate::{Plan, PlannedStep, SCHEMA};
pub use open::OpenError;
pub use options::Options;
pub use presence::Process;
pub use rotation::DatabaseKeys;
pub use schema::{Migration, Schema, Step};
pub use store::PostgresStore;
