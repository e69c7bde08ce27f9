//! Institutions that fail for a while: who is told at once, and for whom they are asked again.

use std::time::Duration;

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::once::Reply;
use cartola_engine::readings::{
    AGAIN_AFTER, CALL_MANDATE_TERM, LONGEST_HELD, MAX_ASKED, Next, READING_TIMEOUT, ReadingState,
    Wanted,
};
use cartola_engine::work::{JobKind, Pending, Worker, WorkerParts};
use cartola_model::Failure;
use cartola_primitives::id::LinkId;
use cartola_primitives::randomness::JITTER_PART;
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::Jobs;
use cartola_store::jobs::{Queue, Standing};

use crate::limits;
use crate::readings::{MARCH, Scene, follower, request_followed};
use crate::tasks;
use crate::world::bank::{Bank, PASSWORD, institution};
use crate::world::{LIMITS, World};

const DOWN: (ErrorKind, RetryAdvice) =
    (ErrorKind::InstitutionDown, RetryAdvice::After(Duration::ZERO));

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// What a pause is prolonged by at most.
fn most_jitter(pause: SignedDuration) -> SignedDuration {
    pause / i32::try_from(JITTER_PART).unwrap()
}

const fn after(seconds: u64) -> RetryAdvice {
    RetryAdvice::After(Duration::from_secs(seconds))
}

impl Scene {
    async fn run(&self) -> usize {
        self.world.worker.run_due().await.unwrap()
    }

    /// Insists that nothing is done before so long has passed, and does it within the jitter.
    async fn run_after(&self, pause: SignedDuration) {
        self.world.clock.advance(pause - SignedDuration::from_millis(1));
        assert_eq!(self.run().await, 0, "it was too early");
        self.world.clock.advance(SignedDuration::from_millis(1) + most_jitter(pause));
        assert!(self.run().await > 0, "it was not in time");
    }

    async fn wanted(&self, wanted: Wanted) -> Pending {
        let link = self.begin(PASSWORD).await.unwrap();
        self.wanted_of(link, wanted).await
    }

    async fn two_of_a_link(&self) -> [Pending; 2] {
        let link = self.begin(PASSWORD).await.unwrap();
        let wanted = || self.wanted_of(link, Wanted::told_later(MARCH));
        [wanted().await, wanted().await]
    }

    async fn wanted_of(&self, link: LinkId, wanted: Wanted) -> Pending {
        let World { engine, who, .. } = &self.world;
        engine.request_reading(who, link, wanted).await.unwrap()
    }
}

/// What is wanted, at a bank that is down: asked so often in all.
async fn check_asked(wanted: Wanted, times: u32) {
    let scene = Scene::new().await;
    scene.bank.refuses(Some(DOWN));
    let mut pending = scene.wanted(wanted).await;
    scene.run().await;
    for asked in 1..times {
        assert_eq!(scene.ended(&mut pending).await, None);
        assert_eq!(scene.standing().await, [(Standing::Queued, Some(Failure::InstitutionDown))]);
        scene.run_after(AGAIN_AFTER * 2_i32.pow(asked - 1)).await;
    }
    assert_eq!(scene.ended(&mut pending).await, Some(Err(Failure::InstitutionDown)));
    assert_eq!(scene.bank.asked(), times);
    scene.world.clock.advance(CALL_MANDATE_TERM);
    assert_eq!(scene.run().await, 0);
}

#[tokio::test]
async fn whoever_waits_is_told_at_once_and_for_others_it_is_asked_a_few_times() {
    check_asked(Wanted::at_once(MARCH), 1).await;
    check_asked(Wanted::told_later(MARCH), MAX_ASKED).await;
    check_asked(Wanted::in_bulk(MARCH), MAX_ASKED).await;
}

