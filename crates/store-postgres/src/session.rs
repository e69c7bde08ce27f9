//! One transaction on one connection of the pool.
//!
//! What is polled together goes out together: the client writes each request when its future is first
//! polled, and PostgreSQL answers in that order. So a read is one round trip, and a unit of work is
//! three.

use std::future::Future;
use std::pin::{Pin, pin};

use cartola_primitives::id::TenantId;
use cartola_store::{StoreError, StoreErrorKind};
use deadpool_postgres::ClientWrapper;
use futures::FutureExt;
use futures::future::join_all;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use crate::error::{Doing, is_lost};
use crate::pool::{Object, Pool, Shown, connect};
use crate::value::Value;

/// A read sees one state of the store, however many statements it takes.
pub const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Each statement of a write sees what was committed before it began: what waits for the row of a
/// tenant's head goes on from what the other one left.
pub const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// Begins a transaction that sees one tenant's rows, or nobody's: names the value that policies
/// compare. Both are one request, which nothing has to be planned for. PostgreSQL reads a `uuid` without hyphens too.
fn beginning(begin: &str, tenant: Option<TenantId>) -> String {
    let tenant = tenant.map(|tenant| tenant.hex()).unwrap_or_default();
    format!("{begin}; SET LOCAL cartola.tenant = '{tenant}'")
}

/// Statements that are under way at once, at most. Up to this many, `join_all` polls its futures in
/// their order.
pub const PIPELINE: usize = 30;

/// What holds of a session's connection.
const IS_THERE: &str = "the connection is there until the session is dropped";

const BEGINNING: &str = "beginning a transaction";
const PREPARING: &str = "preparing a statement";
const READING: &str = "reading from the store";
const WRITING: &str = "writing to the store";

/// A connection, inside a transaction or not. Dropped inside one, the connection is closed and does
/// not go back to the pool.
pub struct Session {
    object: Option<Object>,
    open: bool,
}

impl Session {
    /// A connection of the pool.
    pub async fn connect(pool: &Pool) -> Result<Self, StoreError> {
        Ok(Self { object: Some(connect(pool).await?), open: false })
    }

    fn client(&self) -> &ClientWrapper {
        &self.object.as_ref().expect(IS_THERE).client
    }

    fn object(&mut self) -> &mut Object {
        self.object.as_mut().expect(IS_THERE)
    }

    /// A statement, prepared on this connection once.
    pub async fn prepare(&self, statement: &str) -> Result<Statement, StoreError> {
        self.client().prepare_cached(statement).await.doing(PREPARING)
    }

