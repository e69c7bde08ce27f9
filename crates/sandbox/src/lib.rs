//! Chile in a box: people, companies, banks and what they print, for trying the gateway without a
//! single real customer.
//!
//! Everything that happens by itself is a pure function of seed, RUT and date ([`Population`]).

pub mod account;
pub mod credentials;
mod data;
mod dice;
mod flow;
mod glosa;
mod history;
mod household;
mod identity;
mod key;
mod month;
mod movement;
mod number;
mod plan;
mod population;
mod reserve;
mod resident;
mod residents;
mod scenario;
mod services;
mod spending;
pub mod uf;
mod when;

pub use account::Account;
pub use credentials::Credentials;
pub use flow::{FlowId, Purpose, Side, SystemAccount};
pub use identity::Identity;
pub use key::{AccountKey, BankIndex, Product};
pub use month::Month;
pub use movement::{Movement, Status};
pub use population::{Balance, HISTORY_MONTHS, Population, begins};
pub use scenario::{Named, Scenario};
