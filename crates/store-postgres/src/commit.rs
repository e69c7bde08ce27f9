//! How a unit of work reaches the disk.
//!
//! Three round trips: the transaction begins and reads, and where it moves them holds, the ends of the
//! tenant's feed and audit trail; all steps go out together; it commits. A unit is a value, so that
//! one which lost against another one is simply applied again.

use std::time::Duration;

use async_trait::async_trait;
use cartola_store::{Command, Committer, Receipt, StoreError, StoreErrorKind, UnitOfWork};

use crate::PostgresStore;
use crate::error::Doing;
use crate::head::{self, Head};
use crate::rows::{first, only};
use crate::session::{Session, WRITE};
use crate::unit::{Again, Failed, Unit, check_size};
use crate::value::{Value, values};

/// How often a unit is applied that loses against others each time.
const TRIES: usize = 5;

/// How long the outcome of a commit is asked for whose connection was lost.
const OUTCOME_PATIENCE: Duration = Duration::from_secs(15);

/// How long to wait between two such questions.
const ASK_AGAIN: Duration = Duration::from_millis(250);

const COMMITTING: &str = "committing a unit of work";

/// NULL for a transaction of longer ago than PostgreSQL remembers.
const OUTCOME: &str = "SELECT pg_xact_status($1::text::xid8)";

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
        }
        Ok(receipt)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        const WRITABLE: &str = "SELECT NOT pg_is_in_recovery()";
        if only(&self.of_nobody(WRITABLE, Vec::new()).await?, |columns| columns.flag())? {
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
        let (unit, transaction) = match prepare_and_run(&mut session, work).await {
            Ok(ran) => ran,
            Err(failed) => {
                session.roll_back().await;
                return Err(failed);
            }
        };
        match session.commit().await {
            Ok(()) => {
                if work.moves_jobs() {
                    session.notify(self.notification());
                }
                Ok(unit.receipt())
            }
            Err(error) if error.as_db_error().is_some() && !error.is_closed() => {
                Err(Failed::of(Err::<(), _>(error).doing(COMMITTING).expect_err("it is one")))
            }
            Err(_) => {
                drop(session);
                self.outcome(transaction).await.map(|()| unit.receipt()).map_err(Failed::of)
            }
        }
    }

    /// Asks what became of a transaction whose connection was lost at its commit.
    async fn outcome(&self, transaction: Option<String>) -> Result<(), StoreError> {
        let unknown = || StoreError::new(StoreErrorKind::Unavailable, COMMITTING);
        let transaction = values![transaction.ok_or_else(unknown)?];
        let asking = async {
            loop {
                match self.status(&transaction).await {
                    Ok(Some(status)) if status == "committed" => return Ok(()),
                    Ok(Some(status)) if status == "aborted" => {
                        return Err(StoreError::new(StoreErrorKind::Busy, COMMITTING));
                    }
                    Ok(None) => return Err(unknown()),
                    _ => tokio::time::sleep(ASK_AGAIN).await,
                }
            }
        };
        tokio::time::timeout(OUTCOME_PATIENCE, asking).await.unwrap_or_else(|_| Err(unknown()))
    }

    async fn status(&self, transaction: &[Value]) -> Result<Option<String>, StoreError> {
        let rows = self.connect().await?.alone(OUTCOME, transaction).await?;
        only(&rows, |columns| Ok(columns.optional_text()?.map(str::to_owned)))
    }
}

/// Begins, decides on what is there, and runs all steps; gives the name of the transaction too,
/// unless it begins its tenant.
async fn prepare_and_run(
    session: &mut Session,
    work: &UnitOfWork,
) -> Result<(Unit, Option<String>), Failed> {
    let tenant = work.tenant;
    let rows = session.begin(WRITE, tenant, head::statement(work), &values![&tenant]).await;
    let read = rows.and_then(|rows| first(&rows, |columns| head::read(tenant, columns)));
    let (before, transaction) = match read.map_err(Failed::of)? {
        Some((before, transaction)) => (before, Some(transaction)),
        None if work.commands.iter().any(|it| matches!(it, Command::AddTenant(_))) => {
            (Head::start(tenant), None)
        }
        None => {
            let context = "the tenant was never added";
            return Err(Failed::of(StoreError::new(StoreErrorKind::Misuse, context)));
        }
    };
    let unit = Unit::plan(work, before).map_err(Failed::of)?;
    unit.run(session).await?;
    Ok((unit, transaction))
}
