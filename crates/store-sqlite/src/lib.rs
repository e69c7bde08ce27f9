//! The embedded store: SQLite and a folder of sealed files.
//!
//! One folder holds `cartola.db` and `raw/`, readable by their owner alone. One thread writes, a few
//! read; callers block for no longer than it takes to look at a few rows. Modules mirror those of [`cartola_store`], each with the SQL of its
//! domain in one place.
//!
//! | module | answers |
//! |---|---|
//! | `writer` | how a unit of work reaches the disk |
//! | `readers` | where reads run |
//! | `permits` | which consents hold, for one request |
//! | `pragmas` | how a connection is set up, and why so |
//! | `migrate` | which stores this program opens |
//! | [`backup`] | how a store is copied while it runs, and put back |
//! | [`copying`] | how all rows are read and loaded as they are |
//! | [`check`] | whether everything that must hold does |
//! | `retention` | how movements of long ago are forgotten |
//! | `leftovers` | what a process that died leaves in the archive |
//!
//! Several processes may open one folder: the gateway, and an import at the command line. Nothing
//! that is stored is remembered in memory between two requests.

mod accounts;
mod answers;
mod archive;
mod asking;
mod audit;
mod authorizations;
pub mod backup;
#[cfg(feature = "bench")]
pub mod bench_support;
pub mod check;
mod checkouts;
mod columns;
mod consents;
pub mod copying;
mod error;
mod folder;
mod imports;
mod inserts;
mod instructions;
mod jobs;
mod leftovers;
mod matters;
mod migrate;
mod movements;
mod options;
mod outbox;
mod payments;
mod payouts;
mod people;
mod permits;
mod pragmas;
mod quotas;
mod readers;
mod records;
mod retention;
mod rotation;
mod rows;
mod sightings;
mod signing_keys;
mod store;
mod subjects;
mod tasks;
mod tenancy;
mod unit;
mod vault;
mod workers;
mod writer;

pub use archive::FolderArchive;
pub use backup::restore;
pub use leftovers::Leftovers;

pub use migrate::{APPLICATION_ID, SCHEMA};
pub use options::Options;
pub use store::SqliteStore;
pub use vault::stored_secret;
pub use writer::{Figures, MAX_GROUP_UNITS};
