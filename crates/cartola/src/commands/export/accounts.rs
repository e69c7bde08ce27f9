//! The accounts that movements of an export belong to. There are few, so all are kept.

use std::collections::BTreeMap;

use anyhow::Context;
use cartola_engine::accounts::OpenAccount;
use cartola_primitives::id::AccountId;
use cartola_store::MAX_PAGE;

use super::Source;

/// All accounts that may be shown, by id, which is by age.
pub async fn all(source: &Source<'_>) -> anyhow::Result<BTreeMap<AccountId, OpenAccount>> {
    let mut accounts = BTreeMap::new();
    let mut after = None;
    loop {
        let page = source.engine.accounts(&source.who, after, MAX_PAGE).await;
        let page = page.context("the accounts cannot be read")?;
        accounts.extend(page.rows.into_iter().map(|account| (account.row.id, account)));
        after = page.next;
        if after.is_none() {
            return Ok(accounts);
        }
    }
}
