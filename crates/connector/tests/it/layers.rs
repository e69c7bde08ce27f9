//! Each layer alone, on paused time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::layer::{
    Breaker, Caller, Door, LocalPace, Pace, Rate, Retry, Threshold, Timeout,
};
use cartola_connector::{
    Answer, ConnectorError, Context, DeviceId, Doorkeeper, ErrorKind, Exchange, Policy, RetryAdvice,
};
use tokio::time::Instant;

use crate::scripted::Step::{Down, Hang, Status, StatusAfter, Unreachable};
use crate::scripted::{Scripted, Step, context, request};

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

fn word(outcome: &Result<Answer, ConnectorError>) -> String {
    match outcome {
        Ok(answer) => answer.status.as_u16().to_string(),
        Err(error) => error.kind.name().to_owned(),
    }
}

/// How often a request is sent, and what comes of it.
async fn check_retry(steps: &[Step], only_once: bool, expected: (usize, &str)) {
    let scripted = Scripted::new(steps);
    let retry = Retry::new(scripted.clone(), &Policy::default());
    let request = if only_once { request().only_once() } else { request() };
    let outcome = retry.send(&request, &context(MINUTE)).await;
    assert_eq!((scripted.attempts(), word(&outcome).as_str()), expected);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    check_retry(&[Down, Status(503)], false, (3, "200")).await;
    check_retry(&[Status(429), Status(504)], false, (3, "200")).await;
    check_retry(&[StatusAfter(429, "2")], false, (2, "200")).await;
}

