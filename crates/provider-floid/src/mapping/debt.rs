//! What somebody owes.

use cartola_insights::debt::{FullDebt, Owed, Usable};
use cartola_primitives::Date;

use crate::wire::{AccountsData, AvailableCredit, Debt};

/// What is owed and could be, by institution.
pub fn accounts_data(told: &FullDebt) -> AccountsData {
    AccountsData {
        direct_debt: told.direct.iter().map(debt).collect(),
        indirect_debt: told.indirect.iter().map(debt).collect(),
        available_credit: told.available.iter().map(credit).collect(),
        other_available_credit: told.other.iter().map(credit).collect(),
    }
}

/// `31/01/2020`
pub fn credit_check_date(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}

fn debt(owed: &Owed) -> Debt {
    Debt {
        name: owed.institution.clone(),
        active_debt: owed.active.to_string(),
        past_due_thirty_to_ninety_days: owed.late_30_to_89.to_string(),
        past_due_over_ninety_days: owed.late_90.to_string(),
        total: owed.total.to_string(),
    }
}

fn credit(usable: &Usable) -> AvailableCredit {
    AvailableCredit {
        name: usable.institution.clone(),
        direct_available_amount: usable.direct.to_string(),
        indirect_available_amount: usable.indirect.to_string(),
    }
}
