//! The outbox.

use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::SignedDuration;
use cartola_primitives::id::MessageId;

use super::Backend;
use super::crew::{self, Worker};
use super::fixtures::{NOW, at};
use super::pages::check_list;
use super::scene::Scene;
use crate::jobs::{
    Claim, ClaimedJob, Continuation, JobEnd, JobKind, JobOrder, JobState, Lane, Limits, Queue,
    Standing,
};
use crate::outbox::{
    Attempt, AttemptFailure, AttemptOutcome, DeliveryEnd, MAX_MESSAGE_BYTES, MessageOrder,
    MessageQuery, MessageRow, MessageState, WRITTEN_WITHIN, message_of,
};
use crate::{Command, StoreErrorKind, UnitOfWork};

fn pending(order: &MessageOrder) -> MessageRow {
    let state = MessageState::Pending { next_attempt: NOW };
    MessageRow { order: order.clone(), created_at: NOW, attempts: 0, state }
}

fn answered(status: u16) -> Attempt {
    let lasted = Duration::from_millis(120);
    Attempt { at: NOW, lasted, outcome: AttemptOutcome::Status(status) }
}

async fn find(scene: &Scene, id: MessageId) -> Option<MessageRow> {
    scene.store.message(scene.make.tenant, id).await.expect("a read")
}

async fn state(scene: &Scene, id: MessageId) -> MessageState {
    find(scene, id).await.expect("it is kept").state
}

/// So many messages to one destination, added.
async fn add(scene: &Scene, destination: &str, count: usize) -> Vec<MessageOrder> {
    let orders: Vec<_> = (0..count).map(|_| scene.make.message(destination)).collect();
    let commands = orders.iter().cloned().map(Command::AddMessage);
    scene.commit(commands.fold(scene.unit(), UnitOfWork::with)).await;
    orders
}

async fn take(scene: &Scene, places: usize) -> Vec<ClaimedJob> {
    let worker = Worker::new(&scene.store, 1);
    worker.take_by(worker.claim(Queue::Outbox, places, at(99_999))).await
}

fn ending(job: &ClaimedJob, attempt: Attempt, end: DeliveryEnd) -> Command {
    let id = message_of(job.row.order.id);
    Command::EndDelivery { id, lease: job.lease, attempt, end }
}

/// A message comes back with all its parts, and waits for its first attempt.
pub async fn a_message_comes_back_as_it_was_added(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let order = scene.make.message("https://one.example");
    assert_eq!(find(&scene, order.id).await, None);
    scene.apply(Command::AddMessage(order.clone())).await;
    assert_eq!(find(&scene, order.id).await, Some(pending(&order)));
    scene.conflicts(Command::AddMessage(order)).await;
}

/// Messages that are wanted together come together, as each comes alone.
pub async fn messages_are_read_together(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let other = Scene::of_tenant(&backend, 2).await;
    let mut orders = add(&scene, "https://one.example", 2).await;
    let receiver = Some(Lane::parse("one.example").expect("a lane"));
    let busy = MessageOrder { receiver, ..scene.make.message("https://one.example") };
    scene.apply(Command::AddMessage(busy.clone())).await;
    orders.push(busy);
    let of_other = add(&other, "https://one.example", 1).await.remove(0);
    let mut ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    ids.extend([scene.make.id(), of_other.id]);
    let tenant = scene.make.tenant;
    let mut found = scene.store.message_orders(tenant, ids).await.expect("a read");
    found.sort_by_key(|order| order.id);
    orders.sort_by_key(|order| order.id);
    assert_eq!(found, orders);
    assert_eq!(scene.store.message_orders(tenant, Vec::new()).await.expect("a read"), []);
}

/// A message that is too long is a defect.
pub async fn too_long_a_message_is_refused(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let body = scene.make.sealed(&"a".repeat(MAX_MESSAGE_BYTES));
    let order = MessageOrder { body, ..scene.make.message("https://one.example") };
    assert_eq!(scene.refused(Command::AddMessage(order)).await, StoreErrorKind::Misuse);
}

/// Messages are taken from their own queue, under their own ids.
pub async fn a_message_is_delivered_by_its_job(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let id = add(&scene, "https://one.example", 1).await[0].id;
    scene.enqueue_new(1).await;
    assert_eq!(Worker::new(&scene.store, 2).take(9).await.len(), 1, "other workers see none");
    let [job] = &take(&scene, 9).await[..] else { panic!("one message waits") };
    assert_eq!(message_of(job.row.order.id), id);
    scene
        .commit(scene.unit_at(at(3)).with(ending(job, answered(204), DeliveryEnd::Delivered)))
        .await;
    let row = find(&scene, id).await.expect("it is kept");
    assert_eq!((row.attempts, row.state), (1, MessageState::Delivered { at: at(3) }));
}