#[tokio::test(start_paused = true)]
async fn attempts_come_to_an_end() {
    check_retry(&[Down; 5], false, (3, "institution_down")).await;
    check_retry(&[Status(500); 5], false, (3, "500")).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_not_tried_again() {
    for status in [200, 204, 302, 400, 401, 404, 423, 501] {
        check_retry(&[Status(status)], false, (1, &status.to_string())).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_uses_something_up_is_sent_again_only_where_it_never_left() {
    check_retry(&[Down], true, (1, "institution_down")).await;
    check_retry(&[Status(503)], true, (1, "503")).await;
    check_retry(&[Unreachable, Unreachable], true, (3, "200")).await;
}

/// The first may have arrived, whatever hindered the last.
#[tokio::test(start_paused = true)]
async fn nothing_counts_as_unsent_once_an_attempt_may_have_left() {
    for (steps, expected) in [
        (vec![Unreachable; 3], true),
        (vec![Down, Unreachable, Unreachable], false),
        (vec![Unreachable, Down, Unreachable], false),
        (vec![Status(503), Unreachable, Unreachable], false),
        (vec![Unreachable, Unreachable, Down], false),
    ] {
        let retry = Retry::new(Scripted::new(&steps), &Policy::default());
        let error = retry.send(&request(), &context(MINUTE)).await.unwrap_err();
        assert_eq!(error.unsent, expected, "{steps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_than_is_borne_is_left_to_the_caller() {
    check_retry(&[StatusAfter(429, "120")], false, (1, "429")).await;
}

#[tokio::test(start_paused = true)]
async fn waits_are_random_and_grow() {
    let scripted = Scripted::new(&[Down; 6]);
    let policy = Policy { attempts: 6, ..Policy::default() };
    let _ = Retry::new(scripted.clone(), &policy).send(&request(), &context(MINUTE)).await;
    let times = scripted.times();
    let waits: Vec<u128> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (wait, bound) in waits.iter().zip([200, 400, 800, 1_600, 3_200]) {
        assert!(*wait <= bound, "{waits:?}");
    }
    assert!(waits.iter().any(|wait| *wait > 200), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_beyond_the_deadline() {
    let scripted = Scripted::new(&[StatusAfter(429, "3")]);
    let retry = Retry::new(scripted.clone(), &Policy::default());
    let outcome = retry.send(&request(), &context(SECOND)).await;
    assert_eq!((scripted.attempts(), word(&outcome).as_str()), (1, "429"));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_answer_ends() {
    let timeout = Timeout::new(Scripted::new(&[Hang]), SECOND);
    let error = timeout.send(&request(), &context(MINUTE)).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::Timeout, false));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_time_is_up() {
    let scripted = Scripted::new(&[]);
    let timeout = Timeout::new(scripted.clone(), SECOND);
    let error = timeout.send(&request(), &context(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind, error.unsent, scripted.attempts()), (ErrorKind::Timeout, true, 0));
}

#[tokio::test(start_paused = true)]
async fn requests_are_spaced_after_a_burst() {
    let scripted = Scripted::new(&[]);
    let rate = rate(scripted.clone(), SECOND, 2);
    for _ in 0..4 {
        rate.send(&request(), &context(MINUTE)).await.unwrap();
    }
    assert_eq!(scripted.times(), [0, 0, 1_000, 2_000]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_would_wait_too_long_is_refused_and_takes_no_place() {
    let scripted = Scripted::new(&[]);
    let rate = rate(scripted.clone(), MINUTE, 1);
    rate.send(&request(), &context(SECOND)).await.unwrap();
    for _ in 0..2 {
        let error = rate.send(&request(), &context(SECOND)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::RateLimited);
        assert_eq!(error.retry, RetryAdvice::After(MINUTE));
    }
    assert_eq!(scripted.attempts(), 1);
}

/// Lets in until it has let in so many.
struct Keeper {
    left: std::sync::atomic::AtomicU32,
}

impl Keeper {
    fn of(left: u32) -> Arc<Self> {
        Arc::new(Self { left: left.into() })
    }

    fn left(&self) -> u32 {
        self.left.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// Somebody whom it has not let in yet.
    fn newcomer(self: &Arc<Self>, time: Duration) -> Context {
        let keeper: std::sync::Weak<Self> = Arc::downgrade(self);
        context(time).with_doorkeeper(keeper)
    }
}

#[async_trait::async_trait]
impl Doorkeeper for Keeper {
    async fn admit(&self) -> Result<(), ConnectorError> {
        if self.left() == 0 {
            let reason = "no more are let in";
            return Err(ConnectorError::new(ErrorKind::Internal, "open", reason).before_sending());
        }
        self.left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    }

    async fn ended(&self, _: Result<(), &ConnectorError>) {}
}

#[tokio::test(start_paused = true)]
async fn who_is_inside_goes_first() {
    let scripted = Scripted::new(&[]);
    let rate = rate(Door::new(scripted.clone()), SECOND, 1);
    let keeper = Keeper::of(2);
    let (first, second) = (keeper.newcomer(MINUTE), keeper.newcomer(MINUTE));
    rate.send(&request(), &first).await.unwrap();
    let waits = async { rate.send(&request(), &second).await.map(|_| scripted.attempts()) };
    let is_inside = async {
        for _ in 0..3 {
            rate.send(&request(), &first).await.unwrap();
        }
        scripted.attempts()
    };
    let (waited, was_inside) = tokio::join!(waits, is_inside);
    assert_eq!((was_inside, waited.unwrap()), (4, 5));
    assert_eq!(scripted.times(), [0, 1_000, 2_000, 3_000, 4_000]);
}

#[tokio::test(start_paused = true)]
async fn who_comes_in_leaves_half_of_a_burst() {
    let scripted = Scripted::new(&[]);
    let rate = rate(Door::new(scripted.clone()), SECOND, 4);
    let keeper = Keeper::of(4);
    for _ in 0..4 {
        rate.send(&request(), &keeper.newcomer(MINUTE)).await.unwrap();
    }
    assert_eq!(scripted.times(), [0, 0, 1_000, 2_000]);
    for _ in 0..3 {
        rate.send(&request(), &context(MINUTE)).await.unwrap();
    }
    assert_eq!(scripted.times()[4..], [2_000, 2_000, 3_000]);
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_who_would_wait_too_long_is_refused_unnoticed() {
    let scripted = Scripted::new(&[]);
    let rate = rate(Door::new(scripted.clone()), MINUTE, 1);
    let keeper = Keeper::of(2);
    rate.send(&request(), &keeper.newcomer(SECOND)).await.unwrap();
    let error = rate.send(&request(), &keeper.newcomer(SECOND)).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::RateLimited, true));
    assert_eq!((scripted.attempts(), keeper.left()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_door_is_passed_once_and_keeps_out_whom_nobody_waits_for() {
    let scripted = Scripted::new(&[Status(500)]);
    let door = Door::new(scripted.clone());
    let keeper = Keeper::of(1);
    let inside = keeper.newcomer(MINUTE);
    for _ in 0..2 {
        door.send(&request(), &inside.clone()).await.unwrap();
    }
    let outside = keeper.newcomer(MINUTE);
    assert!(door.send(&request(), &outside).await.unwrap_err().unsent);
    let given_up = Keeper::of(1).newcomer(MINUTE);
    assert!(door.send(&request(), &given_up).await.unwrap_err().unsent);
    assert_eq!(scripted.attempts(), 2);
}

/// Lets in from a moment on, and notes what it is told.
struct Slow {
    opens: Instant,
    left: std::sync::atomic::AtomicU32,
    told: Mutex<Vec<bool>>,
}

impl Slow {
    #[allow(clippy::disallowed_methods, reason = "the paused time of the test's runtime")]
    fn of(left: u32, wait: Duration) -> Arc<Self> {
        Arc::new(Self { opens: Instant::now() + wait, left: left.into(), told: Mutex::default() })
    }

    fn newcomer(self: &Arc<Self>, time: Duration) -> Context {
        let keeper: std::sync::Weak<Self> = Arc::downgrade(self);
        context(time).with_doorkeeper(keeper)
    }
}

#[async_trait]
impl Doorkeeper for Slow {
    async fn admit(&self) -> Result<(), ConnectorError> {
        tokio::time::sleep_until(self.opens).await;
        let ordering = std::sync::atomic::Ordering::Relaxed;
        let left = self.left.fetch_update(ordering, ordering, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| {
            ConnectorError::new(ErrorKind::Internal, "open", "no more are let in").before_sending()
        })
    }

    async fn ended(&self, outcome: Result<(), &ConnectorError>) {
        self.told.lock().unwrap().push(outcome.is_err_and(|error| error.unsent));
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_left_is_asked_at_the_door_again() {
    let send = async |keeper: &Arc<Slow>| {
        let scripted = Scripted::new(&[Unreachable]);
        let retry = Retry::new(Door::new(scripted.clone()), &Policy::default());
        let outcome = retry.send(&request().only_once(), &keeper.newcomer(MINUTE)).await;
        (word(&outcome), scripted.attempts(), keeper.told.lock().unwrap().clone())
    };
    let (twice, once) = (Slow::of(2, Duration::ZERO), Slow::of(1, Duration::ZERO));
    assert_eq!(send(&twice).await, ("200".to_owned(), 2, vec![true]));
    assert_eq!(send(&once).await, ("internal".to_owned(), 1, vec![true]), "not any more");
}

#[tokio::test(start_paused = true)]
async fn who_is_inside_stays_there_whatever_does_not_leave() {
    let scripted = Scripted::new(&[Status(200), Unreachable]);
    let door = Door::new(scripted.clone());
    let keeper = Slow::of(1, Duration::ZERO);
    let inside = keeper.newcomer(MINUTE);
    let words = async || word(&door.send(&request(), &inside).await);
    assert_eq!([words().await, words().await, words().await], ["200", "institution_down", "200"]);
    assert_eq!(*keeper.told.lock().unwrap(), Vec::<bool>::new());
}

#[tokio::test(start_paused = true)]
async fn those_whom_a_slow_door_lets_in_at_last_do_not_go_out_at_once() {
    let scripted = Scripted::new(&[]);
    let rate = rate(Door::new(scripted.clone()), SECOND, 1);
    let keeper = Slow::of(3, SECOND * 10);
    let send = async || rate.send(&request(), &keeper.newcomer(MINUTE)).await.is_ok();
    assert_eq!(tokio::join!(send(), send(), send()), (true, true, true));
    assert_eq!(scripted.times(), [0, 1_000, 2_000]);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_sent_says_nothing_of_the_institution() {
    let scripted = Scripted::new(&[Down, Down]);
    let breaker = Breaker::new(Door::new(scripted.clone()), after(2), MINUTE, alone());
    let keeper = Keeper::of(0);
    for context in [context(MINUTE), keeper.newcomer(MINUTE), context(MINUTE), context(MINUTE)] {
        assert!(breaker.send(&request(), &context).await.is_err());
    }
    assert_eq!(scripted.attempts(), 2, "the last was not sent");
}

#[tokio::test(start_paused = true)]
async fn a_failing_institution_is_left_alone_then_tried_once() {
    let scripted = Scripted::new(&[Status(500), Down, Down]);
    let breaker = Breaker::new(scripted.clone(), after(2), MINUTE, alone());
    let mut words = Vec::new();
    for _ in 0..3 {
        words.push(word(&breaker.send(&request(), &context(MINUTE)).await));
    }
    assert_eq!(words, ["500", "institution_down", "institution_down"]);
    assert_eq!(scripted.attempts(), 2, "the third was not sent");

    tokio::time::advance(MINUTE).await;
    // The one that goes through fails, so that the next does not.
    for attempts in [3, 3] {
        assert!(breaker.send(&request(), &context(MINUTE)).await.is_err());
        assert_eq!(scripted.attempts(), attempts);
    }
    tokio::time::advance(MINUTE).await;
    for attempts in [4, 5] {
        assert!(breaker.send(&request(), &context(MINUTE)).await.is_ok());
        assert_eq!(scripted.attempts(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_wrongly_does_not_speak_against_the_institution() {
    let scripted = Scripted::new(&[Status(401), Status(404), Status(429)]);
    let breaker = Breaker::new(scripted.clone(), after(1), MINUTE, alone());
    for _ in 0..4 {
        breaker.send(&request(), &context(MINUTE)).await.unwrap();
    }
    assert_eq!(scripted.attempts(), 4);
}

/// So many failures, whoever had them.
const fn after(failures: u32) -> Threshold {
    Threshold { failures, customers: 1 }
}

/// What an institution does to one customer is kept from no other; what it does to several is.
#[tokio::test(start_paused = true)]
async fn one_customer_alone_does_not_speak_against_the_institution() {
    let scripted = Scripted::new(&[Status(500); 40]);
    let threshold = Threshold { failures: 4, customers: 3 };
    let breaker = Breaker::new(scripted.clone(), threshold, MINUTE, alone());
    let ask = async |customer: &str| {
        let context = context(MINUTE).with_device(DeviceId::parse(customer).unwrap());
        drop(breaker.send(&request(), &context).await);
    };
    for _ in 0..20 {
        ask("one").await;
    }
    assert_eq!(scripted.attempts(), 20);
    for customer in ["two", "three", "four", "one"] {
        ask(customer).await;
    }
    assert_eq!(scripted.attempts(), 22, "two more were enough");
}

fn rate<E>(inner: E, interval: Duration, burst: u32) -> Rate<E> {
    Rate::new(inner, interval, Arc::new(LocalPace::new(interval, burst)))
}

/// The pace of a process that has no others beside it.
fn alone() -> Arc<dyn Pace> {
    Arc::new(LocalPace::new(Duration::ZERO, 1))
}

/// A pace that keeps what it is told, and says what it was told last.
#[derive(Default)]
struct Shared(Mutex<Vec<Duration>>);

#[async_trait]
impl Pace for Shared {
    async fn take(&self, _: Caller, _: Duration) -> Result<Duration, Duration> {
        Ok(Duration::ZERO)
    }

    async fn pause(&self, pause: Duration) {
        self.0.lock().unwrap().push(pause);
    }

    fn paused(&self) -> Option<Duration> {
        self.0.lock().unwrap().last().copied()
    }
}

#[tokio::test(start_paused = true)]
async fn what_one_process_finds_out_the_others_keep_to() {
    let shared = Arc::new(Shared::default());
    let breaker =
        |scripted: &Scripted| Breaker::new(scripted.clone(), after(2), MINUTE, shared.clone());
    let (finds, hears) = (Scripted::new(&[Status(500); 2]), Scripted::new(&[]));
    let (finding, hearing) = (breaker(&finds), breaker(&hears));
    assert!(hearing.send(&request(), &context(MINUTE)).await.is_ok());
    for _ in 0..3 {
        drop(finding.send(&request(), &context(MINUTE)).await);
    }
    assert_eq!(*shared.0.lock().unwrap(), [MINUTE], "it is told once");

    let error = hearing.send(&request(), &context(MINUTE)).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::InstitutionDown, true));
    assert_eq!(error.retry, RetryAdvice::After(MINUTE));
    shared.0.lock().unwrap().clear();
    tokio::time::advance(MINUTE).await;
    assert!(hearing.send(&request(), &context(MINUTE)).await.is_ok());
    assert_eq!((finds.attempts(), hears.attempts()), (2, 2));
}
