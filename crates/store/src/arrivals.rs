//! Waking those who wait for a change of the queue.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

/// Raised by a backend after a commit.
#[derive(Debug, Default)]
pub struct Signal(watch::Sender<()>);

impl Signal {
    /// Wakes all who wait, and lets those who do not wait yet pass once.
    pub fn raise(&self) {
        self.0.send_replace(());
    }

    /// Hears what is raised from now on.
    pub fn arrivals(&self) -> Arrivals {
        Arrivals(self.0.subscribe())
    }
}

/// One who waits. Get it before looking at the queue: what arrives between the look and the wait is
/// then not missed.
#[derive(Debug)]
pub struct Arrivals(watch::Receiver<()>);

impl Arrivals {
    /// Waits until something has arrived since the last call, `at_most` for so long. Tells whether
    /// something has; after the store is gone, nothing does.
    pub async fn next(&mut self, at_most: Duration) -> bool {
        let changed = async {
            if self.0.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        timeout(at_most, changed).await.is_ok()
    }
}
