//! Tasks: readings that a client looks at until they have ended.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::consents::change::Change;
use cartola_engine::once::Reply;
use cartola_engine::readings::{CALL_MANDATE_TERM, Call, LOCK, THRESHOLD};
use cartola_engine::tasks::{Finished, Renderer, TASK_KEPT, TaskEnds, TaskOrder, TaskState};
use cartola_engine::work::{JobKind, MAX_ATTEMPTS};
use cartola_engine::{Engine, EngineError};
use cartola_model::{ConsentData, Failure, Principal, RecordKind, RecordKinds};
use cartola_primitives::id::TaskId;
use cartola_primitives::{Rut, SignedDuration};
use cartola_store::jobs::Queue;
use cartola_store::{Consents, Jobs, Tasks};

use crate::readings::{MARCH, Scene, fields};
use crate::world::World;
use crate::world::bank::{PASSWORD, RUT, institution};

/// Counts the accounts that were read.
pub struct Count;

fn kind() -> JobKind {
    JobKind::parse("tests.render").unwrap()
}

#[async_trait]
impl Renderer for Count {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn render(
        &self,
        engine: &Engine,
        who: &Principal,
        finished: &Finished<'_>,
    ) -> Result<Result<Vec<u8>, Failure>, EngineError> {
        let accounts = engine.accounts_of(who, finished.link).await?.len();
        Ok(match finished.action {
            "none" => Err(Failure::NoData),
            "panic" => panic!("a test asked for it"),
            action => Ok(format!("{action}: {accounts}").into_bytes()),
        })
    }
}

pub async fn scene() -> Scene {
    Scene::with(vec![Arc::new(TaskEnds::new(Arc::new(Count)))]).await
}

pub async fn begin(scene: &Scene, password: &str, action: &str) -> TaskId {
    let fields = fields(password);
    let call = Call {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields,
        evidence: b"a request",
        lasts: CALL_MANDATE_TERM,
        threshold: THRESHOLD,
        task: None,
    };
    let order = TaskOrder { action: action.to_owned(), call, scope: MARCH, renderer: kind() };
    scene.world.engine.begin_task(&scene.world.who, order).await.unwrap()
}

pub async fn state(scene: &Scene, id: TaskId) -> String {
    let World { engine, who, .. } = &scene.world;
    match engine.task(who, id).await.unwrap().map(|task| task.state) {
        None => "gone".to_owned(),
        Some(TaskState::Pending) => "pending".to_owned(),
        Some(TaskState::Running) => "running".to_owned(),
        Some(TaskState::Failed(failure)) => failure.name().to_owned(),
        Some(TaskState::Done(result)) => String::from_utf8(result.expose().clone()).unwrap(),
    }
}

async fn run(scene: &Scene) {
    scene.world.worker.run_due().await.unwrap();
}

#[tokio::test]
async fn a_task_waits_and_then_has_its_result() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    assert_eq!(state(&scene, id).await, "pending");
    run(&scene).await;
    assert_eq!(state(&scene, id).await, "count: 1");
    let none = begin(&scene, PASSWORD, "tests/none").await;
    run(&scene).await;
    assert_eq!(state(&scene, none).await, "no_data");
}

/// A result is served whole or not at all: nobody knows what of it the mandate is still about.
#[tokio::test]
async fn a_result_is_not_served_once_its_mandate_is_about_less() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    run(&scene).await;
    assert_eq!(state(&scene, id).await, "count: 1");
    let World { engine, who, store, .. } = &scene.world;
    let mandate = store.task(who.tenant, id).await.unwrap().unwrap().mandate.unwrap();
    let records = RecordKinds::one(RecordKind::Cards);
    let less = Change { until: None, data: Some(ConsentData { accounts: false, records }) };
    engine.change_consent(who, mandate, less, Reply::NONE).await.unwrap();
    assert_eq!(state(&scene, id).await, "gone");
}

#[tokio::test]
async fn a_task_runs_while_its_institution_is_asked() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    scene.bank.is_slow();
    let meanwhile = async {
        scene.bank.reading.notified().await;
        let running = state(&scene, id).await;
        scene.bank.goes_on();
        running
    };
    let ((), running) = tokio::join!(run(&scene), meanwhile);
    assert_eq!(running, "running");
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_its_class() {
    let scene = scene().await;
    let wrong = begin(&scene, "wrong-one", "tests/count").await;
    run(&scene).await;
    assert_eq!(state(&scene, wrong).await, "credentials_invalid");
    scene.bank.refuses(Some((ErrorKind::InstitutionDown, RetryAdvice::Never)));
    let down = begin(&scene, PASSWORD, "tests/count").await;
    run(&scene).await;
    assert_eq!(state(&scene, down).await, "institution_down");
}

