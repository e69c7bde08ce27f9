//! Payouts: begun once, by links that may pay, one line after another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::matters::Decision;
use cartola_engine::once::Reply;
use cartola_engine::payments::{LONGEST_PAUSE, PaymentStanding};
use cartola_engine::payouts::{
    LINE_MANDATE_TERM, LineEnded, MAX_LINES, PayoutError, PayoutLine, PayoutOfCase, PayoutOrder,
    PayoutStanding,
};
use cartola_engine::work::{Handler, JobEnd, JobKind, Outcome, Priority, Task};
use cartola_engine::{Engine, EngineError};
use cartola_model::{AccountNumber, ChallengeKind, MatterKind, TransferPayee, TransferState};
use cartola_primitives::id::{AccountId, LinkId};
use cartola_primitives::{Currency, Money, Rut, Secret, SignedDuration};
use cartola_store::{Command, Committer, MAX_PAGE, UnitOfWork};

use crate::matters::{ask, decide};
use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, CLIENT, PASSWORD, RUT, institution};
use crate::world::till::{SETTLED, Till, asks};

/// Counts the lines whose end it is told of.
#[derive(Default)]
struct Told(AtomicUsize);

fn kind() -> JobKind {
    JobKind::parse("tests.paid").unwrap()
}

#[async_trait]
impl Handler for Told {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let ended = LineEnded::of_task(task)?.expect("it is told which line");
        let line = engine.ended_line(&ended.who(task.tenant), &ended).await?;
        assert!(line.expect("it has ended").payment.state().is_final());
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

struct Scene {
    world: World,
    bank: Bank,
    told: Arc<Told>,
    till: Arc<Till>,
}

impl Scene {
    /// A bank at which transfers stand so once it has heard of them.
    async fn new(first: TransferState) -> Self {
        let (till, told) = (Arc::new(Till::new(first)), Arc::new(Told::default()));
        let bank = Bank::paying(&till);
        let world = World::with_handlers(bank.clone(), vec![told.clone()]).await;
        Self { world, bank, told, till }
    }

    /// A link of the bank's customer that was read, and their account.
    async fn link(&self, pays: PaysFor) -> (LinkId, AccountId) {
        self.link_of(pays, &fields(PASSWORD)).await
    }

    /// The same with these credentials.
    async fn link_of(
        &self,
        pays: PaysFor,
        fields: &BTreeMap<String, Secret<String>>,
    ) -> (LinkId, AccountId) {
        let link = self.begin_link(pays, fields).await;
        self.world.read(link, Priority::Interactive).await.unwrap();
        let accounts = self.world.engine.accounts_of(&self.world.who, link).await.unwrap();
        (link, accounts[0].row.id)
    }

    /// Such a link, which nobody has read since.
    async fn begin_link(&self, pays: PaysFor, fields: &BTreeMap<String, Secret<String>>) -> LinkId {
        let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
        let wanted = NewLink {
            institution: institution(),
            rut: Rut::parse(RUT).unwrap(),
            fields,
            mandate,
            proven: false,
            pays,
        };
        self.world.engine.begin_link(&self.world.who, &wanted).await.unwrap().id
    }

    async fn begin(
        &self,
        account: AccountId,
        case: &str,
        lines: Vec<PayoutLine>,
    ) -> Result<PayoutStanding, PayoutError> {
        let request = lines.iter().flat_map(|line| line.amount.minor().to_be_bytes());
        let order = PayoutOrder {
            list: "tests",
            account: Some(account),
            named: "the account",
            is_batch: lines.len() > 1,
            lines: lines.clone(),
            case,
            request: &request.collect::<Vec<_>>(),
            approval: None,
            next: kind(),
        };
        self.world.engine.begin_payout(&self.world.who, &order, Reply::NONE).await
    }

    /// Runs what is due after the longest pause; transfers that the bank was told of, and lines whose
    /// end was told.
    async fn goes_on(&self) -> (usize, usize) {
        self.world.clock.advance(LONGEST_PAUSE);
        self.world.worker.run_due().await.unwrap();
        (self.till.heard().0, self.told.0.load(Ordering::Relaxed))
    }

