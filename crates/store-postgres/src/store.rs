//! The store as a whole.

use std::sync::Arc;

use cartola_primitives::Monotonic;
use cartola_store::StoreError;
use cartola_store::arrivals::Signal;

use crate::clock::{DatabaseClock, ELAPSED};
use crate::commit::{Groups, Writer};
use crate::connector::Connector;
use crate::rows::only;
use crate::session::Session;
use crate::waking::{Heard, Listener};
use crate::{OpenError, Options, Plan, migrate};

/// A store in a PostgreSQL database. Implements [`cartola_store::Store`] and
/// [`cartola_store::Archive`]; share it behind an `Arc`. Needs a tokio runtime for as long as it
/// lives.
pub struct PostgresStore {
    writer: Arc<Writer>,
    groups: Groups,
    clock: Arc<DatabaseClock>,
    _listener: Listener,
}

impl PostgresStore {
    /// Connects. Brings the schema up to date first where the owner's URL is given.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        let connector = Connector::new(&options.url, &options)?;
        if let Some(owner) = &options.owner {
            let owner = Connector::new(owner, &options)?;
            migrate::migrate(&owner, connector.role()?, options.schema).await?;
        }
        connector.try_out(options.schema).await?;
        let pool = connector.pool(&options);
        let mut session = Session::connect(&pool).await?;
        let elapsed = session.alone(ELAPSED, &[]).await?;
        let clock = Arc::new(only(&elapsed, DatabaseClock::start)?);
        let token = session.alone("SELECT gen_random_uuid()::text", &[]).await?;
        let process = only(&token, |columns| columns.text().map(str::to_owned))?;
        let (signal, others) = (Arc::<Signal>::default(), Arc::<Signal>::default());
        let heard = Heard {
            signal: Arc::clone(&signal),
            ours: Arc::clone(&others),
            clock: Arc::clone(&clock),
            process,
        };
        let listener = Listener::start(connector, options.schema, heard);
        let writer = Arc::new(Writer::new(pool, signal, others));
        let groups = Groups::new(Arc::clone(&writer));
        Ok(Self { writer, groups, clock, _listener: listener })
    }

    /// Brings the schema up to date, and does nothing else.
    pub async fn migrate(options: &Options) -> Result<(), OpenError> {
        let connector = Connector::new(&options.url, options)?;
        let Some(owner) = &options.owner else {
            return Err(OpenError::Owner);
        };
        migrate::migrate(&Connector::new(owner, options)?, connector.role()?, options.schema).await
    }

    /// Says what [`Self::migrate`] would do now.
    pub async fn plan(options: &Options) -> Result<Plan, OpenError> {
        let connector = Connector::new(&options.url, options)?;
        let Some(owner) = &options.owner else {
            return Err(OpenError::Owner);
        };
        migrate::plan(&Connector::new(owner, options)?, connector.role()?, options.schema).await
    }

    /// Monotonic time that all processes of this store share: its leases run on it.
    pub fn monotonic(&self) -> Arc<dyn Monotonic> {
        Arc::clone(&self.clock) as Arc<dyn Monotonic>
    }

    pub(crate) async fn connect(&self) -> Result<Session, StoreError> {
        Session::connect(&self.writer.pool).await
    }

    /// Commits units of work.
    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Wakes those who wait for jobs in this process.
    pub(crate) fn signal(&self) -> &Signal {
        &self.writer.signal
    }
}
