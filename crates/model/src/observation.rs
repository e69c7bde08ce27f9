//! What one source says about one movement.

use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

use crate::MovementStatus;
use crate::movement::MovementDetails;

/// Kinds of source, from the least to the most trusted where two disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A CSV file read through a mapping that a person wrote.
    MappedFile,
    /// A file in a standard format (OFX), made by a bank or by another program.
    StandardFile,
    /// A bank's own statement file.
    StatementFile,
    /// The institution's own answer, read in a session.
    Institution,
}

impl SourceKind {
    /// Every kind, from the least to the most trusted.
    pub const ALL: [Self; 4] =
        [Self::MappedFile, Self::StandardFile, Self::StatementFile, Self::Institution];
}

/// One line of a source, in canonical terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Booking day.
    pub booked_on: Date,
    /// Value day.
    pub value_on: Option<Date>,
    /// Signed amount.
    pub amount: Money,
    /// Balance after it, in minor units of the same currency.
    pub balance_after: Option<i64>,
    /// Pending or booked; a source never says removed, it leaves the line out.
    pub status: MovementStatus,
    /// The text as printed.
    pub glosa: String,
    /// The rest.
    pub details: MovementDetails,
}

/// The card of a purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardUse<Text = String> {
    /// The last four digits.
    pub last4: Text,
    /// Whether it is an additional card, not the holder's.
    pub additional: bool,
}

/// One of several payments of one purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// Which, from 1; 0 while none has been billed.
    pub number: u16,
    /// Of how many.
    pub of: u16,
}
