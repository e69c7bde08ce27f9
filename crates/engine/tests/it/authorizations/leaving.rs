//! Every order of calls that could let something leave: a payment, one through a link, a payout, cash, a
//! bill, a beneficiary. Nothing leaves but on an approval of exactly that, once, or where there is no
//! reason to ask. A model of a few lines says what must come of each call.

mod things;

use std::collections::BTreeSet;
use std::sync::Arc;

use cartola_engine::authorizations::{APPROVAL_LASTS, OperationKind, Rules};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::payments::LONGEST_PAUSE;
use cartola_model::{AccountNumber, AuthorizationStanding, ChallengeKind, InstructionKind};
use cartola_primitives::id::{AccountId, AuthorizationId, LinkId};
use cartola_primitives::{Currency, Money, Rut, SignedDuration, Timestamp};
use cartola_store::instructions::InstructionFilter;
use cartola_store::jobs::Priority;
use cartola_store::people::LinkRow;
use cartola_store::{Instructions, Payments, People};
use proptest::prelude::*;

use super::{OwnPhone, PIN, Scene, person, seen_at};
use crate::readings::fields;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::till::{SETTLED, Till, asks};
use crate::world::window::Window;
use crate::world::{RULES, World};

/// What may move without asking, and what may not.
const SMALL: i64 = 15_000;
const LARGE: i64 = 25_000;

/// What leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Payment,
    LinkPayment,
    Payout,
    Cash,
    Bill,
    Beneficiary,
}

impl What {
    const ALL: [Self; 6] =
        [Self::Payment, Self::LinkPayment, Self::Payout, Self::Cash, Self::Bill, Self::Beneficiary];

    /// Payments that go to the same account are to the same payee, whichever way they are begun.
    const fn payee(self) -> &'static str {
        match self {
            Self::Payment | Self::LinkPayment => "account",
            Self::Payout => "accounts",
            Self::Cash => "cash",
            Self::Bill => "bill",
            Self::Beneficiary => "",
        }
    }

    const fn is_instruction(self) -> bool {
        matches!(self, Self::Cash | Self::Bill | Self::Beneficiary)
    }
}

/// One thing that may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Thing {
    what: What,
    is_large: bool,
}

/// On what it is tried.
#[derive(Debug, Clone, Copy)]
enum By {
    Nothing,
    /// The token of what was asked so long ago.
    Token(usize),
    /// That authorization, as what follows a decision has it.
    Approved(usize),
    Made,
}

#[derive(Debug, Clone, Copy)]
enum Call {
    /// Somebody is asked, and approves where they do.
    Ask {
        thing: Thing,
        of_other: bool,
        approves: bool,
    },
    Leave {
        thing: Thing,
        by: By,
    },
    /// The same call as so long ago, to the letter.
    Again {
        nth: usize,
    },
    /// The bank brings everything to its end.
    Ends,
    Wait {
        seconds: i64,
    },
}

fn thing() -> impl Strategy<Value = Thing> {
    (0..What::ALL.len(), prop::bool::weighted(0.3))
        .prop_map(|(nth, is_large)| Thing { what: What::ALL[nth], is_large })
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![
        2 => Just(By::Nothing),
        4 => (0..4_usize).prop_map(By::Token),
        2 => (0..4_usize).prop_map(By::Approved),
        1 => Just(By::Made),
    ]
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    // Mostly about one thing, so that what was asked is what is tried; and less than an hour, for which
    // the mandate of a payment holds.
    let sequence = |first: Thing| {
        let thing = || prop_oneof![3 => Just(first), 2 => thing()];
        let call = prop_oneof![
            4 => (thing(), prop::bool::weighted(0.15), prop::bool::weighted(0.8))
                .prop_map(|(thing, of_other, approves)| Call::Ask { thing, of_other, approves }),
            6 => (thing(), by()).prop_map(|(thing, by)| Call::Leave { thing, by }),
            1 => (0..4_usize).prop_map(|nth| Call::Again { nth }),
            2 => Just(Call::Ends),
            1 => (0..350_i64).prop_map(|seconds| Call::Wait { seconds }),
        ];
        prop::collection::vec(call, 1..12)
    };
    thing().prop_flat_map(sequence)
}

/// Why something did not leave.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Needed,
    Approval,
}

struct ModelAsked {
    id: AuthorizationId,
    token: Option<String>,
    thing: Thing,
    of_other: bool,
    standing: AuthorizationStanding,
    until: Timestamp,
}

struct Left {
    thing: Thing,
    by: By,
    case: String,
    id: String,
    was_approved: bool,
    has_ended: bool,
}

struct Both {
    scene: Scene,
    till: Arc<Till>,
    window: Arc<Window>,
    phones: [OwnPhone; 2],
    link: LinkRow,
    account: AccountId,
    number: AccountNumber,
    is_required: bool,
    asked: Vec<ModelAsked>,
    left: Vec<Left>,
    known: BTreeSet<&'static str>,
    cases: usize,
}

