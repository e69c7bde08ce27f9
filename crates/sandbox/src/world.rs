//! The population with what people did on top, kept in a file of its own.

mod act;
mod bills;
mod cash;
mod check;
mod decided;
mod doors;
mod log;
mod overlay;
mod phones;
mod record;
mod state;
mod transfer;
mod transfers;

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cartola_model::AccountNumber;
use cartola_primitives::calendar::LAST_YEAR;
use cartola_primitives::{Clock, Date, SignedDuration, Timestamp, santiago};
use jiff::civil::DateTime;

use crate::account::Account;
use crate::key::AccountKey;
use crate::movement::Movement;
use crate::population::Population;
use crate::shown::{self, Balance};

pub use act::{ActError, Amendment, MAX_AMOUNT, MAX_GLOSA, NewMovement};
pub(crate) use bills::{billed, code_of};
pub(crate) use cash::{Cash, CashStage, ClaimError};
pub use check::LedgerCheck;
pub(crate) use decided::{Decided, Decision};
pub use doors::{Door, MAX_DEVICES, WRONG_PASSWORDS};
pub use log::LogError;
pub(crate) use phones::{Phone, PhoneError};
pub use record::Customer;
pub(crate) use record::Hidden;
pub(crate) use record::Posting;
pub(crate) use transfer::{
    CHALLENGE_LASTS, Order, Stage, Transfer, TransferKey, WRONG_ANSWERS, What, is_of_transfer,
};
pub(crate) use transfers::TransferError;

use log::{Log, Syncer};
use record::Record;
use state::{Acted, State};

/// The file's name in the folder of the sandbox.
pub const FILE_NAME: &str = "sandbox.log";
/// The form of the file. Raised when a record's meaning changes.
const VERSION: u32 = 1;
/// The seed of a new box that was given none.
pub const DEFAULT_SEED: u64 = 42;

/// Why a box cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
    /// It was made with another seed.
    #[error("this folder was made with seed {kept}; leave the seed out or use another folder")]
    Seed {
        /// The seed in the file.
        kept: u64,
    },
    /// It was made by a later version.
    #[error(
        "this folder was made by a later version of the sandbox; use that one or another folder"
    )]
    Version,
}

/// A clock cannot be moved there.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Backwards, or out of the calendar.
    #[error("the clock moves forward only, and not beyond the year {LAST_YEAR}")]
    Range,
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The box: everybody in it, what they did, and its clock. Share it behind an `Arc`.
pub struct World {
    population: Population,
    clock: Arc<dyn Clock>,
    /// The state's offset once more, so that reading the clock takes no lock.
    offset: AtomicI64,
    kept: Mutex<Kept>,
    syncer: Syncer,
}

/// What was done, and the file that it is in.
pub(crate) struct Kept {
    log: Log,
    pub(crate) state: State,
}

impl Kept {
    /// Writes a record, then lets it count.
    pub(crate) fn write(&mut self, record: Record) -> Result<(), LogError> {
        self.log.append(&record)?;
        self.state.apply(record);
        Ok(())
    }
}

