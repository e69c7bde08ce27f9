//! What somebody earns.

use cartola_insights::income;

use crate::wire::{IncomeCheck, IncomeKind, MonthIncome, Source};

/// *Income check*.
pub fn income_check(report: income::Report) -> IncomeCheck {
    IncomeCheck {
        regularity: report.regularity(),
        total_average: report.total_average(),
        main_average: report.main_average,
        extra_average: report.extra_average,
        income_by_month: report.months.into_iter().map(month).collect(),
    }
}

fn month(told: income::MonthIncome) -> MonthIncome {
    MonthIncome {
        month: told.month.to_string(),
        total: told.total(),
        main: told.main,
        extra: told.extra,
        sources: told.sources.into_iter().map(source).collect(),
    }
}

fn source(told: income::SourceIncome) -> Source {
    let kind = if told.is_main { IncomeKind::Main } else { IncomeKind::Extra };
    Source { sender: told.sender, amount: told.pesos, kind }
}
