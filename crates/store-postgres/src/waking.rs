//! Waking those who wait for jobs, across processes.
//!
//! After a commit that moved jobs, its process notifies the others, each of which listens on a
//! connection of its own, and notifies on the same. PostgreSQL lets one transaction notify at a time,
//! up to the disk; so commits do not wait for it: whatever was committed while one notification was on
//! its way is told by the next, and none of them waits for the disk. One that is lost costs a second:
//! waiters look again by themselves.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use cartola_store::arrivals::{Arrivals, Signal};
use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;

use crate::OpenError;
use crate::admission::admit;
use crate::clock::{DatabaseClock, ELAPSED};
use crate::columns::Columns;
use crate::connector::{Connector, Single};
use crate::error::Doing;
use crate::schema::Schema;

const LISTEN: &str = "SET synchronous_commit = off; LISTEN cartola_jobs";

/// How long a listener waits before it connects anew.
const RECONNECT: Duration = Duration::from_secs(1);

/// How often the database's clock is looked at.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);

/// The statement that notifies the others. `process` is ours, which need not hear it.
fn notification(process: &str) -> String {
    format!("NOTIFY cartola_jobs, '{process}'")
}

/// What a listener hears of, and tells of.
pub struct Heard {
    /// Raised when another process has moved jobs.
    pub signal: Arc<Signal>,
    /// Raised when this one has.
    pub ours: Arc<Signal>,
    /// The time of all.
    pub clock: Arc<DatabaseClock>,
    /// Which process this is.
    pub process: String,
}

/// What others are still to be told, however many connections are lost before that.
struct Untold {
    arrivals: Arrivals,
    owed: bool,
}

/// Listens until it is dropped.
pub struct Listener(JoinHandle<()>);

impl Listener {
    /// Listens from now on.
    pub fn start(connector: Connector, schema: Schema, heard: Heard) -> Self {
        let mut untold = Untold { arrivals: heard.ours.arrivals(), owed: false };
        Self(tokio::spawn(async move {
            loop {
                if let Err(error) = listen(&connector, schema, &heard, &mut untold).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "store.listener.lost");
                }
                tokio::time::sleep(RECONNECT).await;
            }
        }))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens on one connection until it is lost.
async fn listen(
    connector: &Connector,
    schema: Schema,
    heard: &Heard,
    untold: &mut Untold,
) -> Result<(), OpenError> {
    const LISTENING: &str = "listening for jobs";
    const TELLING: &str = "telling of jobs";
    let Heard { signal, clock, process, .. } = heard;
    let Single { client, mut connection } = connector.connect().await?;
    let notification = notification(process);
    let asking = async {
        admit(&client, schema).await?;
        client.batch_execute(LISTEN).await.doing(LISTENING)?;
        // What was said while nobody listened.
        signal.raise();
        loop {
            let row = client.query_one(ELAPSED, &[]).await.doing(LISTENING)?;
            clock.set(&mut Columns::of(&row))?;
            tokio::time::sleep(LOOK_AT_CLOCK).await;
        }
    };
    let telling = async {
        loop {
            untold.owed = untold.owed || untold.arrivals.next(LOOK_AT_CLOCK).await;
            if untold.owed {
                client.batch_execute(&notification).await.doing(TELLING)?;
                untold.owed = false;
            }
        }
    };
    let hearing = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(said) = message.doing(LISTENING)?
                && said.payload() != *process
            {
                signal.raise();
            }
        }
        Ok::<(), OpenError>(())
    };
    tokio::select! {
        ended = asking => ended,
        ended = telling => ended,
        ended = hearing => ended,
    }
}
