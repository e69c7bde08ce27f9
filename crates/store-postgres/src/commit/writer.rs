//! Applies units of work.
//!
//! Three round trips: the transaction begins and holds the ends of the tenant's feed and audit trail,
//! which it then reads; all steps go out together; it commits. Units that move neither do the first
//! two in one. A unit is a value, so that one which lost against another one is simply applied again.

use std::sync::Arc;

use cartola_store::arrivals::Signal;
use cartola_store::{Command, Receipt, StoreError, StoreErrorKind, UnitOfWork};
use tokio_postgres::Row;

use crate::error::{self, is_lost};
use crate::head::{self, Head};
use crate::months::Months;
use crate::pool::Pool;
use crate::rows::first;
use crate::session::{Session, WRITE};
use crate::unit::{Again, Cause, Failed, Unit};
use crate::value::values;

/// How often a unit is applied that loses against others each time.
const TRIES: usize = 5;

const COMMITTING: &str = "committing a unit of work";

/// The way to the database.
pub struct Writer {
    /// Connections.
    pub pool: Pool,
    /// Wakes those who wait for jobs in this process.
    pub signal: Arc<Signal>,
    /// Wakes those of others.
    pub others: Arc<Signal>,
    months: Months,
}

/// What became of units that were applied together.
pub enum Together {
    /// They are on disk.
    Done(Vec<Receipt>),
    /// Nothing of them is, because of what one of them asks for: each can be applied by itself.
    Undone,
    /// Nothing of them is, nor would any be now.
    Refused(StoreError),
    /// Nobody can say.
    Unknown(StoreError),
}

impl Writer {
    /// One that takes its connections from there.
    pub fn new(pool: Pool, signal: Arc<Signal>, others: Arc<Signal>) -> Self {
        Self { pool, signal, others, months: Months::default() }
    }

    /// Applies one unit, again where it lost.
    pub async fn alone(&self, work: &UnitOfWork) -> Result<Receipt, StoreError> {
        let receipt = self.try_alone(work).await?;
        self.announce(&[work]);
        Ok(receipt)
    }

    async fn try_alone(&self, work: &UnitOfWork) -> Result<Receipt, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.apply(&[work]).await {
                Ok(mut receipts) => {
                    return Ok(receipts.pop().expect("a unit has a receipt"));
                }
                Err(failed) if failed.again == Again::No || tries == TRIES => {
                    return Err(failed.error);
                }
                Err(failed) if failed.again == Again::WithMonths => self.months.forget(),
                Err(_) => {}
            }
        }
    }

    /// Applies units of one tenant in one transaction, which all of them or none survive.
    pub async fn together(&self, works: &[&UnitOfWork]) -> Together {
        match self.apply(works).await {
            Ok(receipts) => {
                self.announce(works);
                Together::Done(receipts)
            }
            Err(failed) => match failed.cause {
                Cause::Unit => Together::Undone,
                Cause::Store => Together::Refused(failed.error),
                Cause::Commit => Together::Unknown(failed.error),
            },
        }
    }

    /// Wakes those who wait for jobs, here and in other processes.
    fn announce(&self, works: &[&UnitOfWork]) {
        if works.iter().any(|work| work.moves_jobs()) {
            self.signal.raise();
            self.others.raise();
        }
    }

    async fn apply(&self, works: &[&UnitOfWork]) -> Result<Vec<Receipt>, Failed> {
        let away = |error| Failed::by(Cause::Store, error);
        let mut session = Session::connect(&self.pool).await.map_err(away)?;
        for work in works {
            self.months.make(&mut session, work).await.map_err(Failed::of)?;
        }
        let unit = match plan_and_run(&mut session, works).await {
            Ok(unit) => unit,
            Err(failed) => {
                session.roll_back().await;
                return Err(failed);
            }
        };
        session.commit().await.map_err(|error| Failed::by(Cause::Commit, at_commit(&error)))?;
        Ok(unit.into_receipts())
    }
}

/// When the connection is lost at the commit, nobody can say what became of it. PostgreSQL could be
/// asked for the outcome of the transaction by its number; but one that a crash has undone leaves its
/// number to another one.
fn at_commit(error: &tokio_postgres::Error) -> StoreError {
    let failed = error::of(error, COMMITTING);
    if is_lost(error) { StoreError { kind: StoreErrorKind::Unavailable, ..failed } } else { failed }
}

/// Begins, decides on what is there, and runs all steps.
async fn plan_and_run(session: &mut Session, works: &[&UnitOfWork]) -> Result<Unit, Failed> {
    let tenant = works.first().expect("there is a unit").tenant;
    if !works.iter().any(|work| head::is_moved_by(work)) {
        let unit = Unit::plan(works, Head::start(tenant)).map_err(Failed::of)?;
        let rows = unit.begin_and_run(session, head::LOOK, &values![&tenant]).await?;
        head_of(works, &rows)?;
        return Ok(unit);
    }
    let rows = session.begin(WRITE, tenant, head::HOLD, &values![&tenant]).await;
    let head = head_of(works, &rows.map_err(|error| Failed::by(Cause::Store, error))?)?;
    let unit = Unit::plan(works, head).map_err(Failed::of)?;
    unit.run(session).await?;
    Ok(unit)
}

/// Where a tenant's feed and audit trail end; one that the first unit adds begins.
fn head_of(works: &[&UnitOfWork], rows: &[Row]) -> Result<Head, Failed> {
    let work = works.first().expect("there is a unit");
    match first(rows, |columns| head::read(work.tenant, columns)).map_err(Failed::of)? {
        Some(head) => Ok(head),
        None if work.commands.iter().any(|it| matches!(it, Command::AddTenant(_))) => {
            Ok(Head::start(work.tenant))
        }
        None => {
            let context = "the tenant was never added";
            Err(Failed::of(StoreError::new(StoreErrorKind::Misuse, context)))
        }
    }
}
