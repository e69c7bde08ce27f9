//! What is begun while something is decided of the same person: at whatever moment the decision comes, no
//! money moves that it was to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cartola_engine::Engine;
use cartola_engine::authorizations::{Ask, Asking, LeaveBy, LinkPayment, LinkPaymentError};
use cartola_engine::instructions::{CashOrder, Giver, Wanted};
use cartola_engine::links::{LinkError, Mandate, NewLink};
use cartola_engine::matters::{Decision, NewMatter};
use cartola_engine::once::Reply;
use cartola_engine::payouts::{PayoutError, PayoutLine, PayoutOrder};
use cartola_engine::work::JobKind;
use cartola_model::{AccountNumber, ChallengeKind, Instructed, MatterKind, Principal};
use cartola_primitives::id::{AccountId, LinkId, PersonId};
use cartola_primitives::{Currency, Money, Rut};
use cartola_store::jobs::Priority;
use cartola_store::matters::MatterRow;
use cartola_store::memory::MemoryStore;
use cartola_store::subjects::PersonClaim;
use cartola_store::{Command, Committer, People, Subjects, UnitOfWork};

use crate::authorizations::{OwnPhone, PIN, Scene, payee, payment};
use crate::matters::ask;
use crate::readings::fields;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::between::{First, Hurried};
use crate::world::till::{Till, asks};
use crate::world::window::Window;
use crate::world::{RULES, World};

/// What is decided of somebody meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decided {
    /// They oppose all that is done with their data.
    Opposition,
    /// Nothing is to be done with it for a while.
    Block,
    /// The same, by whoever suspends no consent: the matter alone says so.
    BlockAlone,
    /// They are erased but for what a law keeps.
    Erasure,
    /// The link is ended.
    LinkEnded,
}

/// What moves money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moves {
    /// With credentials that came along.
    Payment,
    /// Out of an account.
    Instruction,
    /// Through a link that is named.
    InstructionOfLink,
    Payout,
    /// Through a link, as its holder approved it.
    LinkPayment,
}

/// A customer with a link that pays, seen by one process, and another that is overtaken.
struct Stage {
    scene: Scene,
    clock: Arc<Hurried>,
    hurried: Engine,
    link: LinkId,
    account: AccountId,
    person: PersonId,
    /// By which a payment through the link was approved.
    token: String,
    /// As a block stands in the store.
    block: MatterRow,
}

fn customer() -> Rut {
    Rut::parse(RUT).unwrap()
}

fn amount() -> Money {
    Money::new(20_000, Currency::CLP)
}

fn through(link: LinkId) -> LinkPayment<'static> {
    LinkPayment {
        link,
        from: AccountNumber::parse("1234567890").unwrap(),
        payee: payee("12345678"),
        amount: amount(),
        comment: None,
        case: "case",
        request: b"request",
        next: None,
    }
}

impl Stage {
    async fn new() -> Self {
        let (till, window) =
            (Arc::new(Till::new(asks(ChallengeKind::App))), Arc::new(Window::new()));
        let bank = Bank::doing_all(&till, &window);
        let world = World::with(bank.clone()).await;
        let wanted = NewLink {
            institution: institution(),
            rut: customer(),
            fields: &fields(PASSWORD),
            mandate: Mandate { purpose: "tests", evidence: b"paper", expires_at: None },
            proven: false,
            pays: true,
        };
        let link = world.engine.begin_link(&world.who, &wanted).await.unwrap().id;
        world.read(link, Priority::Interactive).await.unwrap();
        let account = world.engine.accounts_of(&world.who, link).await.unwrap().remove(0).row.id;
        let person = world.engine.person_with(&world.who, customer()).await.unwrap().unwrap();
        let clock = Arc::new(Hurried::new(world.clock.clone()));
        let hurried = world.beside(bank, RULES, clock.clone()).await;
        let scene = Scene { world };
        let token = approved(&scene, link).await;
        let asked = ask(&scene.world, MatterKind::Access, RUT).await.row;
        let block = MatterRow { id: scene.world.engine.mint(), kind: MatterKind::Block, ..asked };
        Self { scene, clock, hurried, link, account, person, token, block }
    }

