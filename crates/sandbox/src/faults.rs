//! What is made to go wrong at an institution, for so many calls.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One way to go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// Right, but late.
    Latency {
        /// By so much, at most [`MAX_LATENCY_MILLISECONDS`].
        milliseconds: u64,
    },
    /// An answer of that status, 500 to 599.
    Error {
        /// The HTTP status.
        status: u16,
    },
    /// 429 with `Retry-After`.
    RateLimited {
        /// Its seconds.
        retry_after: u32,
    },
    /// No answer until the caller gives up.
    Hang,
    /// A connection that ends in the middle of the body.
    Cut,
    /// 200 with a body that nobody can read.
    Malformed,
    /// What it posts by itself is signed wrongly. Its answers have no signature, and stay right.
    WrongSignature,
}

/// Longest delay, in milliseconds: ten minutes.
pub const MAX_LATENCY_MILLISECONDS: u64 = 600_000;
/// Most calls that one order covers.
pub const MAX_CALLS: u32 = 1_000_000;
/// A call that hangs is let go after an hour, when every caller has given up.
pub const LONGEST_HANG: Duration = Duration::from_hours(1);

/// Whether an institution does what it was asked before it goes wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It goes wrong instead of doing it. A delay is before it.
    #[default]
    Before,
    /// It does it, and its answer goes wrong.
    After,
}

/// Most operations that one order names.
pub(crate) const MAX_OPERATIONS: usize = 20;

/// What is ordered for an institution.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub fault: Fault,
    pub moment: Moment,
    /// Above zero.
    pub calls: u32,
    /// Which calls, such as `POST transfer`; every call where empty.
    pub operations: Vec<String>,
}

/// What is ordered, by institution.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Mutex<BTreeMap<String, Order>>,
}

impl Faults {
    /// Makes the next calls of an institution go wrong; an earlier order is forgotten.
    pub(crate) fn order(&self, institution: &str, order: Order) {
        self.with(|ordered| ordered.insert(institution.to_owned(), order));
    }

    /// Forgets what was ordered.
    pub(crate) fn clear(&self, institution: &str) {
        self.with(|ordered| ordered.remove(institution));
    }

    /// What goes wrong with this call, and when.
    pub(crate) fn next(&self, institution: &str, operation: &str) -> Option<(Fault, Moment)> {
        self.with(|ordered| {
            let order = ordered.get_mut(institution)?;
            let operations = &order.operations;
            if order.fault == Fault::WrongSignature {
                return None;
            }
            if !operations.is_empty() && !operations.iter().any(|each| each == operation) {
                return None;
            }
            let next = (order.fault, order.moment);
            take(ordered, institution);
            Some(next)
        })
    }

    /// Whether what an institution posts now is signed wrongly.
    pub(crate) fn signs_wrongly(&self, institution: &str) -> bool {
        self.with(|ordered| {
            let order = ordered.get(institution);
            let is_wrong = order.is_some_and(|order| order.fault == Fault::WrongSignature);
            if is_wrong {
                take(ordered, institution);
            }
            is_wrong
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, Order>) -> T) -> T {
        // Every order is whole at every moment.
        work(&mut self.ordered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One of the calls that an order covers is over.
fn take(ordered: &mut BTreeMap<String, Order>, institution: &str) {
    let Some(order) = ordered.get_mut(institution) else { return };
    order.calls -= 1;
    if order.calls == 0 {
        ordered.remove(institution);
    }
}
