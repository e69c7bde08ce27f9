//! What is kept of somebody, as whoever answers them reads it.

use std::sync::Arc;

use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::payments::PaymentOrder;
use cartola_model::ChallengeKind;
use cartola_primitives::id::{LinkId, PersonId};
use cartola_primitives::{Rut, SignedDuration, Timestamp};

use crate::authorizations::{payee, payment};
use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::till::{Till, asks};

async fn person(world: &World) -> PersonId {
    let found = world.engine.person_with(&world.who, Rut::parse(RUT).unwrap()).await;
    found.unwrap().unwrap()
}

/// A link under a mandate that holds for a day, and when that is over.
async fn begin(world: &World) -> (LinkId, Timestamp) {
    let end = world.engine.now() + SignedDuration::from_hours(24);
    let wanted = NewLink {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields(PASSWORD),
        mandate: Mandate { purpose: "tests", evidence: b"paper", expires_at: Some(end) },
        proven: false,
        pays: PaysFor::Nobody,
    };
    (world.engine.begin_link(&world.who, &wanted).await.unwrap().id, end)
}

/// Until when the only consent was to hold, and when it ended.
async fn told(world: &World) -> (Option<Timestamp>, Option<Timestamp>) {
    let kept = world.engine.kept_consents(&world.who, person(world).await).await.unwrap();
    let [kept] = kept.as_slice() else { panic!("there are {}", kept.len()) };
    (kept.expires_at, kept.row.state.ended_at(world.engine.now()))
}

#[tokio::test]
async fn a_withdrawn_consent_says_until_when_it_was_to_hold() {
    let world = World::with(Bank::new()).await;
    let (link, end) = begin(&world).await;
    assert_eq!(told(&world).await, (Some(end), None));
    world.clock.advance(SignedDuration::from_hours(1));
    let ended_at = world.engine.now();
    world.engine.end_link(&world.who, link).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(told(&world).await, (Some(end), Some(ended_at)));
}

/// Whether anybody has recorded it yet or not.
#[tokio::test]
async fn a_consent_that_has_run_out_says_when() {
    let world = World::with(Bank::new()).await;
    let (_, end) = begin(&world).await;
    world.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(told(&world).await, (Some(end), Some(end)));
    assert_eq!(world.engine.end_run_out().await.unwrap(), 1);
    assert_eq!(told(&world).await, (Some(end), Some(end)));
}

#[tokio::test]
async fn a_payment_says_from_where_to_whom_and_for_what() {
    let till = Arc::new(Till::new(asks(ChallengeKind::App)));
    let world = World::with(Bank::paying(&till)).await;
    let fields = fields(PASSWORD);
    let comment = Some("Pedido 4711".to_owned());
    let order = PaymentOrder { comment, ..payment(&fields, 25_000, "one", None) };
    world.engine.begin_payment(&world.who, &order).await.unwrap();
    world.worker.run_due().await.unwrap();
    let kept = world.engine.kept_payments(&world.who, person(&world).await, None).await.unwrap();
    let [kept] = kept.rows.as_slice() else { panic!("there are {}", kept.rows.len()) };
    let told = kept.told.as_ref().unwrap();
    assert!(told.from.is_some(), "the bank was told an account");
    assert_eq!(told.to, payee("12345678"));
    assert_eq!(told.comment.as_deref(), Some("Pedido 4711"));
}
