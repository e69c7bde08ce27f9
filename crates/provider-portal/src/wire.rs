//! The shapes of the protocol: paths and bodies.
//!
//! Each institution is a base URL, and each path follows it. All bodies are JSON. Amounts are integers
//! in minor units of a currency that stands beside them, or whole pesos where a field's documentation
//! says so; rates, quantities and prices are exact decimals as strings. Days are Chile's, instants have
//! their offset. A field that a sender leaves out is absent, never `null`; a reader passes over fields
//! that it does not know, and keeps a word from a list that it does not know as it came.

mod error;
mod personal;
mod session;
mod text;
mod words;

pub mod afc;
pub mod cmf;
pub mod cryptomkt;
pub mod identity;
pub mod servipag;
pub mod sii;

pub use error::{ErrorBody, ErrorCode};
pub use session::{SessionRequest, SessionResponse};

/// `POST` opens a session, `DELETE` ends it (204, no body).
pub const SESSION_PATH: &str = "/api/v1/session";
/// Servipag: `GET` lists the service accounts, with their bills.
pub const SERVICE_ACCOUNTS_PATH: &str = "/api/v1/service-accounts";
/// Registro Civil and Clave Única: `GET` tells who somebody is.
pub const IDENTITY_PATH: &str = "/api/v1/identity";
/// SII: `GET` tells the carpeta tributaria.
pub const TAX_FOLDER_PATH: &str = "/api/v1/tax-folder";
/// SII: `GET` tells the situación tributaria.
pub const TAX_STATUS_PATH: &str = "/api/v1/tax-status";
/// CMF: `GET` tells the informe de deudas.
pub const DEBTS_PATH: &str = "/api/v1/debts";
/// AFC: `GET` lists what was contributed.
pub const CONTRIBUTIONS_PATH: &str = "/api/v1/contributions";
/// AFC: `GET` lists the employers.
pub const EMPLOYERS_PATH: &str = "/api/v1/employers";
/// AFC: `GET` tells what it knows of the affiliate.
pub const PERSONAL_INFO_PATH: &str = "/api/v1/personal-info";
/// `CryptoMarket`: `GET` lists what is held.
pub const BALANCES_PATH: &str = "/api/v1/balances";

/// Seconds for which a token is good.
pub const TOKEN_SECONDS: u32 = 900;
