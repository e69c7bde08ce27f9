//! Messages on their way.

use std::sync::Arc;

use cartola_events::worker::{MAX_SENDING, MAX_TO_RECEIVER};
use cartola_events::{Client, Reach, TargetUrl};
use cartola_model::Failure;
use cartola_primitives::Clock;
use cartola_primitives::SignedDuration;
use cartola_store::jobs::Queue;
use cartola_store::outbox::{AttemptFailure, AttemptOutcome, MessageState, job_of};
use cartola_store::{Command, Jobs, StoreErrorKind};
use tokio::sync::oneshot;

use crate::client::{Names, PATIENCE};
use crate::receiver::{Behaviour, Receiver, answer};
use crate::world::{NOW, SOON, World, secret};

#[tokio::test]
async fn a_message_arrives_signed_with_its_headers() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(204, "", "")]).await;
    let body = r#"{"glosa":"TRASPASO Ñ"}"#;
    let id = world.write(&receiver.url(), body).await;
    assert_eq!(world.worker().deliver_due().await.unwrap(), 1);
    let [call] = &receiver.received()[..] else { panic!("one call") };
    assert!(call.head.starts_with("POST /hooks HTTP/1.1\r\n"), "{}", call.head);
    assert_eq!(call.body, body);
    assert_eq!(call.header("webhook-id"), Some(&*id.to_string()));
    let timestamp = NOW.as_second();
    assert_eq!(call.header("webhook-timestamp"), Some(&*timestamp.to_string()));
    let signature = World::secret().sign(&id.to_string(), timestamp, body.as_bytes());
    assert_eq!(call.header("webhook-signature"), Some(&*signature));
    assert_eq!(call.header("x-floid-token"), Some("t0ken"));
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert_eq!(world.message(id).await.state, MessageState::Delivered { at: NOW });
    assert_eq!(world.attempts(id).await[0].outcome, AttemptOutcome::Status(204));
}

/// Lets a message fail until it is given up, and gives the waits between attempts in seconds.
async fn waits(world: &World, behaviour: Behaviour) -> (Vec<i64>, usize) {
    let receiver = Receiver::start(vec![behaviour]).await;
    let id = world.write(&receiver.url(), "{}").await;
    let worker = world.worker();
    let mut waits = Vec::new();
    loop {
        assert_eq!(worker.deliver_due().await.unwrap(), 1);
        match world.message(id).await.state {
            MessageState::Pending { next_attempt } => {
                let wait = next_attempt.duration_since(world.clock.now());
                world.advance(wait - SignedDuration::from_micros(1));
                assert_eq!(worker.deliver_due().await.unwrap(), 0, "it is not due yet");
                world.advance(SignedDuration::from_micros(1));
                waits.push(wait.as_secs());
            }
            MessageState::Dead { .. } => break,
            state => panic!("it was never taken, and is {state:?}"),
        }
    }
    assert_eq!(world.attempts(id).await.len(), receiver.received().len());
    (waits, receiver.received().len())
}