    async fn standings(&self, begun: &PayoutStanding) -> Vec<PaymentStanding> {
        let (engine, who) = (&self.world.engine, &self.world.who);
        let payout = engine.payout(who, "tests", begun.payout.row.id).await.unwrap().unwrap();
        let payments = engine.payments_of_payout(who, &payout, 0..usize::MAX).await.unwrap();
        let payments = payments.expect("none is gone");
        payments.iter().map(|payment| payment.state().standing()).collect()
    }
}

fn line(reference: &str, pesos: i64) -> PayoutLine {
    PayoutLine {
        reference: Some(reference.to_owned()),
        payee: TransferPayee {
            institution: institution(),
            account: AccountNumber::parse("987654").unwrap(),
            rut: Rut::parse(RUT).unwrap(),
            name: "Ana Soto".to_owned(),
        },
        amount: Money::new(pesos, Currency::CLP),
        comment: None,
    }
}

fn three() -> Vec<PayoutLine> {
    ["a", "b", "c"].map(|reference| line(reference, 5_000)).to_vec()
}

#[tokio::test]
async fn lines_are_paid_one_after_another_and_each_end_is_told_once() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    for nth in 1..=3 {
        // Nobody is asked for a second thing while they have not proved the first.
        assert_eq!(scene.goes_on().await, (nth, nth - 1));
        assert_eq!(scene.goes_on().await, (nth, nth - 1));
        scene.till.stands(&SETTLED);
    }
    assert_eq!(scene.goes_on().await, (3, 3));
    assert_eq!(scene.goes_on().await, (3, 3));
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Completed; 3]);
}

#[tokio::test]
async fn a_case_is_one_payout_whatever_becomes_of_its_link() {
    let scene = Scene::new(SETTLED).await;
    let (link, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    let again = scene.begin(account, "one", three()).await.unwrap();
    assert_eq!(begun.payout.row.id, again.payout.row.id);
    let other = scene.begin(account, "one", vec![line("a", 5_001)]).await;
    assert!(matches!(other, Err(PayoutError::OtherRequest)));
    while scene.goes_on().await.1 < 3 {}
    scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
    let again = scene.begin(account, "one", three()).await.unwrap();
    let ended = again.payments.iter().all(|payment| payment.state().is_final());
    assert!(ended && again.payout.row.id == begun.payout.row.id);
    assert_eq!(scene.goes_on().await, (3, 3));
}

#[tokio::test]
async fn a_line_that_is_given_up_holds_up_no_other() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    let second = begun.payout.lines[1].payment;
    assert_eq!(scene.goes_on().await, (1, 0));
    scene.world.engine.cancel_payment(&scene.world.who, second).await.unwrap();
    // Nor is the one after it begun while the first is under way.
    assert_eq!(scene.goes_on().await, (1, 1));
    for _ in 0..4 {
        scene.till.stands(&SETTLED);
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (2, 3));
    let [completed, failed] = [PaymentStanding::Completed, PaymentStanding::Failed];
    assert_eq!(scene.standings(&begun).await, [completed, failed, completed]);
}

#[tokio::test]
async fn a_line_that_is_given_up_at_its_turn_passes_it_on() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    // Its first step is queued, and has not run; so is that of the second once this one has.
    for given_up in [0, 1] {
        let line = begun.payout.lines[given_up].payment;
        scene.world.engine.cancel_payment(&scene.world.who, line).await.unwrap();
    }
    for _ in 0..3 {
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (1, 3));
    let [completed, failed] = [PaymentStanding::Completed, PaymentStanding::Failed];
    assert_eq!(scene.standings(&begun).await, [failed, failed, completed]);
}

