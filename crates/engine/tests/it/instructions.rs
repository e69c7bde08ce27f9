//! Instructions: one effect each, whatever becomes of the call that tells the bank; codes are sealed
//! and gone in the end.

use std::sync::Arc;

use cartola_engine::authorizations::{Asking, LeaveBy};
use cartola_engine::instructions::{
    CancelInstructionError, CashOrder, Giver, Instruction, InstructionError, InstructionKind,
    InstructionStanding, LONGEST_WATCH, Wanted,
};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::once::Reply;
use cartola_engine::payments::LONGEST_PAUSE;
use cartola_engine::work::Priority;
use cartola_model::{AccountNumber, Instructed};
use cartola_primitives::id::{AccountId, InstructionId};
use cartola_primitives::{Currency, Money, Rut, Secret};

use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::window::{At, CODE, Line, Window};

const WORKER: &str = "12.345.678-5";

pub struct Scene {
    pub world: World,
    pub window: Arc<Window>,
    account: AccountId,
}

impl Scene {
    pub async fn new() -> Self {
        let window = Arc::new(Window::new());
        let world = World::with_handlers(Bank::taking(&window), Vec::new()).await;
        let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
        let wanted = NewLink {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields: &fields(PASSWORD),
            mandate,
            proven: false,
            pays: PaysFor::Tenant,
        };
        let link = world.engine.begin_link(&world.who, &wanted).await.unwrap().id;
        world.read(link, Priority::Interactive).await.unwrap();
        let accounts = world.engine.accounts_of(&world.who, link).await.unwrap();
        Self { account: accounts[0].row.id, world, window }
    }

    pub async fn try_give(&self, case: &str, pesos: i64) -> Result<Instruction, InstructionError> {
        let rut = Rut::parse(WORKER).unwrap();
        let amount = Money::new(pesos, Currency::CLP);
        let request = pesos.to_be_bytes();
        let wanted = Wanted {
            giver: Giver::Account(self.account),
            what: Instructed::Withdrawal(CashOrder { rut, amount, comment: None }),
            case,
            request: &request,
            evidence: &request,
            leave: LeaveBy::NotNeeded,
            asking: Asking::WhereRequired,
            next: None,
        };
        self.world.engine.begin_instruction(&self.world.who, &wanted).await
    }

    pub async fn give(&self) -> InstructionId {
        self.try_give("one", 20_000).await.unwrap().row.id
    }

    /// Runs what is due after the longest pause, and gives how it stands then.
    pub async fn goes_on(&self, id: InstructionId) -> InstructionStanding {
        self.world.clock.advance(LONGEST_PAUSE);
        self.world.worker.run_due().await.unwrap();
        self.shown(id).await.state().standing()
    }

    pub async fn shown(&self, id: InstructionId) -> Instruction {
        let found = self.world.engine.instruction(&self.world.who, InstructionKind::Withdrawal, id);
        found.await.unwrap().unwrap()
    }

    async fn code(&self, id: InstructionId) -> Option<String> {
        let code = self.world.engine.withdrawal_code(&self.world.who, id).await.unwrap();
        code.map(|code| code.expose().clone())
    }

    async fn cancel(&self, id: InstructionId) -> Result<Instruction, CancelInstructionError> {
        let kind = InstructionKind::Withdrawal;
        self.world.engine.cancel_instruction(&self.world.who, kind, id).await
    }
}

/// Who took the cash is what the bank says, and nobody where it does not.
#[tokio::test]
async fn who_claimed_cash_is_told_by_the_bank() {
    let other = "11.111.111-1";
    for (at, by) in [
        (At::Claimed, None),
        (At::ClaimedBy(WORKER), Some(WORKER)),
        (At::ClaimedBy(other), Some(other)),
    ] {
        let scene = Scene::new().await;
        let id = scene.give().await;
        scene.goes_on(id).await;
        scene.window.stands(at);
        assert_eq!(scene.goes_on(id).await, InstructionStanding::Claimed);
        let shown = scene.shown(id).await;
        assert_eq!(shown.claimed_by, by.map(|by| Rut::parse(by).unwrap()), "{at:?}");
        assert_eq!(shown.is_claimed_by_other(), by == Some(other), "{at:?}");
        let entries = scene.world.engine.audit(&scene.world.who, 0, 1_000).await.unwrap();
        let claimed = entries.iter().find(|entry| entry.event.action == "withdrawal.claimed");
        let text = format!("{:?}", claimed.unwrap().event);
        assert_eq!(text.contains("claimed_by"), by == Some(other), "{text}");
    }
}

/// A code that the bank tells later than that the cash is there is kept.
#[tokio::test]
async fn a_code_may_come_later() {
    let scene = Scene::new().await;
    let id = scene.give().await;
    scene.goes_on(id).await;
    scene.window.stands(At::Codeless);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    assert_eq!(scene.code(id).await, None);
    scene.window.stands(At::Ready);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    assert_eq!(scene.code(id).await.as_deref(), Some(CODE));
    // It is told once: nothing moves when the bank says it again.
    let version = scene.shown(id).await.row.version;
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    assert_eq!(scene.shown(id).await.row.version, version);
}

