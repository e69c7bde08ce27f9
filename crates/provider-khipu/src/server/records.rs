//! What the store holds of a link, in Khipu's words.

use cartola_engine::accounts::OpenAccount;
use cartola_engine::rows::{LinkRow, MovementList, Order};
use cartola_engine::{Engine, EngineError};
use cartola_model::{AccountNumber, BalanceReading, Counterparty, LinkState, Movement, Principal};
use cartola_primitives::Date;
use serde::{Serialize, Serializer};

use super::declined::Declined;
use super::movements::{movements, pages};
use super::question::{Asked, Question, Which};
use super::said::Said;
use crate::mapping::{
    self, AccountSource, BalanceSource, MonthSource, References, TransactionSource,
};
use crate::request::Months;
use crate::wire::{Accounts, Balances, Statements};
use crate::{Month, RequestError, Segment};

/// Whose records, and for which operation.
pub struct Teller<'a> {
    pub engine: &'a Engine,
    pub who: &'a Principal,
    pub link: &'a LinkRow,
    pub operation_id: &'a str,
}

impl Teller<'_> {
    /// The answer to a question. The same store gives the same one, bar the present in it.
    pub async fn tell(&self, question: &Question) -> Result<Said, Declined> {
        let accounts = self.accounts().await?;
        match &question.asked {
            Asked::Accounts => Ok(self.tell_accounts(question.segment, &accounts)),
            Asked::Balance(which) => self.tell_balance(meant(&accounts, which)?).await,
            Asked::Statements(which, from, to) => {
                let months = Months { from: Month::of(*from), to: Month::of(*to) };
                self.tell_statements(meant(&accounts, which)?, months).await
            }
            Asked::Transactions(which, from, to) => {
                self.tell_transactions(meant(&accounts, which)?, (*from, *to)).await
            }
        }
    }

    async fn accounts(&self) -> Result<Vec<Known>, Declined> {
        let accounts = self.engine.accounts_of(self.who, self.link.id).await?;
        Ok(accounts.into_iter().map(Known::of).collect())
    }

    fn tell_accounts(&self, segment: Segment, accounts: &[Known]) -> Said {
        let (active, since) = match self.link.state {
            LinkState::Active { since } => (true, since),
            LinkState::Revoked { at } => (false, at),
        };
        let record = |known: &Known| {
            mapping::account(&AccountSource {
                number: &known.number,
                kind: known.account.row.kind,
                currency: known.account.row.currency,
                segment,
                active,
                since,
                opened_on: None,
            })
        };
        let account = accounts.iter().map(record).collect();
        Said::ok(self.operation_id, Accounts { account }, None)
    }

    async fn tell_balance(&self, known: &Known) -> Result<Said, Declined> {
        let rows = self.engine.balances(self.who, known.account.row.id).await?;
        let readings: Vec<BalanceReading> = rows
            .unwrap_or_default()
            .into_iter()
            .map(|row| BalanceReading { kind: row.kind, amount: row.amount, as_of: row.as_of })
            .collect();
        let now = self.engine.now();
        let source = BalanceSource { number: &known.number, readings: &readings, now };
        let balance = mapping::balances(&source);
        Ok(Said::ok(self.operation_id, Balances { balance }, None))
    }

    async fn tell_statements(&self, known: &Known, months: Months) -> Result<Said, Declined> {
        let (mut statement, mut gaps) = (Vec::new(), Vec::new());
        let account = known.account.row.id;
        for month in months.newest_first() {
            let days = (month.first(), month.last());
            let rows = movements(self.engine, self.who, account, days, Order::OldestFirst).await?;
            let all: Vec<Movement> = rows.into_iter().map(|row| row.movement).collect();
            let is_told_of = self.engine.is_told_of(self.who, account, days).await?;
            if all.is_empty() && !is_told_of {
                continue;
            }
            let told = mapping::statement(&MonthSource {
                account: known.account.row.id,
                number: &known.number,
                currency: known.account.row.currency,
                month,
                movements: &all,
                now: self.engine.now(),
            });
            let Some(told) = told else { continue };
            if !told.agrees || !is_told_of {
                gaps.push(month.to_string());
            }
            statement.push(told.statement);
        }
        Ok(Said::ok(self.operation_id, Statements { statement }, incomplete(&gaps)))
    }

    async fn tell_transactions(&self, known: &Known, days: (Date, Date)) -> Result<Said, Declined> {
        let account = known.account.row.id;
        let pages = pages(self.engine, self.who, account, days, Order::NewestFirst).await?;
        let count = pages.iter().map(MovementList::len).sum();
        let mut counterparties = Vec::with_capacity(count);
        for page in &pages {
            for row in page.iter() {
                let row = row.map_err(EngineError::from)?;
                counterparties.push(self.engine.counterparty(self.who, &row).await?);
            }
        }
        let transaction = Records { number: &known.number, pages, counterparties };
        let listed = Listed { transaction };
        Ok(Said::ok_of_size(self.operation_id, listed, count * RECORD_BYTES))
    }
}

/// What a record of a movement takes in an answer, as a rule.
const RECORD_BYTES: usize = 768;

/// As [`crate::wire::Transactions`].
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed<'a> {
    transaction: Records<'a>,
}

/// The records of movements, each made when it is written. All of two years' at once would be as much
/// memory as the answer.
struct Records<'a> {
    number: &'a AccountNumber,
    pages: Vec<MovementList>,
    /// Of each movement, in the same order.
    counterparties: Vec<Option<Counterparty>>,
}

impl Serialize for Records<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut references = References::default();
        let rows = self.pages.iter().flat_map(MovementList::iter).zip(&self.counterparties);
        serializer.collect_seq(rows.filter_map(|(row, counterparty)| {
            let row = row.expect("it was opened when its counterparty was");
            let source = TransactionSource {
                number: self.number,
                movement: &row.movement,
                counterparty: counterparty.as_ref(),
            };
            mapping::transaction(&source, &mut references)
        }))
    }
}

/// An account whose number is read.
struct Known {
    account: OpenAccount,
    number: AccountNumber,
}

impl Known {
    fn of(account: OpenAccount) -> Self {
        let number = AccountNumber::parse(&account.number);
        Self { number: number.expect("what is sealed was read from a number"), account }
    }
}

fn meant<'a>(accounts: &'a [Known], which: &Which) -> Result<&'a Known, RequestError> {
    let asked = which.number();
    let mut found = accounts.iter().filter(|known| {
        let currency = known.account.row.currency;
        mapping::is_meant((&asked, which.currency), &known.number, currency)
    });
    let first = found.next().ok_or(RequestError::UnknownAccount)?;
    if found.next().is_some() { Err(RequestError::AmbiguousAccount) } else { Ok(first) }
}

/// Says of which months something was never told.
fn incomplete(months: &[String]) -> Option<String> {
    (!months.is_empty()).then(|| {
        let months = months.join(", ");
        format!(
            "The data is incomplete: of {months} not every day was told of, or the balances say that \
             there were more movements"
        )
    })
}
