//! Readings as jobs: who joins whom, what is tried again, and what a call brings along.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::links::{LinkError, Mandate, NewLink, PaysFor};
use cartola_engine::readings::{
    Accepted, CALL_MANDATE_TERM, Call, LOCK, Next, ReadScope, ReadingFigures, THRESHOLD, Wanted,
};
use cartola_engine::work::{Ended, Handler, MAX_ATTEMPTS, Outcome, Pending, Task};
use cartola_engine::{Engine, EngineError};
use cartola_model::{Failure, LinkSource};
use cartola_primitives::id::{ConsentId, LinkId};
use cartola_primitives::{Rut, Secret, SignedDuration, date};
use cartola_store::jobs::{JobEnd, JobKind, Priority, Queue, Standing};
use cartola_store::{Jobs, People};

use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};

pub const MARCH: ReadScope = ReadScope::movements(date(2026, 3, 1), date(2026, 3, 31));

pub struct Scene {
    pub world: World,
    pub bank: Bank,
}

pub fn fields(password: &str) -> BTreeMap<String, Secret<String>> {
    BTreeMap::from([
        ("rut".to_owned(), Secret::new(RUT.to_owned())),
        ("password".to_owned(), Secret::new(password.to_owned())),
    ])
}

fn wanted(scope: ReadScope) -> Wanted {
    Wanted::at_once(scope)
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(Vec::new()).await
    }

    pub async fn with(handlers: Vec<Arc<dyn Handler>>) -> Self {
        let bank = Bank::new();
        bank.has(&["2;COMPRA;-100", "3;SUELDO;1000"]);
        Self { world: World::with_handlers(bank.clone(), handlers).await, bank }
    }

    pub async fn begin(&self, password: &str) -> Result<LinkId, LinkError> {
        let fields = fields(password);
        let wanted = NewLink {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields: &fields,
            mandate: Mandate { purpose: "tests", evidence: b"paper", expires_at: None },
            proven: false,
            pays: PaysFor::Nobody,
        };
        Ok(self.world.engine.begin_link(&self.world.who, &wanted).await?.id)
    }

    pub async fn request(&self, link: LinkId, scope: ReadScope) -> Pending {
        let World { engine, who, .. } = &self.world;
        engine.request_reading(who, link, wanted(scope)).await.unwrap()
    }

    pub async fn call(&self, password: &str) -> Result<Accepted, LinkError> {
        self.call_for(password, CALL_MANDATE_TERM, |_| wanted(MARCH)).await
    }

    /// A call under a mandate that lasts so long, for what is wanted under it.
    pub async fn call_for(
        &self,
        password: &str,
        lasts: SignedDuration,
        wanted: impl Fn(ConsentId) -> Wanted,
    ) -> Result<Accepted, LinkError> {
        let fields = fields(password);
        let call = Call {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields: &fields,
            evidence: b"a request",
            lasts,
            threshold: THRESHOLD,
            task: None,
        };
        self.world.engine.request_call(&self.world.who, &call, wanted).await
    }

    /// A call that is answered, and how its reading ended.
    pub async fn called(&self, password: &str) -> Ended {
        let mut accepted = self.call(password).await.map_err(|error| error.failure())?;
        self.world.worker.run_due().await.unwrap();
        let ended = self.ended(&mut accepted.reading).await.unwrap();
        self.world.engine.end_call(&self.world.who, accepted.mandate).await.unwrap();
        ended
    }

    pub async fn ended(&self, pending: &mut Pending) -> Option<Ended> {
        self.world.engine.wait_for(pending, Duration::ZERO).await.unwrap()
    }

    /// Lets the bank take a second over the page that it is asked for next.
    async fn take_a_second(&self) {
        self.bank.reading.notified().await;
        self.world.clock.advance(SignedDuration::from_secs(1));
        self.bank.goes_on();
    }

    pub async fn standing(&self) -> Vec<(Standing, Option<Failure>)> {
        let tenant = self.world.who.tenant;
        let page = self.world.store.jobs(tenant, Queue::Work, None, None, 100).await.unwrap();
        page.rows.iter().map(|row| (row.state.standing(), row.last_failure)).collect()
    }
}

async fn check_that_two_ask_so_often(first: ReadScope, second: ReadScope, times: u32) {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.is_slow();
    let mut pending = [scene.request(link, first).await, scene.request(link, second).await];
    let (ran, ()) = tokio::join!(scene.world.worker.run_due(), scene.take_a_second());
    assert_eq!(ran.unwrap(), 2);
    for pending in &mut pending {
        assert_eq!(scene.ended(pending).await, Some(Ok(())));
    }
    assert_eq!(scene.bank.asked(), times);
}

