//! What is begun while something is decided of the same person: at whatever moment the decision comes, no
//! money moves that it was to stop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cartola_engine::Engine;
use cartola_engine::authorizations::{
    self, Ask, Asking, EnrolmentError, LeaveBy, LinkPayment, LinkPaymentError, Validated,
};
use cartola_engine::consents::change::Change;
use cartola_engine::instructions::{CashOrder, Giver, Wanted};
use cartola_engine::links::{self, LinkError, Mandate, NewLink, PaysFor};
use cartola_engine::matters::{Decision, NewMatter};
use cartola_engine::once::{Repeatable, Reply, Ticket};
use cartola_engine::payments::PaymentError;
use cartola_engine::payouts::{PayoutError, PayoutLine, PayoutOrder};
use cartola_engine::work::JobKind;
use cartola_model::{AccountNumber, ChallengeKind, ConsentData, Instructed, MatterKind, Principal};
use cartola_primitives::id::{AccountId, LinkId, PersonId};
use cartola_primitives::{Currency, Money, Rut, Secret};
use cartola_store::authorizations::EnrolmentFilter;
use cartola_store::jobs::Priority;
use cartola_store::matters::{MatterFilter, MatterRow};
use cartola_store::memory::MemoryStore;
use cartola_store::subjects::PersonClaim;
use cartola_store::{
    Authorizations, Command, Committer, Consents, MAX_PAGE, Matters, People, Subjects, UnitOfWork,
    Vault,
};

use crate::authorizations::{OwnPhone, PIN, Scene, payee, payment};
use crate::matters::{HOLDER, ask};
use crate::readings::fields;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::between::{First, Hurried, Late};
use crate::world::till::{Till, asks};
use crate::world::window::Window;
use crate::world::{RULES, World, upload};

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
    /// What was allowed of the link is about less, and so about no payments.
    Narrowed,
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

/// A link of the customer's that pays.
fn wanted<'a>(fields: &'a BTreeMap<String, Secret<String>>, purpose: &'a str) -> NewLink<'a> {
    NewLink {
        institution: institution(),
        rut: customer(),
        fields,
        mandate: Mandate { purpose, evidence: b"paper", expires_at: None },
        proven: false,
        pays: PaysFor::Tenant,
    }
}

