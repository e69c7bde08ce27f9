//! How many jobs run at once, and who does not have to wait for whom.

use std::time::Duration;

use cartola_engine::Engine;
use cartola_engine::readings::{Accepted, CALL_MANDATE_TERM, Call, ReadScope, THRESHOLD, Wanted};
use cartola_model::{InstitutionId, Principal, Scope};
use cartola_primitives::{Rut, Secret};
use cartola_store::Jobs;
use cartola_store::jobs::{Queue, Standing};

use crate::readings::{MARCH, fields};
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::{AT_ONCE, LIMITS, World};

/// How long what happens at once may take on a slow machine.
const SOON: Duration = Duration::from_secs(30);

fn other_institution() -> InstitutionId {
    InstitutionId::parse("banco-estado").unwrap()
}

/// Asks an institution for the movements of the person of that number; 0 is the banks' customer.
async fn call(
    engine: &Engine,
    who: &Principal,
    institution: InstitutionId,
    person: usize,
) -> Accepted {
    call_for((engine, who), institution, person, Wanted::at_once).await
}

/// The same, in whatever turn.
pub async fn call_for(
    (engine, who): (&Engine, &Principal),
    institution: InstitutionId,
    person: usize,
    wanted: fn(ReadScope) -> Wanted,
) -> Accepted {
    let customer = Rut::parse(RUT).unwrap().body();
    let rut = Rut::from_body(customer + u32::try_from(person).unwrap()).unwrap();
    let mut fields = fields(PASSWORD);
    fields.insert("rut".to_owned(), Secret::new(rut.dotted()));
    let call = Call {
        institution,
        rut,
        fields: &fields,
        evidence: b"a request",
        lasts: CALL_MANDATE_TERM,
        threshold: THRESHOLD,
        task: None,
    };
    engine.request_call(who, &call, |_| wanted(MARCH)).await.unwrap()
}

async fn running(world: &World, who: &Principal) -> usize {
    let running = Some(Standing::Running);
    world.store.jobs(who.tenant, Queue::Work, running, None, 100).await.unwrap().rows.len()
}

/// Runs the worker until something is there.
async fn while_running<T>(world: &World, until: impl Future<Output = T>) -> T {
    tokio::select! {
        () = world.worker.run(std::future::pending()) => unreachable!("nobody stops it"),
        found = until => found,
    }
}

#[tokio::test]
async fn a_bank_that_hangs_holds_up_nobody_else() {
    let (hangs, answers) = (Bank::new(), Bank::of("other", other_institution()));
    let world = World::with_banks([hangs.clone(), answers.clone()]).await;
    let World { engine, who, .. } = &world;
    hangs.lets_nobody_know();
    for person in 0..3 * AT_ONCE {
        call(engine, who, institution(), person).await;
    }
    let mut reading = call(engine, who, other_institution(), 0).await.reading;
    let ended = while_running(&world, engine.wait_for(&mut reading, SOON)).await;
    assert_eq!(ended.unwrap(), Some(Ok(())));
    assert_eq!(u32::try_from(running(&world, who).await).ok(), LIMITS.of_lane);
    assert_eq!(Some(hangs.asked()), LIMITS.of_lane);
}

#[tokio::test]
async fn a_tenant_leaves_places_for_others() {
    let banks = [Bank::new(), Bank::of("other", other_institution())];
    let world = World::with_banks(banks.clone()).await;
    let World { engine, who, .. } = &world;
    let keys = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
    for bank in &banks {
        bank.lets_nobody_know();
    }
    for person in 0..AT_ONCE {
        call(engine, who, institution(), person).await;
        call(engine, who, other_institution(), person).await;
    }
    while_running(&world, async {
        while banks.iter().map(Bank::asked).sum::<u32>() < LIMITS.of_tenant.unwrap() {
            tokio::task::yield_now().await;
        }
        call(engine, &other, other_institution(), 0).await;
        while running(&world, &other).await == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(u32::try_from(running(&world, who).await).ok(), LIMITS.of_tenant);
}
