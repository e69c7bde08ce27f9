//! Consumer loans.

use cartola_primitives::{Currency, Date, Quantity};
use serde::{Deserialize, Serialize};

use super::code::words;

/// 200 of `GET consumer-loans`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerLoans {
    /// Those of which something is owed.
    pub consumer_loans: Vec<ConsumerLoan>,
}

words! {
    /// Whether a loan is paid as agreed.
    LoanState {
        /// Vigente.
        Active = "VIGENTE",
        /// En mora.
        InArrears = "EN_MORA",
    }
}

/// One consumer loan, in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerLoan {
    /// Número de operación.
    pub operation_id: String,
    /// Such as `CREDITO DE CONSUMO`.
    pub description: String,
    /// The currency.
    pub currency: Currency,
    /// Monto bruto: what was owed at the beginning.
    pub amount: i64,
    /// Monto líquido: what was paid out.
    pub paid_out: i64,
    /// The day on which it was granted.
    pub granted_date: Date,
    /// Saldo de capital.
    pub balance: i64,
    /// The monthly instalment.
    pub instalment: i64,
    /// How many were paid.
    pub paid_instalments: u16,
    /// How many fell due and were not paid.
    pub expired_instalments: u16,
    /// How many there are.
    pub instalments: u16,
    /// Percent a month.
    pub monthly_rate: Quantity,
    /// Carga anual equivalente vigente, percent.
    pub caev: Quantity,
    /// When the next instalment falls due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_date: Option<Date>,
    /// What was paid in the month before this one.
    pub previous_month_payment: i64,
    /// What the last instalment comes to.
    pub last_instalment: i64,
    /// Whether it is paid as agreed.
    pub state: LoanState,
    /// Seguro de desgravamen.
    pub life_insurance: bool,
    /// Seguro de cesantía.
    pub unemployment_insurance: bool,
}
