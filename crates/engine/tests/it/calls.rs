//! Calls that bring their credentials: how often they may be wrong, and repeating one.

use cartola_engine::EngineError;
use cartola_engine::links::LinkError;
use cartola_engine::once::{OnceError, RecordedAnswer, Repeatable, Reply, Ticket};
use cartola_engine::readings::{Accepted, CALL_MANDATE_TERM, Call, THRESHOLD, Wanted};
use cartola_model::Failure;
use cartola_primitives::{Rut, SignedDuration};

use crate::readings::{MARCH, Scene, fields};
use crate::world::bank::{PASSWORD, RUT, institution};

/// Calls, and says what comes of it.
async fn called(scene: &Scene, password: &str, threshold: u32) -> Result<(), Failure> {
    let asked = call(scene, password, threshold, Reply::NONE).await;
    let mut accepted = asked.map_err(|error| error.failure())?;
    scene.world.worker.run_due().await.unwrap();
    let ended = scene.ended(&mut accepted.reading).await.unwrap();
    scene.world.engine.end_call(&scene.world.who, accepted.mandate).await.unwrap();
    ended
}

async fn call(
    scene: &Scene,
    password: &str,
    threshold: u32,
    reply: Reply<'_, Accepted>,
) -> Result<Accepted, LinkError> {
    let fields = fields(password);
    let call = Call {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields,
        evidence: b"a request",
        lasts: CALL_MANDATE_TERM,
        threshold,
        task: None,
    };
    let wanted = |_| Wanted::at_once(MARCH);
    scene.world.engine.request_call_replying(&scene.world.who, &call, wanted, reply).await
}

async fn unlock(scene: &Scene, rut: &str) {
    let rut = Rut::parse(rut).unwrap();
    scene.world.engine.unlock(&scene.world.who, &institution(), rut).await.unwrap();
}

#[tokio::test]
async fn a_facade_may_lock_sooner_and_what_others_saw_counts() {
    let scene = Scene::new().await;
    assert_eq!(called(&scene, "wrong-1", THRESHOLD).await, Err(Failure::CredentialsInvalid));
    assert_eq!(called(&scene, "wrong-2", 2).await, Err(Failure::CredentialsInvalid));
    assert_eq!(called(&scene, PASSWORD, THRESHOLD).await, Err(Failure::CredentialsLocked));
}

#[tokio::test]
async fn the_same_wrong_password_counts_without_the_bank() {
    let scene = Scene::new().await;
    assert_eq!(called(&scene, "wrong-1", 2).await, Err(Failure::CredentialsInvalid));
    let asked = scene.bank.asked();
    scene.world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(called(&scene, "wrong-1", 2).await, Err(Failure::CredentialsInvalid));
    assert_eq!(called(&scene, "wrong-2", 2).await, Err(Failure::CredentialsLocked));
    assert_eq!(scene.bank.asked(), asked);
}

#[tokio::test]
async fn a_lock_is_taken_away_with_all_that_was_refused_and_the_trail_says_so() {
    let scene = Scene::new().await;
    for wrong in ["wrong-1", "wrong-2"] {
        called(&scene, wrong, 2).await.unwrap_err();
    }
    unlock(&scene, "12.345.678-5").await;
    assert_eq!(called(&scene, PASSWORD, 2).await, Err(Failure::CredentialsLocked));
    unlock(&scene, RUT).await;
    let asked = scene.bank.asked();
    assert_eq!(called(&scene, "wrong-2", 2).await, Err(Failure::CredentialsInvalid));
    assert_eq!(scene.bank.asked(), asked + 1, "it is tried again");
    assert_eq!(called(&scene, PASSWORD, 2).await, Ok(()));
    let audit = scene.world.engine.audit(&scene.world.who, 0, 1_000).await.unwrap();
    let lifted = audit.iter().filter(|entry| entry.event.action == "lock.lifted");
    assert_eq!(lifted.count(), 1, "a stranger had none");
}

async fn ticket(scene: &Scene, request: &[u8]) -> Result<Ticket, OnceError> {
    let call = Repeatable { verb: "tests.call", key: "case", request };
    scene.world.engine.once(&scene.world.who, call).await
}

#[tokio::test]
async fn a_call_is_queued_with_its_answer_or_not_at_all() {
    let scene = Scene::new().await;
    let answer = RecordedAnswer { status: 200, body: b"accepted".to_vec() };
    let render = |_: &Accepted| answer.clone();
    let mine = ticket(&scene, b"one").await.unwrap();
    let (same, other) =
        (ticket(&scene, b"one").await.unwrap(), ticket(&scene, b"two").await.unwrap());
    let replying = |ticket| Reply { ticket: Some(ticket), render: &render };
    call(&scene, PASSWORD, THRESHOLD, replying(&mine)).await.unwrap();
    let again = call(&scene, PASSWORD, THRESHOLD, replying(&same)).await.err().unwrap();
    assert!(matches!(again, LinkError::Engine(EngineError::Answered(told)) if told == answer));
    let refused = call(&scene, PASSWORD, THRESHOLD, replying(&other)).await.err().unwrap();
    assert!(matches!(refused, LinkError::Engine(EngineError::OtherRequest)));
    assert_eq!(scene.world.worker.run_due().await.unwrap(), 1, "one reading is queued");
    assert!(
        matches!(ticket(&scene, b"one").await.err(), Some(OnceError::Answered(told)) if told == answer)
    );
}
