//! Accounts with their movements.

use cartola_engine::EngineError;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::rows::{MovementQuery, MovementRow, Order};
use cartola_insights::Entry;
use cartola_model::{AccountNumber, BalanceReading, Counterparty, Failure, Movement};
use cartola_primitives::Date;

use super::{Teller, is_of_money};
use crate::server::MAX_MOVEMENTS;
use crate::server::desk::Untold;

/// An account with its newest balances.
pub struct Balanced {
    pub account: OpenAccount,
    pub balances: Vec<BalanceReading>,
}

/// An account that holds money, with its movements, the newest first.
pub struct Book {
    pub account: OpenAccount,
    rows: Vec<(MovementRow, Option<Counterparty>)>,
}

impl Book {
    /// Its movements, but those that the bank no longer has.
    pub fn entries(&self) -> impl Iterator<Item = (&Movement<String>, Entry<'_>)> {
        self.rows.iter().filter_map(|(row, other)| {
            Some((&row.movement, Entry::of(&row.movement, other.as_ref())?))
        })
    }

    /// The numbers of some accounts.
    pub fn numbers(books: &[Self]) -> Vec<AccountNumber> {
        let numbers = books.iter().map(|book| AccountNumber::parse(&book.account.number));
        numbers.filter_map(Result::ok).collect()
    }
}

impl Teller {
    /// All accounts that hold money, with what came and went since that day.
    pub async fn books(&self, from: Date) -> Result<Vec<Book>, Untold> {
        let (mut books, mut left) = (Vec::new(), MAX_MOVEMENTS);
        for account in self.engine.accounts_of(&self.who, self.link).await? {
            if !is_of_money(account.row.kind) {
                continue;
            }
            let mut rows = Vec::new();
            for row in self.movements(&account, from, left).await? {
                let other = self.engine.counterparty(&self.who, &row).await?;
                rows.push((row, other));
            }
            left -= rows.len();
            books.push(Book { account, rows });
        }
        Ok(books)
    }

    async fn movements(
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
            let page = self.engine.movements(&self.who, query).await?;
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
