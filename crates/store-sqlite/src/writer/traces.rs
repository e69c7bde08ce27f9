//! What was erased, and may still lie in the files.
//!
//! What a unit writes over is in the database file until the log is copied back, and in the log until
//! that is emptied. Neither is done while somebody reads what was there before. So the store itself keeps
//! how many units erased something, and after how many of them the log was emptied: whoever writes next
//! finds it there, also in another process, or after this one was killed.

use std::cell::Cell;
use std::time::{Duration, Instant};

use cartola_store::StoreError;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Doing;
use crate::unit::Unit;

/// How long an erasure waits for readers to end, at most, and with it whatever is written next. Pages are
/// read within that; a copy of the whole store is not, and what was erased goes after it.
pub const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// How long the log is left alone after readers were in the way: each try copies what was written since.
const PAUSE: Duration = Duration::from_secs(1);

const NOTE: &str = "INSERT INTO erasure (id, erased, gone) VALUES (1, 1, 0) \
    ON CONFLICT (id) DO UPDATE SET erased = erased + 1";
const LOOK: &str = "SELECT erased, gone FROM erasure WHERE id = 1";
const GONE: &str = "UPDATE erasure SET gone = ?1 WHERE id = 1 AND gone < ?1";

/// To be called by a unit that erases what is to be found nowhere any more.
pub fn note_erased(unit: &Unit<'_>) -> Result<(), StoreError> {
    unit.execute("noting an erasure", NOTE, []).map(drop)
}

/// What the store keeps of erasures.
#[derive(Debug, Clone, Copy, Default)]
pub struct Marks {
    /// Units that erased something.
    erased: i64,
    /// After how many of them the log was emptied.
    gone: i64,
}

impl Marks {
    /// As they stand for that connection, within its transaction.
    pub fn read(connection: &Connection) -> Result<Self, StoreError> {
        let read = |row: &rusqlite::Row<'_>| Ok(Self { erased: row.get(0)?, gone: row.get(1)? });
        let looked = connection.prepare_cached(LOOK);
        let marks = looked.and_then(|mut look| look.query_row([], read).optional());
        Ok(marks.doing("looking whether something was erased")?.unwrap_or_default())
    }
}

/// What a writer knows of them.
#[derive(Default)]
pub struct Traces {
    /// As of its last transaction that was committed.
    marks: Cell<Marks>,
    /// How many erasures it has waited for.
    waited_for: i64,
    /// When it may try again, after readers were in the way.
    next_try: Option<Instant>,
}

impl Traces {
    /// What was committed. What was not is no mark: its number is given again.
    pub fn committed(&self, marks: Marks) {
        self.marks.set(marks);
    }

    /// Whether something was erased, by whomever, that this writer has not waited for yet.
    pub fn is_new(&mut self) -> bool {
        let Marks { erased, gone } = self.marks.get();
        let is_new = erased > gone.max(self.waited_for);
        self.waited_for = erased;
        is_new
    }

    /// Whether something is in the files, and it is time to try again.
    pub fn is_due(&self) -> bool {
        let Marks { erased, gone } = self.marks.get();
        erased > gone && !self.pauses()
    }

    /// How long to wait for readers: not at all where they were in the way a moment ago.
    pub fn longest_wait(&self) -> Duration {
        if self.pauses() { Duration::ZERO } else { LONGEST_WAIT }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "how long the log is left alone is monotonic time"
    )]
    fn pauses(&self) -> bool {
        self.next_try.is_some_and(|at| Instant::now() < at)
    }

    /// Copies all of the log back and empties it, and writes down that nothing is left; whether that
    /// could be done, or somebody reads what was there before for longer than that.
    pub fn clear(
        &mut self,
        connection: &Connection,
        longest: Duration,
    ) -> Result<bool, StoreError> {
        let Marks { erased, .. } = self.marks.get();
        let cleared = within(connection, longest, || {
            let blocked = connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
                .doing("emptying the log")?;
            if blocked == 0 {
                // What another process has erased meanwhile has a number beyond this one.
                let noted = connection.execute(GONE, [erased]);
                noted.doing("noting that nothing is left of what was erased")?;
            }
            Ok(blocked == 0)
        });
        self.tried(erased, matches!(cleared, Ok(true)));
        cleared
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "how long the log is left alone is monotonic time"
    )]
    fn tried(&mut self, erased: i64, is_clear: bool) {
        if is_clear {
            self.marks.set(Marks { erased, gone: erased });
        }
        self.next_try = (!is_clear).then(|| Instant::now() + PAUSE);
    }
}

/// Runs what waits for other connections for so long at most, and never longer than this one does anyway.
fn within<T>(
    connection: &Connection,
    longest: Duration,
    run: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    const SETTING: &str = "setting how long the writer waits";
    let usual = connection.query_row("PRAGMA busy_timeout", [], |row| row.get::<_, i64>(0));
    let usual = Duration::from_millis(usual.doing(SETTING)?.unsigned_abs());
    connection.busy_timeout(longest.min(usual)).doing(SETTING)?;
    let outcome = run();
    connection.busy_timeout(usual).doing(SETTING)?;
    outcome
}