#[tokio::test]
async fn a_second_caller_joins_the_reading() {
    check_that_two_ask_so_often(MARCH, MARCH, 1).await;
    check_that_two_ask_so_often(MARCH, ReadScope::BALANCES, 1).await;
    check_that_two_ask_so_often(MARCH, ReadScope::ACCOUNTS, 1).await;
}

#[tokio::test]
async fn who_asks_for_more_does_not_join() {
    let more = ReadScope::movements(date(2026, 2, 1), date(2026, 3, 31));
    check_that_two_ask_so_often(MARCH, more, 2).await;
}

#[tokio::test]
async fn a_reading_that_was_over_is_not_joined() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for _ in 0..2 {
        scene.world.read(link, Priority::Interactive).await.unwrap();
        scene.world.clock.advance(SignedDuration::from_secs(1));
    }
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn accounts_are_known_without_their_movements() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut pending = scene.request(link, ReadScope::ACCOUNTS).await;
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.ended(&mut pending).await, Some(Ok(())));
    let World { engine, who, .. } = &scene.world;
    assert_eq!(engine.accounts(who, None, 10).await.unwrap().rows.len(), 1);
    assert_eq!(scene.world.told().await, Vec::<String>::new());
    let figures = scene.world.read(link, Priority::Interactive).await.unwrap();
    assert_eq!(figures, ReadingFigures { accounts: 1, read: 2, new: 2, ..figures });
}

#[tokio::test]
async fn wrong_credentials_are_counted_for_the_person() {
    let scene = Scene::new().await;
    for attempt in 0..THRESHOLD {
        let ended = scene.called(&format!("wrong-{attempt}")).await;
        assert_eq!(ended, Err(Failure::CredentialsInvalid));
    }
    // Neither a call nor a link asks any more, not even with what would be taken.
    assert_eq!(scene.called(PASSWORD).await, Err(Failure::CredentialsLocked));
    let link = scene.begin(PASSWORD).await.unwrap();
    let read = scene.world.read(link, Priority::Interactive).await;
    assert_eq!(read, Err(Failure::CredentialsLocked));
    assert_eq!(scene.bank.asked(), THRESHOLD);
    scene.world.clock.advance(LOCK);
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
    assert_eq!(scene.bank.asked(), THRESHOLD + 1);
}

#[tokio::test]
async fn the_same_wrong_credentials_are_told_without_asking() {
    let scene = Scene::new().await;
    for _ in 1..THRESHOLD {
        assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    }
    assert_eq!(scene.bank.asked(), 1);
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
    // Those that were taken since are no reason to forget which were not.
    assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn credentials_that_were_refused_may_be_right_a_day_later() {
    let scene = Scene::new().await;
    assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    scene.world.clock.advance(LOCK - SignedDuration::from_secs(1));
    assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    assert_eq!(scene.bank.asked(), 1);
    scene.world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn wrong_credentials_are_counted_in_a_row() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.world.read(link, Priority::Interactive).await.unwrap();
    for attempt in 0..2 * THRESHOLD {
        let ended = scene.called(&format!("wrong-{attempt}")).await;
        assert_eq!(ended, Err(Failure::CredentialsInvalid));
        // The link's own credentials, which are known to be taken, end the row.
        scene.world.clock.advance(SignedDuration::from_secs(1));
        scene.world.read(link, Priority::Interactive).await.unwrap();
    }
}

#[tokio::test]
async fn different_credentials_that_nobody_answered_are_guesses_too() {
    let scene = Scene::new().await;
    scene.bank.refuses(Some((ErrorKind::Timeout, RetryAdvice::After(Duration::ZERO))));
    for _ in 0..2 * THRESHOLD {
        assert_eq!(scene.called("the-same").await, Err(Failure::Timeout));
    }
    for attempt in 1..THRESHOLD {
        assert_eq!(scene.called(&format!("other-{attempt}")).await, Err(Failure::Timeout));
    }
    assert_eq!(scene.called("one-more").await, Err(Failure::CredentialsLocked));
    scene.bank.refuses(None);
    scene.world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
}

/// An institution tells of whole days, so the first and the last of them count like any other.
#[tokio::test]
async fn what_is_gone_from_the_only_day_asked_for_is_gone() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let day = ReadScope::movements(date(2026, 3, 3), date(2026, 3, 3));
    for (has, told) in [
        (&["3;SUELDO;1000", "3;CAFE;-3", "~3;PAN;-1"][..], &["SUELDO", "CAFE", "PAN"][..]),
        (&["3;SUELDO;1000", "3;CAFE;-4"], &["SUELDO", "CAFE"]),
        (&["3;SUELDO;1000"], &["SUELDO"]),
        (&[], &[]),
    ] {
        scene.bank.has(has);
        scene.world.clock.advance(SignedDuration::from_secs(1));
        scene.request(link, day).await;
        scene.world.worker.run_due().await.unwrap();
        let mut shown: Vec<_> =
            scene.world.movements().await.into_iter().map(|row| row.movement.glosa).collect();
        shown.sort_by_key(|glosa| told.iter().position(|told| told == glosa));
        assert_eq!(shown, told);
    }
}

