//! The sandbox's banks asked by the connector alone: no gateway.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use cartola_connector::session::{DayRange, StatementQuery};
use cartola_connector::{BaseUrl, Context, Deadline, Endpoint, Policy, Registry, Transport};
use cartola_model::InstitutionId;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::IdMinter;
use cartola_primitives::randomness::OsRandomness;
use cartola_provider_mibanco::client::MiBanco;

use crate::customer::Customer;

/// How long one customer's data may take.
const TIMEOUT: Duration = Duration::from_mins(5);

/// Calls that each bank gets in a second: more than any is sent, so that the gateway's pace is
/// measured and not its politeness.
const CALLS: u32 = 10_000;

/// Calls to a bank that go out at once: no pace is kept.
const UNPACED: u32 = 1_000_000;

/// What one extraction brought.
#[derive(Debug, Default, Clone, Copy)]
pub struct Extracted {
    /// Pages of statements.
    pub pages: usize,
    /// Movements on them.
    pub movements: usize,
    /// Accounts.
    pub accounts: usize,
}

impl std::ops::AddAssign for Extracted {
    fn add_assign(&mut self, more: Self) {
        self.pages += more.pages;
        self.movements += more.movements;
        self.accounts += more.accounts;
    }
}

/// Where the sandbox serves an institution.
pub fn url(sandbox: SocketAddr, institution: &InstitutionId) -> String {
    format!("http://{sandbox}/banks/{institution}")
}

/// The tables of a gateway's configuration that name the banks of these customers.
pub fn tables(sandbox: SocketAddr, customers: &[Customer]) -> String {
    let table = |id: &InstitutionId| {
        let url = url(sandbox, id);
        format!("[institution.{id}]\nbase_url = \"{url}\"\ncalls_per_second = {CALLS}\n")
    };
    institutions(customers).map(table).collect()
}

fn institutions(customers: &[Customer]) -> impl Iterator<Item = &InstitutionId> {
    let ids: BTreeSet<_> = customers.iter().map(|customer| &customer.institution).collect();
    ids.into_iter()
}

/// The connector of the gateway, that asks as the gateway does, but keeps no pace.
pub struct Banks {
    registry: Registry,
    minter: IdMinter,
}

impl Banks {
    /// Those of these customers.
    pub fn new(sandbox: SocketAddr, customers: &[Customer]) -> anyhow::Result<Self> {
        let (transport, policy) =
            (Transport::new(), Policy { burst: UNPACED, ..Policy::default() });
        let endpoint = |id: &InstitutionId| {
            let base = BaseUrl::parse(&url(sandbox, id))?;
            Ok(Endpoint::new(id.clone(), base, &transport, &policy))
        };
        let endpoints =
            institutions(customers).map(endpoint).collect::<anyhow::Result<Vec<_>>>()?;
        let minter = IdMinter::new(Arc::new(SystemClock), Arc::new(OsRandomness));
        let registry = Registry::default().with(Arc::new(MiBanco::new(endpoints)));
        Ok(Self { registry, minter })
    }

    /// Reads what the gateway reads: accounts, balances, the statement of every account.
    pub async fn extract(&self, customer: &Customer, days: DayRange) -> anyhow::Result<Extracted> {
        let (clock, randomness) = (Arc::new(SystemClock), Arc::new(OsRandomness));
        let deadline = Deadline::after(TIMEOUT);
        let context = Context::new(self.minter.mint(), clock, randomness, deadline);
        let credential = customer.credential();
        let opened = self.registry.open(&customer.institution, credential, context.clone());
        let session = opened.await?;
        let reader = session.session().accounts().context("the bank lists accounts")?;
        let accounts = reader.accounts(&context).await?.value;
        let reader = session.session().balances().context("the bank tells balances")?;
        reader.balances(&context).await?;
        let mut extracted = Extracted { accounts: accounts.len(), ..Extracted::default() };
        for account in &accounts {
            let told = session.statement(&StatementQuery { account, days }).await?;
            extracted.pages += told.raw.len();
            extracted.movements += told.batch.lines.len();
        }
        session.close().await?;
        Ok(extracted)
    }
}
