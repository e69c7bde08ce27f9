//! What a bank may have heard of is asked about until it has ended, however long this gateway fails.

use std::sync::Arc;

use cartola_engine::instructions::InstructionStanding;
use cartola_engine::payments::{LONGEST_PAUSE, PaymentStanding};
use cartola_engine::work::MAX_ATTEMPTS;
use cartola_model::ChallengeKind;
use cartola_store::jobs::JobState;

use crate::authorizations::payment;
use crate::instructions;
use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD};
use crate::world::till::{SETTLED, Till, asks};
use crate::world::window::At;

/// Alters what every job that waits is to do, or puts it back.
fn turn(world: &World) {
    world.store.tamper(world.who.tenant, |rows| {
        let waiting = rows.jobs.values_mut().filter(|row| row.state == JobState::Queued);
        for arguments in waiting.filter_map(|row| row.order.arguments.as_mut()) {
            arguments.bytes[13] ^= 1;
        }
    });
}

/// Nothing can be opened for as long as gives a job up, as where a master key is missing.
async fn fail_for_long(world: &World) {
    turn(world);
    for _ in 0..2 * MAX_ATTEMPTS {
        world.clock.advance(LONGEST_PAUSE);
        world.worker.run_due().await.unwrap();
    }
    turn(world);
}

#[tokio::test]
async fn a_payment_goes_on_after_that() {
    let till = Arc::new(Till::new(asks(ChallengeKind::App)));
    let world = World::with(Bank::paying(&till)).await;
    let fields = fields(PASSWORD);
    let order = payment(&fields, 25_000, "one", None);
    let id = world.engine.begin_payment(&world.who, &order).await.unwrap().row.id;
    world.worker.run_due().await.unwrap();
    let standing = async || {
        let found = world.engine.payment(&world.who, id).await.unwrap();
        found.unwrap().state().standing()
    };
    assert_eq!(standing().await, PaymentStanding::Challenged);
    fail_for_long(&world).await;
    assert_eq!(standing().await, PaymentStanding::Challenged);
    till.stands(&SETTLED);
    // The job that failed hands over to another one.
    for _ in 0..2 {
        world.clock.advance(LONGEST_PAUSE);
        world.worker.run_due().await.unwrap();
    }
    assert_eq!(standing().await, PaymentStanding::Completed);
}

#[tokio::test]
async fn an_instruction_goes_on_after_that() {
    let scene = instructions::Scene::new().await;
    let id = scene.give().await;
    scene.goes_on(id).await;
    scene.window.stands(At::Ready);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    fail_for_long(&scene.world).await;
    scene.window.stands(At::Claimed);
    scene.goes_on(id).await;
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Claimed);
}
