//! What a bank tells of an instruction.

use std::fmt;

use cartola_primitives::{Rut, Secret, Timestamp};

use crate::{Challenge, TransferFailure};

/// What a bank tells of an instruction that it was given.
#[derive(Debug)]
pub struct InstructionTold {
    /// Where it stands.
    pub says: BankSays,
    /// What the bank calls it.
    pub bank_reference: Option<String>,
}

/// Where an instruction stands at its bank. `Debug` shows no code, and nobody.
pub enum BankSays {
    /// The customer is to approve it. It has had no effect.
    Challenged(Challenge),
    /// The bank has all it wants and is at it.
    Settling,
    /// Cash is put aside.
    Available {
        /// What whoever takes it types at the ATM, beside their RUT; where the bank tells it.
        code: Option<Secret<String>>,
        /// Until when.
        expires_at: Timestamp,
    },
    /// It is done. Final.
    Done {
        /// When.
        at: Timestamp,
    },
    /// The cash was taken. Final.
    Claimed {
        /// When.
        at: Timestamp,
        /// By whom, where the bank tells it.
        by: Option<Rut>,
    },
    /// Nobody took the cash in time. Final.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// It was given up after it had been done, and undone with that. Final.
    Cancelled {
        /// When.
        at: Timestamp,
    },
    /// It has had no effect and will have none. Final.
    Failed(TransferFailure),
}

impl BankSays {
    /// Who took the cash, where that is told.
    pub const fn claimed_by(&self) -> Option<Rut> {
        match self {
            Self::Claimed { by, .. } => *by,
            _ => None,
        }
    }

    /// The code, where one is told.
    pub const fn code(&self) -> Option<&Secret<String>> {
        match self {
            Self::Available { code, .. } => code.as_ref(),
            _ => None,
        }
    }
}

impl fmt::Debug for BankSays {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Challenged(_) => "Challenged",
            Self::Settling => "Settling",
            Self::Available { .. } => "Available",
            Self::Done { .. } => "Done",
            Self::Claimed { .. } => "Claimed",
            Self::Expired { .. } => "Expired",
            Self::Cancelled { .. } => "Cancelled",
            Self::Failed(_) => "Failed",
        })
    }
}