#[tokio::test]
async fn what_was_begun_for_reading_alone_pays_nothing() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Nobody).await;
    let refused = scene.begin(account, "one", three()).await;
    assert!(matches!(refused, Err(PayoutError::NotEnabled)));
    // What its holder may ask for, the tenant may not.
    scene.link(PaysFor::Holder).await;
    let refused = scene.begin(account, "one", three()).await;
    assert!(matches!(refused, Err(PayoutError::NotEnabled)));
    scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    // What was said last counts, also for what waits.
    scene.link(PaysFor::Nobody).await;
    scene.goes_on().await;
    let refused = scene.begin(account, "two", three()).await;
    assert!(matches!(refused, Err(PayoutError::NotEnabled)));
    assert_eq!(scene.standings(&begun).await.len(), 3);
}

#[tokio::test]
async fn a_link_that_ends_ends_what_its_bank_has_not_heard_of() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (link, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    assert_eq!(scene.goes_on().await, (1, 0));
    scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
    for _ in 0..4 {
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (1, 3));
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Failed; 3]);
}

#[tokio::test]
async fn what_cannot_be_paid_as_a_whole_is_refused_as_a_whole() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let many = (0..=MAX_LINES).map(|nth| line(&nth.to_string(), 5_000)).collect();
    let refused = [
        scene.begin(account, "none", Vec::new()).await,
        scene.begin(account, "many", many).await,
        scene.begin(account, "same", vec![line("a", 5_000), line("a", 6_000)]).await,
        scene.begin(account, "less", vec![line("a", 5_000), line("b", 999)]).await,
        scene.begin(scene.world.engine.mint(), "nobody", three()).await,
    ];
    let told = refused.map(|refused| refused.err().expect("it is refused").to_string());
    expect_test::expect![[r#"
        there is no line to pay
        a payout has at most 100 lines
        line 2 has the reference of an earlier line
        line 2: the least amount is 1000 pesos
        there is no such account, or no consent allows it to be shown"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(scene.goes_on().await, (0, 0));
}

/// What no bank has heard of is not failed by an outage, whoever notices it: who signs in, or who would
/// tell the order.
#[tokio::test]
async fn lines_that_no_bank_has_heard_of_wait_for_one_that_is_away() {
    let away = (ErrorKind::InstitutionDown, RetryAdvice::After(std::time::Duration::ZERO));
    for is_at_the_door in [true, false] {
        let scene = Scene::new(SETTLED).await;
        let (_, account) = scene.link(PaysFor::Tenant).await;
        let begun = scene.begin(account, "one", three()).await.unwrap();
        let is_away = |is_away: bool| {
            if is_at_the_door {
                scene.bank.refuses(is_away.then_some(away));
            } else {
                scene.till.is_out_of_reach(is_away);
            }
        };
        is_away(true);
        for _ in 0..5 {
            assert_eq!(scene.goes_on().await, (0, 0));
        }
        assert_eq!(scene.standings(&begun).await, [PaymentStanding::Requested; 3]);
        is_away(false);
        for _ in 0..4 {
            scene.goes_on().await;
        }
        assert_eq!(scene.goes_on().await, (3, 3));
        assert_eq!(scene.standings(&begun).await, [PaymentStanding::Completed; 3]);
    }
}

#[tokio::test]
async fn a_line_waits_no_longer_than_its_mandate_holds_and_not_for_what_does_not_pass() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    scene.till.is_out_of_reach(true);
    scene.goes_on().await;
    scene.world.clock.advance(LINE_MANDATE_TERM);
    for _ in 0..4 {
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (0, 3));
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Failed; 3]);
    scene.bank.refuses(Some((ErrorKind::RequestInvalid, RetryAdvice::Never)));
    let begun = scene.begin(account, "two", three()).await.unwrap();
    for _ in 0..4 {
        scene.goes_on().await;
    }
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Failed; 3]);
}

#[tokio::test]
async fn a_line_that_waits_for_its_bank_is_given_up_like_any_other() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    scene.till.is_out_of_reach(true);
    assert_eq!(scene.goes_on().await, (0, 0));
    let first = begun.payout.lines[0].payment;
    scene.world.engine.cancel_payment(&scene.world.who, first).await.unwrap();
    scene.till.is_out_of_reach(false);
    for _ in 0..3 {
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (2, 3));
    let [completed, failed] = [PaymentStanding::Completed, PaymentStanding::Failed];
    assert_eq!(scene.standings(&begun).await, [failed, completed, completed]);
}

