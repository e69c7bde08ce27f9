//! The end of a path: `{segment}/{bank domain}/{operation}`.

use cartola_model::{Catalogue, Institution};
use serde::{Deserialize, Serialize};

/// What the catalogue calls this protocol among an institution's names.
const PROTOCOL: &str = "khipu";

/// Which of a bank's sides is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Segment {
    /// Personas.
    Personal,
    /// Empresas.
    Business,
    /// Pymes.
    Entrepreneur,
}

impl Segment {
    /// Every segment.
    pub const ALL: [Self; 3] = [Self::Personal, Self::Business, Self::Entrepreneur];

    /// As the path has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Business => "business",
            Self::Entrepreneur => "entrepreneur",
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// All accounts of the customer.
    Accounts,
    /// The balance of one.
    Balance,
    /// The statements of one.
    Statements,
    /// The movements of one.
    Transactions,
    /// An account link for credentials.
    Token,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 5] =
        [Self::Accounts, Self::Balance, Self::Statements, Self::Transactions, Self::Token];

    /// As the path has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Balance => "balance",
            Self::Statements => "statements",
            Self::Transactions => "transactions",
            Self::Token => "token",
        }
    }
}

/// A path that means something.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    /// Which side.
    pub segment: Segment,
    /// Which bank.
    pub institution: &'a Institution,
    /// Which operation.
    pub operation: Operation,
}

/// Which part of a path means nothing here. Answered with 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnknownPath {
    /// The segment.
    #[error("The segment is unknown: it is personal, business or entrepreneur")]
    Segment,
    /// The bank.
    #[error(
        "No bank is known by this domain; those that are have it as names.khipu in /v1/institutions"
    )]
    Bank,
    /// The operation.
    #[error("The operation is unknown: it is accounts, balance, statements, transactions or token")]
    Operation,
}

impl<'a> Path<'a> {
    /// Reads the three parts, which are compared as they are: domains in lower case.
    pub fn parse(
        catalogue: &'a Catalogue,
        segment: &str,
        domain: &str,
        operation: &str,
    ) -> Result<Self, UnknownPath> {
        let segment = Segment::ALL.into_iter().find(|known| known.name() == segment);
        let institution = catalogue
            .iter()
            .find(|row| row.names.get(PROTOCOL).is_some_and(|known| known == domain));
        let operation = Operation::ALL.into_iter().find(|known| known.name() == operation);
        Ok(Self {
            segment: segment.ok_or(UnknownPath::Segment)?,
            institution: institution.ok_or(UnknownPath::Bank)?,
            operation: operation.ok_or(UnknownPath::Operation)?,
        })
    }
}