fn customer() -> Rut {
    Rut::parse(RUT).unwrap()
}

fn pesos(thing: Thing) -> Money {
    Money::new(if thing.is_large { LARGE } else { SMALL }, Currency::CLP)
}

async fn begun_link(world: &World) -> LinkId {
    let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
    let wanted = NewLink {
        institution: institution(),
        rut: customer(),
        fields: &fields(PASSWORD),
        mandate,
        proven: false,
        pays: PaysFor::Tenant,
    };
    let link = world.engine.begin_link(&world.who, &wanted).await.unwrap().id;
    world.read(link, Priority::Interactive).await.unwrap();
    link
}

impl Both {
    async fn new(is_required: bool) -> Self {
        let till = Arc::new(Till::new(asks(ChallengeKind::App)));
        let window = Arc::new(Window::new());
        let kinds = [
            OperationKind::Transfer,
            OperationKind::Payout,
            OperationKind::Withdrawal,
            OperationKind::BillPayment,
            OperationKind::Beneficiary,
        ];
        let required = if is_required { BTreeSet::from(kinds) } else { BTreeSet::new() };
        let rules = Rules { required, ..RULES };
        let world = World::with_rules(Bank::doing_all(&till, &window), Vec::new(), rules).await;
        let link = begun_link(&world).await;
        let account = world.engine.accounts_of(&world.who, link).await.unwrap().remove(0);
        let link = world.store.link(world.who.tenant, link).await.unwrap().unwrap();
        let scene = Scene { world };
        let phones = [OwnPhone::new(1), OwnPhone::new(2)];
        scene.enrol(customer(), &phones[0]).await;
        scene.enrol(person(), &phones[1]).await;
        Self {
            scene,
            till,
            window,
            phones,
            link,
            number: AccountNumber::parse(&account.number).unwrap(),
            account: account.row.id,
            is_required,
            asked: Vec::new(),
            left: Vec::new(),
            known: BTreeSet::new(),
            cases: 0,
        }
    }

    fn now(&self) -> Timestamp {
        self.scene.world.engine.now()
    }

    fn expire(&mut self) {
        let now = self.now();
        for asked in &mut self.asked {
            asked.standing = seen_at(now, (asked.standing, asked.until));
        }
    }

    async fn call(&mut self, call: Call) {
        self.expire();
        match call {
            Call::Ask { thing, of_other, approves } => self.ask(thing, of_other, approves).await,
            Call::Leave { thing, by } => self.leave(thing, by).await,
            Call::Again { nth } => self.again(nth).await,
            Call::Ends => self.ends().await,
            Call::Wait { seconds } => {
                self.scene.world.clock.advance(SignedDuration::from_secs(seconds));
            }
        }
        self.check().await;
    }

    async fn ask(&mut self, thing: Thing, of_other: bool, approves: bool) {
        let operation = self.operation(thing).await;
        let rut = if of_other { person() } else { customer() };
        let case = format!("asked {}", self.asked.len());
        // So many wait already.
        let Ok(asked) = self.scene.try_ask(rut, &operation, &case).await else { return };
        let (mut token, mut standing) = (None, AuthorizationStanding::Pending);
        if approves {
            let phone = &self.phones[usize::from(of_other)];
            let decided = self.scene.approve(&asked, phone, PIN).await.unwrap();
            token = decided.token.map(|token| token.expose().clone());
            standing = AuthorizationStanding::Approved;
        }
        let (id, until) = (asked.id(), self.now() + APPROVAL_LASTS);
        self.asked.push(ModelAsked { id, token, thing, of_other, standing, until });
    }

    /// Which authorization is meant, where there is one.
    fn nth(&self, by: By) -> Option<usize> {
        match by {
            By::Token(nth) | By::Approved(nth) => nth.checked_rem(self.asked.len()),
            By::Nothing | By::Made => None,
        }
    }

    async fn leave(&mut self, thing: Thing, by: By) {
        self.cases += 1;
        let case = format!("case {}", self.cases);
        let outcome = self.begin(thing, by, &case).await;
        let nth = self.nth(by);
        let expected: Result<(), Refusal> = match by {
            By::Nothing if self.may_unasked(thing) => Ok(()),
            By::Nothing => Err(Refusal::Needed),
            By::Made => Err(Refusal::Approval),
            By::Token(_) | By::Approved(_) => match nth.map(|nth| &self.asked[nth]) {
                Some(asked)
                    if asked.standing == AuthorizationStanding::Approved
                        && asked.thing == thing
                        && !asked.of_other =>
                {
                    Ok(())
                }
                _ => Err(Refusal::Approval),
            },
        };
        assert_eq!(outcome.as_ref().err(), expected.as_ref().err(), "{thing:?} {by:?}");
        if let Ok(id) = outcome {
            if let Some(nth) = nth {
                self.asked[nth].standing = AuthorizationStanding::Used;
            }
            let was_approved = nth.is_some();
            self.left.push(Left { thing, by, case, id, was_approved, has_ended: false });
        }
    }