/// On an account of two, whoever signs in is asked and signs in, and not whoever it was told of first.
#[tokio::test]
async fn of_a_joint_account_who_signs_in_gives() {
    let scene = Scene::new().await;
    let World { engine, who, .. } = &scene.world;
    let other = Rut::parse(WORKER).unwrap();
    let mut fields = fields(PASSWORD);
    fields.insert("rut".to_owned(), Secret::new(WORKER.to_owned()));
    let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
    let wanted = NewLink {
        institution: institution(),
        rut: other,
        fields: &fields,
        mandate,
        proven: false,
        pays: PaysFor::Tenant,
    };
    let link = engine.begin_link(who, &wanted).await.unwrap().id;
    scene.world.read(link, Priority::Interactive).await.unwrap();
    let number = engine.accounts_of(who, link).await.unwrap()[0].number.clone();
    let amount = Money::new(20_000, Currency::CLP);
    let of = |giver| Wanted {
        giver,
        what: Instructed::Withdrawal(CashOrder { rut: other, amount, comment: None }),
        case: "joint",
        request: b"joint",
        evidence: b"joint",
        leave: LeaveBy::NotNeeded,
        asking: Asking::WhereRequired,
        next: None,
    };
    let wanted = of(Giver::Link { link, from: AccountNumber::parse(&number).ok() });
    let (whose, _) = engine.operation_of_instruction(who, &wanted).await.unwrap();
    assert_eq!(whose, Some(other));
    let given = engine.begin_instruction(who, &wanted).await.unwrap();
    assert_eq!((given.row.link, given.from), (link, Some(number)));
    let (first, _) =
        engine.operation_of_instruction(who, &of(Giver::Account(scene.account))).await.unwrap();
    assert_eq!(first, Some(Rut::parse(RUT).unwrap()));
}

#[tokio::test]
async fn cash_is_put_aside_watched_and_claimed_and_nothing_is_kept() {
    let scene = Scene::new().await;
    let id = scene.give().await;
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Challenged);
    assert_eq!(scene.code(id).await, None);
    scene.window.stands(At::Ready);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    assert_eq!(scene.code(id).await.as_deref(), Some(CODE));
    // Watched, in one job.
    let (told, before, _) = scene.window.heard();
    scene.world.clock.advance(LONGEST_WATCH);
    scene.world.worker.run_due().await.unwrap();
    assert_eq!((told, scene.window.heard().1), (1, before + 1));
    scene.window.stands(At::Claimed);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Claimed);
    let row = scene.shown(id).await.row;
    assert!(row.standing.credentials.is_none() && row.standing.code.is_none());
    assert_eq!(scene.code(id).await, None);
    let again = scene.try_give("one", 20_000).await.unwrap();
    assert_eq!((again.row.id, scene.window.heard().0), (id, 1));
    let other = scene.try_give("one", 30_000).await;
    assert!(matches!(other, Err(InstructionError::OtherRequest)));
}

#[tokio::test]
async fn what_never_left_fails_and_what_may_have_arrived_is_asked_about() {
    for (line, ends) in [
        (Line::Unsent, InstructionStanding::Failed),
        // The bank never heard of it, and is told that it will not.
        (Line::CutBefore, InstructionStanding::Failed),
        // It did, and goes on.
        (Line::CutAfter, InstructionStanding::Challenged),
    ] {
        let scene = Scene::new().await;
        scene.window.line_is(line);
        let id = scene.give().await;
        let first = scene.goes_on(id).await;
        let is_doubt = line != Line::Unsent;
        assert_eq!(first == InstructionStanding::InDoubt, is_doubt, "{line:?} {first:?}");
        assert_eq!(scene.goes_on(id).await, ends, "{line:?}");
        assert_eq!(scene.window.heard().0, 1, "nothing is sent twice");
    }
}

#[tokio::test]
async fn cash_is_cancelled_and_the_bank_has_the_last_word() {
    for (at, ends) in
        [(At::Ready, InstructionStanding::Cancelled), (At::Claimed, InstructionStanding::Claimed)]
    {
        let scene = Scene::new().await;
        let id = scene.give().await;
        scene.goes_on(id).await;
        scene.window.stands(At::Ready);
        assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
        let given_up = scene.cancel(id).await.unwrap();
        assert_eq!(given_up.state().standing(), InstructionStanding::Cancelling);
        scene.window.stands(at);
        assert_eq!(scene.goes_on(id).await, ends);
        assert_eq!(scene.code(id).await, None);
        let again = scene.cancel(id).await;
        let is_cancelled = ends == InstructionStanding::Cancelled;
        assert_eq!(again.is_ok(), is_cancelled);
    }
}

#[tokio::test]
async fn what_the_bank_has_not_heard_of_is_cancelled_at_once() {
    let scene = Scene::new().await;
    let id = scene.give().await;
    let given_up = scene.cancel(id).await.unwrap();
    assert_eq!(given_up.state().standing(), InstructionStanding::Cancelled);
    scene.goes_on(id).await;
    assert_eq!(scene.window.heard(), (0, 0, Vec::new()));
}

#[tokio::test]
async fn who_withdraws_their_leave_is_asked_no_more_but_cash_is_still_watched() {
    let scene = Scene::new().await;
    let id = scene.give().await;
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Challenged);
    let mandate = scene.shown(id).await.row.mandate;
    scene.world.engine.revoke_consent(&scene.world.who, mandate, Reply::NONE).await.unwrap();
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Cancelled);
    assert_eq!(scene.window.heard().2, [At::Withdrawn]);
    let scene = Scene::new().await;
    let id = scene.give().await;
    scene.goes_on(id).await;
    scene.window.stands(At::Ready);
    scene.goes_on(id).await;
    let mandate = scene.shown(id).await.row.mandate;
    scene.world.engine.revoke_consent(&scene.world.who, mandate, Reply::NONE).await.unwrap();
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    scene.window.stands(At::Expired);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Expired);
}
