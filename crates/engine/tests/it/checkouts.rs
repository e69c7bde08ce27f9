//! Checkouts: begun once, paid by one payment at a time, ended once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use cartola_engine::checkouts::{
    CHECKOUT_TERM, Checkout, CheckoutError, CheckoutOrder, CheckoutStanding, Choice, MAX_PAYMENTS,
    Terms,
};
use cartola_engine::payments::PaymentError;
use cartola_engine::readings::Next;
use cartola_engine::work::{Handler, JobEnd, JobKind, Outcome, Task};
use cartola_engine::{Engine, EngineError};
use cartola_model::Scope;
use cartola_primitives::{Currency, Money, Rut, Secret};
use cartola_store::Payments;

use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};

/// Counts the ends that it is told of.
#[derive(Default)]
pub struct Told(AtomicUsize);

fn kind() -> JobKind {
    JobKind::parse("tests.told").unwrap()
}

#[async_trait]
impl Handler for Told {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, _: &Engine, _: &Task) -> Result<Outcome, EngineError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

pub struct Scene {
    pub world: World,
    told: Arc<Told>,
}

impl Scene {
    async fn new() -> Self {
        Self::at(Bank::new()).await
    }

    /// Whose payers are customers of that bank.
    pub async fn at(bank: Bank) -> Self {
        let told = Arc::new(Told::default());
        let world = World::with_handlers(bank, vec![told.clone()]).await;
        Self { world, told }
    }

    async fn begin(&self, case: &str, request: &[u8]) -> Result<Checkout, CheckoutError> {
        let order = CheckoutOrder {
            amount: Money::new(25_000, Currency::CLP),
            rut: None,
            terms: Terms { comment: Some("Pedido 4711".to_owned()), ..Terms::default() },
            case,
            request,
            next: Next { kind: kind(), arguments: Secret::new(case.as_bytes().to_vec()) },
        };
        self.world.engine.begin_checkout(&self.world.who, &order).await
    }

    pub async fn token(&self) -> String {
        self.begin("order", b"a").await.unwrap().token.expose().clone()
    }

    pub async fn pay(&self, token: &str) -> Result<(), CheckoutError> {
        let fields: BTreeMap<_, _> = fields(PASSWORD);
        let rut = Rut::parse(RUT).unwrap();
        let choice = Choice { institution: institution(), rut, fields: &fields };
        self.world.engine.pay_checkout(token, &choice).await
    }

    pub async fn shown(&self, token: &str) -> Checkout {
        self.world.engine.checkout(token).await.unwrap().expect("it is there")
    }

    pub async fn standing(&self, token: &str) -> CheckoutStanding {
        self.shown(token).await.standing()
    }

    /// Runs what is due, and gives how often the end was told.
    pub async fn ends_told(&self) -> usize {
        self.world.worker.run_due().await.unwrap();
        self.told.0.load(Ordering::Relaxed)
    }

    pub async fn payments(&self) -> usize {
        let page = self.world.store.payments(self.world.who.tenant, None, None, 100).await;
        page.unwrap().rows.len()
    }
}

#[tokio::test]
async fn a_case_is_one_checkout() {
    let scene = Scene::new().await;
    let first = scene.begin("order", b"a").await.unwrap();
    let again = scene.begin("order", b"a").await.unwrap();
    assert_eq!((first.row.id, first.token.expose()), (again.row.id, again.token.expose()));
    let other = scene.begin("order", b"b").await;
    assert!(matches!(other, Err(CheckoutError::Payment(PaymentError::OtherRequest))));
    assert_eq!(first.terms.comment.as_deref(), Some("Pedido 4711"));
    assert_eq!(first.token.expose().len(), 54);
}

#[tokio::test]
async fn a_token_opens_its_checkout_and_nothing_else() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    let engine = &scene.world.engine;
    let opens = async |token: &str| engine.checkout(token).await.unwrap().is_some();
    assert!(opens(&token).await);
    let changed = |nth: usize| {
        let mut token = token.clone().into_bytes();
        token[nth] = if token[nth] == b'A' { b'B' } else { b'A' };
        String::from_utf8(token).unwrap()
    };
    for wrong in [changed(0), changed(30), token[1..].to_owned(), String::new(), "ñ".to_owned()] {
        assert!(!opens(&wrong).await, "{wrong}");
    }
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(other.api_key.expose()).await.unwrap().unwrap();
    let of_case = async |who| engine.checkout_of_case(who, "order").await.unwrap();
    assert_eq!(of_case(&scene.world.who).await.unwrap().token.expose(), &token);
    assert!(of_case(&other).await.is_none());
}

#[tokio::test]
async fn what_nobody_pays_expires_and_is_told_once() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    assert_eq!(scene.ends_told().await, 0);
    scene.world.clock.advance(CHECKOUT_TERM);
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Expired);
    assert!(matches!(scene.pay(&token).await, Err(CheckoutError::NotOpen)));
    for _ in 0..2 {
        assert_eq!(scene.ends_told().await, 1);
    }
    let audited = scene.world.audited().await;
    let ours: Vec<_> = audited.iter().filter(|action| action.starts_with("checkout.")).collect();
    assert_eq!(ours, ["checkout.open", "checkout.expired"]);
}

#[tokio::test]
async fn who_leaves_has_left() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    scene.world.engine.leave_checkout(&token).await.unwrap();
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Failed);
    assert!(matches!(scene.pay(&token).await, Err(CheckoutError::NotOpen)));
    let again = scene.world.engine.leave_checkout(&token).await;
    assert!(matches!(again, Err(CheckoutError::NotOpen)));
    scene.world.clock.advance(CHECKOUT_TERM);
    assert_eq!((scene.ends_told().await, scene.payments().await), (1, 0));
}

#[tokio::test]
async fn of_two_at_once_one_pays() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    let (one, other) = tokio::join!(scene.pay(&token), scene.pay(&token));
    let refused = [one, other].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(refused[..], [CheckoutError::NotOpen]), "{refused:?}");
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Paying);
    let leaving = scene.world.engine.leave_checkout(&token).await;
    assert!(matches!(leaving, Err(CheckoutError::NotOpen)));
    assert_eq!(scene.payments().await, 1);
}

/// The bank of these tests makes no transfers, which another bank would.
#[tokio::test]
async fn what_can_be_mended_opens_it_again_until_tries_are_over() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    for nth in 1..=MAX_PAYMENTS {
        assert_eq!(scene.standing(&token).await, CheckoutStanding::Open);
        scene.pay(&token).await.unwrap();
        let told = scene.ends_told().await;
        assert_eq!(told, usize::from(nth == MAX_PAYMENTS));
    }
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Failed);
    assert_eq!(scene.payments().await, usize::try_from(MAX_PAYMENTS).unwrap());
}

#[tokio::test]
async fn a_payment_that_fails_after_the_time_ends_it() {
    let scene = Scene::new().await;
    let token = scene.token().await;
    scene.pay(&token).await.unwrap();
    scene.world.clock.advance(CHECKOUT_TERM);
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Paying);
    assert_eq!(scene.ends_told().await, 1);
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Failed);
}
