//! The one thread that writes.
//!
//! Units that wait are written together: one transaction, one fsync. One that conflicts is undone alone:
//! see [`group`]. All are answered after the commit.
//!
//! A page of the database that several units change is written once for all of them, so it pays to
//! have company: see [`gather`].

mod gather;
mod group;
mod state;
mod task;
mod traces;

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use cartola_store::{StoreError, StoreErrorKind};
use flume::{Receiver, Sender, TrySendError};
use rusqlite::Connection;

use self::gather::Gathering;
use self::group::Group;
use self::state::State;
use self::task::{Task, task};
use crate::error::Doing;

pub use self::gather::MAX_GROUP_UNITS;
pub use self::state::Figures;
pub use self::traces::note_erased;

/// The writer thread and the queue before it.
pub struct Writer {
    /// Absent only while being dropped.
    queue: Option<Sender<Box<dyn Task>>>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

impl Writer {
    /// Starts the thread. At most `waiting` units wait.
    pub fn start(connection: Connection, waiting: usize) -> Result<Self, StoreError> {
        let (queue, tasks) = flume::bounded(waiting);
        let state = Arc::new(State::default());
        let group = Group::new(connection, Arc::clone(&state))?;
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_all(group, &tasks))
            .doing("starting a thread")?;
        Ok(Self { queue: Some(queue), thread: Some(thread), state })
    }

    /// What was done since the start.
    pub fn figures(&self) -> Figures {
        self.state.figures()
    }

    /// Writes, in a transaction that may be shared. When this returns `Ok`, it is on disk.
    pub async fn run<T: Send + 'static>(
        &self,
        rows: usize,
        write: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.state.check_alive()?;
        let (task, answered) = task(rows, write);
        self.enqueue(task)?;
        answered.await.map_or_else(|_| Err(lost()), |answer| answer.outcome)
    }

    /// Whether the next unit can be expected to be committed. After a full disk, it is tried.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.state.check_alive()?;
        let queue = self.queue.as_ref().expect(QUEUE_LIVES);
        if queue.is_full() {
            return Err(busy());
        }
        if self.state.is_full() {
            return self.run(1, probe).await;
        }
        Ok(())
    }

    fn enqueue(&self, task: Box<dyn Task>) -> Result<(), StoreError> {
        self.queue.as_ref().expect(QUEUE_LIVES).try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => busy(),
            TrySendError::Disconnected(_) => lost(),
        })
    }
}

const QUEUE_LIVES: &str = "the queue is there until the writer is dropped";

/// Rewrites one row, which needs a page of the log.
fn probe(connection: &Connection) -> Result<(), StoreError> {
    connection
        .execute(
            "INSERT INTO probe (id, tries) VALUES (1, 1) \
             ON CONFLICT (id) DO UPDATE SET tries = tries + 1",
            [],
        )
        .map(drop)
        .doing("trying whether the store can be written")
}

fn write_all(mut group: Group, tasks: &Receiver<Box<dyn Task>>) {
    let mut gathering = Gathering::default();
    while let Some(tasks) = gathering.next(tasks) {
        group.write(tasks);
    }
}

fn busy() -> StoreError {
    StoreError::new(StoreErrorKind::Busy, "too many units of work wait already")
}

fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store's writer has ended")
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
