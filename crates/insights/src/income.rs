//! Income, from the movements of a person's accounts.
//!
//! Synaptic's *Análisis Financiero Bancario* says what is told: the main salary and for how many
//! months in a row it came, and monthly averages of other income and of everything over three and
//! twelve months. It does not say how a salary is known; the rules here are ours:
//!
//! 1. Payments of one source are those whose glosas are the same, but for words with digits in them.
//! 2. A source pays a salary if its glosa says so ([`SALARY_WORDS`]); if none does, a source counts
//!    that paid in each of the last [`REGULAR_MONTHS`] months, about the same each time. This month
//!    counts once no less has come than in the last one.
//! 3. Of several, the one that paid most is the main one.
//! 4. Money between one's own accounts, or out of a credit line, is no income ([`OWN_WORDS`]).

mod salary;
mod window;

use cartola_model::glosa;
use cartola_primitives::{Currency, Date, Money};

use window::{average, months_back};

/// Words of glosas that stand for a salary, folded.
pub const SALARY_WORDS: [&str; 6] =
    ["REMUNERACION", "REMUNERACIONES", "SUELDO", "SUELDOS", "SALARIO", "HABERES"];

/// Parts of glosas that stand for one's own money, or for borrowed money, folded.
pub const OWN_WORDS: [&str; 5] =
    ["CUENTA PROPIA", "CTA PROPIA", "ENTRE CUENTAS", "LINEA DE CREDITO", "LINEA CREDITO"];

/// Months that seniority is counted over at most (Synaptic's document: the last 11 months).
pub const SENIORITY_MONTHS: u32 = 11;

/// Months in a row in which a source that does not say that it pays a salary must have paid.
pub const REGULAR_MONTHS: u32 = 3;

/// Months of the longer averages, and so of what must be known.
pub const MONTHS: i32 = 12;

/// Months of the shorter averages.
pub const FEW_MONTHS: i32 = 3;

/// Money that came or went in pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow<'a> {
    /// The booking day.
    pub on: Date,
    /// Whole pesos, negative where it went.
    pub pesos: i64,
    /// The text as the bank printed it.
    pub glosa: &'a str,
}

impl<'a> Flow<'a> {
    /// A movement, if it is in pesos.
    pub fn of(on: Date, amount: Money, glosa: &'a str) -> Option<Self> {
        (amount.currency() == Currency::CLP).then(|| Self { on, pesos: amount.minor(), glosa })
    }

    fn is_income(&self) -> bool {
        let folded = glosa::fold(self.glosa);
        self.pesos > 0 && !OWN_WORDS.iter().any(|own| folded.contains(own))
    }
}

/// What somebody's income is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Income<'a> {
    /// The glosa of the main salary, the newest one.
    pub employer: Option<&'a str>,
    /// Months in a row, up to this one or the last, in which it came; [`SENIORITY_MONTHS`] at most.
    pub seniority: u32,
    /// What came in each of those months, on average.
    pub salary: i64,
    /// Other income a month, over three and twelve months.
    pub variable: Averages,
    /// What came less what went a month, over three and twelve months.
    pub flow: Averages,
    /// What the flows are made of, newest first.
    pub flow_sources: Vec<Flow<'a>>,
    /// What salary and other income are made of, newest first.
    pub income_sources: Vec<IncomeSource<'a>>,
}

/// Monthly averages in whole pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Averages {
    /// Over the last three months.
    pub few_months: i64,
    /// Over the last twelve.
    pub months: i64,
}

/// Money that came as income.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncomeSource<'a> {
    /// The money.
    pub flow: Flow<'a>,
    /// Whether it is the main salary.
    pub is_salary: bool,
}

/// The first day that is looked at.
pub fn begins(today: Date) -> Date {
    months_back(today, MONTHS)
}

/// What the movements of a person's accounts come to. Those before [`begins`] or after `today` are
/// passed over.
pub fn income<'a>(flows: &[Flow<'a>], today: Date) -> Income<'a> {
    let mut flows: Vec<Flow<'a>> =
        flows.iter().copied().filter(|flow| (begins(today)..=today).contains(&flow.on)).collect();
    flows.sort_by_key(|flow| std::cmp::Reverse(flow.on));
    let incoming: Vec<Flow<'a>> = flows.iter().copied().filter(Flow::is_income).collect();
    let main = salary::main(&incoming, today);
    let is_salary = |flow: &Flow<'_>| main.as_ref().is_some_and(|main| main.pays(flow));
    let income_sources: Vec<IncomeSource<'a>> = incoming
        .iter()
        .map(|flow| IncomeSource { flow: *flow, is_salary: is_salary(flow) })
        .collect();
    let variable = |flow: &Flow<'_>| flow.is_income() && !is_salary(flow);
    let averages = |counts: &dyn Fn(&Flow<'_>) -> bool| Averages {
        few_months: average(&flows, counts, today, FEW_MONTHS),
        months: average(&flows, counts, today, MONTHS),
    };
    Income {
        employer: main.as_ref().map(|main| main.glosa),
        seniority: main.as_ref().map_or(0, |main| main.seniority),
        salary: main.as_ref().map_or(0, |main| main.average),
        variable: averages(&variable),
        flow: averages(&|_| true),
        income_sources,
        flow_sources: flows,
    }
}
