use serde::{Deserialize, Serialize};

use super::{Account, Balance, Statement, Transaction};

/// What every answer is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Envelope<Data> {
    /// The operation's id, at most 36 characters.
    pub operation_id: String,
    /// Whether it went well. A bank's refusal is `ERROR` under HTTP 200.
    pub status: Status,
    /// The records; `null` with an error, and while they are still being fetched.
    #[cfg_attr(feature = "server", schema(required))]
    pub data: Option<Data>,
    /// What else is to be known, such as that `Data` is incomplete.
    #[cfg_attr(feature = "server", schema(required))]
    pub additional_information: Option<String>,
    /// What went wrong.
    #[cfg_attr(feature = "server", schema(required))]
    pub error: Option<Error>,
    /// Seconds within which an asynchronous result comes; `null` in every other answer.
    #[cfg_attr(feature = "server", schema(required))]
    pub life_span: Option<u32>,
}

/// Whether an operation went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It did, although `Data` may be empty.
    Ok,
    /// It did not.
    Error,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Error {
    /// A letter and three digits.
    pub code: String,
    /// What to do about it.
    #[serde(rename = "Type")]
    pub kind: ErrorType,
    /// One sentence.
    pub description: String,
}

/// How to treat an error. The values are ours: the document names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorType {
    /// Send the same again.
    Retry,
    /// Send other credentials.
    FixCredentials,
    /// Send another request.
    FixRequest,
    /// Send the same again, but later.
    Wait,
    /// Nothing that a caller sends will help.
    ContactSupport,
}

/// `Data` of `accounts`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Accounts {
    /// The accounts.
    pub account: Vec<Account>,
}

/// `Data` of `balance`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Balances {
    /// The balances.
    pub balance: Vec<Balance>,
}

/// `Data` of `statements`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Statements {
    /// The statements.
    pub statement: Vec<Statement>,
}

/// `Data` of `transactions`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Transactions {
    /// The movements.
    pub transaction: Vec<Transaction>,
}

/// `Data` of `token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Token {
    /// What stands for the credentials from now on.
    pub account_link: String,
}

impl<Data> Envelope<Data> {
    /// It went well, and these are the records.
    pub fn ok(operation_id: String, data: Data) -> Self {
        Self { data: Some(data), ..Self::empty(operation_id, Status::Ok) }
    }

    /// It was taken, and the records come within so many seconds.
    pub fn accepted(operation_id: String, life_span: u32) -> Self {
        Self { life_span: Some(life_span), ..Self::empty(operation_id, Status::Ok) }
    }

    /// It did not go well.
    pub fn refused(operation_id: String, error: Error) -> Self {
        Self { error: Some(error), ..Self::empty(operation_id, Status::Error) }
    }

    fn empty(operation_id: String, status: Status) -> Self {
        Self {
            operation_id,
            status,
            data: None,
            additional_information: None,
            error: None,
            life_span: None,
        }
    }
}