/// What is gone at the bank is gone for whoever asks through this link, whatever other links see.
#[tokio::test]
async fn an_account_that_is_not_listed_any_more_is_the_links_no_more() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let World { engine, who, clock, .. } = &scene.world;
    scene.world.read(link, Priority::Interactive).await.unwrap();
    assert_eq!(engine.accounts_of(who, link).await.unwrap().len(), 1);
    scene.bank.closes_the_account();
    clock.advance(SignedDuration::from_secs(1));
    scene.world.read(link, Priority::Interactive).await.unwrap();
    assert_eq!(engine.accounts_of(who, link).await.unwrap().len(), 0);
}

/// A process that dies while it signs in may have been refused: so many times, and no more.
#[tokio::test]
async fn an_attempt_that_nobody_saw_the_end_of_counts() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.lets_nobody_know();
    let mut pending = scene.request(link, MARCH).await;
    for _ in 0..THRESHOLD + 2 {
        let run = scene.world.worker.run_due();
        tokio::select! {
            biased;
            ran = run => { ran.unwrap(); }
            () = scene.bank.knocked.notified() => {}
        }
        scene.world.lose_the_worker();
    }
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.ended(&mut pending).await, Some(Err(Failure::CredentialsLocked)));
    assert_eq!(scene.bank.asked(), THRESHOLD);
}

/// What dies in the queue before the bank's door has not been refused.
#[tokio::test]
async fn an_attempt_that_only_waited_for_its_turn_does_not_count() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.has_a_queue();
    let mut pending = scene.request(link, MARCH).await;
    for _ in 0..THRESHOLD + 2 {
        let run = scene.world.worker.run_due();
        tokio::select! {
            biased;
            ran = run => { ran.unwrap(); }
            () = scene.bank.queued.notified() => {}
        }
        scene.world.lose_the_worker();
    }
    scene.bank.takes_in(2 * usize::try_from(THRESHOLD + 3).unwrap());
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.ended(&mut pending).await, Some(Ok(())));
    assert_eq!(scene.bank.asked(), 1, "who was gone when their turn came was not signed in");
}

/// Of two of one person in the queue, the first may find out that they are wrong.
#[tokio::test]
async fn credentials_that_turn_out_wrong_meanwhile_are_not_tried() {
    let scene = Scene::new().await;
    let link = scene.begin("wrong-one").await.unwrap();
    scene.bank.has_a_queue();
    let mut readings =
        [scene.request(link, MARCH).await, scene.call("wrong-one").await.unwrap().reading];
    let one_after_another = async {
        scene.bank.takes_in(1);
        while !scene.standing().await.iter().any(|(standing, _)| *standing == Standing::Dead) {
            tokio::task::yield_now().await;
        }
        scene.bank.takes_in(1);
    };
    let (ran, ()) = tokio::join!(scene.world.worker.run_due(), one_after_another);
    ran.unwrap();
    for reading in &mut readings {
        assert_eq!(scene.ended(reading).await, Some(Err(Failure::CredentialsInvalid)));
    }
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn a_call_is_shown_until_it_is_answered_and_keeps_no_credentials() {
    let scene = Scene::new().await;
    let World { engine, who, worker, store, .. } = &scene.world;
    let mut accepted = scene.call(PASSWORD).await.unwrap();
    worker.run_due().await.unwrap();
    assert_eq!(scene.ended(&mut accepted.reading).await, Some(Ok(())));
    assert_eq!(scene.world.told().await.len(), 2);
    engine.end_call(who, accepted.mandate).await.unwrap();
    assert_eq!(scene.world.told().await, Vec::<String>::new());
    let row = store.job(who.tenant, accepted.reading.job()).await.unwrap().unwrap();
    assert_eq!(row.order.arguments, None);
    assert_eq!(store.link_secret(who.tenant, accepted.link).await.unwrap(), None);
    let link = engine.link(who, accepted.link).await.unwrap().unwrap();
    assert_eq!(link.source, LinkSource::Calls);
    // Another call finds the same movements, and the same device asks.
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
    let devices = scene.bank.devices();
    assert_eq!((devices.len(), &devices[0]), (2, &devices[1]));
}

#[tokio::test]
async fn a_call_with_wrong_credentials_leaves_a_link_as_it_is() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(scene.called("wrong-one").await, Err(Failure::CredentialsInvalid));
    assert_eq!(scene.world.read(link, Priority::Interactive).await.unwrap().new, 2);
}