/// The last lines are given up first: no line is begun because one before it was given up.
#[tokio::test]
async fn a_payout_is_given_up_from_its_end() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    assert_eq!(scene.goes_on().await, (1, 0));
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    engine.give_up_payout(who, &begun.payout).await.unwrap();
    let entries = engine.audit(who, 0, 1_000).await.unwrap();
    let of_end = |action: &str| ["payment.failed", "payment.withdrawing"].contains(&action);
    let ended: Vec<String> = entries
        .into_iter()
        .filter(|entry| of_end(&entry.event.action))
        .map(|entry| entry.event.subject.clone())
        .collect();
    let from_the_end: Vec<String> =
        begun.payout.lines.iter().rev().map(|line| line.payment.to_string()).collect();
    assert_eq!(ended, from_the_end);
    for _ in 0..3 {
        scene.goes_on().await;
    }
    assert_eq!(scene.goes_on().await, (1, 3));
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Failed; 3]);
}

/// Of somebody who was erased nothing can be told, and of others all.
#[tokio::test]
async fn a_payout_of_somebody_who_was_erased_is_told_nowhere() {
    let scene = Scene::new(SETTLED).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    while scene.goes_on().await.1 < 3 {}
    let Scene { world, .. } = &scene;
    let (engine, who, id) = (&world.engine, &world.who, begun.payout.row.id);
    let asked = ask(world, MatterKind::Erasure, RUT).await;
    let kept = decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(engine.payouts(who, "tests", None, MAX_PAGE).await.unwrap().rows.len(), 1);
    let left = kept.row.standing.due_at.duration_since(engine.now());
    world.clock.advance(left + SignedDuration::from_secs(1));
    assert_eq!(engine.erase_retained().await.unwrap(), 1);
    assert!(engine.payouts(who, "tests", None, MAX_PAGE).await.unwrap().rows.is_empty());
    assert!(engine.payout(who, "tests", id).await.unwrap().is_none());
    let known = engine.payout_of_case(who, "tests", "one").await.unwrap();
    assert!(matches!(known, PayoutOfCase::Gone));
    let again = scene.begin(account, "one", three()).await;
    assert!(matches!(again, Err(PayoutError::Gone)), "nothing is paid twice");
}

/// Of somebody who came back, what had ended goes by its age, and what goes on stays.
#[tokio::test]
async fn a_payout_of_which_lines_are_gone_is_told_as_gone_and_ends() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    assert_eq!(scene.goes_on().await, (1, 0));
    let Scene { world, .. } = &scene;
    let (engine, who, payout) = (&world.engine, &world.who, &begun.payout);
    engine.cancel_payment(who, payout.lines[1].payment).await.unwrap();
    let person = engine.person_with(who, Rut::parse(RUT).unwrap()).await.unwrap().unwrap();
    let shred = Command::ShredKept { person, until: engine.now() };
    world.store.commit(UnitOfWork::new(who.tenant, engine.now()).with(shred)).await.unwrap();
    assert!(engine.payments_of_payout(who, payout, 0..3).await.unwrap().is_none());
    assert_eq!(engine.payments_of_payout(who, payout, 0..1).await.unwrap().unwrap().len(), 1);
    let again = scene.begin(account, "one", three()).await;
    assert!(matches!(again, Err(PayoutError::Gone)), "nothing is paid twice");
    engine.give_up_payout(who, payout).await.unwrap();
}