#[tokio::test]
async fn a_message_is_given_up_after_the_last_attempt_of_the_schedule() {
    let world = World::new().await;
    let (waits, calls) = waits(&world, answer(500, "", "")).await;
    assert_eq!(calls, 10);
    let schedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    assert_eq!(waits.len(), schedule.len());
    for (wait, planned) in waits.iter().zip(schedule) {
        assert!((planned..=planned + planned / 10).contains(wait), "{wait} for {planned}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_busy_is_left_alone_as_long_as_it_says() {
    let world = World::new().await;
    let receiver =
        Receiver::start(vec![answer(429, "retry-after: 3600\r\n", ""), answer(200, "", "")]).await;
    let id = world.write(&receiver.url(), "{}").await;
    let worker = world.worker();
    worker.deliver_due().await.unwrap();
    let next_attempt = NOW + SignedDuration::from_hours(1);
    assert_eq!(world.message(id).await.state, MessageState::Pending { next_attempt });
    let job = world.store.job(world.tenant, job_of(id)).await.unwrap().unwrap();
    assert_eq!(job.last_failure, Some(Failure::RateLimited));
    world.clock.set(next_attempt);
    worker.deliver_due().await.unwrap();
    assert_eq!(world.message(id).await.state, MessageState::Delivered { at: next_attempt });
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_called_again() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(410, "", "")]).await;
    let id = world.write(&receiver.url(), "{}").await;
    let worker = world.worker();
    worker.deliver_due().await.unwrap();
    let late = world.write(&receiver.url(), "{}").await;
    world.advance(SignedDuration::from_hours(99));
    assert_eq!(worker.deliver_due().await.unwrap(), 0);
    for id in [id, late] {
        assert_eq!(world.message(id).await.state, MessageState::Dead { at: NOW });
    }
    // Somebody looks after the receiver, allows it again and replays.
    let destination = world.message(id).await.order.destination;
    world.commit(Command::AllowDestination(destination)).await;
    world.commit(Command::ReplayMessage(late)).await;
    assert_eq!(worker.deliver_due().await.unwrap(), 1);
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn what_goes_wrong_is_logged() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![Behaviour::Close]).await;
    let cases = [
        (receiver.url(), AttemptFailure::Unreachable),
        ("http://10.0.0.1/".to_owned(), AttemptFailure::Forbidden),
        ("http://nowhere.example/".to_owned(), AttemptFailure::Unresolved),
    ];
    for (url, failure) in cases {
        let id = world.write(&url, "{}").await;
        world.worker().deliver_due().await.unwrap();
        assert_eq!(world.attempts(id).await[0].outcome, AttemptOutcome::Failed(failure));
        let state = world.message(id).await.state;
        assert!(matches!(state, MessageState::Pending { .. }), "it is tried again");
    }
}

#[tokio::test]
async fn what_was_sent_and_not_recorded_is_sent_again_under_the_same_id() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let id = world.write(&receiver.url(), "{}").await;
    // The process dies between sending and recording: nothing of the attempt is kept.
    world.store.fail_next_commit(StoreErrorKind::Corrupt);
    world.worker().deliver_due().await.unwrap();
    assert_eq!(receiver.received().len(), 1);
    assert_eq!(world.attempts(id).await, []);
    // The next one is the only one, and does not wait for the lease.
    assert_eq!(world.worker().deliver_due().await.unwrap(), 1);
    let ids: Vec<_> =
        receiver.received().iter().map(|it| it.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(ids, [id.to_string(), id.to_string()]);
    assert_eq!(world.message(id).await.state, MessageState::Delivered { at: NOW });
    assert_eq!(world.worker().deliver_due().await.unwrap(), 0);
}

#[tokio::test]
async fn a_store_that_fails_for_a_moment_costs_no_second_call() {
    for failure in [StoreErrorKind::Busy, StoreErrorKind::Unavailable] {
        let world = World::new().await;
        let receiver = Receiver::start(vec![answer(200, "", "")]).await;
        let id = world.write(&receiver.url(), "{}").await;
        world.store.fail_next_commit(failure);
        world.worker().deliver_due().await.unwrap();
        assert_eq!(receiver.received().len(), 1);
        assert_eq!(world.message(id).await.state, MessageState::Delivered { at: NOW });
    }
}

#[tokio::test]
async fn a_worker_runs_until_it_is_stopped_and_records_what_it_sent() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let early = world.write(&receiver.url(), "{}").await;
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = world.worker();
    let running = tokio::spawn(async move { worker.run(async { drop(stopped.await) }).await });
    let mut arrivals = world.store.arrivals();
    let late = world.write(&receiver.url(), "{}").await;
    let delivered = async {
        for id in [early, late] {
            while !matches!(world.message(id).await.state, MessageState::Delivered { .. }) {
                arrivals.next(SOON).await;
            }
        }
    };
    tokio::time::timeout(SOON, delivered).await.expect("both messages are delivered");
    drop(stop);
    tokio::time::timeout(SOON, running).await.expect("the worker ends").unwrap();
    assert_eq!(world.store.leases(Queue::Outbox).await.unwrap(), []);
}

