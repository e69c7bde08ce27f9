//! One transaction for several units.
//!
//! A savepoint before each of them would keep what the others had changed of each page that it changes
//! too, all to undo a unit alone, and few are. So they are applied without any. Where one conflicts, all are
//! undone, and applied again with a savepoint each; for a while, the groups that follow have them from
//! the beginning.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::Connection;

use super::state::State;
use super::task::Task;
use super::traces::{Marks, Traces};
use crate::error::{Doing, copy_of, poisons};
use crate::movements::days;

/// Pages of the log, 8 KiB each, beyond which it is copied back into the database: half of the size that
/// the log keeps. A page that was changed often meanwhile is copied once.
const CHECKPOINT_PAGES: i32 = 4_000;

/// Rows of a group from which on the page cache is emptied when it is written: what a bulk load has
/// left there is of no use to what comes next, and is memory.
const BULK_ROWS: usize = 20_000;

/// Groups after one with a conflict in which each unit has a savepoint from the beginning.
const CAREFUL_GROUPS: u32 = 16;

/// Groups after days could not be listed in which it is not tried again: whoever is in the way may be for
/// long.
const LISTING_PAUSE: u32 = 256;

thread_local! {
    /// Pages in the log after the last commit of this thread. SQLite's hook takes no state.
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

/// Writes groups of units.
pub struct Group {
    connection: Connection,
    state: Arc<State>,
    /// What was erased, and may still be in the files.
    traces: Traces,
    /// Groups that are yet to have savepoints.
    careful: Cell<u32>,
    /// Groups after which it is tried again to list days.
    listing_pause: Cell<u32>,
}

impl Group {
    /// Whoever wrote before may have ended before nothing was left of what they erased.
    pub fn new(connection: Connection, state: Arc<State>) -> Result<Self, StoreError> {
        connection.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
        let traces = Traces::default();
        traces.committed(Marks::read(&connection)?);
        let mut group =
            Self { connection, state, traces, careful: Cell::new(0), listing_pause: Cell::new(0) };
        group.leave_no_trace_of_new();
        Ok(group)
    }

    /// Writes the units in one transaction and answers each.
    pub fn write(&mut self, mut tasks: Vec<Box<dyn Task>>) {
        let rows: usize = tasks.iter().map(|task| task.rows()).sum();
        let outcome = self.state.check_alive().and_then(|()| self.attempt(&mut tasks));
        let is_written = outcome.is_ok();
        // Whoever erases is told once nothing is left, unless readers are in the way for long.
        if outcome.is_ok() {
            self.leave_no_trace_of_new();
        }
        match outcome {
            Ok(outcomes) => {
                let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
                self.state.committed(outcomes.len() - refused, refused);
                for (task, outcome) in tasks.into_iter().zip(outcomes) {
                    task.answer(outcome);
                }
            }
            Err(error) => {
                self.state.failed(tasks.len(), &error);
                for task in tasks {
                    task.answer(Err(copy_of(&error)));
                }
            }
        }
        // Nobody waits for this any more.
        if self.traces.is_due() {
            self.leave_no_trace(Duration::ZERO);
        }
        if is_written {
            self.list_by_day();
        }
        self.copy_log_back();
        if rows >= BULK_ROWS {
            self.empty_cache();
        }
    }

    /// Either what became of each unit, on disk, or why none was written.
    fn attempt(
        &self,
        tasks: &mut [Box<dyn Task>],
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let applied = catch_unwind(AssertUnwindSafe(|| self.apply_all(tasks)));
        let outcome = applied.unwrap_or_else(|_| {
            tracing::error!("a unit of work panicked");
            self.state.poison();
            Err(StoreError::new(StoreErrorKind::Unavailable, "a unit of work panicked"))
        });
        if let Err(error) = &outcome {
            self.give_up(error);
        }
        outcome
    }

    fn apply_all(
        &self,
        tasks: &mut [Box<dyn Task>],
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        self.run("BEGIN IMMEDIATE")?;
        let careful = self.careful.get();
        self.careful.set(careful.saturating_sub(1));
        // One alone needs no savepoint.
        if careful == 0 && tasks.len() > 1 {
            if self.apply_together(tasks)? {
                self.commit()?;
                return Ok(tasks.iter().map(|_| Ok(())).collect());
            }
            self.careful.set(CAREFUL_GROUPS);
        }
        let mut outcomes: Vec<Result<(), StoreError>> = Vec::with_capacity(tasks.len());
        for task in tasks {
            let first = outcomes.iter().all(Result::is_err);
            outcomes.push(self.apply(task.as_mut(), first)?);
        }
        self.commit()?;
        Ok(outcomes)
    }

    /// What is erased is looked at within each transaction: others erase too, in other processes.
    fn commit(&self) -> Result<(), StoreError> {
        let marks = Marks::read(&self.connection)?;
        self.run("COMMIT")?;
        self.traces.committed(marks);
        Ok(())
    }

    /// Applies all of them, or none where one is to be undone alone.
    fn apply_together(&self, tasks: &mut [Box<dyn Task>]) -> Result<bool, StoreError> {
        for task in tasks {
            match task.apply(&self.connection) {
                Ok(()) => {}
                Err(error) if concerns_unit_alone(&error) && !self.connection.is_autocommit() => {
                    let undo = "ROLLBACK; BEGIN IMMEDIATE";
                    self.connection.execute_batch(undo).doing("undoing a group of units")?;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// What became of the unit alone, or why the whole transaction must end. As long as nothing
    /// stands in the transaction, it is its own savepoint: a large unit then needs no second journal.
    fn apply(
        &self,
        task: &mut dyn Task,
        first: bool,
    ) -> Result<Result<(), StoreError>, StoreError> {
        let (begin, keep, undo) = if first {
            (None, None, "ROLLBACK; BEGIN IMMEDIATE")
        } else {
            (Some("SAVEPOINT unit"), Some("RELEASE unit"), "ROLLBACK TO unit; RELEASE unit")
        };
        begin.map_or(Ok(()), |statement| self.run(statement))?;
        match task.apply(&self.connection) {
            Ok(()) => keep.map_or(Ok(()), |statement| self.run(statement)).map(Ok),
            Err(error) if concerns_unit_alone(&error) && !self.connection.is_autocommit() => {
                self.connection.execute_batch(undo).doing("undoing a unit of work")?;
                Ok(Err(error))
            }
            Err(error) => Err(error),
        }
    }

    fn run(&self, statement: &'static str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute([]))
            .map(drop)
            .doing(statement)
    }

    fn give_up(&self, error: &StoreError) {
        let undone =
            self.connection.is_autocommit() || self.connection.execute_batch("ROLLBACK").is_ok();
        if poisons(error) || !undone {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the store failed and writes nothing more until it is restarted"
            );
            self.state.poison();
        }
    }

    fn empty_cache(&self) {
        if let Err(error) = self.connection.release_memory() {
            tracing::debug!(error = &error as &dyn std::error::Error, "the cache was not emptied");
        }
    }

    /// Leaves no trace of what nobody has waited for yet.
    fn leave_no_trace_of_new(&mut self) {
        if self.traces.is_new() {
            self.leave_no_trace(self.traces.longest_wait());
        }
    }

    /// Copies all of the log back and empties it. Where readers are in the way for longer than that, it
    /// is tried again after later units.
    fn leave_no_trace(&mut self, longest: Duration) {
        if self.state.check_alive().is_err() {
            return;
        }
        match self.traces.clear(&self.connection, longest) {
            Ok(true) => LOG_PAGES.set(0),
            Ok(false) => {
                tracing::debug!("what was erased is in the files until readers have ended");
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the log was not emptied");
                if poisons(&error) {
                    self.state.poison();
                }
            }
        }
    }

    /// Lists by day what was left out, when it is enough.
    fn list_by_day(&self) {
        let pause = self.listing_pause.get();
        if pause > 0 || self.state.check_alive().is_err() {
            self.listing_pause.set(pause.saturating_sub(1));
            return;
        }
        if let Err(error) = self.list_what_is_due() {
            // Nothing is lost: it is tried again after later units, and lists find it as it is.
            tracing::warn!(error = &error as &dyn std::error::Error, "days were not listed");
            self.give_up(&error);
            self.listing_pause.set(LISTING_PAUSE);
        }
    }

    fn list_what_is_due(&self) -> Result<(), StoreError> {
        if !days::is_due(&self.connection)? {
            return Ok(());
        }
        self.run("BEGIN IMMEDIATE")?;
        days::list_all(&self.connection)?;
        self.run("COMMIT")
    }

    /// Copies the log into the database when it has grown enough, as far as readers allow.
    fn copy_log_back(&self) {
        if LOG_PAGES.get() < CHECKPOINT_PAGES || self.state.check_alive().is_err() {
            return;
        }
        LOG_PAGES.set(0);
        let copied = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .doing("copying the log into the database");
        if let Err(error) = copied {
            // Nothing is lost: the log has it all. A disk that is full may have space later.
            tracing::warn!(error = &error as &dyn std::error::Error, "the log was not copied back");
            if poisons(&error) {
                self.state.poison();
            }
        }
    }
}

/// Whether the other units of the transaction are untouched by this failure.
fn concerns_unit_alone(error: &StoreError) -> bool {
    match error.kind {
        StoreErrorKind::Conflict | StoreErrorKind::Misuse => true,
        // Our own limit. What SQLite says of another writer concerns the whole transaction.
        StoreErrorKind::Busy => error.source.is_none(),
        _ => false,
    }
}
