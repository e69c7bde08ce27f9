//! What callers see of the writer without asking it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use cartola_store::{StoreError, StoreErrorKind};

/// What the writer did since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Transactions that were committed.
    pub transactions: u64,
    /// Units that were committed in them.
    pub units: u64,
    /// Units that were refused alone, as conflicts or defects.
    pub refused: u64,
    /// Units that failed together with their transaction.
    pub failed: u64,
}

/// The counts and the two states that outlive a transaction.
#[derive(Default)]
pub struct State {
    transactions: AtomicU64,
    units: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    poisoned: AtomicBool,
    full: AtomicBool,
}

impl State {
    pub fn figures(&self) -> Figures {
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        Figures {
            transactions: read(&self.transactions),
            units: read(&self.units),
            refused: read(&self.refused),
            failed: read(&self.failed),
        }
    }

    /// A transaction ended well, with so many units in it and so many refused.
    pub fn committed(&self, units: usize, refused: usize) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
        self.units.fetch_add(units as u64, Ordering::Relaxed);
        self.refused.fetch_add(refused as u64, Ordering::Relaxed);
        self.full.store(false, Ordering::Release);
    }

    /// A transaction failed with all its units.
    pub fn failed(&self, units: usize, error: &StoreError) {
        self.failed.fetch_add(units as u64, Ordering::Relaxed);
        if error.kind == StoreErrorKind::Full {
            self.full.store(true, Ordering::Release);
        }
    }

    /// From now on nothing is written.
    ///
    /// After a failed fsync, the kernel may have dropped the pages that it could not write and
    /// marked them clean: the next fsync succeeds without them. Neither trying again nor reading
    /// back proves anything within this process; a new one reads what the disk has, and SQLite
    /// recovers from the log. The same goes for a database found damaged: writing on would spread it.
    pub fn poison(&self) {
        self.poisoned.store(true, Ordering::Release);
    }

    pub fn check_alive(&self) -> Result<(), StoreError> {
        if self.poisoned.load(Ordering::Acquire) {
            let context =
                "the store failed to write, and writes nothing more until it is restarted";
            return Err(StoreError::new(StoreErrorKind::Unavailable, context));
        }
        Ok(())
    }

    /// Whether the last transaction found the disk full.
    pub fn is_full(&self) -> bool {
        self.full.load(Ordering::Acquire)
    }
}