    fn who(&self) -> &Principal {
        &self.scene.world.who
    }

    /// What is decided, as another process does it.
    fn deciding(&self, decided: Decided, is_begun: Arc<AtomicBool>) -> First {
        let (world, person) = (&self.scene.world, self.person);
        let (engine, store) = (world.engine.clone(), world.store.clone());
        let (who, link, block) = (world.who.clone(), self.link, self.block.clone());
        Box::pin(async move {
            // What is begun has a mandate of its own.
            let consents = store.holdings(who.tenant, person).await.unwrap().consents;
            is_begun.store(consents > 1, Ordering::Relaxed);
            let kind = match decided {
                Decided::Opposition => MatterKind::Opposition,
                Decided::Block => MatterKind::Block,
                Decided::Erasure => MatterKind::Erasure,
                Decided::BlockAlone => return block_alone(&store, &who, (person, block)).await,
                Decided::LinkEnded => {
                    engine.end_link(&who, link).await.unwrap();
                    return;
                }
            };
            let text = "Pido lo que la ley me da.".to_owned();
            let rut = Some(customer());
            let new = NewMatter { kind, rut, text, contact: None, breach: None };
            let asked = engine.open_matter(&who, &new, Reply::NONE).await.unwrap();
            if kind != MatterKind::Block {
                let granted = (&Decision::Grant, "por esto");
                engine.decide_matter(&who, asked.row.id, granted, Reply::NONE).await.unwrap();
            }
        })
    }

    /// Begins it; why not, where it is not begun.
    async fn begin(&self, moves: Moves) -> Result<(), String> {
        let shown = |error: &dyn std::error::Error| error.to_string();
        match moves {
            Moves::Payment => {
                let fields = fields(PASSWORD);
                let order = payment(&fields, amount().minor(), "case", None);
                let begun = self.hurried.begin_payment(self.who(), &order).await;
                begun.map(drop).map_err(|error| shown(&error))
            }
            Moves::Instruction => self.instruct(Giver::Account(self.account)).await,
            Moves::InstructionOfLink => {
                self.instruct(Giver::Link { link: self.link, from: None }).await
            }
            Moves::Payout => self.pay_out().await.map_err(|error| shown(&error)),
            Moves::LinkPayment => self.pay_through().await.map_err(|error| shown(&error)),
        }
    }

    async fn instruct(&self, giver: Giver<'_>) -> Result<(), String> {
        let rut = Rut::parse("12.345.678-5").unwrap();
        let order = CashOrder { rut, amount: amount(), comment: None };
        let wanted = Wanted {
            giver,
            what: Instructed::Withdrawal(order),
            case: "case",
            request: b"request",
            evidence: b"request",
            leave: LeaveBy::NotNeeded,
            asking: Asking::WhereRequired,
            next: None,
        };
        let begun = self.hurried.begin_instruction(self.who(), &wanted).await;
        begun.map(drop).map_err(|error| error.to_string())
    }

    async fn pay_out(&self) -> Result<(), PayoutError> {
        let line = PayoutLine {
            reference: None,
            payee: payee("12345678"),
            amount: amount(),
            comment: None,
        };
        let order = PayoutOrder {
            list: "tests",
            account: Some(self.account),
            named: "the account",
            is_batch: false,
            lines: vec![line],
            case: "case",
            request: b"request",
            approval: None,
            next: JobKind::parse("tests.none").unwrap(),
        };
        self.hurried.begin_payout(self.who(), &order, Reply::NONE).await.map(drop)
    }

    async fn pay_through(&self) -> Result<(), LinkPaymentError> {
        let leave = LeaveBy::Token(&self.token);
        self.hurried.begin_link_payment(self.who(), &through(self.link), leave).await.map(drop)
    }
}

