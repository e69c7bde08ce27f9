//! Using approvals, and when one is needed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cartola_engine::authorizations::{
    APPROVAL_LASTS, Ask, Authorization, CHALLENGE_LASTS, Listed, OperationKind, Reason, Use,
    UseError,
};
use cartola_engine::readings::Next;
use cartola_engine::work::{Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_model::authorization::{Beneficiary, BeneficiaryChange, Signed};
use cartola_model::{AuthorizationStanding, Operation};
use cartola_primitives::id::AuthorizationId;
use cartola_primitives::{Rut, Secret};

use super::{OwnPhone, PIN, Scene, bank, bill, other_person, payee, person, transfer, transfer_to};
use crate::world::World;
use crate::world::bank::Bank;

struct Approved {
    scene: Scene,
    id: AuthorizationId,
    token: String,
}

async fn approved(operation: &Operation) -> Approved {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let asked = scene.ask(operation).await;
    let token = scene.approve(&asked, &phone, PIN).await.unwrap().token.unwrap();
    Approved { scene, id: asked.id(), token: token.expose().clone() }
}

impl Approved {
    async fn using(&self, rut: Rut, operation: &Operation) -> Result<(), UseError> {
        let wanted = Use { token: &self.token, rut, operation };
        self.scene.world.engine.use_authorization(&self.scene.world.who, &wanted).await.map(drop)
    }

    async fn standing(&self) -> AuthorizationStanding {
        let (engine, who) = (&self.scene.world.engine, &self.scene.world.who);
        engine.authorization(who, self.id).await.unwrap().unwrap().state().standing()
    }
}

#[tokio::test]
async fn an_approval_is_used_once_by_what_was_approved() {
    let it = approved(&transfer(25_000)).await;
    for (rut, other) in [
        (person(), transfer(25_001)),
        (person(), transfer_to("12345679", 25_000)),
        (person(), bill(25_000)),
        (other_person(), transfer(25_000)),
    ] {
        assert!(matches!(it.using(rut, &other).await, Err(UseError::OtherOperation)));
    }
    it.using(person(), &transfer(25_000)).await.unwrap();
    assert_eq!(it.standing().await, AuthorizationStanding::Used);
    let again = it.using(person(), &transfer(25_000)).await;
    assert!(matches!(again, Err(UseError::NotUsable(_))));
}

#[tokio::test]
async fn of_two_uses_at_once_one_is_made() {
    let it = approved(&transfer(25_000)).await;
    let operation = transfer(25_000);
    let (one, other) = tokio::join!(it.using(person(), &operation), it.using(person(), &operation));
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
}

#[tokio::test]
async fn an_approval_is_good_for_a_while() {
    let it = approved(&transfer(25_000)).await;
    it.scene.world.clock.advance(APPROVAL_LASTS);
    let late = it.using(person(), &transfer(25_000)).await;
    assert!(matches!(late, Err(UseError::NotUsable(_))));
    it.scene.world.worker.run_due().await.unwrap();
    let audited = it.scene.audited_of_ours().await;
    assert_eq!(audited.last().map(String::as_str), Some("authorization.expired"));
    assert_eq!(it.standing().await, AuthorizationStanding::Expired);
}

#[tokio::test]
async fn a_token_is_of_one_approval() {
    let it = approved(&transfer(25_000)).await;
    let (engine, who) = (&it.scene.world.engine, &it.scene.world.who);
    let operation = transfer(25_000);
    for nth in 0..it.token.len() {
        let mut text = it.token.clone().into_bytes();
        text[nth] = if text[nth] == b'A' { b'B' } else { b'A' };
        let token = String::from_utf8(text).unwrap();
        let wanted = Use { token: &token, rut: person(), operation: &operation };
        let refused = engine.use_authorization(who, &wanted).await;
        assert!(matches!(refused, Err(UseError::Unknown)), "{nth}");
    }
    let cancelled = engine.cancel_authorization(who, it.id).await.unwrap();
    assert_eq!(cancelled.state().standing(), AuthorizationStanding::Cancelled);
    engine.cancel_authorization(who, it.id).await.unwrap();
    let refused = it.using(person(), &operation).await;
    assert!(matches!(refused, Err(UseError::NotUsable(_))));
}

/// What is high-risk is asked always; money is free where it is little and goes to somebody known.
#[tokio::test]
async fn it_must_be_asked_where_it_is_high_risk() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let check = async |operation: &Operation, expected: &[Reason]| {
        let reasons = engine.must_authorize(who, person(), operation).await.unwrap();
        assert_eq!(reasons, expected, "{operation:?}");
    };
    check(&transfer(1), &[Reason::FirstTime]).await;
    check(&transfer(20_001), &[Reason::FirstTime, Reason::Amount]).await;
    // That somebody was to be paid elsewhere does not say that they were.
    let asked = scene.ask(&transfer(500_000)).await;
    let token = scene.approve(&asked, &phone, PIN).await.unwrap().token.unwrap();
    let operation = transfer(500_000);
    let wanted = Use { token: token.expose(), rut: person(), operation: &operation };
    engine.use_authorization(who, &wanted).await.unwrap();
    check(&transfer(1), &[Reason::FirstTime]).await;
    check(&transfer_to("4711", 1), &[Reason::FirstTime]).await;
    check(&bill(1), &[Reason::FirstTime]).await;
    let other = engine.must_authorize(who, other_person(), &transfer(1)).await.unwrap();
    assert_eq!(other, [Reason::FirstTime]);
    let change = Operation::Beneficiary(BeneficiaryChange {
        institution: bank("banco-chile"),
        change: Beneficiary::Add,
        payee: payee("12345678"),
        alias: None,
        email: None,
    });
    check(&change, &[Reason::Beneficiary]).await;
    let document = Signed { title: "Contrato".to_owned(), sha256: "0a".repeat(32) };
    check(&Operation::Document(document), &[Reason::Signature]).await;
}

