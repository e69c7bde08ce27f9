//! Every order of calls: nothing is approved without the PIN, typed on the phone that is asked, for
//! exactly what it shows. A model of a few lines says what must come of each call.

use cartola_engine::authorizations::{
    APPROVAL_LASTS, Authorization, CHALLENGE_LASTS, DecideError, Decision, MAX_PENDING,
    MAX_WRONG_PINS, PhoneProof, Use, Verdict,
};
use cartola_model::{AuthorizationStanding, Operation};
use cartola_primitives::id::EnrolmentId;
use cartola_primitives::{Rut, SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{OwnPhone, Scene, bill, other_person, person, pin, seen_at, transfer};

const PINS: [&str; 3] = ["483920", "705116", "908172"];

/// What is called. Indices are taken modulo what there is.
#[derive(Debug, Clone)]
enum Call {
    /// Somebody enrols another phone, with one of the PINs.
    Enrol {
        of_other: bool,
        pin: usize,
    },
    Block {
        phone: usize,
    },
    Ask {
        of_other: bool,
        operation: usize,
    },
    Approve(Typed),
    Deny(Typed),
    /// What was sent before is sent again, to the letter.
    Replay {
        sent: usize,
    },
    Use {
        asked: usize,
        operation: usize,
        of_other: bool,
    },
    Cancel {
        asked: usize,
    },
    Wait {
        seconds: i64,
    },
    Work,
}

/// What somebody sends as a decision, right or wrong in each of its parts.
#[derive(Debug, Clone)]
struct Typed {
    asked: usize,
    /// By which phone it is signed.
    phone: usize,
    pin: usize,
    /// Of which authorization what was shown is, and which one is signed.
    shown: usize,
    signed: usize,
    /// Whether the other verdict is signed.
    turned: bool,
}

fn typed() -> impl Strategy<Value = Typed> {
    // Mostly right, so that much is approved, and wrong in every combination.
    let index = || 0..6_usize;
    let same = || prop_oneof![4 => Just(None), 1 => index().prop_map(Some)];
    (index(), same(), same(), same(), same(), prop::bool::weighted(0.1)).prop_map(
        |(asked, phone, pin, shown, signed, turned)| Typed {
            asked,
            phone: phone.unwrap_or(usize::MAX),
            pin: pin.unwrap_or(usize::MAX),
            shown: shown.unwrap_or(asked),
            signed: signed.unwrap_or(asked),
            turned,
        },
    )
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let call = prop_oneof![
        2 => (prop::bool::weighted(0.3), 0..3_usize)
            .prop_map(|(of_other, pin)| Call::Enrol { of_other, pin }),
        1 => (0..4_usize).prop_map(|phone| Call::Block { phone }),
        5 => (prop::bool::weighted(0.3), 0..3_usize)
            .prop_map(|(of_other, operation)| Call::Ask { of_other, operation }),
        7 => typed().prop_map(Call::Approve),
        1 => typed().prop_map(Call::Deny),
        2 => (0..8_usize).prop_map(|sent| Call::Replay { sent }),
        3 => (0..6_usize, 0..3_usize, prop::bool::weighted(0.1))
            .prop_map(|(asked, operation, of_other)| Call::Use { asked, operation, of_other }),
        1 => (0..6_usize).prop_map(|asked| Call::Cancel { asked }),
        1 => (0..400_i64).prop_map(|seconds| Call::Wait { seconds }),
        1 => Just(Call::Work),
    ];
    prop::collection::vec(call, 1..30)
}

fn operations() -> [Operation; 3] {
    [transfer(25_000), transfer(2_500_000), bill(25_000)]
}

struct ModelPhone {
    id: EnrolmentId,
    of_other: bool,
    key: OwnPhone,
    pin: usize,
    is_active: bool,
    wrong: u32,
}

struct ModelAsked {
    real: Authorization,
    of_other: bool,
    operation: usize,
    phone: usize,
    standing: AuthorizationStanding,
    until: Timestamp,
    token: Option<String>,
}

/// What should be, and the engine that should agree.
struct Both {
    scene: Scene,
    phones: Vec<ModelPhone>,
    asked: Vec<ModelAsked>,
    approvals: usize,
    /// What was sent, and whether it was to approve.
    sent: Vec<(Typed, bool)>,
}

fn rut(of_other: bool) -> Rut {
    if of_other { other_person() } else { person() }
}

impl Both {
    async fn new() -> Self {
        let (phones, asked, sent) = (Vec::new(), Vec::new(), Vec::new());
        Self { scene: Scene::new().await, phones, asked, approvals: 0, sent }
    }

    fn now(&self) -> Timestamp {
        self.scene.world.engine.now()
    }

    /// Time ends what waits.
    fn expire(&mut self) {
        let now = self.now();
        for asked in &mut self.asked {
            asked.standing = seen_at(now, (asked.standing, asked.until));
        }
    }

    fn cancel_all_of(&mut self, phone: usize) {
        for asked in self.asked.iter_mut().filter(|asked| asked.phone == phone) {
            if !asked.standing.is_final() {
                asked.standing = AuthorizationStanding::Cancelled;
            }
        }
    }

    async fn call(&mut self, call: &Call) {
        self.expire();
        match call {
            Call::Enrol { of_other, pin } => self.enrol(*of_other, *pin).await,
            Call::Block { phone } => self.block(*phone).await,
            Call::Ask { of_other, operation } => self.ask(*of_other, *operation).await,
            Call::Approve(typed) => self.approve(typed).await,
            Call::Deny(typed) => self.deny(typed).await,
            Call::Replay { sent } => {
                let nth = sent.checked_rem(self.sent.len()).unwrap_or_default();
                match self.sent.get(nth).cloned() {
                    Some((typed, true)) => self.approve(&typed).await,
                    Some((typed, false)) => self.deny(&typed).await,
                    None => {}
                }
            }
            Call::Use { asked, operation, of_other } => {
                self.use_up(*asked, *operation, *of_other).await;
            }
            Call::Cancel { asked } => self.cancel(*asked).await,
            Call::Wait { seconds } => {
                self.scene.world.clock.advance(SignedDuration::from_secs(*seconds));
            }
            Call::Work => {
                self.scene.world.worker.run_due().await.unwrap();
            }
        }
        self.expire();
        self.check().await;
    }

    async fn enrol(&mut self, of_other: bool, pin: usize) {
        let key = OwnPhone::new(100 + self.phones.len() as u64);
        let enrolled = self.scene.enrol_with(rut(of_other), &key, PINS[pin]).await;
        for nth in 0..self.phones.len() {
            if self.phones[nth].of_other == of_other && self.phones[nth].is_active {
                self.phones[nth].is_active = false;
                self.cancel_all_of(nth);
            }
        }
        let id = enrolled.enrolment.row.id;
        self.phones.push(ModelPhone { id, of_other, key, pin, is_active: true, wrong: 0 });
    }

    async fn block(&mut self, phone: usize) {
        if self.phones.is_empty() {
            return;
        }
        let nth = phone % self.phones.len();
        let world = &self.scene.world;
        world.engine.block_phone(&world.who, self.phones[nth].id).await.unwrap();
        self.phones[nth].is_active = false;
        self.cancel_all_of(nth);
    }

    async fn ask(&mut self, of_other: bool, operation: usize) {
        let case = self.asked.len().to_string();
        let what = &operations()[operation];
        let real = self.scene.try_ask(rut(of_other), what, &case).await;
        let is_its = |phone: &ModelPhone| phone.of_other == of_other && phone.is_active;
        let phone = self.phones.iter().position(is_its);
        let waits = |asked: &&ModelAsked| {
            asked.of_other == of_other && asked.standing == AuthorizationStanding::Pending
        };
        let may = phone.is_some() && self.asked.iter().filter(waits).count() < MAX_PENDING;
        assert_eq!(real.is_ok(), may);
        if let (Ok(real), Some(phone)) = (real, phone) {
            let until = self.now() + CHALLENGE_LASTS;
            let standing = AuthorizationStanding::Pending;
            let token = None;
            self.asked.push(ModelAsked {
                real,
                of_other,
                operation,
                phone,
                standing,
                until,
                token,
            });
        }
    }

    /// Sends a decision. Gives which authorization it is about, and whether everything but the PIN and
    /// the phone's state is as it must be.
    async fn send(
        &mut self,
        typed: &Typed,
        approves: bool,
    ) -> Option<(usize, bool, usize, Result<Option<String>, DecideError>)> {
        if self.asked.is_empty() || self.phones.is_empty() {
            return None;
        }
        let count = self.asked.len();
        let (nth, shown, signed) = (typed.asked % count, typed.shown % count, typed.signed % count);
        let asked = &self.asked[nth];
        let phone =
            if typed.phone == usize::MAX { asked.phone } else { typed.phone % self.phones.len() };
        let right_pin = self.phones[asked.phone].pin;
        let pin_sent = if typed.pin == usize::MAX { right_pin } else { typed.pin % PINS.len() };
        // As it was, whatever there will be by the time that it is sent again.
        let turned = typed.turned;
        let again = Typed { asked: nth, phone, pin: pin_sent, shown, signed, turned };
        self.sent.push((again, approves));
        let asked = &self.asked[nth];
        let word = if approves == typed.turned { "deny" } else { "approve" };
        let signature = self.phones[phone].key.signature(&self.asked[signed].real, word);
        let verdict = if approves { Verdict::Approve(pin(PINS[pin_sent])) } else { Verdict::Deny };
        let decision = Decision {
            verdict,
            shown: self.asked[shown].real.shown,
            proof: PhoneProof::Signature(&signature),
        };
        let it = &self.scene.world;
        let outcome = it.engine.decide_authorization(&it.who, asked.real.id(), &decision).await;
        let outcome = outcome.map(|it| it.token.map(|token| token.expose().clone()));
        let same_text = asked.real.shown == self.asked[shown].real.shown;
        let genuine = same_text && signed == nth && phone == asked.phone && !typed.turned;
        Some((nth, genuine, pin_sent, outcome))
    }

    async fn approve(&mut self, typed: &Typed) {
        let Some((nth, genuine, pin_sent, outcome)) = self.send(typed, true).await else { return };
        let phone = self.asked[nth].phone;
        let is_pending = self.asked[nth].standing == AuthorizationStanding::Pending;
        let right = self.phones[phone].pin == pin_sent;
        if !(genuine && self.phones[phone].is_active && is_pending) {
            assert!(outcome.is_err(), "nothing but the phone approves what waits for it");
            return;
        }
        if right {
            let token = outcome.expect("it is all right");
            let until = self.now() + APPROVAL_LASTS;
            let asked = &mut self.asked[nth];
            (asked.standing, asked.until, asked.token) =
                (AuthorizationStanding::Approved, until, token);
            self.phones[phone].wrong = 0;
            self.approvals += 1;
            return;
        }
        self.phones[phone].wrong += 1;
        let left = MAX_WRONG_PINS - self.phones[phone].wrong;
        match outcome {
            Err(DecideError::WrongPin { left: it }) => assert_eq!(it, left),
            Err(DecideError::Blocked) => assert_eq!(left, 0),
            _ => panic!("a wrong PIN approves nothing"),
        }
        if left == 0 {
            self.phones[phone].is_active = false;
            self.cancel_all_of(phone);
        }
    }

    async fn deny(&mut self, typed: &Typed) {
        let Some((nth, genuine, _, outcome)) = self.send(typed, false).await else { return };
        let is_pending = self.asked[nth].standing == AuthorizationStanding::Pending;
        let may = genuine && self.phones[self.asked[nth].phone].is_active && is_pending;
        assert_eq!(outcome.is_ok(), may);
        if may {
            self.asked[nth].standing = AuthorizationStanding::Denied;
        }
    }

    async fn use_up(&mut self, asked: usize, operation: usize, of_other: bool) {
        if self.asked.is_empty() {
            return;
        }
        let nth = asked % self.asked.len();
        let it = &self.asked[nth];
        let token = it.token.clone().unwrap_or_else(|| "mp_none".to_owned());
        let (operation_of_it, operations) = (it.operation, operations());
        let world = &self.scene.world;
        let wanted = Use { token: &token, rut: rut(of_other), operation: &operations[operation] };
        let outcome = world.engine.use_authorization(&world.who, &wanted).await;
        let may = it.standing == AuthorizationStanding::Approved
            && operation_of_it == operation
            && it.of_other == of_other;
        assert_eq!(outcome.is_ok(), may, "an approval is used once, by what was approved");
        if may {
            self.asked[nth].standing = AuthorizationStanding::Used;
        }
    }

    async fn cancel(&mut self, asked: usize) {
        if self.asked.is_empty() {
            return;
        }
        let nth = asked % self.asked.len();
        let world = &self.scene.world;
        let id = self.asked[nth].real.id();
        // What was cancelled for another reason is told so; either way it stays as it is.
        drop(world.engine.cancel_authorization(&world.who, id).await);
        if !self.asked[nth].standing.is_final() {
            self.asked[nth].standing = AuthorizationStanding::Cancelled;
        }
    }

    /// Everything stands as the model says, and as many approvals are in the trail as there were PINs.
    async fn check(&self) {
        for asked in &self.asked {
            let seen = self.scene.seen(&asked.real).await;
            assert_eq!(seen.state().standing(), asked.standing);
        }
        let trail = self.scene.audited_of_ours().await;
        let approved = trail.iter().filter(|action| *action == "authorization.approved").count();
        assert_eq!(approved, self.approvals);
    }
}

/// Runs calls, and insists that everything is as the model has it.
fn run(sequence: &[Call]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut both = Both::new().await;
        for call in sequence {
            both.call(call).await;
        }
        both.was_approved().await;
    });
}

