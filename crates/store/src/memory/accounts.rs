use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::BalanceKind;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, ConsentSetId, LinkId, TenantId};

use super::MemoryStore;
use super::consents::Permits;
use super::tables::{Tables, add, expect, page, refuse_if_any};
use crate::accounts::{AccountRow, BalanceRow};
use crate::{Accounts, MAX_PAGE, Page, StoreError};

#[async_trait]
impl Accounts for MemoryStore {
    async fn account(
        &self,
        tenant: TenantId,
        id: AccountId,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        Ok(tables.accounts.get(&id).filter(|row| permits.set_holds(row.consents)).cloned())
    }

    async fn account_by_identity(
        &self,
        tenant: TenantId,
        identity: &Digest,
    ) -> Result<Option<AccountRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.accounts.values().find(|row| row.identity == *identity).cloned())
    }

    async fn accounts(
        &self,
        tenant: TenantId,
        after: Option<AccountId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        Ok(page(&tables.accounts, after, limit, |row| permits.set_holds(row.consents)))
    }

    async fn accounts_of(
        &self,
        tenant: TenantId,
        link: LinkId,
        now: Timestamp,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        let fed = tables.fed.iter().filter(|(by, _)| *by == link);
        let rows = fed.filter_map(|(_, account)| tables.accounts.get(account));
        let shown = rows.filter(|row| permits.set_holds(row.consents)).cloned();
        Ok(shown.take(MAX_PAGE).collect())
    }

    async fn balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<BalanceRow>, StoreError> {
        let tables = self.tables(tenant);
        let permits = Permits::new(&tables, now);
        let latest = |kind: BalanceKind| {
            tables
                .balances
                .values()
                .rev()
                .find(|row| {
                    row.account == account && row.kind == kind && permits.consent_holds(row.consent)
                })
                .cloned()
        };
        Ok(BalanceKind::ALL.into_iter().filter_map(latest).collect())
    }
}

pub fn add_account(tables: &mut Tables, row: AccountRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.accounts, |other| other.identity == row.identity)?;
    add(&mut tables.accounts, row.id, row)
}

pub fn feed_account(tables: &mut Tables, link: LinkId, account: AccountId) {
    Arc::make_mut(&mut tables.fed).insert((link, account));
}

pub fn list_accounts(tables: &mut Tables, link: LinkId, accounts: Vec<AccountId>) {
    let fed = Arc::make_mut(&mut tables.fed);
    fed.retain(|(by, _)| *by != link);
    fed.extend(accounts.into_iter().map(|account| (link, account)));
}

pub fn claim_account(
    tables: &mut Tables,
    id: AccountId,
    expected: u32,
    consents: ConsentSetId,
) -> Result<(), StoreError> {
    let account = expect(&mut tables.accounts, &id, |row| row.version == expected)?;
    account.consents = consents;
    account.version += 1;
    Ok(())
}

pub fn add_balances(tables: &mut Tables, rows: Vec<BalanceRow>) {
    let balances = Arc::make_mut(&mut tables.balances);
    for row in rows {
        let same = |other: &BalanceRow| {
            (other.account, other.kind, other.as_of, other.consent)
                == (row.account, row.kind, row.as_of, row.consent)
        };
        let age = |row: &BalanceRow| (row.received_at, row.import);
        let of_day = balances.values().filter(|other| same(other));
        if of_day.map(age).max().is_none_or(|last| last < age(&row)) {
            balances.retain(|_, other| !same(other));
            let key = (row.account, row.kind, row.as_of, row.received_at, row.import);
            balances.insert(key, row);
        }
    }
}