#[tokio::test]
async fn what_nobody_waits_for_under_v1_is_read_once_the_bank_is_well() {
    let scene = Scene::new().await;
    scene.bank.refuses(Some(DOWN));
    let link = scene.begin(PASSWORD).await.unwrap();
    let World { engine, who, .. } = &scene.world;
    let id = engine.begin_reading(who, link, MARCH, Reply::NONE).await.unwrap().id;
    scene.run().await;
    let state = async || engine.reading_standing(who, id).await.unwrap().unwrap().now.state;
    assert_eq!(state().await, ReadingState::Waiting);
    scene.bank.refuses(None);
    scene.run_after(AGAIN_AFTER).await;
    assert_eq!(state().await, ReadingState::Done);
}

/// As a callback does: what follows is begun once, and told the end.
#[tokio::test]
async fn what_follows_is_told_of_the_data_once_a_bank_that_was_down_twice_is_well() {
    let follower = follower(false);
    let scene = Scene::with(vec![follower.clone()]).await;
    scene.bank.refuses(Some(DOWN));
    let kind = JobKind::parse("test.follow").unwrap();
    let next = || Next { kind: kind.clone(), arguments: Secret::new(b"post it".to_vec()) };
    let wanted = |_| Wanted { next: Some(next()), ..Wanted::told_later(MARCH) };
    let mut accepted = scene.call_for(PASSWORD, CALL_MANDATE_TERM, wanted).await.unwrap();
    assert_eq!(scene.run().await, 1);
    scene.run_after(AGAIN_AFTER).await;
    let World { store, who, .. } = &scene.world;
    let job = accepted.reading.job();
    let arguments = async || store.job(who.tenant, job).await.unwrap().unwrap().order.arguments;
    assert!(arguments().await.is_some(), "it is asked again with the same credentials");
    assert_eq!(*follower.saw.lock().unwrap(), []);
    scene.bank.refuses(None);
    scene.run_after(AGAIN_AFTER * 2).await;
    assert_eq!(*follower.saw.lock().unwrap(), [(Some(Ok(())), "post it".to_owned())]);
    assert_eq!(scene.ended(&mut accepted.reading).await, Some(Ok(())));
    assert_eq!(scene.world.told().await.len(), 2, "the mandate holds until the call is answered");
    assert_eq!(arguments().await, None);
    assert_eq!(scene.bank.asked(), 3);
}

#[tokio::test]
async fn a_task_is_pending_until_a_bank_that_was_down_twice_is_well() {
    let scene = tasks::scene().await;
    scene.bank.refuses(Some(DOWN));
    let id = tasks::begin(&scene, PASSWORD, "tests/count").await;
    let destroyed = async || {
        let audited = scene.world.audited().await;
        audited.iter().filter(|action| *action == "credentials.destroyed").count()
    };
    scene.run().await;
    for pause in [AGAIN_AFTER, AGAIN_AFTER * 2] {
        assert_eq!(tasks::state(&scene, id).await, "pending");
        assert_eq!(destroyed().await, 0);
        if pause > AGAIN_AFTER {
            scene.bank.refuses(None);
        }
        scene.run_after(pause).await;
    }
    assert_eq!(tasks::state(&scene, id).await, "count: 1");
    assert_eq!(destroyed().await, 1);
}

#[tokio::test]
async fn a_task_whose_bank_stays_down_ends_with_that() {
    let scene = tasks::scene().await;
    scene.bank.refuses(Some(DOWN));
    let id = tasks::begin(&scene, PASSWORD, "tests/count").await;
    scene.run().await;
    for pause in [AGAIN_AFTER, AGAIN_AFTER * 2] {
        assert_eq!(tasks::state(&scene, id).await, "pending");
        scene.run_after(pause).await;
    }
    assert_eq!(tasks::state(&scene, id).await, "institution_down");
    assert_eq!(scene.bank.asked(), MAX_ASKED);
}