impl Both {
    /// From the trail alone: whatever was used was approved before, once, by the phone that was asked;
    /// and nothing was refused, denied or approved that is not there.
    async fn was_approved(&self) {
        let world = &self.scene.world;
        let entries = world.engine.audit(&world.who, 0, 1_000).await.unwrap();
        let mut approved = std::collections::BTreeMap::new();
        for entry in &entries {
            let event = &entry.event;
            let device = event.details.iter().find(|(name, _)| name == "device");
            let device = device.map(|(_, value)| value.clone()).unwrap_or_default();
            match event.action.as_str() {
                "authorization.approved" => {
                    assert_eq!(event.actor, device, "its own phone approved it");
                    assert!(approved.insert(event.subject.clone(), device).is_none(), "once");
                }
                "authorization.used" => {
                    assert_eq!(approved.get(&event.subject), Some(&device), "it was approved");
                    // It is used up: what is used again would not be there.
                    approved.insert(event.subject.clone(), String::new());
                }
                _ => {}
            }
        }
        let proven = world.engine.verify_audit(world.who.tenant, &[], &mut |_| {}).await.unwrap();
        assert!(proven.broken.is_none());
    }
}

const fn right() -> Typed {
    Typed { asked: 0, phone: usize::MAX, pin: usize::MAX, shown: 0, signed: 0, turned: false }
}