/// Every attempt is logged, in order, with what came of it.
pub async fn attempts_are_logged(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let id = add(&scene, "https://one.example", 1).await[0].id;
    let failed = AttemptFailure::ALL.map(AttemptOutcome::Failed);
    let outcomes: Vec<_> = [AttemptOutcome::Status(503)].into_iter().chain(failed).collect();
    let mut expected = Vec::new();
    for (outcome, seconds) in outcomes.into_iter().zip(1..) {
        let job = take(&scene, 1).await.remove(0);
        let attempt = Attempt { outcome, ..answered(0) };
        let end = DeliveryEnd::Retry { not_before: at(seconds), failure: Failure::Timeout };
        scene.apply(ending(&job, attempt, end)).await;
        expected.push(attempt);
        assert_eq!(state(&scene, id).await, MessageState::Pending { next_attempt: at(seconds) });
    }
    let logged = scene.store.attempts(scene.make.tenant, id).await.expect("a read");
    assert_eq!(logged, expected);
}

/// Jobs of both queues end in one unit as they do alone, and none of them where one has lost its
/// lease.
pub async fn many_end_in_one_unit(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let next = Continuation {
        id: scene.make.id(),
        kind: JobKind::parse("contract.next").expect("a sound name"),
        arguments: None,
    };
    let goes_on = JobOrder { continuation: Some(next.clone()), ..scene.make.job() };
    let before = Some(goes_on.id);
    scene.enqueue(&[goes_on, scene.make.job(), scene.make.job()]).await;
    add(&scene, "https://one.example", 2).await;
    let jobs = Worker::new(&scene.store, 2).take(9).await;
    let messages = take(&scene, 9).await;
    assert_eq!((jobs.len(), messages.len()), (3, 2));
    let done = jobs.iter().map(|job| crew::ending(job, JobEnd::Done));
    let delivered = messages.iter().map(|job| ending(job, answered(200), DeliveryEnd::Delivered));
    let unit = done.chain(delivered).fold(scene.unit_at(at(3)), UnitOfWork::with);
    let lost =
        Command::EndJob { id: jobs[1].row.order.id, lease: jobs[0].lease, end: JobEnd::Done };
    let kind = scene.refused_unit(unit.clone().with(lost)).await;
    assert_eq!(kind, StoreErrorKind::Conflict);
    assert_eq!(scene.job(next.id).await, None);
    scene.commit(unit).await;
    for job in jobs.iter().chain(&messages) {
        let row = scene.job(job.row.order.id).await.expect("it is kept");
        assert_eq!(row.state, JobState::Done { at: at(3) });
    }
    for message in &messages {
        let id = message_of(message.row.order.id);
        let logged = scene.store.attempts(scene.make.tenant, id).await.expect("a read");
        assert_eq!(logged, [answered(200)]);
    }
    let row = scene.job(next.id).await.expect("it is queued");
    assert_eq!((row.after, row.created_at), (before, at(3)));
}

/// An attempt under a lease that is lost is not logged.
pub async fn a_lost_lease_logs_nothing(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let id = add(&scene, "https://one.example", 1).await[0].id;
    let mut job = take(&scene, 1).await.remove(0);
    job.lease = scene.make.id();
    scene.conflicts(ending(&job, answered(200), DeliveryEnd::Delivered)).await;
    let logged = scene.store.attempts(scene.make.tenant, id).await.expect("a read");
    assert_eq!(logged, []);
}

/// A dead letter is replayed as if it were new, and keeps its log.
pub async fn a_dead_letter_can_be_replayed(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let id = add(&scene, "https://one.example", 1).await[0].id;
    scene.conflicts(Command::ReplayMessage(id)).await;
    scene.conflicts(Command::ReplayMessage(scene.make.id())).await;
    let dead = DeliveryEnd::Dead { failure: Failure::Timeout };
    for replays in 1..=2 {
        let job = take(&scene, 1).await.remove(0);
        assert_eq!(job.row.attempts, 1);
        scene.commit(scene.unit_at(at(5)).with(ending(&job, answered(500), dead))).await;
        assert_eq!(state(&scene, id).await, MessageState::Dead { at: at(5) });
        assert_eq!(take(&scene, 1).await, []);
        scene.commit(scene.unit_at(at(9)).with(Command::ReplayMessage(id))).await;
        let row = find(&scene, id).await.expect("it is kept");
        let state = MessageState::Pending { next_attempt: at(9) };
        assert_eq!((row.attempts, row.state), (0, state));
        let logged = scene.store.attempts(scene.make.tenant, id).await.expect("a read");
        assert_eq!(logged.len(), replays);
    }
}

