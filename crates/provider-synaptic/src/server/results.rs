//! What was read, in the document's words.

use async_trait::async_trait;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::rows::{MovementQuery, MovementRow, Order};
use cartola_engine::tasks::{Finished, Renderer};
use cartola_engine::work::JobKind;
use cartola_engine::{Engine, EngineError};
use cartola_insights::categories::Matcher;
use cartola_insights::income::{self, Analysis, Incomes};
use cartola_insights::{Entry, Holder};
use cartola_model::{
    AccountKind, AccountNumber, BalanceReading, Counterparty, Failure, Principal, Record,
    RecordKind,
};
use cartola_primitives::{Date, santiago};
use serde_json::value::RawValue;

use super::MAX_MOVEMENTS;
use super::create::days_back;
use crate::mapping::{self, AccountSource, raw};
use crate::wire::{self, Decimal};
use crate::{Action, Product};

/// Months that *Análisis Financiero Bancario* counts a salary over at most: *los últimos 11 meses*.
const SENIORITY_MONTHS: u32 = 11;

/// The kind of the job. It never changes: jobs of older versions are in the queue.
pub fn kind() -> JobKind {
    JobKind::parse("synaptic.results").expect("the name of our own kind is sound")
}

/// The first day of the year that *Análisis Financiero Bancario* looks at.
pub fn year_begins(today: Date) -> Date {
    income::begins(today)
}

/// Renders the results of tasks.
pub struct Results;

#[async_trait]
impl Renderer for Results {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn render(
        &self,
        engine: &Engine,
        who: &Principal,
        finished: &Finished<'_>,
    ) -> Result<Result<Vec<u8>, Failure>, EngineError> {
        let Some(action) = Action::find(finished.action) else {
            return Ok(Err(Failure::Unsupported));
        };
        let telling = Telling { engine, who, finished, today: santiago::today(engine.now()) };
        match telling.results(action.product).await {
            Ok(results) => Ok(Ok(results.get().as_bytes().to_vec())),
            Err(Untold::Failure(failure)) => Ok(Err(failure)),
            Err(Untold::Engine(error)) => Err(error),
        }
    }
}

/// Why there are no results.
enum Untold {
    Failure(Failure),
    Engine(EngineError),
}

impl From<Failure> for Untold {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<EngineError> for Untold {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

struct Telling<'a> {
    engine: &'a Engine,
    who: &'a Principal,
    finished: &'a Finished<'a>,
    today: Date,
}

impl Telling<'_> {
    async fn results(&self, product: Product) -> Result<Box<RawValue>, Untold> {
        match product {
            Product::Identity => self.identity().await,
            Product::Movements => self.movements().await,
            Product::FinancialReport => self.financial_report().await,
            Product::FinancialAnalysis => self.financial_analysis().await,
            record => {
                let kinds = record.records();
                let kind = kinds.iter().next().ok_or(Failure::Internal)?;
                let record = self.record(kind).await?;
                Ok(mapping::results(&record).ok_or(Failure::Internal)?)
            }
        }
    }

    /// What the institution told last: the reading that has just ended, or one after it.
    async fn record(&self, kind: RecordKind) -> Result<Record, Untold> {
        Ok(self.found(kind).await?.ok_or(Failure::Internal)?)
    }

    async fn found(&self, kind: RecordKind) -> Result<Option<Record>, Untold> {
        let found = self.engine.newest_record(self.who, self.finished.link, kind).await?;
        Ok(found.map(|open| open.record))
    }

    async fn identity(&self) -> Result<Box<RawValue>, Untold> {
        let Record::Identity(identity) = self.record(RecordKind::Identity).await? else {
            return Err(Failure::Internal.into());
        };
        let rut = self.engine.rut_of_link(self.who, self.finished.link).await?;
        Ok(raw(&[wire::Identity { is_valid: rut == Some(identity.rut) }]))
    }

    async fn movements(&self) -> Result<Box<RawValue>, Untold> {
        let mut told = Vec::new();
        for (account, rows) in self.read(days_back(self.today)).await? {
            let model = |row: &MovementRow| mapping::movement(&account.number, &row.movement);
            told.extend(rows.iter().map(model));
        }
        Ok(raw(&told))
    }

