//! A store with many accounts of one tenant, filled by importing.

use anyhow::{Context, ensure};
use cartola_primitives::id::{AccountId, TenantId};
use cartola_primitives::{Date, Secret, date};
use cartola_store_sqlite::bench_support::BareReader;
use futures::{StreamExt, TryStreamExt, stream};

use crate::installation::Installation;
use crate::lab;
use crate::site::Site;
use crate::statement::{Statement, mixed};
use crate::watch;

/// Movements of each account, over three years.
pub const PER_ACCOUNT: u32 = 5_000;

const DAYS: u32 = 3 * 365;

/// Imports that are under way at the same time.
const AT_ONCE: usize = 4;

/// Different pages that are asked for.
const PAGES: u64 = 20_000;

/// Movements of a page.
const PAGE: u32 = 100;

/// A filled store, closed.
pub struct Population {
    /// Where it is.
    pub site: Site,
    /// The tenant's bearer key.
    pub key: Secret<String>,
    tenant: TenantId,
    accounts: Vec<AccountId>,
}

/// A page that is asked for: of an account, up to a day.
struct PageAsked {
    account: AccountId,
    to: Date,
}

impl Population {
    /// Fills a store with so many movements, by the same use case that serves an upload.
    pub async fn make(site: Site, movements: u32) -> anyhow::Result<Self> {
        let installation = Installation::make(&site).await?;
        let bar = lab::bar("movements stored", movements.into());
        let accounts = stream::iter(0..movements / PER_ACCOUNT)
            .map(async |account| {
                let report = installation.import(&statement(account)).await?;
                bar.inc(PER_ACCOUNT.into());
                anyhow::Ok(report.account)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
            .context("the store cannot be filled")?;
        bar.finish_and_clear();
        let (key, tenant) = (installation.api_key, installation.tenant.id);
        Ok(Self { site, key, tenant, accounts })
    }

    /// Paths of pages here and there: an account, and a day up to which it is read.
    pub fn pages(&self) -> Vec<String> {
        let path = |PageAsked { account, to }| {
            format!("/v1/movements?account_id={account}&to={to}&limit={PAGE}")
        };
        self.asked().map(path).collect()
    }

    /// Finds the rows of the same pages with SQLite alone, on one thread; gives how
    /// many pages that were a second.
    pub fn walk(&self) -> anyhow::Result<f64> {
        let reader = BareReader::open(&self.site.data())?;
        let limit = usize::try_from(PAGE)?;
        let begun = watch::start();
        for PageAsked { account, to } in self.asked() {
            let met = reader.walk(self.tenant, account, to, limit)?;
            ensure!(met == limit, "a page has {met} rows");
        }
        Ok(watch::rate(PAGES, begun.elapsed()))
    }

    fn asked(&self) -> impl Iterator<Item = PageAsked> {
        (0..PAGES).map(|number| self.page(mixed(number)))
    }

    fn page(&self, chance: u64) -> PageAsked {
        let count = u64::try_from(self.accounts.len()).expect("a length fits 64 bits");
        let account = usize::try_from(chance % count).expect("below the count");
        // So many movements at least lie before the day that the page is full.
        let line = u32::try_from((chance >> 32) % u64::from(PER_ACCOUNT - 2 * PAGE));
        let to = statement(0).day(2 * PAGE + line.expect("below the number of lines"));
        PageAsked { account: self.accounts[account], to }
    }
}

fn statement(account: u32) -> Statement {
    Statement {
        account,
        first_day: date(2023, 1, 1),
        days: DAYS,
        lines: PER_ACCOUNT,
        with_carriage_returns: false,
    }
}