impl World {
    /// Opens the box of a folder that exists, or makes it with that seed, [`DEFAULT_SEED`] where
    /// there is none. Blocks.
    pub fn open(
        folder: &Path,
        seed: Option<u64>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, OpenError> {
        let (mut log, records) = Log::open::<Record>(&folder.join(FILE_NAME))?;
        let kept = match records.first() {
            Some(Record::Box { version: VERSION, seed }) => Some(*seed),
            None => None,
            Some(_) => return Err(OpenError::Version),
        };
        let seed = match (kept, seed) {
            (Some(kept), Some(given)) if kept != given => return Err(OpenError::Seed { kept }),
            (Some(kept), _) => kept,
            (None, given) => {
                let seed = given.unwrap_or(DEFAULT_SEED);
                log.append(&Record::Box { version: VERSION, seed })?;
                seed
            }
        };
        let syncer = log.syncer();
        syncer.sync()?;
        let mut state = State::default();
        for record in records {
            state.apply(record);
        }
        Ok(Self {
            population: Population::new(seed),
            clock,
            offset: AtomicI64::new(state.offset),
            kept: Mutex::new(Kept { log, state }),
            syncer,
        })
    }

    /// How much was done so far.
    pub(crate) fn done(&self) -> u64 {
        self.syncer.written()
    }

    /// Whether the disk has that much of what was done.
    pub(crate) fn is_on_disk(&self, done: u64) -> bool {
        self.syncer.has(done)
    }

    /// Comes back when the disk has all that was done before: nobody is told of anything sooner. Blocks.
    pub fn sync(&self) -> Result<(), LogError> {
        self.syncer.sync()
    }

    /// From now on nothing is brought to the disk.
    #[cfg(test)]
    pub(crate) fn lose_disk(&self) {
        self.syncer.fail();
    }

    /// Everybody in it.
    pub fn population(&self) -> Population {
        self.population
    }

    /// What clocks in Santiago show in the box.
    pub fn local_now(&self) -> DateTime {
        santiago::datetime_of(self.now())
    }

    /// Moves the box's clock forward, for good.
    pub fn advance(&self, by: SignedDuration) -> Result<(), ClockError> {
        let ahead = self.now().checked_add(by).map_err(|_| ClockError::Range)?;
        if by.is_negative() || santiago::date_of(ahead).year() >= LAST_YEAR {
            return Err(ClockError::Range);
        }
        let mut kept = self.kept();
        let offset = kept.state.offset.saturating_add(by.as_secs());
        kept.write(Record::Clock { offset })?;
        self.offset.store(offset, Ordering::Release);
        Ok(())
    }

    /// The account of that number, whichever bank's.
    pub fn find(&self, number: &AccountNumber) -> Option<Account> {
        self.population.find(number)
    }

    /// What the bank shows now for those days; see [`Population::statement`].
    pub fn statement(&self, key: AccountKey, days: (Date, Date)) -> Vec<Movement> {
        let now = self.local_now();
        let months = shown::months(days, now);
        let Some((months, account)) = months.zip(self.population.account(key)) else {
            return Vec::new();
        };
        let acted = self.acted_now(key);
        let drawn = overlay::months(self.population, &account, &acted, months);
        shown::cut(drawn.movements, days, now)
    }

    /// What the account holds now.
    pub fn balance(&self, key: AccountKey) -> Option<Balance> {
        self.balance_at(key, self.local_now())
    }

    /// What the account held or will hold at a moment, by what is known now.
    pub fn balance_at(&self, key: AccountKey, now: DateTime) -> Option<Balance> {
        let account = self.population.account(key)?;
        let acted = self.acted_now(key);
        Some(overlay::balance(self.population, &account, &acted, now))
    }

    /// What was done on an account, with what time has brought back. Where that cannot be written down,
    /// it is shown once it can.
    fn acted_now(&self, key: AccountKey) -> Acted {
        let mut kept = self.kept();
        drop(self.expire_cash(&mut kept));
        kept.state.acted(key)
    }

    /// Proves that no money appeared or vanished.
    pub fn check_ledger(&self) -> LedgerCheck {
        // Whoever acts meanwhile waits for the copy alone.
        let state = self.kept().state.clone();
        check::check(self.population, &state)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A record counts only once it is written whole, so a panic elsewhere broke nothing.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far the clock of the box in a folder has been moved forward: a look beside the process that
/// has the box open. Blocks.
pub fn clock_offset(folder: &Path) -> Result<SignedDuration, LogError> {
    let records: Vec<Record> = log::records(&folder.join(FILE_NAME))?;
    let moved = records.iter().rev().find_map(|record| match record {
        Record::Clock { offset } => Some(*offset),
        _ => None,
    });
    Ok(SignedDuration::from_secs(moved.unwrap_or_default()))
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.offset.load(Ordering::Acquire));
        let real = self.clock.now();
        real.checked_add(ahead).unwrap_or(real)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}
