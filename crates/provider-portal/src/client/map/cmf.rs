//! The informe de deudas. Its totals are those of its rows, and are left out.

use cartola_model::Record;
use cartola_model::records;

use super::{Told, each, pesos};
use crate::wire::cmf::{AvailableCredit, Debt, DebtReport};

impl Told for DebtReport {
    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::Debts(records::DebtReport {
            as_of: Some(self.as_of),
            direct: each(self.direct_debts, debt)?,
            indirect: each(self.indirect_debts, debt)?,
            available: each(self.available_credits, credit)?,
            other: each(self.other_credits, credit)?,
        }))
    }
}

fn debt(told: Debt) -> records::Debt {
    records::Debt {
        institution: told.institution,
        kind: told.credit_type.word().to_owned(),
        total: pesos(told.amounts.total),
        current: pesos(told.amounts.current),
        overdue_30: pesos(told.amounts.late_30_59),
        overdue_60: pesos(told.amounts.late_60_89),
        overdue_90: pesos(told.amounts.late_90),
    }
}

fn credit(told: AvailableCredit) -> records::AvailableCredit {
    records::AvailableCredit {
        institution: told.institution,
        direct: pesos(told.amounts.direct),
        indirect: pesos(told.amounts.indirect),
    }
}