/// What the bank says once, at the door or inside; after how many seconds it is asked again.
async fn check(inside: bool, said: (ErrorKind, RetryAdvice), seconds: Option<i64>) {
    let scene = Scene::new().await;
    if inside {
        scene.bank.breaks_off(Some(said));
    } else {
        scene.bank.refuses(Some(said));
    }
    let mut pending = scene.wanted(Wanted::told_later(MARCH)).await;
    scene.run().await;
    scene.bank.breaks_off(None);
    scene.bank.refuses(None);
    if let Some(seconds) = seconds {
        scene.run_after(SignedDuration::from_secs(seconds)).await;
        assert_eq!(scene.ended(&mut pending).await, Some(Ok(())), "{said:?}");
    } else {
        let told = Some(Err(said.0.failure()));
        assert_eq!(scene.ended(&mut pending).await, told, "{said:?}");
        assert_eq!(scene.bank.asked(), 1);
    }
}

#[tokio::test]
async fn an_institution_is_asked_again_when_it_says() {
    let usual = Some(AGAIN_AFTER.as_secs());
    for inside in [false, true] {
        for kind in [ErrorKind::InstitutionDown, ErrorKind::RateLimited] {
            check(inside, (kind, after(0)), usual).await;
            check(inside, (kind, after(30)), Some(30)).await;
            let longest = LONGEST_HELD.unsigned_abs().as_secs();
            check(inside, (kind, after(longest)), Some(LONGEST_HELD.as_secs())).await;
            check(inside, (kind, after(longest + 1)), None).await;
            check(inside, (kind, RetryAdvice::Never), None).await;
        }
    }
    check(true, (ErrorKind::SessionEnded, RetryAdvice::WithNewSession), usual).await;
}

#[tokio::test]
async fn credentials_that_are_refused_or_may_have_been_are_not_sent_again() {
    check(false, (ErrorKind::CredentialsInvalid, RetryAdvice::WithNewCredentials), None).await;
    check(false, (ErrorKind::CredentialsInvalid, after(1)), None).await;
    check(false, (ErrorKind::CredentialsLocked, after(1)), None).await;
    check(false, (ErrorKind::Timeout, after(0)), None).await;
    // Who was let in was not refused.
    check(true, (ErrorKind::Timeout, after(0)), Some(AGAIN_AFTER.as_secs())).await;
}

/// Credentials that were taken before are good.
#[tokio::test]
async fn a_door_that_does_not_answer_known_credentials_is_knocked_at_again() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut first = scene.wanted_of(link, Wanted::at_once(MARCH)).await;
    scene.run().await;
    assert_eq!(scene.ended(&mut first).await, Some(Ok(())));
    scene.world.clock.advance(SECOND);
    scene.bank.refuses(Some((ErrorKind::Timeout, after(0))));
    let mut pending = scene.wanted_of(link, Wanted::told_later(MARCH)).await;
    scene.run().await;
    scene.bank.refuses(None);
    scene.run_after(AGAIN_AFTER).await;
    assert_eq!(scene.ended(&mut pending).await, Some(Ok(())));
}

#[tokio::test]
async fn nothing_is_asked_again_that_would_come_too_late() {
    for (early, expected) in
        [(SignedDuration::ZERO, None), (SECOND * 2, Some(Failure::InstitutionDown))]
    {
        let scene = Scene::new().await;
        scene.bank.refuses(Some(DOWN));
        let latest = AGAIN_AFTER + most_jitter(AGAIN_AFTER);
        let told_by = scene.world.engine.now() + READING_TIMEOUT + latest - early;
        let wanted = Wanted { told_by: Some(told_by), ..Wanted::told_later(MARCH) };
        let mut pending = scene.wanted(wanted).await;
        scene.run().await;
        assert_eq!(scene.ended(&mut pending).await, expected.map(Err));
    }
}

#[tokio::test]
async fn nothing_is_asked_again_that_is_not_allowed_any_more_by_then() {
    for (lasts, expected) in
        [(AGAIN_AFTER + SECOND * 2, None), (AGAIN_AFTER, Some(Failure::InstitutionDown))]
    {
        let scene = Scene::new().await;
        scene.bank.refuses(Some(DOWN));
        let wanted = |_| Wanted::told_later(MARCH);
        let mut reading = scene.call_for(PASSWORD, lasts, wanted).await.unwrap().reading;
        scene.run().await;
        assert_eq!(scene.ended(&mut reading).await, expected.map(Err));
    }
}

