//! Threads that each own something, and run what async callers hand them.
//!
//! SQLite and files block. A caller hands a closure over, and waits on a channel, not on a thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, JoinHandle};

use cartola_store::{StoreError, StoreErrorKind};
use flume::{Receiver, Sender, TrySendError};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::Doing;

type Job<State> = Box<dyn FnOnce(&State) + Send>;

/// A few threads and the queue before them.
pub struct Workers<State> {
    /// Absent only while being dropped.
    queue: Option<Sender<Job<State>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<State: Send + 'static> Workers<State> {
    /// Starts one thread for each state. At most `waiting` jobs wait. `tidy` runs after each job,
    /// even one that panicked.
    pub fn start(
        name: &str,
        states: Vec<State>,
        waiting: usize,
        tidy: fn(&State),
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = flume::bounded(waiting);
        let threads = states
            .into_iter()
            .map(|state| {
                let jobs = jobs.clone();
                thread::Builder::new()
                    .name(name.to_owned())
                    .spawn(move || work(&state, &jobs, tidy))
            })
            .collect::<Result<_, _>>()
            .doing("starting a thread")?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Runs a job on any of the threads.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&State) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Box::new(move |state| {
            // Nobody waits any more: the caller's connection is gone, or its time is up.
            if !answer.is_closed() {
                drop(answer.send(job(state)));
            }
        }))?;
        answered.await.unwrap_or_else(|_| Err(lost()))
    }

    fn enqueue(&self, job: Job<State>) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().expect("the queue is there until the workers are dropped");
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => {
                StoreError::new(StoreErrorKind::Busy, "too many reads wait already")
            }
            TrySendError::Disconnected(_) => lost(),
        })
    }
}

fn work<State>(state: &State, jobs: &Receiver<Job<State>>, tidy: fn(&State)) {
    while let Ok(job) = jobs.recv() {
        // The caller learns of a panic by the channel that it drops; the thread goes on.
        if catch_unwind(AssertUnwindSafe(|| job(state))).is_err() {
            tracing::error!("a job of the store panicked");
        }
        tidy(state);
    }
}

fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "a thread of the store failed")
}

impl<State> Drop for Workers<State> {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

/// Leaves no transaction open behind a job that failed within one: the next would see old data.
pub fn end_transaction(connection: &Connection) {
    if !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
}
