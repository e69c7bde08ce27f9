//! Recording what came of a job.

use std::time::Duration;

use crate::{Receipt, Retry, Store, StoreError, UnitOfWork};

/// How long a store that cannot record just now is waited for, each time. With what was done
/// before, it fits into a lease.
const AGAIN: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_secs(1), Duration::from_secs(5)];

/// Commits the unit that ends a job, and waits for a store that is busy or full: what is not
/// recorded is done again.
pub async fn record(store: &dyn Store, work: UnitOfWork) -> Result<Receipt, StoreError> {
    for wait in AGAIN {
        match store.commit(work.clone()).await {
            Err(error) if error.retry() == Retry::Later => tokio::time::sleep(wait).await,
            outcome => return outcome,
        }
    }
    store.commit(work).await
}