/// A job that is dead is no message, even when it is asked for by its bytes.
pub async fn only_messages_are_replayed(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    let end = JobEnd::Dead { failure: Failure::Timeout };
    scene.apply(super::crew::ending(&job, end)).await;
    scene.conflicts(Command::ReplayMessage(message_of(job.row.order.id))).await;
}

/// A disabled destination takes what waits for it along, and what is written for it later, until
/// it is allowed again; other destinations do not notice.
pub async fn a_destination_can_be_disabled(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let gone = add(&scene, "https://gone.example", 2).await;
    let other = add(&scene, "https://one.example", 1).await[0].id;
    let job = take(&scene, 1).await.remove(0);
    let disabling = ending(&job, answered(410), DeliveryEnd::Disabled);
    scene.commit(scene.unit_at(at(2)).with(disabling)).await;
    let (tenant, destination) = (scene.make.tenant, &gone[0].destination);
    let since = scene.store.disabled(tenant, destination).await.expect("a read");
    assert_eq!(since, Some(at(2)));
    let late = add(&scene, "https://gone.example", 1).await[0].id;
    assert_eq!(state(&scene, gone[0].id).await, MessageState::Dead { at: at(2) });
    assert_eq!(state(&scene, gone[1].id).await, MessageState::Dead { at: at(2) });
    assert_eq!(state(&scene, late).await, MessageState::Dead { at: NOW });
    assert_eq!(state(&scene, other).await, MessageState::Pending { next_attempt: NOW });
    scene.apply(Command::AllowDestination(*destination)).await;
    assert_eq!(scene.store.disabled(tenant, destination).await.expect("a read"), None);
    let allowed = add(&scene, "https://gone.example", 1).await[0].id;
    assert_eq!(state(&scene, allowed).await, MessageState::Pending { next_attempt: NOW });
    assert_eq!(take(&scene, 9).await.len(), 2);
}

/// Messages are listed by id, all of them or those that stand so.
pub async fn messages_are_listed_by_id_in_pages(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let all = add(&scene, "https://one.example", 6).await;
    let taken = take(&scene, 3).await;
    scene.apply(ending(&taken[0], answered(200), DeliveryEnd::Delivered)).await;
    let dead = DeliveryEnd::Dead { failure: Failure::Timeout };
    scene.apply(ending(&taken[1], answered(500), dead)).await;
    let lists = [
        (None, &all[..]),
        (Some(Standing::Done), &all[..1]),
        (Some(Standing::Dead), &all[1..2]),
        (Some(Standing::Running), &all[2..3]),
        (Some(Standing::Queued), &all[3..]),
    ];
    for (standing, expected) in lists {
        let query = MessageQuery { standing, ..MessageQuery::ALL };
        are_listed(&scene, query, expected).await;
    }
}

/// Insists that these messages are listed, in whatever pages.
async fn are_listed(scene: &Scene, query: MessageQuery, expected: &[MessageOrder]) {
    let mut rows = Vec::new();
    for order in expected {
        rows.extend(find(scene, order.id).await.map(MessageRow::head));
    }
    check_list(&rows, async |after, limit| {
        scene.store.messages(scene.make.tenant, query, after, limit).await
    })
    .await;
}