/// Counts what followed.
#[derive(Default)]
struct Told(AtomicUsize);

fn kind() -> JobKind {
    JobKind::parse("tests.decided").unwrap()
}

#[async_trait]
impl Handler for Told {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, _: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        assert_eq!(task.arguments.as_ref().unwrap().expose(), b"case");
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

#[tokio::test]
async fn what_follows_a_decision_does_once() {
    let told = Arc::new(Told::default());
    let scene = Scene { world: World::with_handlers(Bank::new(), vec![told.clone()]).await };
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let (engine, who, operation) = (&scene.world.engine, &scene.world.who, transfer(25_000));
    let ask = async |case: &str| {
        let next = Next { kind: kind(), arguments: Secret::new(b"case".to_vec()) };
        let ask =
            Ask { rut: person(), operation: &operation, channel: "tests", case, next: Some(next) };
        engine.ask_authorization(who, &ask).await.unwrap()
    };
    let followed = async || {
        scene.world.worker.run_due().await.unwrap();
        told.0.load(Ordering::Relaxed)
    };
    let approved = ask("a").await;
    assert_eq!(followed().await, 0);
    scene.approve(&approved, &phone, PIN).await.unwrap();
    assert_eq!(followed().await, 1);
    scene.deny(&ask("b").await, &phone).await.unwrap();
    assert_eq!(followed().await, 2);
    engine.cancel_authorization(who, ask("c").await.id()).await.unwrap();
    assert_eq!(followed().await, 3);
    ask("d").await;
    scene.world.clock.advance(CHALLENGE_LASTS);
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(followed().await, 4);
    assert_eq!(followed().await, 4);
}

#[tokio::test]
async fn the_log_is_read_newest_first_by_its_filters() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let first = scene.ask(&transfer(25_000)).await;
    let second = scene.ask(&bill(1_000)).await;
    scene.deny(&first, &phone).await.unwrap();
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let check = async |listed: Listed, expected: &[AuthorizationId]| {
        let page = engine.authorizations(who, listed, None, 10).await.unwrap();
        let ids: Vec<_> = page.rows.iter().map(Authorization::id).collect();
        assert_eq!(ids, expected);
    };
    let (one, two) = (first.id(), second.id());
    check(Listed::default(), &[two, one]).await;
    check(Listed { rut: Some(person()), ..Listed::default() }, &[two, one]).await;
    check(Listed { rut: Some(other_person()), ..Listed::default() }, &[]).await;
    let denied = Some(AuthorizationStanding::Denied);
    check(Listed { standing: denied, ..Listed::default() }, &[one]).await;
    check(Listed { kind: Some(OperationKind::BillPayment), ..Listed::default() }, &[two]).await;
    check(Listed { to: Some(scene.world.engine.now()), ..Listed::default() }, &[]).await;
    let phones = engine.enrolments(who, (Some(person()), None), None, 10).await.unwrap();
    assert_eq!(phones.rows.len(), 1);
    assert_eq!(phones.rows[0].phone.as_ref().unwrap().name, "Pixel 9");
}
