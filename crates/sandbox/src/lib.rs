//! Chile in a box: people, companies, banks and what they print, for trying the gateway without a
//! single real customer.
//!
//! Everything that happens by itself is a pure function of seed, RUT and date ([`Population`]). What
//! people do on top is kept in a file, double-entry ([`World`]). Banks and levers are served over HTTP
//! ([`Sandbox`]).

pub mod account;
mod bank;
mod challenge;
pub mod credentials;
mod credit;
mod data;
mod dice;
mod door;
mod faults;
mod flow;
mod glosa;
mod history;
mod holding;
mod household;
mod identity;
mod key;
mod levers;
mod listing;
mod market;
mod month;
mod movement;
mod number;
mod payee;
mod phone;
mod plan;
mod population;
mod portal;
mod post;
mod reserve;
mod resident;
mod residents;
mod sandbox;
mod scenario;
mod services;
mod shown;
mod spending;
pub mod uf;
mod when;
mod world;

pub use account::Account;
pub use credentials::Credentials;
pub use faults::{Fault, LONGEST_HANG, MAX_CALLS, MAX_LATENCY_MILLISECONDS, Moment};
pub use flow::{FlowId, Purpose, Side, SystemAccount};
pub use identity::Identity;
pub use key::{AccountKey, BankIndex, Product};
pub use levers::openapi_json;
pub use listing::{Listed, ListedInstitution, Merchant, listed, merchant};
pub use month::Month;
pub use movement::{Movement, Status};
pub use population::Population;
pub use post::{Post, PostError};
pub use sandbox::{MAX_BODY_BYTES, Sandbox};
pub use scenario::{Named, Scenario};
pub use shown::{Balance, HISTORY_MONTHS, begins};
pub use world::{
    ActError, Amendment, ClockError, Customer, DEFAULT_SEED, Door, FILE_NAME, LedgerCheck,
    LogError, MAX_AMOUNT, MAX_DEVICES, MAX_GLOSA, NewMovement, OpenError, WRONG_PASSWORDS, World,
    clock_offset,
};
