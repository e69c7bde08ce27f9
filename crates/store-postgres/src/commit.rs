//! How a unit of work reaches the disk.
//!
//! Three round trips: the transaction begins and holds the ends of the tenant's feed and audit trail,
//! which it then reads; all steps go out together; it commits. A unit that moves neither does the first
//! two in one. A unit is a value, so that one which lost against another one is simply applied again.

use async_trait::async_trait;
use cartola_store::{Command, Committer, Receipt, StoreError, StoreErrorKind, UnitOfWork};
use tokio_postgres::Row;

use crate::PostgresStore;
use crate::columns::Columns;
use crate::error::{self, is_lost};
use crate::head::{self, Head};
use crate::rows::{first, only};
use crate::session::{Session, WRITE};
use crate::unit::{Again, Failed, Unit, check_size};
use crate::value::values;

/// How often a unit is applied that loses against others each time.
const TRIES: usize = 5;

const COMMITTING: &str = "committing a unit of work";

#[async_trait]
impl Committer for PostgresStore {
    async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError> {
        check_size(&work)?;
        let mut tries = 0;
        let receipt = loop {
            tries += 1;
            match self.apply(&work).await {
                Ok(receipt) => break receipt,
                Err(failed) if failed.again == Again::No || tries == TRIES => {
                    return Err(failed.error);
                }
                Err(failed) if failed.again == Again::WithMonths => self.months().forget(),
                Err(_) => {}
            }
        };
        if work.moves_jobs() {
            self.signal().raise();
            self.others().raise();
        }
        Ok(receipt)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        const WRITABLE: &str = "SELECT NOT pg_is_in_recovery()";
        if only(&self.of_nobody(WRITABLE, Vec::new()).await?, |columns: &mut Columns<'_>| {
            columns.flag()
        })? {
            return Ok(());
        }
        let context = "the database is a copy that takes no writes";
        Err(StoreError::new(StoreErrorKind::Unavailable, context))
    }
}

impl PostgresStore {
    async fn apply(&self, work: &UnitOfWork) -> Result<Receipt, Failed> {
        let mut session = self.connect().await.map_err(Failed::of)?;
        self.months().make(&session, work).await.map_err(Failed::of)?;
        let unit = match prepare_and_run(&mut session, work).await {
            Ok(unit) => unit,
            Err(failed) => {
                session.roll_back().await;
                return Err(failed);
            }
        };
        session.commit().await.map_err(|error| Failed::of(at_commit(&error)))?;
        Ok(unit.receipt())
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
async fn prepare_and_run(session: &mut Session, work: &UnitOfWork) -> Result<Unit, Failed> {
    let tenant = work.tenant;
    if !head::is_moved_by(work) {
        let unit = Unit::plan(work, Head::start(tenant)).map_err(Failed::of)?;
        let rows = unit.begin_and_run(session, head::LOOK, &values![&tenant]).await?;
        head_of(work, &rows)?;
        return Ok(unit);
    }
    let rows = session.begin(WRITE, tenant, head::HOLD, &values![&tenant]).await;
    let unit = Unit::plan(work, head_of(work, &rows.map_err(Failed::of)?)?).map_err(Failed::of)?;
    unit.run(session).await?;
    Ok(unit)
}

/// Where a tenant's feed and audit trail end; one that the unit adds begins.
fn head_of(work: &UnitOfWork, rows: &[Row]) -> Result<Head, Failed> {
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
