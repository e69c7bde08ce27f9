//! Doubt that is ended by what was learnt at the bank by other means.

use std::sync::Arc;

use cartola_engine::authorizations::{Asking, LeaveBy};
use cartola_engine::instructions::{
    CashOrder, Giver, InstructionEnd, InstructionKind, InstructionStanding, Wanted,
};
use cartola_engine::learnt::{LearntError, MAX_NOTE};
use cartola_engine::payments::{
    LONGEST_PAUSE, PaymentEnd, PaymentOrder, PaymentStanding, PaymentState,
};
use cartola_model::{ChallengeKind, Instructed};
use cartola_primitives::id::{InstructionId, PaymentId};
use cartola_primitives::{Currency, Money, Rut, SignedDuration, Timestamp};

use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::till::{SETTLED, Till, asks};
use crate::world::window::{Line, Window};

const NOTE: &str = "respuesta del banco 4711";

/// The end that the bank tells by telephone.
const SETTLED_AT: Timestamp = Timestamp::constant(1_775_833_200, 0);

struct Scene {
    world: World,
    till: Arc<Till>,
    window: Arc<Window>,
}

impl Scene {
    async fn new() -> Self {
        let till = Arc::new(Till::new(asks(ChallengeKind::App)));
        let window = Arc::new(Window::new());
        let world = World::with(Bank::doing_all(&till, &window)).await;
        Self { world, till, window }
    }

    async fn pay(&self) -> PaymentId {
        let order = PaymentOrder {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields: &fields(PASSWORD),
            amount: Money::new(25_000, Currency::CLP),
            from: None,
            payee: None,
            comment: None,
            case: "one",
            request: b"one",
            evidence: b"a request",
            approval: None,
            next: None,
        };
        let begun = self.world.engine.begin_payment(&self.world.who, &order).await.unwrap();
        self.world.worker.run_due().await.unwrap();
        begun.row.id
    }

    async fn give(&self) -> InstructionId {
        let rut = Rut::parse("12.345.678-5").unwrap();
        let amount = Money::new(20_000, Currency::CLP);
        let giver = Giver::Credentials {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields: &fields(PASSWORD),
            from: None,
        };
        let wanted = Wanted {
            giver,
            what: Instructed::Withdrawal(CashOrder { rut, amount, comment: None }),
            case: "one",
            request: b"one",
            evidence: b"a request",
            leave: LeaveBy::NotNeeded,
            asking: Asking::WhereRequired,
            next: None,
        };
        let begun = self.world.engine.begin_instruction(&self.world.who, &wanted).await.unwrap();
        self.world.worker.run_due().await.unwrap();
        begun.row.id
    }

    async fn settle(&self, id: PaymentId, end: PaymentEnd) -> Result<PaymentState, LearntError> {
        let settled = self.world.engine.settle_payment(&self.world.who, id, end, NOTE).await;
        settled.map(|payment| payment.state().clone())
    }

    async fn learn(
        &self,
        id: InstructionId,
        end: InstructionEnd,
    ) -> Result<InstructionStanding, LearntError> {
        let engine = &self.world.engine;
        let learnt = engine.settle_instruction(&self.world.who, id, end, NOTE).await;
        learnt.map(|instruction| instruction.state().standing())
    }

    async fn state(&self, id: PaymentId) -> PaymentState {
        let shown = self.world.engine.payment(&self.world.who, id).await.unwrap().unwrap();
        shown.state().clone()
    }

    /// What the bank would say by itself later on.
    async fn much_later(&self) {
        self.till.stands(&SETTLED);
        for _ in 0..3 {
            self.world.clock.advance(LONGEST_PAUSE);
            self.world.worker.run_due().await.unwrap();
        }
    }

    async fn trail_of(&self, action: &str) -> Vec<Vec<(String, String)>> {
        let entries = self.world.engine.audit(&self.world.who, 0, 1_000).await.unwrap();
        let of = entries.into_iter().filter(|entry| entry.event.action == action);
        of.map(|entry| {
            assert_eq!(entry.event.actor, self.world.who.actor.to_string());
            entry.event.details
        })
        .collect()
    }
}