    /// Runs one statement outside of a transaction, for what belongs to no tenant.
    pub async fn alone(
        &mut self,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement).await?;
        self.show(None, async |client| client.query(&prepared, &parameters(values)).await).await
    }

    /// Asks outside of a transaction, where a tenant's rows are seen, or nobody's.
    async fn show(
        &mut self,
        tenant: Option<TenantId>,
        ask: impl AsyncFnOnce(&ClientWrapper) -> Result<Vec<Row>, Error>,
    ) -> Result<Vec<Row>, StoreError> {
        let Some(telling) = self.object().shown.telling(tenant) else {
            return ask(self.client()).await.doing(READING);
        };
        let client = self.client();
        let (heard, rows) = tokio::join!(biased; client.batch_execute(&telling), ask(client));
        heard.doing(BEGINNING)?;
        self.object().shown = Shown::Of(tenant);
        rows.doing(READING)
    }

    /// Runs two statements, each a transaction of its own, and gives what the second came to.
    pub async fn alone_after(
        &mut self,
        first: (&str, &[Value]),
        second: (&str, &[Value]),
    ) -> Result<Vec<Row>, StoreError> {
        let (one, other) = (self.prepare(first.0).await?, self.prepare(second.0).await?);
        let (values, other_values) = (parameters(first.1), parameters(second.1));
        let both = async |client: &ClientWrapper| {
            let (done, rows) = tokio::join!(
                biased;
                client.execute(&one, &values),
                client.query(&other, &other_values),
            );
            done.and(rows)
        };
        self.show(None, both).await
    }

    /// Runs one statement behind another one that takes a lock, in a transaction that belongs to no
    /// tenant.
    pub async fn alone_behind(
        &mut self,
        lock: &str,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let (lock, prepared) = (self.prepare(lock).await?, self.prepare(statement).await?);
        self.open = true;
        let (begin, values) = (beginning(WRITE, None), parameters(values));
        let client = self.client();
        let outcome = tokio::join!(
            biased;
            client.batch_execute(&begin),
            client.query(&lock, &[]),
            client.query(&prepared, &values),
            client.batch_execute("COMMIT"),
        );
        outcome.0.and(outcome.1).doing(BEGINNING)?;
        self.written(outcome.2, outcome.3)
    }

    /// Runs one statement that reads one tenant's rows.
    pub async fn read(
        &mut self,
        tenant: TenantId,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement).await?;
        // Whoever does not wait for it any more leaves no connection behind that is still at it.
        self.open = true;
        let rows = self
            .show(Some(tenant), async |client| client.query(&prepared, &parameters(values)).await)
            .await;
        self.open = false;
        rows
    }

    /// Runs one statement that writes one tenant's rows, in a transaction of its own.
    pub async fn write(
        &mut self,
        tenant: TenantId,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement).await?;
        self.open = true;
        let (begin, values) = (beginning(WRITE, Some(tenant)), parameters(values));
        let client = self.client();
        let outcome = tokio::join!(
            biased;
            client.batch_execute(&begin),
            client.query(&prepared, &values),
            client.batch_execute("COMMIT"),
        );
        outcome.0.doing(BEGINNING)?;
        self.written(outcome.1, outcome.2)
    }

    /// What a write came to. The commit went out with it, so that nobody can say what became of one
    /// whose connection was lost.
    fn written(
        &mut self,
        rows: Result<Vec<Row>, Error>,
        end: Result<(), Error>,
    ) -> Result<Vec<Row>, StoreError> {
        if rows.as_ref().err().or(end.as_ref().err()).is_some_and(is_lost) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, WRITING));
        }
        end.doing(WRITING)?;
        self.open = false;
        rows.doing(WRITING)
    }

    /// Begins a transaction that sees one tenant's rows, with its first statement.
    pub async fn begin(
        &mut self,
        begin: &str,
        tenant: TenantId,
        statement: &str,
        values: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement).await?;
        self.open = true;
        let (begin, values) = (beginning(begin, Some(tenant)), parameters(values));
        let client = self.client();
        let outcome = tokio::join!(
            biased;
            client.batch_execute(&begin),
            client.query(&prepared, &values),
        );
        outcome.0.doing(BEGINNING)?;
        outcome.1.doing(READING)
    }

    /// Begins a transaction that writes one tenant's rows, with a statement that reads, and runs the
    /// first statements that were prepared for it in the same round trip.
    pub async fn begin_with(
        &mut self,
        tenant: TenantId,
        (statement, values): (&str, &[Value]),
        steps: &[(Statement, &[Value])],
    ) -> Result<(Vec<Row>, Vec<Result<u64, Error>>), StoreError> {
        let prepared = self.prepare(statement).await?;
        self.open = true;
        let (begin, values) = (beginning(WRITE, Some(tenant)), parameters(values));
        let client = self.client();
        let outcome = tokio::join!(
            biased;
            client.batch_execute(&begin),
            client.query(&prepared, &values),
            self.run(steps),
        );
        outcome.0.doing(BEGINNING)?;
        Ok((outcome.1.doing(READING)?, outcome.2))
    }

    /// Runs one more statement of the transaction.
    pub async fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement).await?;
        self.client().query(&prepared, &parameters(values)).await.doing(READING)
    }

    /// Runs statements of the transaction that were prepared, in their order; gives what each came
    /// to. At most [`PIPELINE`] of them.
    pub async fn run(&self, steps: &[(Statement, &[Value])]) -> Vec<Result<u64, Error>> {
        let client = self.client();
        let running = steps.iter().map(|(statement, values)| async move {
            client.execute(statement, &parameters(values)).await
        });
        join_all(running).await
    }

    /// Ends a transaction that only read. Nobody waits for the answer: what comes next on this
    /// connection comes after it.
    pub fn end_reading(mut self) {
        send(pin!(self.client().batch_execute("COMMIT")));
        self.open = false;
    }

    /// Commits. When this fails, the outcome is not known.
    pub async fn commit(&mut self) -> Result<(), Error> {
        self.client().batch_execute("COMMIT").await?;
        self.open = false;
        Ok(())
    }

    /// Undoes the transaction.
    pub async fn roll_back(mut self) {
        if self.open && self.client().batch_execute("ROLLBACK").await.is_ok() {
            self.open = false;
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(object) = self.object.take_if(|_| self.open) {
            // Out of the pool; PostgreSQL undoes what a closed connection has begun.
            drop(Object::take(object));
        }
    }
}

/// Polls a request once, which writes it.
pub fn send(request: Pin<&mut impl Future>) {
    drop(request.now_or_never());
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