#[tokio::test]
async fn who_joined_a_reading_in_vain_joins_the_next_one_too() {
    let scene = Scene::new().await;
    scene.bank.refuses(Some(DOWN));
    let mut both = scene.two_of_a_link().await;
    scene.world.clock.advance(SECOND);
    assert_eq!(scene.run().await, 2);
    assert_eq!(scene.bank.asked(), 1);
    scene.bank.refuses(None);
    scene.run_after(AGAIN_AFTER).await;
    for pending in &mut both {
        assert_eq!(scene.ended(pending).await, Some(Ok(())));
    }
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn who_waits_goes_before_a_queue_of_what_nobody_waits_for() {
    let bank = Bank::new();
    let world = World::with(bank.clone()).await;
    let one_at_a_time = Worker::new(WorkerParts {
        engine: world.engine.clone(),
        handlers: Vec::new(),
        monotonic: world.monotonic.clone(),
        alone: true,
        at_once: 1,
        limits: LIMITS,
    });
    let call = async |person, wanted| {
        let call = limits::call_for((&world.engine, &world.who), institution(), person, wanted);
        call.await.reading.job()
    };
    for person in 0..30 {
        call(person, Wanted::in_bulk).await;
    }
    let later = call(30, Wanted::told_later).await;
    let waited_for = call(31, Wanted::at_once).await;
    bank.is_slow();
    for expected in [waited_for, later] {
        let first = async {
            bank.reading.notified().await;
            let running = Some(Standing::Running);
            let page = world.store.jobs(world.who.tenant, Queue::Work, running, None, 9).await;
            page.unwrap().rows.iter().map(|row| row.order.id).collect::<Vec<_>>()
        };
        tokio::select! {
            ran = one_at_a_time.run_due() => panic!("{ran:?}"),
            running = first => assert_eq!(running, [expected]),
        }
        let World { engine, who, .. } = &world;
        engine.cancel_reading(who, expected, Reply::NONE).await.unwrap();
        world.lose_the_worker();
    }
}

/// When each job is due, from now on.
async fn pauses(world: &World) -> Vec<SignedDuration> {
    let page = world.store.jobs(world.who.tenant, Queue::Work, None, None, 100).await.unwrap();
    let now = world.engine.now();
    page.rows.iter().map(|row| row.order.not_before.duration_since(now)).collect()
}

/// Insists that all wait for so long and some jitter, and that they do not come back together.
fn check_spread(mut pauses: Vec<SignedDuration>, least: SignedDuration) {
    let most = least + most_jitter(least);
    assert!(pauses.iter().all(|pause| (least..=most).contains(pause)), "{pauses:?}");
    pauses.sort_unstable();
    pauses.dedup();
    assert!(pauses.len() > 5, "{pauses:?}");
}

#[tokio::test]
async fn who_failed_together_does_not_come_back_together() {
    let bank = Bank::new();
    let world = World::with(bank.clone()).await;
    bank.refuses(Some(DOWN));
    for person in 0..10 {
        let who = (&world.engine, &world.who);
        limits::call_for(who, institution(), person, Wanted::told_later).await;
    }
    world.worker.run_due().await.unwrap();
    check_spread(pauses(&world).await, AGAIN_AFTER);
}

#[tokio::test]
async fn what_failed_here_together_is_not_begun_again_together() {
    let follower = follower(true);
    let scene = Scene::with(vec![follower.clone()]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for _ in 0..10 {
        request_followed(&scene, link).await;
    }
    scene.run().await;
    assert_eq!(follower.saw.lock().unwrap().len(), 10);
    let mut pauses = pauses(&scene.world).await;
    pauses.retain(SignedDuration::is_positive);
    assert_eq!(pauses.len(), 10);
    check_spread(pauses, SignedDuration::from_secs(5));
}
