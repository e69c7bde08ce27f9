//! Balances as a source reads them out.

use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

/// What a balance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceKind {
    /// Saldo disponible.
    Available,
    /// Saldo contable.
    Ledger,
    /// Línea de crédito or sobregiro: what may be drawn beyond the account's own money.
    Overdraft,
    /// Retenciones: deposited, not yet available.
    Held,
    /// Cupo disponible of a card.
    CreditAvailable,
    /// Cupo utilizado of a card.
    CreditUsed,
    /// Cupo total of a card.
    CreditLimit,
}

impl BalanceKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Available,
        Self::Ledger,
        Self::Overdraft,
        Self::Held,
        Self::CreditAvailable,
        Self::CreditUsed,
        Self::CreditLimit,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Ledger => "ledger",
            Self::Overdraft => "overdraft",
            Self::Held => "held",
            Self::CreditAvailable => "credit_available",
            Self::CreditUsed => "credit_used",
            Self::CreditLimit => "credit_limit",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One balance, as a source gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceReading {
    /// What it counts.
    pub kind: BalanceKind,
    /// How much.
    pub amount: Money,
    /// The day for which the source gave it.
    pub as_of: Date,
}
