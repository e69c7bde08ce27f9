//! Where approvals are required: nothing is paid without one for exactly that, and one pays once.

use std::collections::BTreeSet;
use std::sync::Arc;

use cartola_engine::authorizations::{
    LeaveError, OperationKind, PAYEE_KNOWN, Reason, Rules, UseError, Validated,
};
use cartola_engine::checkouts::{CheckoutError, CheckoutOrder, Choice, Terms};
use cartola_engine::links::{Mandate, NewLink, PaysFor};
use cartola_engine::once::Reply;
use cartola_engine::payments::{LONGEST_PAUSE, Payment, PaymentError};
use cartola_engine::payouts::{PayoutError, PayoutLine, PayoutOrder, PayoutStanding};
use cartola_engine::readings::Next;
use cartola_engine::work::JobKind;
use cartola_model::authorization::{Payout, PayoutLine as ShownLine};
use cartola_model::{ChallengeKind, Operation, Scope, TransferFailure, TransferState};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Money, Rut, Secret, SignedDuration};
use cartola_store::Payments;
use cartola_store::jobs::Priority;

use super::{OwnPhone, PIN, Scene, payee, payment};
use crate::readings::fields;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::till::{SETTLED, Till, asks};
use crate::world::{RULES, World};

/// A person with a phone, who is a customer of a bank.
struct Payer {
    scene: Scene,
    till: Arc<Till>,
    phone: OwnPhone,
}

fn rut() -> Rut {
    Rut::parse(RUT).unwrap()
}

fn required(kinds: &[OperationKind]) -> Rules {
    Rules { required: kinds.iter().copied().collect(), ..RULES }
}

impl Payer {
    async fn new(rules: Rules) -> Self {
        let till = Arc::new(Till::new(asks(ChallengeKind::App)));
        let world = World::with_rules(Bank::paying(&till), Vec::new(), rules).await;
        let (scene, phone) = (Scene { world }, OwnPhone::new(1));
        scene.enrol(rut(), &phone).await;
        Self { scene, till, phone }
    }

    async fn pay(
        &self,
        amount: i64,
        case: &str,
        approval: Option<&str>,
    ) -> Result<Payment, PaymentError> {
        let fields = fields(PASSWORD);
        let order = payment(&fields, amount, case, approval);
        self.scene.world.engine.begin_payment(&self.scene.world.who, &order).await
    }

    /// The token of an approval of a payment.
    async fn approval(&self, amount: i64) -> String {
        let fields = fields(PASSWORD);
        let order = payment(&fields, amount, "any", None);
        self.approved(&self.scene.world.engine.operation_of_payment(&order).unwrap()).await
    }

    async fn approved(&self, operation: &Operation) -> String {
        let case = self.scene.world.engine.mint::<cartola_primitives::id::JobId>().to_string();
        let asked = self.scene.try_ask(rut(), operation, &case).await.unwrap();
        let token = self.scene.approve(&asked, &self.phone, PIN).await.unwrap().token.unwrap();
        token.expose().clone()
    }

    /// Lets the bank come to that end.
    async fn ends(&self, end: &TransferState) {
        self.scene.world.worker.run_due().await.unwrap();
        self.till.stands(end);
        self.scene.world.clock.advance(LONGEST_PAUSE);
        self.scene.world.worker.run_due().await.unwrap();
    }

    async fn payments(&self) -> usize {
        let world = &self.scene.world;
        let page = world.store.payments(world.who.tenant, None, None, 100).await;
        page.unwrap().rows.len()
    }
}

#[tokio::test]
async fn nothing_is_paid_without_an_approval_of_exactly_that() {
    let payer = Payer::new(required(&[OperationKind::Transfer])).await;
    let refused = payer.pay(25_000, "one", None).await;
    let Err(PaymentError::Leave(LeaveError::Needed(reasons))) = refused else { panic!() };
    assert_eq!(reasons, [Reason::FirstTime, Reason::Amount]);
    let token = payer.approval(25_000).await;
    let other = payer.pay(25_001, "other", Some(&token)).await;
    let other_operation = |it: &UseError| matches!(it, UseError::OtherOperation);
    assert!(
        matches!(other, Err(PaymentError::Leave(LeaveError::Approval(it))) if other_operation(&it))
    );
    let unknown = payer.pay(25_000, "other", Some("mp_none")).await;
    let none = |it: &UseError| matches!(it, UseError::Unknown);
    assert!(matches!(unknown, Err(PaymentError::Leave(LeaveError::Approval(it))) if none(&it)));
    assert_eq!(payer.payments().await, 0);
    let payment = payer.pay(25_000, "one", Some(&token)).await.unwrap();
    // Asked again, it is the payment that it was; another is not begun on the same approval.
    for again in [Some(token.as_str()), None] {
        assert_eq!(payer.pay(25_000, "one", again).await.unwrap().row.id, payment.row.id);
    }
    let twice = payer.pay(25_000, "two", Some(&token)).await;
    let used = |it: &UseError| matches!(it, UseError::NotUsable(_));
    assert!(matches!(twice, Err(PaymentError::Leave(LeaveError::Approval(it))) if used(&it)));
    assert_eq!(payer.payments().await, 1);
}

