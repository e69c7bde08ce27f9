//! The shapes of the protocol: paths, headers and bodies.
//!
//! All bodies are JSON. Names and types are those that the document prints. Amounts are integers
//! in minor units of their currency (whole pesos for CLP, cents for USD), signed where they are
//! movements: a cargo is below zero. Words from a list (`CUENTA_VISTA`, `PENDING`) are read
//! leniently: one that is not known is kept as it came. A field that a sender leaves out is absent,
//! never `null`.

mod account;
mod code;
mod error;
mod profile;
mod session;
mod statement;
mod text;

pub use account::{Account, AccountType, Accounts, Balance, Balances};
pub use error::{ErrorBody, ErrorCode};
pub use profile::Profile;
pub use session::{
    CustomerSegment, RefreshRequest, SessionCredential, SessionRequest, SessionResponse,
};
pub use statement::{
    Channel, StatementCounterparty, StatementRequest, StatementResponse, Transaction,
    TransactionStatus,
};

/// `POST` opens a session, `DELETE` ends it (204, no body).
pub const SESSION_PATH: &str = "/api/v1/mibanco/session";
/// `POST` renews a session.
pub const SESSION_REFRESH_PATH: &str = "/api/v1/mibanco/session/refresh";
/// `GET` tells who the customer is.
pub const PROFILE_PATH: &str = "/api/v1/mibanco/profile";
/// `GET` lists the accounts.
pub const ACCOUNTS_PATH: &str = "/api/v1/mibanco/accounts";
/// `GET` lists the balances of all accounts.
pub const BALANCES_PATH: &str = "/api/v1/mibanco/balances";
/// `POST` reads a page of an account's movements.
pub const STATEMENT_PATH: &str = "/api/v1/mibanco/statement";

/// The header that names the device. A session belongs to the device that opened it.
pub const DEVICE_ID_HEADER: &str = "x-device-id";

/// Seconds for which an access token is good, as the document prints.
pub const ACCESS_TOKEN_SECONDS: u32 = 900;

/// Transactions on a page of a statement where the request does not say.
pub const DEFAULT_PAGE_SIZE: u32 = 100;
/// Most transactions on a page of a statement.
pub const MAX_PAGE_SIZE: u32 = 500;