/// What waits is signed by the secrets of the moment in which it is sent, not of that in which it was
/// written.
#[tokio::test]
async fn each_attempt_is_signed_by_the_secrets_of_its_moment() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(503, "", "")]).await;
    let id = world.write(&receiver.url(), "{}").await.to_string();
    let worker = world.worker();
    for (attempt, secrets) in [&[7][..], &[8, 7], &[8]].into_iter().enumerate() {
        world.sign_by(secrets);
        assert_eq!(worker.deliver_due().await.unwrap(), 1);
        let call = receiver.received().pop().unwrap();
        let timestamp: i64 = call.header("webhook-timestamp").unwrap().parse().unwrap();
        let expected: Vec<_> =
            secrets.iter().map(|seed| secret(*seed).sign(&id, timestamp, b"{}")).collect();
        assert_eq!(call.header("webhook-signature"), Some(&*expected.join(" ")), "{attempt}");
        assert_eq!(call.header("webhook-id"), Some(&*id));
        world.advance(SignedDuration::from_hours(1));
    }
}

/// One receiver takes no more places than it has, and all that hang take none of another's.
#[tokio::test]
async fn a_receiver_that_hangs_delays_no_other() {
    let world = World::new().await;
    let hangs = Receiver::start(vec![Behaviour::Silence]).await;
    let quick = Receiver::start(vec![answer(200, "", "")]).await;
    let waiting = 4 * MAX_SENDING;
    for nth in 0..waiting {
        // One receiver has as many URLs as it likes.
        world.write(&format!("{}?case={nth}", hangs.url()), "{}").await;
    }
    let id = world.write(&quick.url(), "{}").await;
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = world.worker();
    let running = tokio::spawn(async move { worker.run(async { drop(stopped.await) }).await });
    let mut arrivals = world.store.arrivals();
    let delivered = async {
        while !matches!(world.message(id).await.state, MessageState::Delivered { .. }) {
            arrivals.next(SOON).await;
        }
    };
    // Less than the hanging ones are waited for: none of them has made room.
    tokio::time::timeout(PATIENCE / 2, delivered).await.expect("the quick one is served");
    let leases = world.store.leases(Queue::Outbox).await.unwrap();
    assert_eq!(leases.len(), usize::try_from(MAX_TO_RECEIVER).unwrap());
    running.abort();
    drop(stop);
}

/// A name that led somewhere when it was registered, and leads inside when the message leaves.
#[tokio::test]
async fn a_name_that_turns_inside_is_not_called() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let names = Names::default().with("turns.example", &[&["8.8.8.8"], &["127.0.0.1"]]);
    let client = Client::with_timeout(Reach::Public, Arc::new(names), PATIENCE);
    let url = format!("http://turns.example:{}/", receiver.address.port());
    assert_eq!(client.admit(&TargetUrl::parse(&url).unwrap()).await, Ok(()));
    let id = world.write(&url, "{}").await;
    assert_eq!(world.worker_with(client).deliver_due().await.unwrap(), 1);
    let forbidden = AttemptOutcome::Failed(AttemptFailure::Forbidden);
    assert_eq!(world.attempts(id).await[0].outcome, forbidden);
    assert!(receiver.received().is_empty(), "nobody was called");
}

#[tokio::test]
async fn a_redirect_is_no_delivery_and_leads_nowhere() {
    let world = World::new().await;
    let elsewhere = Receiver::start(vec![answer(200, "", "")]).await;
    let location = format!("location: {}\r\n", elsewhere.url());
    let receiver = Receiver::start(vec![answer(307, &location, "")]).await;
    let id = world.write(&receiver.url(), "{}").await;
    world.worker().deliver_due().await.unwrap();
    assert_eq!(world.attempts(id).await[0].outcome, AttemptOutcome::Status(307));
    assert!(matches!(world.message(id).await.state, MessageState::Pending { .. }));
    assert!(elsewhere.received().is_empty(), "nobody was sent there");
}