/// Of two payments at once on one approval, one is begun.
#[tokio::test]
async fn an_approval_pays_once_however_many_come() {
    let payer = Payer::new(required(&[OperationKind::Transfer])).await;
    let token = payer.approval(25_000).await;
    let (one, other) = tokio::join!(
        payer.pay(25_000, "one", Some(&token)),
        payer.pay(25_000, "two", Some(&token))
    );
    assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
    assert_eq!(payer.payments().await, 1);
}

#[tokio::test]
async fn who_was_paid_is_known_once_the_money_has_moved() {
    let payer = Payer::new(required(&[OperationKind::Transfer])).await;
    let needs = async |amount: i64, expected: &[Reason]| {
        let fields = fields(PASSWORD);
        let (engine, who) = (&payer.scene.world.engine, &payer.scene.world.who);
        let operation =
            engine.operation_of_payment(&payment(&fields, amount, "any", None)).unwrap();
        assert_eq!(engine.must_authorize(who, rut(), &operation).await.unwrap(), expected);
    };
    let token = payer.approval(15_000).await;
    payer.pay(15_000, "failed", Some(&token)).await.unwrap();
    needs(15_000, &[Reason::FirstTime]).await;
    payer.ends(&TransferState::Failed(TransferFailure::InsufficientFunds)).await;
    needs(15_000, &[Reason::FirstTime]).await;
    let token = payer.approval(15_000).await;
    payer.pay(15_000, "paid", Some(&token)).await.unwrap();
    payer.ends(&SETTLED).await;
    needs(20_000, &[]).await;
    needs(20_001, &[Reason::Amount]).await;
    let World { engine, who, .. } = &payer.scene.world;
    let person = engine.person_with(who, rut()).await.unwrap().unwrap();
    let kept = engine.kept_payees(who, person, None).await.unwrap();
    assert_eq!(kept.rows.iter().map(|row| row.person).collect::<Vec<_>>(), [person]);
    let approved = engine.authorization(who, kept.rows[0].authorization).await.unwrap().unwrap();
    assert!(approved.text.contains("Ferretería Ñuñoa"), "{}", approved.text);
    // To another tenant, nobody has paid anybody.
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(other.api_key.expose()).await.unwrap().unwrap();
    engine.begin_enrolment(&other, rut(), Validated::ByTenant(b"cedula")).await.unwrap();
    let fields = fields(PASSWORD);
    let operation = engine.operation_of_payment(&payment(&fields, 20_000, "any", None)).unwrap();
    let of_other = engine.must_authorize(&other, rut(), &operation).await.unwrap();
    assert_eq!(of_other, [Reason::FirstTime]);
    payer.pay(20_000, "free", None).await.unwrap();
    let large = payer.pay(20_001, "large", None).await;
    assert!(
        matches!(large, Err(PaymentError::Leave(LeaveError::Needed(it))) if it == [Reason::Amount])
    );
    payer.scene.world.clock.advance(PAYEE_KNOWN - SignedDuration::from_hours(1));
    needs(20_000, &[]).await;
    while engine.forget_ended().await.unwrap() > 0 {}
    payer.scene.world.clock.advance(SignedDuration::from_hours(2));
    needs(20_000, &[Reason::FirstTime]).await;
    assert_eq!(engine.forget_ended().await.unwrap(), 1, "whom they have paid");
}

#[tokio::test]
async fn a_tenant_alone_may_need_approvals() {
    let payer = Payer::new(RULES).await;
    let tenant = payer.scene.world.who.tenant;
    payer.pay(25_000, "one", None).await.unwrap();
    let of_other = cartola_primitives::id::TenantId::from_bytes([7; 16]);
    for (named, expected) in [(tenant, false), (of_other, true)] {
        let kinds = BTreeSet::from([OperationKind::Transfer]);
        let rules = Rules { required_of: [(named, kinds)].into(), ..RULES };
        assert_eq!(!rules.requires(tenant, OperationKind::Transfer), expected);
        assert!(!rules.requires(tenant, OperationKind::Payout));
    }
}

