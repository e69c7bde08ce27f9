//! Which processes are alive, and which schema each of them knows.
//!
//! Each connection of a process holds two locks of the session, shared with all others: one for the
//! schema that the process knows, one for being in use at all. PostgreSQL lets go of them when the
//! connection ends, however that comes about: nobody is taken for alive who is not. Whoever must be
//! without others takes the lock for himself; as long as he has it, nobody can connect.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::time::Duration;

use cartola_store::StoreError;
use tokio_postgres::Client;

use crate::error::Doing;

/// The first of the two numbers of our locks.
pub const LOCKS: i32 = 0x4361_7274;

/// The second number of the lock of all who use the store; those of schemas are their numbers.
pub const ANY: usize = 0;

/// How long those are waited for who are just going.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often it is tried meanwhile. Waiting in PostgreSQL's own queue would keep others from
/// connecting.
const TRY_AGAIN: Duration = Duration::from_millis(100);

const LOOKING: &str = "looking who uses the database";

/// A process that is connected in the role that serves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    /// What it calls itself.
    pub name: String,
    /// The latest schema that it knows; nothing where it is of a version that does not say, or none
    /// of ours.
    pub schema: Option<usize>,
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schema {
            Some(schema) => write!(formatter, "{} (schema {schema})", self.name),
            None => write!(formatter, "{} (it does not say for which schema)", self.name),
        }
    }
}

/// Processes in words.
pub fn told(processes: &[Process]) -> String {
    processes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Who is connected in a role.
pub async fn alive(client: &Client, role: &str) -> Result<Vec<Process>, StoreError> {
    let query = format!(
        "SELECT coalesce(nullif(a.application_name, ''), 'process ' || a.pid), \
         max(l.objid::bigint) FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid \
         AND l.locktype = 'advisory' AND l.database = a.datid AND l.objsubid = 2 AND l.granted \
         AND l.classid::bigint = {LOCKS} AND l.objid::bigint > 0 \
         WHERE a.datname = current_database() AND a.usename = $1 GROUP BY a.pid, a.application_name"
    );
    let rows = client.query(&query, &[&role]).await.doing(LOOKING)?;
    let process = |row: &tokio_postgres::Row| Process {
        name: row.get(0),
        schema: row.get::<_, Option<i64>>(1).and_then(|schema| usize::try_from(schema).ok()),
    };
    let processes: BTreeSet<Process> = rows.iter().map(process).collect();
    Ok(processes.into_iter().collect())
}

/// Keeps out those that match for as long as the connection lasts or until [`let_in`], by these
/// locks; gives who is in the way.
pub async fn keep_out(
    client: &Client,
    role: &str,
    locks: Range<usize>,
    matches: impl Fn(&Process) -> bool,
) -> Result<Vec<Process>, StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        let taken = take(client, &locks).await?;
        let mut others = alive(client, role).await?;
        others.retain(&matches);
        if taken == locks && others.is_empty() {
            return Ok(others);
        }
        let_in(client, &taken).await?;
        // Somebody without a lock is about to take one, or to go: he will be seen next time.
        if waited >= PATIENCE && !others.is_empty() {
            return Ok(others);
        }
        tokio::time::sleep(TRY_AGAIN).await;
        waited += TRY_AGAIN;
    }
}

/// Takes locks until one is not free; gives those that were taken.
async fn take(client: &Client, locks: &Range<usize>) -> Result<Range<usize>, StoreError> {
    for lock in locks.clone() {
        let query = format!("SELECT pg_try_advisory_lock({LOCKS}, {lock})");
        if !client.query_one(&query, &[]).await.doing(LOOKING)?.get::<_, bool>(0) {
            return Ok(locks.start..lock);
        }
    }
    Ok(locks.clone())
}

/// Lets others in again.
pub async fn let_in(client: &Client, locks: &Range<usize>) -> Result<(), StoreError> {
    for lock in locks.clone() {
        let unlock = format!("SELECT pg_advisory_unlock({LOCKS}, {lock})");
        client.batch_execute(&unlock).await.doing(LOOKING)?;
    }
    Ok(())
}
