//! Processes that share a pace, on paused time; the store is an honest book.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::Policy;
use cartola_connector::layer::{Caller, Pace};
use cartola_engine::pacing::SharedPace;
use cartola_model::InstitutionId;
use cartola_primitives::SignedDuration;
use cartola_store::pacing::{Given, Pacing, Slots};
use cartola_store::{StoreError, StoreErrorKind};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The algorithm in its plainest form: all slots that were given lie an interval apart.
struct Book {
    began: Instant,
    settled: Mutex<Duration>,
    paused: Mutex<Option<Duration>>,
    asked: AtomicUsize,
    broken: AtomicBool,
}

impl Book {
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            settled: Mutex::default(),
            paused: Mutex::default(),
            asked: AtomicUsize::default(),
            broken: AtomicBool::default(),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Pacing for Book {
    async fn take_slots(&self, slots: &Slots) -> Result<Given, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.broken.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "nobody is there"));
        }
        let mut settled = self.settled.lock().await;
        let now = self.began.elapsed();
        let base = (*settled).max(now);
        let signed = |duration: Duration| SignedDuration::try_from(duration).unwrap();
        let first = signed(base) - signed(now) - signed(slots.interval * (slots.burst - 1));
        if first <= signed(slots.longest) {
            *settled = base + slots.interval * slots.count;
        }
        Ok(Given { first, paused: *self.paused.lock().await })
    }

    async fn pause(&self, _: &InstitutionId, pause: Duration) -> Result<(), StoreError> {
        *self.paused.lock().await = Some(pause);
        Ok(())
    }
}

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_mins(1);

fn process(book: &Arc<Book>, per_second: u32, burst: u32) -> SharedPace {
    let institution = InstitutionId::parse("banco-chile").unwrap();
    let policy = Policy { interval: SECOND / per_second, burst, ..Policy::default() };
    SharedPace::new(book.clone(), institution, &policy)
}

/// When each of so many calls goes out that two processes make in turn, in milliseconds.
async fn calls(per_second: u32, burst: u32, count: usize) -> (Vec<u128>, usize) {
    let book = Book::new();
    let processes = [process(&book, per_second, burst), process(&book, per_second, burst)];
    let mut times = Vec::new();
    for number in 0..count {
        let wait = processes[number % 2].take(Caller::Inside, LONG).await.unwrap();
        times.push(wait.as_millis());
    }
    times.sort_unstable();
    (times, book.asked())
}

#[tokio::test(start_paused = true)]
async fn two_processes_together_keep_the_pace_of_one() {
    let (times, asked) = calls(5, 1, 6).await;
    assert_eq!((times, asked), (vec![0, 200, 400, 600, 800, 1_000], 6));
}

#[tokio::test(start_paused = true)]
async fn slots_are_taken_ahead() {
    let (times, asked) = calls(100, 20, 60).await;
    let at_once = times.iter().filter(|time| **time == 0).count();
    assert_eq!((at_once, asked), (20, 6), "{times:?}");
    assert_eq!(times.last(), Some(&400), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn what_lies_too_far_away_is_not_taken() {
    let book = Book::new();
    let pace = process(&book, 1, 1);
    assert_eq!(pace.take(Caller::Inside, SECOND).await, Ok(Duration::ZERO));
    assert_eq!(pace.take(Caller::Inside, SECOND).await, Ok(SECOND));
    for _ in 0..2 {
        assert_eq!(pace.take(Caller::Inside, SECOND).await, Err(2 * SECOND));
    }
    tokio::time::advance(SECOND).await;
    assert_eq!(pace.take(Caller::Inside, SECOND).await, Ok(SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_heard_with_the_next_slots_and_passes() {
    let book = Book::new();
    let (finds, hears) = (process(&book, 5, 1), process(&book, 5, 1));
    hears.take(Caller::Inside, LONG).await.unwrap();
    finds.pause(SECOND).await;
    assert_eq!(hears.paused(), None);
    hears.take(Caller::Inside, LONG).await.unwrap();
    assert_eq!(hears.paused(), Some(SECOND));
    tokio::time::advance(SECOND).await;
    assert_eq!(hears.paused(), None);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_a_process_keeps_the_pace_by_itself() {
    let book = Book::new();
    book.broken.store(true, Ordering::Relaxed);
    let pace = process(&book, 1, 2);
    let mut waits = Vec::new();
    for _ in 0..4 {
        waits.push(pace.take(Caller::Inside, LONG).await.unwrap());
    }
    assert_eq!(waits, [Duration::ZERO, Duration::ZERO, SECOND, 2 * SECOND]);
    pace.pause(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn half_of_a_burst_is_left_to_those_inside() {
    let book = Book::new();
    let processes = [process(&book, 10, 4), process(&book, 10, 4)];
    for pace in &processes {
        assert_eq!(pace.take(Caller::Outside, Duration::ZERO).await, Ok(Duration::ZERO));
    }
    let wait = processes[0].take(Caller::Outside, Duration::ZERO).await.unwrap_err();
    assert_eq!(wait, SECOND / 10);
    for pace in &processes {
        assert_eq!(pace.take(Caller::Inside, LONG).await, Ok(Duration::ZERO));
    }
    assert_eq!(processes[1].take(Caller::Inside, LONG).await, Ok(SECOND / 10));
}