#[tokio::test]
async fn a_task_of_somebody_who_is_locked_ends_without_the_bank() {
    let scene = scene().await;
    for password in ["wrong-1", "wrong-2", "wrong-3"] {
        begin(&scene, password, "tests/count").await;
        run(&scene).await;
    }
    let asked = scene.bank.asked();
    let id = begin(&scene, PASSWORD, "tests/count").await;
    assert_eq!(state(&scene, id).await, "credentials_locked");
    run(&scene).await;
    assert_eq!(scene.bank.asked(), asked);
    let World { engine, who, clock, .. } = &scene.world;
    let rut = Rut::parse(RUT).unwrap();
    let until = engine.locked_until(who, &institution(), rut).await.unwrap();
    assert_eq!(until, Some(engine.now() + LOCK));
    let stranger = Rut::parse("12.345.678-5").unwrap();
    assert_eq!(engine.locked_until(who, &institution(), stranger).await.unwrap(), None);
    clock.advance(LOCK);
    assert_eq!(engine.locked_until(who, &institution(), rut).await.unwrap(), None);
}

#[tokio::test]
async fn credentials_are_gone_when_a_task_has_ended_and_the_audit_trail_says_so() {
    let scene = scene().await;
    begin(&scene, PASSWORD, "tests/count").await;
    run(&scene).await;
    let World { engine, who, store, .. } = &scene.world;
    let jobs = store.jobs(who.tenant, Queue::Work, None, None, 10).await.unwrap().rows;
    assert_eq!(jobs.len(), 2);
    assert!(jobs.iter().all(|job| job.order.arguments.is_none()));
    let audit = engine.audit(who, 0, 100).await.unwrap();
    let proofs: Vec<_> =
        audit.iter().filter(|entry| entry.event.action == "credentials.destroyed").collect();
    assert_eq!(proofs.len(), 1);
    let job = ("job".to_owned(), jobs[0].order.id.to_string());
    assert!(proofs[0].event.details.contains(&job));
}

#[tokio::test]
async fn a_task_and_what_it_read_are_gone_after_its_time() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    run(&scene).await;
    let World { engine, clock, .. } = &scene.world;
    clock.advance(TASK_KEPT - SignedDuration::from_secs(1));
    assert_eq!(state(&scene, id).await, "count: 1");
    assert_eq!(scene.world.movements().await.len(), 2);
    assert_eq!(engine.forget_ended().await.unwrap(), 0);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(state(&scene, id).await, "gone");
    assert_eq!(scene.world.movements().await.len(), 0);
    assert_eq!(engine.forget_ended().await.unwrap(), 1);
}

#[tokio::test]
async fn whose_mandate_is_withdrawn_has_no_result() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    run(&scene).await;
    let World { engine, who, store, .. } = &scene.world;
    let mandate = store.consents(who.tenant, None, None, 10).await.unwrap().rows.remove(0);
    engine.revoke_consent(who, mandate.id, cartola_engine::once::Reply::NONE).await.unwrap();
    assert_eq!(state(&scene, id).await, "gone");
}

#[tokio::test]
async fn a_task_ends_once_when_its_worker_is_lost() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/count").await;
    scene.bank.lets_nobody_know();
    tokio::select! {
        () = run(&scene) => panic!("nobody was told"),
        () = scene.bank.knocked.notified() => {}
    }
    assert_eq!(state(&scene, id).await, "running");
    scene.bank.lets_everybody_know();
    scene.world.lose_the_worker();
    run(&scene).await;
    assert_eq!(state(&scene, id).await, "count: 1");
    assert_eq!(scene.bank.asked(), 2);
    let World { who, store, .. } = &scene.world;
    let jobs = store.jobs(who.tenant, Queue::Work, None, None, 10).await.unwrap().rows;
    let attempts: Vec<u32> = jobs.iter().map(|job| job.attempts).collect();
    assert_eq!(attempts, [2, 1]);
}

#[tokio::test]
async fn a_task_that_cannot_be_ended_is_told_as_a_failure_of_ours() {
    let scene = scene().await;
    let id = begin(&scene, PASSWORD, "tests/panic").await;
    for _ in 0..MAX_ATTEMPTS {
        run(&scene).await;
        scene.world.clock.advance(SignedDuration::from_mins(10));
    }
    assert_eq!(state(&scene, id).await, "internal");
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn the_same_wrong_password_counts_and_the_bank_is_asked_once() {
    let scene = scene().await;
    for state_of_it in ["credentials_invalid"; 3] {
        let id = begin(&scene, "wrong-one", "tests/count").await;
        run(&scene).await;
        assert_eq!(state(&scene, id).await, state_of_it);
        scene.world.clock.advance(SignedDuration::from_secs(1));
    }
    assert_eq!(scene.bank.asked(), 1);
    let id = begin(&scene, PASSWORD, "tests/count").await;
    assert_eq!(state(&scene, id).await, "credentials_locked");
}
