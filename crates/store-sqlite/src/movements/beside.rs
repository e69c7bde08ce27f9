//! The movements of a tenant that the tree of days does not have yet, in the order of a page.
//!
//! They are of few accounts. Of each, a few rows are read ahead by the statement that lists an account, and
//! the one that comes first of all is the next.

use std::collections::VecDeque;

use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, ID_BYTES, MovementId, TenantId};
use cartola_store::StoreError;
use cartola_store::encoding::day_number;
use cartola_store::encoding::movement::StoredMovement;
use cartola_store::movements::{MovementKey, MovementQuery, Order};
use rusqlite::{Connection, params};

use super::days;
use super::page::{OF_ACCOUNT_NEWEST, OF_ACCOUNT_OLDEST, Range};
use super::row::StoredRow;
use crate::columns::Columns;
use crate::rows::each;

/// Rows of an account that are read ahead: a page of a hundred has few of each.
const AHEAD: usize = 8;

/// What a page reads beside the tree of days.
pub struct Beside<'c> {
    walk: Walk<'c>,
    accounts: Vec<Account>,
}

/// How each account is walked.
struct Walk<'c> {
    connection: &'c Connection,
    tenant: TenantId,
    order: Order,
    last_day: i64,
}

/// An account, and what was read ahead of it.
struct Account {
    id: AccountId,
    ahead: VecDeque<Ahead>,
    /// Whether there is more than what was read ahead.
    has_more: bool,
}

struct Ahead {
    key: MovementKey,
    body: Vec<u8>,
}

impl<'c> Beside<'c> {
    /// What is left out of a tenant, within a range; nothing for a page of one account.
    pub fn of(
        connection: &'c Connection,
        (tenant, query): (TenantId, &MovementQuery),
        range: &Range,
    ) -> Result<Self, StoreError> {
        let walk = Walk { connection, tenant, order: query.order, last_day: range.last_day };
        let left = match query.account {
            Some(_) => Vec::new(),
            None => days::left(connection, tenant)?,
        };
        let mut accounts = Vec::with_capacity(left.len());
        for id in left {
            let mut account = Account { id, ahead: VecDeque::with_capacity(AHEAD), has_more: true };
            walk.read(&mut account, (range.day, range.id))?;
            accounts.push(account);
        }
        Ok(Self { walk, accounts })
    }

    /// Whether its next row comes before that of the tree, if there is one.
    pub fn comes_before(&self, listed: Option<MovementKey>) -> bool {
        self.next().is_some_and(|(_, next)| {
            listed.is_none_or(|listed| self.walk.is_before(next.key, listed))
        })
    }

    /// Its next row.
    pub fn first(&self) -> Result<Option<StoredRow<'_>>, StoreError> {
        let Some((account, ahead)) = self.next() else { return Ok(None) };
        let MovementKey { booked_on, id } = ahead.key;
        let body = StoredMovement::open(&ahead.body)?;
        Ok(Some(StoredRow::of(account, booked_on, id, body)))
    }

    fn next(&self) -> Option<(AccountId, &Ahead)> {
        let heads = self.accounts.iter().filter_map(|it| Some((it.id, it.ahead.front()?)));
        heads.reduce(|best, it| if self.walk.is_before(it.1.key, best.1.key) { it } else { best })
    }

    /// Goes on to the row after the next one.
    pub fn advance(&mut self) -> Result<(), StoreError> {
        let next = self.next().map(|(account, _)| account);
        let account = self.accounts.iter_mut().find(|it| Some(it.id) == next);
        let Some(account) = account else { return Ok(()) };
        let Some(Ahead { key, .. }) = account.ahead.pop_front() else { return Ok(()) };
        if account.ahead.is_empty() && account.has_more {
            let after = (day_number(key.booked_on).into(), *key.id.as_bytes());
            self.walk.read(account, after)?;
        }
        Ok(())
    }
}

impl Walk<'_> {
    /// Reads ahead of an account, from a key, excluded.
    fn read(&self, account: &mut Account, after: (i64, [u8; ID_BYTES])) -> Result<(), StoreError> {
        let statement = match self.order {
            Order::NewestFirst => OF_ACCOUNT_NEWEST,
            Order::OldestFirst => OF_ACCOUNT_OLDEST,
        };
        let (day, id) = after;
        let (tenant, of) = (self.tenant.as_bytes(), account.id.as_bytes());
        account.has_more = false;
        each(self.connection, statement, params![tenant, day, id, self.last_day, of], |columns| {
            account.has_more = account.ahead.len() == AHEAD;
            if !account.has_more {
                account.ahead.push_back(read_ahead(columns)?);
            }
            Ok(!account.has_more)
        })
    }

    /// Whether one comes before another.
    fn is_before(&self, one: MovementKey, other: MovementKey) -> bool {
        let place = |key: MovementKey| -> (Date, MovementId) { (key.booked_on, key.id) };
        match self.order {
            Order::NewestFirst => place(one) > place(other),
            Order::OldestFirst => place(one) < place(other),
        }
    }
}

fn read_ahead(columns: &mut Columns<'_>) -> Result<Ahead, StoreError> {
    let key = MovementKey { booked_on: columns.date()?, id: columns.id()? };
    Ok(Ahead { key, body: columns.bytes()?.to_vec() })
}
