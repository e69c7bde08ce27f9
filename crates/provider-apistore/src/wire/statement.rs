//! *Movimientos y Saldos*.

use serde::Serialize;

use super::Amount;

/// The answer of `GET /api/movimientos-saldos`.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Statement {
    /// The account as it was asked for.
    pub account_id: String,
    /// What is on it; left out where no source has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub balance: Option<Balance>,
    /// The day that the balance is of, `YYYY-MM-DD`; left out where that is today. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false, format = Date))]
    pub balance_as_of: Option<String>,
    /// What the balance is, where it is not what is available. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub balance_type: Option<BalanceType>,
    /// What came and went, the newest first.
    pub movements: Vec<Movement>,
    /// `cursor` of the next page; left out on the last one. Ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// What is on an account.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Balance {
    /// Available, or else in the books.
    pub amount: Amount,
    /// ISO 4217, as of all amounts of the account.
    #[cfg_attr(feature = "server", schema(example = "CLP"))]
    pub currency: &'static str,
}

/// What a balance is that is not what is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum BalanceType {
    /// What is in the books.
    Booked,
}

impl BalanceType {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Booked => "BOOKED",
        }
    }
}

/// What came or went.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Movement {
    /// The booking day in Santiago, `YYYY-MM-DD`.
    #[cfg_attr(feature = "server", schema(format = Date))]
    pub date: String,
    /// Positive is an abono, negative a cargo.
    pub amount: Amount,
    /// How it came or went.
    #[serde(rename = "type")]
    pub kind: MovementType,
    /// The glosa.
    pub description: String,
}

/// How money came or went. The document shows `TRANSFER`; the other words are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum MovementType {
    /// Between accounts.
    Transfer,
    /// With a card.
    Purchase,
    /// As cash from a machine.
    Withdrawal,
    /// Any other abono.
    Credit,
    /// Any other cargo.
    Debit,
}

impl MovementType {
    /// Every word.
    pub const ALL: [Self; 5] =
        [Self::Transfer, Self::Purchase, Self::Withdrawal, Self::Credit, Self::Debit];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transfer => "TRANSFER",
            Self::Purchase => "PURCHASE",
            Self::Withdrawal => "WITHDRAWAL",
            Self::Credit => "CREDIT",
            Self::Debit => "DEBIT",
        }
    }

    /// What a word means, where it is one that is known.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}