    /// Whether there is no reason to ask, or nobody requires it.
    fn may_unasked(&self, thing: Thing) -> bool {
        // A payment through a link is asked for by a facade that asks always.
        if !self.is_required && thing.what != What::LinkPayment {
            return true;
        }
        let known = thing.what != What::Beneficiary && self.known.contains(thing.what.payee());
        known && !thing.is_large
    }

    /// What was begun is there, whatever became of its approval; nothing else is.
    async fn again(&mut self, nth: usize) {
        let Some(nth) = nth.checked_rem(self.left.len()) else { return };
        let Left { thing, by, case, id, .. } = &self.left[nth];
        for by in [*by, By::Nothing, By::Made] {
            assert_eq!(self.begin(*thing, by, case).await.as_ref(), Ok(id), "{thing:?}");
        }
    }

    async fn ends(&mut self) {
        // A payout's lines follow each other.
        for _ in 0..4 {
            self.scene.world.worker.run_due().await.unwrap();
            self.till.stands(&SETTLED);
            self.window.goes_through();
            self.scene.world.clock.advance(LONGEST_PAUSE);
            self.scene.world.worker.run_due().await.unwrap();
        }
        for left in &mut self.left {
            if !std::mem::replace(&mut left.has_ended, true)
                && left.was_approved
                && left.thing.what != What::Beneficiary
            {
                self.known.insert(left.thing.what.payee());
            }
        }
        self.expire();
    }

    /// As much has begun as the model says, and as many approvals are used up.
    async fn check(&self) {
        let world = &self.scene.world;
        let tenant = world.who.tenant;
        let payments = world.store.payments(tenant, None, None, 500).await.unwrap().rows.len();
        let mut instructions = 0;
        for kind in InstructionKind::ALL {
            let filter = InstructionFilter { kind, standing: None, about: None };
            let page = world.store.instructions(tenant, filter, None, 500).await.unwrap();
            instructions += page.rows.len();
        }
        let lines = |left: &Left| if left.thing.what == What::Payout { 2 } else { 1 };
        let is_instruction = |left: &&Left| left.thing.what.is_instruction();
        let expected: usize =
            self.left.iter().filter(|left| !is_instruction(left)).map(lines).sum();
        assert_eq!(payments, expected);
        assert_eq!(instructions, self.left.iter().filter(is_instruction).count());
        for asked in &self.asked {
            let seen = world.engine.authorization(&world.who, asked.id).await.unwrap().unwrap();
            let is_used = seen.state().standing() == AuthorizationStanding::Used;
            assert_eq!(is_used, asked.standing == AuthorizationStanding::Used);
        }
        assert!(self.till.heard().0 + self.window.heard().0 <= payments + instructions);
    }
}

fn run(is_required: bool, sequence: &[Call]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut both = Both::new(is_required).await;
        for call in sequence {
            both.call(*call).await;
        }
    });
}

/// Of each thing that may leave, every order of three calls.
#[test]
fn every_order_of_calls_lets_out_what_the_model_lets_out() {
    for what in What::ALL {
        let (thing, other) = (Thing { what, is_large: false }, Thing { what, is_large: true });
        let calls = [
            Call::Ask { thing, of_other: false, approves: true },
            Call::Leave { thing, by: By::Nothing },
            Call::Leave { thing, by: By::Token(0) },
            Call::Leave { thing: other, by: By::Approved(0) },
            Call::Ends,
        ];
        let count = calls.len();
        for order in 0..count.pow(3) {
            let nth = |place: u32| calls[order / count.pow(place) % count];
            run(true, &[nth(0), nth(1), nth(2), Call::Again { nth: 0 }]);
        }
    }
}

/// Who was paid by an approval is known, and small sums go to them; beneficiaries are asked always.
#[test]
fn who_was_paid_is_known_whatever_they_were_paid_by() {
    for what in What::ALL {
        let (thing, large) = (Thing { what, is_large: false }, Thing { what, is_large: true });
        run(
            true,
            &[
                Call::Ask { thing, of_other: false, approves: true },
                Call::Leave { thing, by: By::Token(0) },
                Call::Leave { thing, by: By::Nothing },
                Call::Ends,
                Call::Leave { thing, by: By::Nothing },
                Call::Leave { thing: large, by: By::Nothing },
            ],
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_leaves_but_by_an_approval_of_exactly_that(
        (is_required, sequence) in (prop::bool::weighted(0.8), calls()),
    ) {
        run(is_required, &sequence);
    }
}
