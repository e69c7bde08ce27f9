//! Sessions: what a connector does where data is pulled.

mod live;
mod reading;
mod whole;

use async_trait::async_trait;
use cartola_model::InstitutionId;

pub use live::{Housekeeping, LiveSession};
pub use reading::{
    Account, AccountBalances, DayRange, DayRangeError, MAX_RANGE_DAYS, PageCursor, Profile,
    RawAnswer, Reading, StatementPage, StatementQuery,
};
pub use whole::{MAX_PAGES, MAX_STATEMENT_BYTES, WholeStatement, whole_statement};

use crate::{ConnectorError, Context, Credential, DeviceId};

/// Where and as whom a session is opened.
#[derive(Debug)]
pub struct Login {
    /// The institution.
    pub institution: InstitutionId,
    /// The credentials, which have one of the forms of the manifest.
    pub credential: Credential,
}

/// A connector that can open sessions.
#[async_trait]
pub trait Opener: Send + Sync {
    /// Opens a session. Whoever calls this closes what it gets, come what may; use
    /// [`crate::Registry::open`], which sees to that.
    async fn open(
        &self,
        login: &Login,
        context: &Context,
    ) -> Result<Box<dyn Session>, ConnectorError>;
}

/// A session at an institution. Each thing that it may be able to read is a trait of its own,
/// which it offers or not: a new one is a new trait and a new method here that offers nothing, and
/// touches no connector.
#[async_trait]
pub trait Session: Send + Sync {
    /// The device that the session was opened from.
    fn device(&self) -> Option<&DeviceId> {
        None
    }

    /// Who the customer is.
    fn profile(&self) -> Option<&dyn ReadProfile> {
        None
    }

    /// Their accounts.
    fn accounts(&self) -> Option<&dyn ReadAccounts> {
        None
    }

    /// What is on them.
    fn balances(&self) -> Option<&dyn ReadBalances> {
        None
    }

    /// Their movements.
    fn statements(&self) -> Option<&dyn ReadStatements> {
        None
    }

    /// Ends the session at the institution. Called once, last.
    async fn close(&self, context: &Context) -> Result<(), ConnectorError>;
}

/// Reads who the customer is.
#[async_trait]
pub trait ReadProfile: Send + Sync {
    /// One answer.
    async fn profile(&self, context: &Context) -> Result<Reading<Profile>, ConnectorError>;
}

/// Lists accounts.
#[async_trait]
pub trait ReadAccounts: Send + Sync {
    /// All accounts of the customer, in the institution's order.
    async fn accounts(&self, context: &Context) -> Result<Reading<Vec<Account>>, ConnectorError>;
}

/// Reads balances.
#[async_trait]
pub trait ReadBalances: Send + Sync {
    /// The balances of all accounts.
    async fn balances(
        &self,
        context: &Context,
    ) -> Result<Reading<Vec<AccountBalances>>, ConnectorError>;
}

/// Reads movements by the page.
#[async_trait]
pub trait ReadStatements: Send + Sync {
    /// A page: the first without a cursor, another with the one that the page before it gave.
    async fn page(
        &self,
        query: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        context: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError>;
}

/// Things that an institution may have for its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// [`ReadProfile`].
    Profile,
    /// [`ReadAccounts`].
    Accounts,
    /// [`ReadBalances`].
    Balances,
    /// [`ReadStatements`].
    Movements,
}

impl Product {
    /// Every product.
    pub const ALL: [Self; 4] = [Self::Profile, Self::Accounts, Self::Balances, Self::Movements];

    /// Whether the session offers it.
    pub fn is_offered_by(self, session: &dyn Session) -> bool {
        match self {
            Self::Profile => session.profile().is_some(),
            Self::Accounts => session.accounts().is_some(),
            Self::Balances => session.balances().is_some(),
            Self::Movements => session.statements().is_some(),
        }
    }
}
