//! The pace at which all processes together call an institution.
//!
//! A process takes a few slots of the store at a time, so that no call waits for a commit of its own:
//! as many as the institution bears in [`AHEAD`]. Where the store does not answer, the process keeps
//! the same pace by itself: what it reads could not be kept anyway.

use std::sync::{Arc, Mutex as Cell, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::Policy;
use cartola_connector::layer::{Caller, LocalPace, Pace};
use cartola_model::InstitutionId;
use cartola_store::pacing::{Given, Pacing, Slots};
use cartola_store::{StoreError, StoreErrorKind};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// For how long slots are taken ahead. A process that ends leaves no more than those unused.
pub const AHEAD: Duration = Duration::from_millis(100);

/// How long the store is waited for: whoever calls waits behind whoever asks it.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// For how long a process keeps the pace by itself where the store has not answered in that time.
pub const ALONE_FOR: Duration = Duration::from_secs(3);

/// A pace that processes share.
pub struct SharedPace {
    store: Arc<dyn Pacing>,
    institution: InstitutionId,
    interval: Duration,
    burst: u32,
    alone: LocalPace,
    stock: Mutex<Stock>,
    paused_until: Cell<Option<Instant>>,
}

/// Slots that were taken and not used yet.
#[derive(Default)]
struct Stock {
    left: u32,
    /// When the next of them comes.
    next: Option<Instant>,
    /// Until when the store is not asked, which did not answer.
    alone_until: Option<Instant>,
}

impl SharedPace {
    /// The pace of an institution as its policy says.
    pub fn new(store: Arc<dyn Pacing>, institution: InstitutionId, policy: &Policy) -> Self {
        let (interval, burst) = (policy.interval, policy.burst);
        let alone = LocalPace::new(interval, burst);
        let (stock, paused_until) = (Mutex::default(), Cell::default());
        Self { store, institution, interval, burst, alone, stock, paused_until }
    }

    fn slots(&self, caller: Caller, longest: Duration) -> Slots {
        let interval = self.interval.as_nanos().max(1);
        let count = u32::try_from(AHEAD.as_nanos() / interval).unwrap_or(u32::MAX);
        let count = count.clamp(1, self.burst.max(1));
        let (institution, interval) = (self.institution.clone(), self.interval);
        Slots { institution, count, interval, burst: caller.share(self.burst), longest }
    }

    /// How much later than anybody a caller may go.
    fn behind(&self, caller: Caller) -> Duration {
        self.interval.saturating_mul(self.burst.saturating_sub(caller.share(self.burst)))
    }

    /// What was given, unless it lies too far away.
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn stocked(&self, caller: Caller, slots: &Slots, given: Given) -> Result<Stock, Duration> {
        let now = Instant::now();
        let until = given.paused.map(|pause| now + pause);
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        let ahead = Duration::try_from(given.first).unwrap_or_default();
        if ahead > slots.longest {
            return Err(ahead);
        }
        // What is late for this caller is later still for those who may go before.
        let late = Duration::try_from(-given.first).unwrap_or_default() + self.behind(caller);
        // Further back than this clock goes, it has come as well.
        let next = (now + ahead).checked_sub(late).unwrap_or(now);
        Ok(Stock { left: slots.count, next: Some(next), alone_until: None })
    }
}

/// What the store answers, unless it takes too long.
async fn in_time<T>(asking: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let late = |_| StoreError::new(StoreErrorKind::Busy, "agreeing on an institution's pace");
    timeout(PATIENCE, asking).await.map_err(late).flatten()
}

impl Stock {
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn is_alone(&self) -> bool {
        self.alone_until.is_some_and(|until| Instant::now() < until)
    }

    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn stay_alone(&mut self) {
        self.alone_until = Some(Instant::now() + ALONE_FOR);
    }

    /// Takes the next one, unless it lies too far away.
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn take(
        &mut self,
        interval: Duration,
        behind: Duration,
        longest: Duration,
    ) -> Result<Duration, Duration> {
        let now = Instant::now();
        let next = self.next.unwrap_or(now);
        let wait = (next + behind).saturating_duration_since(now);
        if wait > longest {
            return Err(wait);
        }
        (self.left, self.next) = (self.left.saturating_sub(1), Some(next + interval));
        Ok(wait)
    }
}

#[async_trait]
impl Pace for SharedPace {
    async fn take(&self, caller: Caller, longest: Duration) -> Result<Duration, Duration> {
        let mut stock = self.stock.lock().await;
        if stock.left == 0 {
            if stock.is_alone() {
                return self.alone.take(caller, longest).await;
            }
            let slots = self.slots(caller, longest);
            match in_time(self.store.take_slots(&slots)).await {
                Ok(given) => *stock = self.stocked(caller, &slots, given)?,
                Err(error) => {
                    tracing::warn!(
                        institution = %self.institution,
                        error = &error as &dyn std::error::Error,
                        "engine.pace.not_shared"
                    );
                    stock.stay_alone();
                    return self.alone.take(caller, longest).await;
                }
            }
        }
        stock.take(self.interval, self.behind(caller), longest)
    }

    async fn pause(&self, pause: Duration) {
        if let Err(error) = in_time(self.store.pause(&self.institution, pause)).await {
            tracing::warn!(
                institution = %self.institution,
                error = &error as &dyn std::error::Error,
                "engine.pause.not_shared"
            );
        }
    }

    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn paused(&self) -> Option<Duration> {
        let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        until
            .map(|until| until.saturating_duration_since(Instant::now()))
            .filter(|left| !left.is_zero())
    }
}
