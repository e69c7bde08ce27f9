//! Small numbers for what stands in many rows. A number once given never means anything else.

use crate::jobs::{Priority, Queue, Standing, Step};
use cartola_model::{BalanceKind, MergeReason, SourceKind};

/// Gives each value of an enum its stored number; the compiler asks for a number for a new value,
/// and there is one list for both ways.
macro_rules! codes {
    ($write:ident, $read:ident, $kind:ident, $($value:ident = $code:literal),+ $(,)?) => {
        /// The number of that value.
        pub const fn $write(value: $kind) -> i64 {
            match value {
                $($kind::$value => $code,)+
            }
        }

        /// The value of that number.
        pub const fn $read(code: i64) -> Option<$kind> {
            match code {
                $($code => Some($kind::$value),)+
                _ => None,
            }
        }
    };
}

codes!(
    source_kind,
    source_kind_of,
    SourceKind,
    MappedFile = 1,
    StandardFile = 2,
    StatementFile = 3,
    Institution = 4,
);

codes!(
    reason,
    reason_of,
    MergeReason,
    First = 1,
    SameReference = 2,
    IdenticalLine = 3,
    SameBalance = 4,
    SameLine = 5,
    TruncatedText = 6,
    Absent = 7,
    Split = 8,
    OnlyCandidate = 9,
);

codes!(
    balance_kind,
    balance_kind_of,
    BalanceKind,
    Available = 1,
    Ledger = 2,
    Overdraft = 3,
    Held = 4,
    CreditAvailable = 5,
    CreditUsed = 6,
    CreditLimit = 7,
);

codes!(queue, queue_of, Queue, Work = 1, Outbox = 2);

codes!(priority, priority_of, Priority, Interactive = 1, Normal = 2, Background = 3);

// Partial indexes and statements name states by these numbers.
codes!(standing, standing_of, Standing, Queued = 1, Running = 2, Done = 3, Dead = 4, Cancelled = 5,);

codes!(step, step_of, Step, SigningIn = 1, Accounts = 2, Movements = 3, Records = 4, Keeping = 5,);