/// On the page of a checkout nobody approves, so there is none where somebody would have to.
#[tokio::test]
async fn no_page_pays_what_has_to_be_approved() {
    let payer = Payer::new(required(&[OperationKind::Transfer])).await;
    let kind = JobKind::parse("tests.none").unwrap();
    let checkout = CheckoutOrder {
        amount: Money::new(25_000, Currency::CLP),
        rut: None,
        terms: Terms::default(),
        case: "order",
        request: b"a",
        next: Next { kind, arguments: Secret::new(Vec::new()) },
    };
    let engine = &payer.scene.world.engine;
    let refused = engine.begin_checkout(&payer.scene.world.who, &checkout).await;
    let needed = |it: &PaymentError| matches!(it, PaymentError::Leave(LeaveError::Needed(_)));
    assert!(matches!(refused, Err(CheckoutError::Payment(it)) if needed(&it)));
    // A page that was begun before approvals were required pays nobody from then on.
    let payer = Payer::new(RULES).await;
    let World { engine, who, .. } = &payer.scene.world;
    let begun = engine.begin_checkout(who, &checkout).await.unwrap();
    let rules = required(&[OperationKind::Transfer]);
    let strict = payer.scene.world.under(Bank::paying(&payer.till), rules).await;
    let choice = Choice { institution: institution(), rut: rut(), fields: &fields(PASSWORD) };
    let refused = strict.pay_checkout(begun.token.expose(), &choice).await;
    assert!(matches!(refused, Err(CheckoutError::Payment(it)) if needed(&it)));
    assert_eq!(payer.payments().await, 0);
    engine.pay_checkout(begun.token.expose(), &choice).await.unwrap();
    assert_eq!(payer.payments().await, 1);
}

async fn account(payer: &Payer) -> AccountId {
    let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
    let wanted = NewLink {
        institution: institution(),
        rut: rut(),
        fields: &fields(PASSWORD),
        mandate,
        proven: false,
        pays: PaysFor::Tenant,
    };
    let world = &payer.scene.world;
    let link = world.engine.begin_link(&world.who, &wanted).await.unwrap().id;
    world.read(link, Priority::Interactive).await.unwrap();
    world.engine.accounts_of(&world.who, link).await.unwrap()[0].row.id
}

fn lines(amounts: &[i64]) -> Vec<PayoutLine> {
    let line = |(nth, amount): (usize, &i64)| PayoutLine {
        reference: Some(nth.to_string()),
        payee: payee(&format!("1234567{nth}")),
        amount: Money::new(*amount, Currency::CLP),
        comment: None,
    };
    amounts.iter().enumerate().map(line).collect()
}

#[tokio::test]
async fn a_payout_is_approved_whole() {
    let payer = Payer::new(required(&[OperationKind::Payout])).await;
    let account = account(&payer).await;
    let (engine, who) = (&payer.scene.world.engine, &payer.scene.world.who);
    let begin = async |amounts: &[i64], case: &str, approval: Option<&str>| {
        let (lines, request) = (lines(amounts), format!("{case}{amounts:?}"));
        let order = PayoutOrder {
            list: "tests",
            account: Some(account),
            named: "the account",
            is_batch: true,
            lines,
            case,
            request: request.as_bytes(),
            approval,
            next: JobKind::parse("tests.none").unwrap(),
        };
        engine.begin_payout(who, &order, Reply::NONE).await
    };
    let refused = begin(&[5_000, 6_000], "one", None).await;
    assert!(matches!(refused, Err(PayoutError::Leave(LeaveError::Needed(_)))));
    let number = engine.account(who, account).await.unwrap().unwrap().number;
    let shown = |line: PayoutLine| ShownLine { to: line.payee, amount: line.amount, comment: None };
    let operation = Operation::Payout(Payout {
        institution: institution(),
        from: Some(cartola_model::AccountNumber::parse(&number).unwrap()),
        lines: lines(&[5_000, 6_000]).into_iter().map(shown).collect(),
    });
    let token = payer.approved(&operation).await;
    for other in [&[5_000, 6_001][..], &[5_000], &[6_000, 5_000], &[5_000, 6_000, 1_000]] {
        let refused = begin(other, "other", Some(&token)).await;
        let is_other = |it: &UseError| matches!(it, UseError::OtherOperation);
        assert!(
            matches!(refused, Err(PayoutError::Leave(LeaveError::Approval(it))) if is_other(&it))
        );
    }
    assert_eq!(payer.payments().await, 0);
    let paid: PayoutStanding = begin(&[5_000, 6_000], "one", Some(&token)).await.unwrap();
    assert_eq!(paid.payments.len(), 2);
    let twice = begin(&[5_000, 6_000], "two", Some(&token)).await;
    assert!(matches!(twice, Err(PayoutError::Leave(LeaveError::Approval(UseError::NotUsable(_))))));
    assert_eq!(payer.payments().await, 2);
}
