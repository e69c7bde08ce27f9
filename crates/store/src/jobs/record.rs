//! Recording what came of a job.

use std::time::Duration;

use crate::{Receipt, Retry, Store, StoreError, StoreErrorKind, UnitOfWork};

/// How long a store that cannot record just now is waited for, each time. With what was done
/// before, it fits into a lease.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// Commits the unit that ends a job, and waits for a store that is busy or full, or cannot say what
/// became of the unit: what is not recorded is done again. The unit names the lease, so that it has
/// one effect: a conflict after such an answer may mean that it was committed the first time.
pub async fn record(store: &dyn Store, work: UnitOfWork) -> Result<Receipt, StoreError> {
    for wait in AGAIN {
        match store.commit(work.clone()).await {
            Err(error) if may_pass(&error) => tokio::time::sleep(wait).await,
            outcome => return outcome,
        }
    }
    store.commit(work).await
}

/// The embedded store that has failed does not recover, which costs some seconds here; a shared one
/// that has lost a connection is there again with the next one.
fn may_pass(error: &StoreError) -> bool {
    error.retry() == Retry::Later || error.kind == StoreErrorKind::Unavailable
}