impl Stage {
    async fn new() -> Self {
        let (till, window) =
            (Arc::new(Till::new(asks(ChallengeKind::App))), Arc::new(Window::new()));
        let bank = Bank::doing_all(&till, &window);
        let world = World::with(bank.clone()).await;
        let fields = fields(PASSWORD);
        let wanted = wanted(&fields, "tests");
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
                Decided::Narrowed => return narrow(&engine, &who, link).await,
            };
            let asked = engine.open_matter(&who, &asking(kind), Reply::NONE).await.unwrap();
            if kind != MatterKind::Block {
                let granted = (&Decision::Grant, "por esto");
                let id = asked.matter.row.id;
                engine.decide_matter(&who, id, granted, Reply::NONE).await.unwrap();
            }
        })
    }

    /// An answer that this is decided before.
    fn late(&self, decided: Decided) -> Late {
        Late::new(self.deciding(decided, Arc::default()))
    }

    async fn ticket(&self) -> Ticket {
        let call = Repeatable { verb: "tests.call", key: "one", request: b"a" };
        self.scene.world.engine.once(self.who(), call).await.unwrap()
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

/// Has the mandate of a link be about movements alone.
async fn narrow(engine: &Engine, who: &Principal, link: LinkId) {
    let consents = engine.consents(who, Some(link), None, MAX_PAGE).await.unwrap().rows;
    let held = consents.into_iter().find(|row| row.purpose == "tests").expect("it has a mandate");
    let less = Change { until: None, data: ConsentData::parse(["movements"]) };
    engine.change_consent(who, held.id, less, Reply::NONE).await.unwrap();
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
const OF_LINK: [Decided; 6] = [
    Decided::Opposition,
    Decided::Block,
    Decided::BlockAlone,
    Decided::Erasure,
    Decided::LinkEnded,
    Decided::Narrowed,
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

/// A block that comes once all is decided of a link, and before it is written, is known to it.
#[tokio::test]
async fn no_link_is_begun_past_a_block() {
    for decided in [Decided::Block, Decided::BlockAlone] {
        let stage = Stage::new().await;
        let (late, ticket) = (stage.late(decided), stage.ticket().await);
        let render = |_: &links::Begun| late.answer();
        let reply = Reply { ticket: Some(&ticket), render: &render };
        let (world, fields) = (&stage.scene.world, fields(PASSWORD));
        let wanted = wanted(&fields, "other tests");
        let begun = world.engine.begin_link_replying(&world.who, &wanted, reply).await;
        assert!(matches!(begun, Err(LinkError::Blocked)), "{decided:?}: {begun:?}");
        let consents = world.engine.consents(&world.who, None, None, 9).await.unwrap();
        assert_eq!(consents.rows.len(), 1, "nothing is recorded");
    }
}

/// Nor is a phone enrolled past it.
#[tokio::test]
async fn no_phone_is_enrolled_past_a_block() {
    for decided in [Decided::Block, Decided::BlockAlone] {
        let stage = Stage::new().await;
        let (late, ticket) = (stage.late(decided), stage.ticket().await);
        let render = |_: &authorizations::Begun| late.answer();
        let reply = Reply { ticket: Some(&ticket), render: &render };
        let (world, shown) = (&stage.scene.world, Validated::ByTenant(b"cedula"));
        let begun = world.engine.begin_enrolment_replying(&world.who, customer(), shown, reply);
        let refused = begun.await.err();
        assert!(
            matches!(refused, Some(EnrolmentError::Door(LinkError::Blocked))),
            "{decided:?}: {refused:?}"
        );
        let filter = EnrolmentFilter { person: Some(stage.person), ..EnrolmentFilter::default() };
        let phones =
            world.store.enrolments(world.who.tenant, filter, None, MAX_PAGE).await.unwrap();
        assert_eq!(phones.rows.len(), 1, "the one from before");
    }
}

/// A process that is overtaken by whatever comes first there, on a store of which nothing is known.
struct Unknown {
    world: World,
    clock: Arc<Hurried>,
    hurried: Engine,
}

impl Unknown {
    async fn new() -> Self {
        let till = Arc::new(Till::new(asks(ChallengeKind::App)));
        let bank = Bank::paying(&till);
        let world = World::with(bank.clone()).await;
        let clock = Arc::new(Hurried::new(world.clock.clone()));
        let hurried = world.beside(bank, RULES, clock.clone()).await;
        Self { world, clock, hurried }
    }

    /// Whether any consent holds.
    async fn is_allowed(&self) -> bool {
        let (store, tenant) = (&self.world.store, self.world.who.tenant);
        let consents = store.consents(tenant, None, None, MAX_PAGE).await.unwrap().rows;
        consents.iter().any(|row| row.state.holds(self.world.engine.now()))
    }
}

async fn pay(engine: &Engine, who: &Principal) -> Result<(), PaymentError> {
    let fields = fields(PASSWORD);
    let order = payment(&fields, amount().minor(), "case", None);
    engine.begin_payment(who, &order).await.map(drop)
}

fn asking(kind: MatterKind) -> NewMatter {
    let text = "Pido lo que la ley me da.".to_owned();
    NewMatter { kind, rut: Some(customer()), text, contact: None, breach: None }
}

/// Whoever becomes known while they ask for a block does so before it or after it.
#[tokio::test]
async fn nobody_becomes_known_past_a_block() {
    for nth in 0.. {
        let stage = Unknown::new().await;
        let (engine, who) = (stage.world.engine.clone(), stage.world.who.clone());
        let first = async move {
            engine.open_matter(&who, &asking(MatterKind::Block), Reply::NONE).await.unwrap();
        };
        stage.clock.arm(nth, Box::pin(first));
        let paid = pay(&stage.hurried, &stage.world.who).await;
        let has_happened = stage.clock.disarm();
        assert_eq!(stage.is_allowed().await, !has_happened, "at {nth}: {paid:?}");
        if !has_happened {
            paid.unwrap();
            return;
        }
    }
}

/// And the other way round: a block that is asked for while somebody becomes known suspends all of theirs.
#[tokio::test]
async fn a_block_knows_whoever_becomes_known_meanwhile() {
    for nth in 0.. {
        let stage = Unknown::new().await;
        let (engine, who) = (stage.world.engine.clone(), stage.world.who.clone());
        let first = async move { drop(pay(&engine, &who).await) };
        stage.clock.arm(nth, Box::pin(first));
        let block = asking(MatterKind::Block);
        stage.hurried.open_matter(&stage.world.who, &block, Reply::NONE).await.unwrap();
        assert!(!stage.is_allowed().await, "at {nth}");
        if !stage.clock.disarm() {
            return;
        }
    }
}

/// Nor does the end of a block miss anybody.
#[tokio::test]
async fn the_end_of_a_block_knows_whoever_becomes_known_meanwhile() {
    for nth in 0.. {
        let stage = Unknown::new().await;
        let world = &stage.world;
        let asked = ask(world, MatterKind::Block, HOLDER).await;
        let (engine, who) = (world.engine.clone(), world.who.clone());
        let first = async move {
            let file = upload(&["2;A;-100;900"]);
            engine.import(&who, file, Reply::NONE).await.unwrap();
        };
        stage.clock.arm(nth, Box::pin(first));
        let denied = (&Decision::Deny, "por esto");
        stage.hurried.decide_matter(&world.who, asked.row.id, denied, Reply::NONE).await.unwrap();
        let has_happened = stage.clock.disarm();
        assert_eq!(stage.is_allowed().await, has_happened, "at {nth}");
        if !has_happened {
            return;
        }
    }
}

/// What somebody asks while they are erased is sealed under a key that is there.
#[tokio::test]
async fn what_is_asked_while_somebody_is_erased_can_be_read() {
    for is_decided in [false, true] {
        for nth in 0.. {
            let stage = Unknown::new().await;
            let (world, hurried) = (&stage.world, &stage.hurried);
            world.import(&["2;A;-100;900"]).await;
            let holder = Rut::parse(HOLDER).unwrap();
            let new = NewMatter { rut: Some(holder), ..asking(MatterKind::Access) };
            let asked = ask(world, MatterKind::Rectification, HOLDER).await.row.id;
            // The other process knows their key.
            hurried.open_matter(&world.who, &new, Reply::NONE).await.unwrap();
            let person = world.engine.person_with(&world.who, holder).await.unwrap();
            let erasure = ask(world, MatterKind::Erasure, HOLDER).await.row.id;
            let is_there = Arc::new(AtomicBool::new(false));
            let (engine, who, store) =
                (world.engine.clone(), world.who.clone(), world.store.clone());
            let seen = is_there.clone();
            let first = async move {
                let filter = MatterFilter::default();
                let rows = store.matters(who.tenant, filter, None, MAX_PAGE).await.unwrap().rows;
                let changed = rows.iter().any(|row| row.id == asked && row.version > 1);
                seen.store(rows.len() > 3 || changed, Ordering::Relaxed);
                let granted = (&Decision::Grant, "por esto");
                engine.decide_matter(&who, erasure, granted, Reply::NONE).await.unwrap();
            };
            stage.clock.arm(nth, Box::pin(first));
            let id = if is_decided {
                let granted = (&Decision::Grant, "por aquello");
                hurried.decide_matter(&world.who, asked, granted, Reply::NONE).await.unwrap();
                asked
            } else {
                hurried.open_matter(&world.who, &new, Reply::NONE).await.unwrap().matter.row.id
            };
            let has_happened = stage.clock.disarm();
            let read = world.engine.matter(&world.who, id).await.unwrap().unwrap();
            // What came before the erasure went with it.
            let is_read = if is_decided { !read.steps.is_empty() } else { read.text.is_some() };
            assert_eq!(is_read, !is_there.load(Ordering::Relaxed), "at {nth}: {read:?}");
            if !has_happened {
                break;
            }
            let key = world.store.data_key_of(world.who.tenant, person).await.unwrap();
            assert!(key.is_none(), "their key is destroyed for good, at {nth}");
        }
    }
}