/// Does what each test wants of it.
pub struct Follower {
    panics: bool,
    pub saw: std::sync::Mutex<Vec<(Option<Ended>, String)>>,
}

#[async_trait]
impl Handler for Follower {
    fn kind(&self) -> JobKind {
        JobKind::parse("test.follow").unwrap()
    }

    async fn handle(&self, _engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let arguments = task.arguments.as_ref().unwrap().expose().clone();
        self.saw.lock().unwrap().push((task.before, String::from_utf8(arguments).unwrap()));
        assert!(!self.panics, "as the test wants it");
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

pub fn follower(panics: bool) -> Arc<Follower> {
    Arc::new(Follower { panics, saw: std::sync::Mutex::default() })
}

pub async fn request_followed(scene: &Scene, link: LinkId) -> Pending {
    let kind = JobKind::parse("test.follow").unwrap();
    let next = Next { kind, arguments: Secret::new(b"what to do".to_vec()) };
    let wanted = Wanted { next: Some(next), ..wanted(MARCH) };
    scene.world.engine.request_reading(&scene.world.who, link, wanted).await.unwrap()
}

#[tokio::test]
async fn what_follows_a_reading_knows_how_it_ended() {
    let follower = follower(false);
    let scene = Scene::with(vec![follower.clone()]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    request_followed(&scene, link).await;
    assert_eq!(scene.world.worker.run_due().await.unwrap(), 2);
    scene.bank.refuses(Some((ErrorKind::Timeout, RetryAdvice::Never)));
    request_followed(&scene, link).await;
    assert_eq!(scene.world.worker.run_due().await.unwrap(), 2);
    let saw = follower.saw.lock().unwrap().clone();
    let what = || "what to do".to_owned();
    assert_eq!(saw, [(Some(Ok(())), what()), (Some(Err(Failure::Timeout)), what())]);
}

/// Fails as often as it is told, and is never given up.
struct Stubborn {
    fails: u32,
    begun: std::sync::atomic::AtomicU32,
}

#[async_trait]
impl Handler for Stubborn {
    fn kind(&self) -> JobKind {
        JobKind::parse("test.follow").unwrap()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, _engine: &Engine, _task: &Task) -> Result<Outcome, EngineError> {
        let begun = self.begun.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        assert!(begun > self.fails, "as the test wants it");
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

#[tokio::test]
async fn a_handler_that_never_gives_up_is_run_until_it_is_done() {
    let stubborn = Stubborn { fails: 3 * MAX_ATTEMPTS, begun: 0.into() };
    let scene = Scene::with(vec![Arc::new(stubborn)]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    request_followed(&scene, link).await;
    for _ in 0..=3 * MAX_ATTEMPTS {
        scene.world.worker.run_due().await.unwrap();
        scene.world.clock.advance(SignedDuration::from_mins(5));
    }
    let done_at_last = (Standing::Done, Some(Failure::Internal));
    assert_eq!(scene.standing().await, [(Standing::Done, None), done_at_last]);
}

#[tokio::test]
async fn a_handler_that_panics_is_tried_again_and_given_up() {
    let follower = follower(true);
    let scene = Scene::with(vec![follower.clone()]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    request_followed(&scene, link).await;
    for _ in 0..MAX_ATTEMPTS + 3 {
        scene.world.worker.run_due().await.unwrap();
        scene.world.clock.advance(SignedDuration::from_mins(5));
    }
    let attempts = follower.saw.lock().unwrap().len();
    assert_eq!(attempts, usize::try_from(MAX_ATTEMPTS).unwrap());
    let dead = (Standing::Dead, Some(Failure::Internal));
    assert_eq!(scene.standing().await, [(Standing::Done, None), dead]);
}