    async fn financial_report(&self) -> Result<Box<RawValue>, Untold> {
        // Who has none is told of by a record that is empty, or by none at all.
        let lines = match self.found(RecordKind::CreditLines).await? {
            Some(Record::CreditLines(lines)) => lines,
            _ => Vec::new(),
        };
        let cards = match self.found(RecordKind::Cards).await? {
            Some(Record::Cards(cards)) => cards,
            _ => Vec::new(),
        };
        let mut accounts = Vec::new();
        for account in self.engine.accounts_of(self.who, self.finished.link).await? {
            let rows = self.engine.balances(self.who, account.row.id).await?.unwrap_or_default();
            let readings: Vec<BalanceReading> = rows
                .into_iter()
                .map(|row| BalanceReading { kind: row.kind, amount: row.amount, as_of: row.as_of })
                .collect();
            accounts.push((account, readings));
        }
        let sources: Vec<AccountSource<'_>> = accounts
            .iter()
            .map(|(account, balances)| AccountSource {
                number: &account.number,
                kind: account.row.kind,
                currency: account.row.currency,
                balances,
            })
            .collect();
        Ok(raw(&[mapping::financial_report(&sources, &lines, &cards)]))
    }

    async fn financial_analysis(&self) -> Result<Box<RawValue>, Untold> {
        let read = self.read(year_begins(self.today)).await?;
        let read: Vec<_> =
            read.into_iter().filter(|(account, _)| is_of_money(account.row.kind)).collect();
        let others = self.counterparties(&read).await?;
        let rows = read.iter().flat_map(|(_, rows)| rows).zip(&others);
        let entries: Vec<Entry<'_>> =
            rows.filter_map(|(row, other)| Entry::of(&row.movement, other.as_ref())).collect();
        let numbers = read.iter().map(|(account, _)| AccountNumber::parse(&account.number));
        let numbers: Vec<AccountNumber> = numbers.filter_map(Result::ok).collect();
        let rut = self.engine.rut_of_link(self.who, self.finished.link).await?;
        let holder = Holder { rut, name: None, accounts: &numbers };
        let incomes = Incomes::of(&entries, &holder, &Matcher::bundled());
        Ok(raw(&[analysis(&Analysis::of(&incomes, &entries, self.today))]))
    }

    /// The other side of each movement, in the same order.
    async fn counterparties(
        &self,
        read: &[(OpenAccount, Vec<MovementRow>)],
    ) -> Result<Vec<Option<Counterparty>>, Untold> {
        let mut others = Vec::new();
        for row in read.iter().flat_map(|(_, rows)| rows) {
            others.push(self.engine.counterparty(self.who, row).await?);
        }
        Ok(others)
    }

    /// The movements of each account of the link, newest first.
    async fn read(&self, from: Date) -> Result<Vec<(OpenAccount, Vec<MovementRow>)>, Untold> {
        let (mut read, mut left) = (Vec::new(), MAX_MOVEMENTS);
        for account in self.engine.accounts_of(self.who, self.finished.link).await? {
            let rows = self.of_account(&account, from, left).await?;
            left -= rows.len();
            read.push((account, rows));
        }
        Ok(read)
    }

    async fn of_account(
        &self,
        account: &OpenAccount,
        from: Date,
        at_most: usize,
    ) -> Result<Vec<MovementRow>, Untold> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let query = MovementQuery {
                account: Some(account.row.id),
                from: Some(from),
                to: None,
                min_amount: None,
                max_amount: None,
                text: None,
                status: None,
                order: Order::NewestFirst,
                after,
                limit: usize::MAX,
                now: self.engine.now(),
            };
            let page = self.engine.movements(self.who, query).await?;
            rows.extend(page.rows.to_rows().map_err(EngineError::from)?);
            if rows.len() > at_most {
                return Err(Failure::LimitExceeded.into());
            }
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }
}

/// What a card or a line is used for is no money that came or went.
const fn is_of_money(kind: AccountKind) -> bool {
    !matches!(kind, AccountKind::CreditCard | AccountKind::CreditLine)
}

/// *Análisis Financiero Bancario*.
fn analysis(told: &Analysis<'_>) -> wire::FinancialAnalysis {
    let whole = Decimal::of_whole;
    wire::FinancialAnalysis {
        employer_name: told.employer.clone().unwrap_or_default(),
        seniority: told.seniority(SENIORITY_MONTHS),
        salary: whole(told.salary(SENIORITY_MONTHS)),
        monthly_variable_income_3_months: whole(told.variable.few_months),
        monthly_variable_income_12_months: whole(told.variable.months),
        monthly_account_flow_3_months: whole(told.flow.few_months),
        monthly_account_flow_12_months: whole(told.flow.months),
        account_flow_sources: told
            .flow_rows
            .iter()
            .map(|entry| wire::AccountFlowSource {
                date: entry.on.to_string(),
                description: entry.glosa.to_owned(),
                amount: Decimal::of_money(entry.amount),
            })
            .collect(),
        income_sources: told
            .income_rows
            .iter()
            .map(|(row, is_salary)| wire::IncomeSource {
                date: row.entry.on.to_string(),
                description: row.entry.glosa.to_owned(),
                amount: whole(row.pesos),
                kind: if *is_salary { "salary" } else { "variable" },
            })
            .collect(),
    }
}