/// A key that was taken away, and was destroyed by no erasure, may come back: nobody is told to pay anew.
#[tokio::test]
async fn a_payout_whose_key_is_lost_is_not_told_as_erased() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let (_, account) = scene.link(PaysFor::Tenant).await;
    let begun = scene.begin(account, "one", three()).await.unwrap();
    scene.world.store.tamper(scene.world.who.tenant, |rows| {
        let row = rows.payouts.get_mut(&begun.payout.row.id).expect("it was begun");
        row.order.key = scene.world.engine.mint();
    });
    let again = scene.begin(account, "one", three()).await;
    assert!(matches!(again, Err(PayoutError::Engine(_))), "{:?}", again.err());
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    assert!(engine.payout_of_case(who, "tests", "one").await.is_err(), "nor is it told as gone");
    assert!(engine.payout(who, "tests", begun.payout.row.id).await.is_err());
}

/// What was begun at the tenant's word does not go on at the holder's, who may have signed in since.
#[tokio::test]
async fn a_list_goes_on_at_the_word_that_it_was_begun_at() {
    for (pays, is_paid) in [(PaysFor::Tenant, true), (PaysFor::Holder, false)] {
        let scene = Scene::new(asks(ChallengeKind::App)).await;
        let (link, account) = scene.link(PaysFor::Tenant).await;
        let begun = scene.begin(account, "one", three()).await.unwrap();
        assert_eq!(scene.goes_on().await, (1, 0));
        scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
        scene.begin_link(pays, &fields(PASSWORD)).await;
        for _ in 0..6 {
            scene.till.stands(&SETTLED);
            scene.goes_on().await;
        }
        let rest = if is_paid { PaymentStanding::Completed } else { PaymentStanding::Failed };
        let stand = scene.standings(&begun).await;
        assert_eq!(stand, [PaymentStanding::Completed, rest, rest], "{pays:?}");
    }
}

/// Another way knows nothing of what was begun by the first: its word would be a lie about money.
#[tokio::test]
async fn a_payment_is_asked_about_by_the_way_that_it_was_begun_by() {
    for is_in_doubt in [true, false] {
        let scene = Scene::new(asks(ChallengeKind::App)).await;
        let (_, account) = scene.link(PaysFor::Tenant).await;
        scene.till.loses_answers(is_in_doubt);
        let begun = scene.begin(account, "one", vec![line("a", 5_000)]).await.unwrap();
        assert_eq!(scene.goes_on().await, (1, 0));
        scene.till.is_reached_by("tests/second");
        let looks = scene.till.looks();
        scene.till.stands(&SETTLED);
        for _ in 0..3 {
            scene.goes_on().await;
        }
        let open = if is_in_doubt { PaymentStanding::InDoubt } else { PaymentStanding::Challenged };
        assert_eq!(scene.standings(&begun).await, [open]);
        assert_eq!((scene.till.looks(), scene.till.heard().2), (looks, 0));
        scene.till.is_reached_by("tests/first");
        assert_eq!(scene.goes_on().await, (1, 1));
        assert_eq!(scene.standings(&begun).await, [PaymentStanding::Completed]);
    }
}

/// A client that did not begin a payment may be told that there is none.
#[tokio::test]
async fn a_payment_is_asked_about_as_the_client_that_began_it() {
    let scene = Scene::new(asks(ChallengeKind::App)).await;
    let of_client = |name: &str| {
        let mut fields = fields(PASSWORD);
        fields.insert(CLIENT.to_owned(), Secret::new(name.to_owned()));
        fields
    };
    let (_, account) = scene.link_of(PaysFor::Tenant, &of_client("earlier")).await;
    scene.till.loses_answers(true);
    let begun = scene.begin(account, "one", vec![line("a", 5_000)]).await.unwrap();
    // What is kept by the time at which it is begun counts, and is kept with it.
    scene.begin_link(PaysFor::Tenant, &of_client("first")).await;
    assert_eq!(scene.goes_on().await, (1, 0));
    scene.begin_link(PaysFor::Tenant, &of_client("second")).await;
    scene.till.stands(&SETTLED);
    assert_eq!(scene.goes_on().await, (1, 1));
    assert_eq!(scene.bank.clients(), ["earlier", "first", "first"]);
    assert_eq!(scene.standings(&begun).await, [PaymentStanding::Completed]);
}
