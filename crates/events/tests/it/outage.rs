//! A receiver that is down for days, and everything that was written for it meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write;

use cartola_events::schedule::SCHEDULE;
use cartola_primitives::id::MessageId;
use cartola_primitives::{Clock, SignedDuration, Timestamp};
use cartola_store::Jobs;
use cartola_store::jobs::Queue;
use cartola_store::outbox::{AttemptFailure, AttemptOutcome, MessageState};

use crate::receiver::{Behaviour, Receiver, answer};
use crate::world::{NOW, World};

/// How long the receiver is down.
const DOWN: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Messages that are written when it goes down.
const AT_ONCE: usize = 40;

/// How often one more is written while it is down.
const ANOTHER_EVERY: SignedDuration = SignedDuration::from_hours(7);

/// Lives through the outage and its end, going from one moment at which something is due to the next.
async fn live_through(world: &World, receiver: &Receiver) -> Vec<MessageId> {
    let (up, url) = (NOW + DOWN, receiver.url());
    let mut written = Vec::new();
    for nth in 0..AT_ONCE {
        written.push(world.write(&format!("{url}?case={nth}"), "{}").await);
    }
    let (worker, mut another) = (world.worker(), NOW + ANOTHER_EVERY);
    while let Some(due) = world.store.next_due(Queue::Outbox).await.unwrap() {
        if another < due.min(up) {
            world.clock.set(another);
            written.push(world.write(&url, "{}").await);
            another += ANOTHER_EVERY;
            continue;
        }
        world.clock.set(due.max(world.clock.now()));
        if due >= up {
            receiver.behave(answer(204, "", ""));
        }
        while worker.deliver_due().await.unwrap() > 0 {}
    }
    written
}

/// How long each attempt came after the one before, by its number from 2 on.
type Waits = BTreeMap<usize, Vec<SignedDuration>>;

async fn waits(world: &World, written: &[MessageId]) -> Waits {
    let mut waits = Waits::new();
    for id in written {
        let attempts = world.attempts(*id).await;
        let (last, failed) = attempts.split_last().unwrap();
        assert_eq!(last.outcome, AttemptOutcome::Status(204), "{id}");
        let unreachable = AttemptOutcome::Failed(AttemptFailure::Unreachable);
        assert!(failed.iter().all(|attempt| attempt.outcome == unreachable), "{id}");
        let instants: Vec<Timestamp> = attempts.iter().map(|attempt| attempt.at).collect();
        for (nth, pair) in instants.windows(2).enumerate() {
            waits.entry(nth + 2).or_default().push(pair[1].duration_since(pair[0]));
        }
    }
    waits
}

fn table(waits: &Waits) -> String {
    let mut text = "attempt | planned | least | most | messages\n".to_owned();
    for (number, waited) in waits {
        let (least, most) = (waited.iter().min().unwrap(), waited.iter().max().unwrap());
        let planned = SCHEDULE[number - 1];
        let count = waited.len();
        writeln!(text, "{number} | {planned:#} | {least:#} | {most:#} | {count}").unwrap();
    }
    text
}

#[tokio::test]
async fn a_receiver_that_was_down_for_three_days_gets_everything_on_schedule() {
    let world = World::new().await;
    let receiver = Receiver::start(vec![Behaviour::Close]).await;
    let written = live_through(&world, &receiver).await;
    assert!(written.len() > AT_ONCE + 8, "{}", written.len());
    for id in &written {
        let state = world.message(*id).await.state;
        assert!(matches!(state, MessageState::Delivered { .. }), "{id} is {state:?}");
    }
    let waits = waits(&world, &written).await;
    eprintln!("{}", table(&waits));
    assert_eq!(waits.len(), SCHEDULE.len() - 1, "the oldest ones take every attempt");
    for (number, waited) in &waits {
        let planned = SCHEDULE[number - 1];
        let most = planned + planned / 10;
        assert!(waited.iter().all(|wait| (planned..=most).contains(wait)), "{number}: {waited:?}");
        // Those that were refused together come back apart.
        if waited.len() >= AT_ONCE {
            assert_ne!(waited.iter().min(), waited.iter().max(), "{number}");
        }
    }
    let ids: Vec<_> =
        receiver.received().iter().map(|it| it.header("webhook-id").unwrap().to_owned()).collect();
    let attempts: usize = waits.values().map(Vec::len).sum();
    assert_eq!(ids.len(), attempts + written.len(), "no call is unaccounted for");
}
