//! Statement periods.

use cartola_primitives::Date;
use serde::{Deserialize, Serialize};

/// The period that a statement declares, with its totals in minor units where it prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementPeriod {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Balance before the first movement.
    pub opening: Option<i64>,
    /// Balance after the last.
    pub closing: Option<i64>,
    /// Sum of the cargos, unsigned.
    pub total_debits: Option<i64>,
    /// Sum of the abonos.
    pub total_credits: Option<i64>,
}