#[tokio::test]
async fn a_payment_in_doubt_ends_as_the_bank_says_by_telephone() {
    for end in [PaymentEnd::Completed { settled_at: SETTLED_AT }, PaymentEnd::Failed] {
        let scene = Scene::new().await;
        scene.till.loses_answers(true);
        let id = scene.pay().await;
        assert_eq!(scene.state(id).await.standing(), PaymentStanding::InDoubt);
        let ended = scene.settle(id, end).await.unwrap();
        match end {
            PaymentEnd::Completed { settled_at } => {
                assert_eq!(ended, PaymentState::Completed { settled_at });
            }
            PaymentEnd::Failed => assert_eq!(ended.standing(), PaymentStanding::Failed),
        }
        let row = scene.world.engine.payment(&scene.world.who, id).await.unwrap().unwrap().row;
        assert!(row.standing.credentials.is_none() && row.standing.continuation.is_none());
        // Once, and for ever.
        let again = scene.settle(id, end).await;
        assert!(matches!(again, Err(LearntError::Known { .. })));
        scene.much_later().await;
        assert_eq!(scene.state(id).await, ended);
        let trail = scene.trail_of("payment.learnt").await;
        let [details] = trail.as_slice() else { panic!("it is written down once") };
        let told =
            |name: &str| details.iter().find(|(it, _)| it == name).map(|(_, it)| it.as_str());
        assert_eq!(told("before"), Some("in_doubt"));
        assert_eq!(told("state"), Some(ended.standing().name()));
        assert_eq!(told("note_sha256").map(str::len), Some(64));
    }
}

#[tokio::test]
async fn what_is_known_is_not_ended_by_hand() {
    let scene = Scene::new().await;
    let id = scene.pay().await;
    let before = scene.state(id).await;
    assert_eq!(before.standing(), PaymentStanding::Challenged);
    let refused = scene.settle(id, PaymentEnd::Failed).await;
    assert!(matches!(refused, Err(LearntError::Known { state: "challenged" })));
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let none = engine.settle_payment(who, engine.mint(), PaymentEnd::Failed, NOTE).await;
    assert!(matches!(none, Err(LearntError::Unknown)));
    for note in ["", "  ", &"a".repeat(MAX_NOTE + 1)] {
        let refused = engine.settle_payment(who, id, PaymentEnd::Failed, note).await;
        assert!(matches!(refused, Err(LearntError::Note)));
    }
    assert_eq!(scene.state(id).await, before);
}

/// What the bank says happened after it was asked, and before it says so.
#[tokio::test]
async fn nothing_ends_before_it_was_begun_or_later_than_now() {
    let (scene, second) = (Scene::new().await, SignedDuration::from_secs(1));
    scene.till.loses_answers(true);
    scene.window.line_is(Line::CutAfter);
    let (payment, cash) = (scene.pay().await, scene.give().await);
    scene.world.clock.advance(second * 10);
    let begun = scene.world.engine.now() - second * 10;
    for at in [begun - second, begun + second * 11] {
        let refused = scene.settle(payment, PaymentEnd::Completed { settled_at: at }).await;
        assert!(matches!(refused, Err(LearntError::OtherTime { .. })), "{at}");
        for end in [InstructionEnd::Claimed { at }, InstructionEnd::Expired { at }] {
            let refused = scene.learn(cash, end).await;
            assert!(matches!(refused, Err(LearntError::OtherTime { .. })), "{at}");
        }
    }
    let at = begun + second * 10;
    scene.settle(payment, PaymentEnd::Completed { settled_at: at }).await.unwrap();
    scene.learn(cash, InstructionEnd::Claimed { at: begun }).await.unwrap();
}

/// Given up out of doubt, at a bank that never hears of it.
#[tokio::test]
async fn what_is_being_given_up_ends_so_too() {
    let scene = Scene::new().await;
    scene.till.loses_answers(true);
    let id = scene.pay().await;
    scene.till.is_deaf(true);
    scene.world.engine.cancel_payment(&scene.world.who, id).await.unwrap();
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.state(id).await.standing(), PaymentStanding::Withdrawing);
    let ended = scene.settle(id, PaymentEnd::Failed).await.unwrap();
    assert_eq!(ended.standing(), PaymentStanding::Failed);
}

#[tokio::test]
async fn cash_in_doubt_ends_as_cash_does() {
    let at = SETTLED_AT;
    for (end, standing) in [
        (InstructionEnd::Claimed { at }, InstructionStanding::Claimed),
        (InstructionEnd::Expired { at }, InstructionStanding::Expired),
        (InstructionEnd::Failed, InstructionStanding::Failed),
    ] {
        let scene = Scene::new().await;
        scene.window.line_is(Line::CutAfter);
        let id = scene.give().await;
        let other = scene.learn(id, InstructionEnd::Completed { at }).await;
        assert!(matches!(other, Err(LearntError::OtherEnd { .. })));
        assert_eq!(scene.learn(id, end).await.unwrap(), standing);
        assert!(matches!(scene.learn(id, end).await, Err(LearntError::Known { .. })));
        scene.much_later().await;
        let (engine, who) = (&scene.world.engine, &scene.world.who);
        let shown =
            engine.instruction(who, InstructionKind::Withdrawal, id).await.unwrap().unwrap();
        assert_eq!(shown.state().standing(), standing);
        assert!(shown.row.standing.credentials.is_none());
        assert_eq!(scene.trail_of("withdrawal.learnt").await.len(), 1);
    }
}
