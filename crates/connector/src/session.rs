//! Sessions: what a connector does where data is pulled.

mod instructions;
mod live;
mod reading;
mod transfers;
mod whole;

use async_trait::async_trait;
use cartola_model::{InstitutionId, InstructionKind, RecordKind, RecordKinds};

pub use instructions::{InstructionName, TakeInstructions};
pub use live::{Housekeeping, LiveSession};
pub use reading::{
    Account, AccountBalances, DayRange, DayRangeError, MAX_RANGE_DAYS, PageCursor, RawAnswer,
    Reading, RecordQuery, RecordReading, StatementPage, StatementQuery,
};
pub use transfers::{ChallengeAnswer, MakeTransfers};
pub use whole::{MAX_PAGES, MAX_STATEMENT_BYTES, Meter, WholeStatement, whole_statement};

use crate::{ConnectorError, Context, Credential, CredentialRefusal, DeviceId};

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

    /// Refuses what has one of the forms and yet cannot be right, such as a list of which an entry is
    /// none. Nobody is asked.
    fn check(&self, _credential: &Credential) -> Result<(), CredentialRefusal> {
        Ok(())
    }

    /// Whether the institution takes whoever has the one for the same client as who has the other, so
    /// that it tells either of what the other has begun. Passwords may differ; a client that is another
    /// one by its id is not told.
    fn is_same_client(&self, _one: &Credential, _other: &Credential) -> bool {
        true
    }
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

    /// The customer's accounts.
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

    /// What the institution tells of as a whole.
    fn records(&self) -> Option<&dyn ReadRecords> {
        None
    }

    /// Transfers to be made.
    fn transfers(&self) -> Option<&dyn MakeTransfers> {
        None
    }

    /// What else it is told to do.
    fn instructions(&self) -> Option<&dyn TakeInstructions> {
        None
    }

    /// Transfers that were made by that [route](MakeTransfers::route), to be asked about; none where this
    /// session does not reach them.
    fn transfers_by(&self, route: &str) -> Option<&dyn MakeTransfers> {
        self.transfers().filter(|maker| maker.route() == route)
    }

    /// Ends the session at the institution. Called once, last.
    async fn close(&self, context: &Context) -> Result<(), ConnectorError>;
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

/// Reads products that an institution tells of as a whole: one method for all of them, since they
/// differ in what is told and not in how it is asked for.
#[async_trait]
pub trait ReadRecords: Send + Sync {
    /// Which ones; the same for every session at this institution.
    fn kinds(&self) -> RecordKinds;

    /// What the institution tells of one of them. A customer who has nothing of the kind has an
    /// empty record, which is no error; one that is not among [`Self::kinds`] is
    /// [`crate::ErrorKind::Unsupported`].
    async fn record(
        &self,
        query: &RecordQuery,
        context: &Context,
    ) -> Result<RecordReading, ConnectorError>;
}

/// Things that an institution may have for its customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// [`ReadAccounts`].
    Accounts,
    /// [`ReadBalances`].
    Balances,
    /// [`ReadStatements`].
    Movements,
    /// [`ReadRecords`], of that kind.
    Record(RecordKind),
    /// [`MakeTransfers`]. Reading those that were made is a record.
    Transfers,
    /// [`TakeInstructions`], of that kind.
    Instruction(InstructionKind),
}

impl Product {
    /// Every product.
    pub fn all() -> impl Iterator<Item = Self> {
        let listed = [Self::Accounts, Self::Balances, Self::Movements, Self::Transfers];
        listed
            .into_iter()
            .chain(InstructionKind::ALL.map(Self::Instruction))
            .chain(RecordKind::ALL.map(Self::Record))
    }

    /// Whether the session offers it.
    pub fn is_offered_by(self, session: &dyn Session) -> bool {
        match self {
            Self::Accounts => session.accounts().is_some(),
            Self::Balances => session.balances().is_some(),
            Self::Movements => session.statements().is_some(),
            Self::Transfers => session.transfers().is_some(),
            Self::Instruction(kind) => {
                session.instructions().is_some_and(|taker| taker.kinds().contains(&kind))
            }
            Self::Record(kind) => {
                session.records().is_some_and(|reader| reader.kinds().contains(kind))
            }
        }
    }
}