/// Every order of three calls, of each kind and right and wrong, on a phone that is asked two things, of
/// which the first is approved or not.
#[test]
fn every_order_of_calls_is_as_the_model_has_it() {
    let wrong = Typed { pin: 1, ..right() };
    let calls = [
        Call::Approve(right()),
        Call::Approve(wrong),
        Call::Approve(Typed { shown: 1, ..right() }),
        Call::Deny(right()),
        Call::Replay { sent: 0 },
        Call::Use { asked: 0, operation: 0, of_other: false },
        Call::Enrol { of_other: false, pin: 0 },
        Call::Block { phone: 0 },
        Call::Wait { seconds: 300 },
    ];
    let begun = [
        Call::Enrol { of_other: false, pin: 0 },
        Call::Ask { of_other: false, operation: 0 },
        Call::Ask { of_other: false, operation: 1 },
    ];
    let count = calls.len();
    for order in 0..2 * count.pow(3) {
        let nth = |place: u32| calls[order / count.pow(place) % count].clone();
        let approved = (order >= count.pow(3)).then(|| Call::Approve(right()));
        let sequence = begun.iter().cloned().chain(approved).chain((0..3).map(nth));
        run(&sequence.collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_approved_but_by_the_pin_on_the_phone_for_what_it_shows(sequence in calls()) {
        run(&sequence);
    }
}