/// A token for [`through`].
async fn approved(scene: &Scene, link: LinkId) -> String {
    let (phone, world) = (OwnPhone::new(1), &scene.world);
    scene.enrol(customer(), &phone).await;
    let row = world.store.link(world.who.tenant, link).await.unwrap().unwrap();
    let operation = world.engine.operation_of_link_payment(&row, &through(link));
    let (rut, channel) = (customer(), "tests");
    let ask = Ask { rut, operation: &operation, channel, case: "asked", next: None };
    let asked = world.engine.ask_authorization(&world.who, &ask).await.unwrap();
    let decided = scene.approve(&asked, &phone, PIN).await.unwrap();
    decided.token.expect("it is approved").expose().clone()
}

/// A block as it stands where it suspends nothing.
async fn block_alone(store: &MemoryStore, who: &Principal, (id, block): (PersonId, MatterRow)) {
    let holdings = store.holdings(who.tenant, id).await.unwrap();
    let expected = store.person(who.tenant, id).await.unwrap().unwrap().version;
    let claim = Command::ClaimPerson(PersonClaim { id, expected, holdings });
    let unit = UnitOfWork::new(who.tenant, block.opened_at).with(claim);
    store.commit(unit.with(Command::AddMatter(Box::new(block)))).await.unwrap();
}

/// Lets that be decided at each moment at which whoever begins asks for the time.
async fn check(moves: Moves, decided: Decided) {
    for nth in 0.. {
        let stage = Stage::new().await;
        let is_begun = Arc::new(AtomicBool::new(false));
        stage.clock.arm(nth, stage.deciding(decided, is_begun.clone()));
        let begun = stage.begin(moves).await;
        let has_happened = stage.clock.disarm();
        let may_begin = !has_happened || is_begun.load(Ordering::Relaxed);
        assert_eq!(begun.is_ok(), may_begin, "{moves:?}, {decided:?} at {nth}: {begun:?}");
        if let Err(error) = begun {
            assert!(!error.contains("others kept changing"), "it is decided on what is there now");
        }
        if !has_happened {
            assert!(nth > 1, "it asks for the time while it decides");
            return;
        }
    }
}

#[tokio::test]
async fn no_payment_is_begun_past_a_block() {
    for decided in [Decided::Block, Decided::BlockAlone] {
        check(Moves::Payment, decided).await;
    }
}

/// Whatever ends what the link rests on.
const OF_LINK: [Decided; 5] = [
    Decided::Opposition,
    Decided::Block,
    Decided::BlockAlone,
    Decided::Erasure,
    Decided::LinkEnded,
];

#[tokio::test]
async fn no_instruction_is_begun_past_a_decision() {
    for decided in OF_LINK {
        check(Moves::Instruction, decided).await;
        check(Moves::InstructionOfLink, decided).await;
    }
}

#[tokio::test]
async fn no_payout_is_begun_past_a_decision() {
    for decided in OF_LINK {
        check(Moves::Payout, decided).await;
    }
}

#[tokio::test]
async fn no_payment_through_a_link_is_begun_past_a_decision() {
    for decided in OF_LINK {
        check(Moves::LinkPayment, decided).await;
    }
}

/// Whoever has asked that nothing be done pays neither through a link nor by a list.
#[tokio::test]
async fn nothing_is_paid_through_a_link_while_a_block_holds() {
    let stage = Stage::new().await;
    let world = &stage.scene.world;
    block_alone(&world.store, &world.who, (stage.person, stage.block.clone())).await;
    let paid = stage.pay_out().await;
    assert!(matches!(paid, Err(PayoutError::Link(LinkError::Blocked))), "{paid:?}");
    let paid = stage.pay_through().await;
    assert!(matches!(paid, Err(LinkPaymentError::Link(LinkError::Blocked))), "{paid:?}");
    let other = Stage::new().await;
    ask(&other.scene.world, MatterKind::Block, RUT).await;
    let paid = other.pay_through().await;
    assert!(matches!(paid, Err(LinkPaymentError::Link(LinkError::Blocked))), "{paid:?}");
    let paid = other.pay_out().await;
    assert!(matches!(paid, Err(PayoutError::UnknownAccount)), "it is hidden: {paid:?}");
}