/// Messages are listed by URL and by when they were decided, with how they stand or without.
pub async fn messages_are_listed_by_destination_and_time(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let mut all = Vec::new();
    for (seconds, destination) in [(0, "one"), (10, "other"), (20, "one"), (30, "one")] {
        let order = scene.make.message(destination);
        scene.commit(scene.unit_at(at(seconds)).with(Command::AddMessage(order.clone()))).await;
        all.push(order);
    }
    let destination = Some(all[0].destination);
    let to_one = MessageQuery { destination, ..MessageQuery::ALL };
    let [first, other, second, third] = &all[..] else { panic!("four messages") };
    are_listed(&scene, to_one, &[first, second, third].map(Clone::clone)).await;
    let from = Some(at(10));
    are_listed(&scene, MessageQuery { from, ..MessageQuery::ALL }, &all[1..]).await;
    are_listed(&scene, MessageQuery { from, ..to_one }, &all[2..]).await;
    let until = Some(at(30));
    are_listed(&scene, MessageQuery { from, until, ..to_one }, &all[2..3]).await;
    are_listed(&scene, MessageQuery { until, ..MessageQuery::ALL }, &all[..3]).await;
    let dead = DeliveryEnd::Dead { failure: Failure::Timeout };
    for job in take(&scene, 2).await {
        scene.apply(ending(&job, answered(500), dead)).await;
    }
    let standing = Some(Standing::Dead);
    are_listed(&scene, MessageQuery { standing, ..to_one }, &all[..1]).await;
    let span = MessageQuery { standing, from, until, destination: None };
    are_listed(&scene, span, std::slice::from_ref(other)).await;
    let unknown = Some(scene.make.fresh_digest());
    are_listed(&scene, MessageQuery { destination: unknown, ..MessageQuery::ALL }, &[]).await;
}

/// A message may be written a day after its id was minted, and is found by when it was written; later
/// it is a conflict.
pub async fn a_message_is_found_by_its_time_however_old_its_id_is(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let latest = NOW + WRITTEN_WITHIN;
    let [in_time, before, too_late] = ["one"; 3].map(|to| scene.make.message(to));
    scene.commit(scene.unit().with(Command::AddMessage(before.clone()))).await;
    scene.commit(scene.unit_at(latest).with(Command::AddMessage(in_time.clone()))).await;
    let later = scene.unit_at(latest + SignedDuration::from_secs(1));
    let refused = scene.refused_unit(later.with(Command::AddMessage(too_late))).await;
    assert_eq!(refused, StoreErrorKind::Conflict);
    let destination = Some(before.destination);
    for standing in [None, Some(Standing::Queued)] {
        for destination in [None, destination] {
            let query = MessageQuery { standing, destination, ..MessageQuery::ALL };
            are_listed(&scene, query, &[in_time.clone(), before.clone()]).await;
            let query = MessageQuery { from: Some(latest), ..query };
            are_listed(&scene, query, std::slice::from_ref(&in_time)).await;
        }
    }
}

/// Of one receiver so many messages are sent at once, whatever their URLs; others go by.
pub async fn a_receiver_that_is_busy_is_passed_over(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let to = |receiver: &str, url: &str| MessageOrder {
        receiver: Some(Lane::parse(receiver).expect("a sound name")),
        ..scene.make.message(url)
    };
    let slow: Vec<_> = (0..4).map(|nth| to("slow", &format!("slow/{nth}"))).collect();
    let quick = to("quick", "quick/1");
    let commands = slow.iter().chain([&quick]).cloned().map(Command::AddMessage);
    scene.commit(commands.fold(scene.unit(), UnitOfWork::with)).await;
    let worker = Worker::new(&scene.store, 1);
    let limits = Limits { of_lane: Some(2), of_tenant: None };
    let claim = || Claim { limits, ..worker.claim(Queue::Outbox, 9, NOW) };
    let taken = worker.take_by(claim()).await;
    let ids: Vec<_> = taken.iter().map(|job| message_of(job.row.order.id)).collect();
    assert_eq!(ids, [slow[0].id, slow[1].id, quick.id]);
    assert_eq!(state(&scene, slow[0].id).await, MessageState::Sending);
    assert_eq!(find(&scene, quick.id).await.expect("it is kept").order, quick);
    assert_eq!(worker.take_by(claim()).await, []);
    scene.apply(ending(&taken[0], answered(200), DeliveryEnd::Delivered)).await;
    assert_eq!(worker.take_by(claim()).await.len(), 1);
}

/// What was delivered long ago is forgotten with its log.
pub async fn what_was_sent_is_forgotten(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let all = add(&scene, "https://one.example", 2).await;
    for job in take(&scene, 1).await {
        scene.apply(ending(&job, answered(200), DeliveryEnd::Delivered)).await;
    }
    assert_eq!(scene.store.forget_ended(at(1)).await.expect("a write"), 1);
    assert_eq!(find(&scene, all[0].id).await, None);
    let logged = scene.store.attempts(scene.make.tenant, all[0].id).await.expect("a read");
    assert_eq!(logged, []);
    assert_eq!(find(&scene, all[1].id).await, Some(pending(&all[1])));
}
