//! What was begun is known by its case, whatever may be begun by now: at a process whose
//! configuration lacks the bank, and names nobody who is paid.

use cartola_crypto::jws::Algorithm;
use cartola_engine::Engine;
use cartola_engine::checkouts::{CheckoutError, CheckoutOrder, Terms};
use cartola_engine::payments::{Payment, PaymentError, PaymentOrder};
use cartola_engine::readings::Next;
use cartola_engine::work::JobKind;
use cartola_primitives::{Currency, Money, Rut, Secret};

use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};

const AMOUNT: Money = Money::new(25_000, Currency::CLP);

/// The same store as another process sees it, which asks no bank and pays nobody.
async fn bare(world: &World) -> Engine {
    world.another(7, Algorithm::default()).await
}

async fn pay(engine: &Engine, world: &World, request: &[u8]) -> Result<Payment, PaymentError> {
    let order = PaymentOrder {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields(PASSWORD),
        amount: AMOUNT,
        from: None,
        payee: None,
        comment: None,
        case: "order",
        request,
        evidence: b"leave",
        approval: None,
        next: None,
    };
    engine.begin_payment(&world.who, &order).await
}

#[tokio::test]
async fn a_payment() {
    let world = World::with(Bank::new()).await;
    let other = bare(&world).await;
    assert!(matches!(pay(&other, &world, b"a").await, Err(PaymentError::NoMerchant)));
    let begun = pay(&world.engine, &world, b"a").await.unwrap();
    assert_eq!(pay(&other, &world, b"a").await.unwrap().row.id, begun.row.id);
    assert!(matches!(pay(&other, &world, b"b").await, Err(PaymentError::OtherRequest)));
}

#[tokio::test]
async fn a_checkout() {
    let world = World::with(Bank::new()).await;
    let other = bare(&world).await;
    let ask = async |engine: &Engine| {
        let kind = JobKind::parse("tests.told").unwrap();
        let next = Next { kind, arguments: Secret::new(Vec::new()) };
        let terms = Terms::default();
        let (case, request) = ("order", b"a".as_slice());
        let order = CheckoutOrder { amount: AMOUNT, rut: None, terms, case, request, next };
        engine.begin_checkout(&world.who, &order).await
    };
    let refused = ask(&other).await;
    assert!(matches!(refused, Err(CheckoutError::Payment(PaymentError::NoMerchant))));
    let begun = ask(&world.engine).await.unwrap();
    assert_eq!(ask(&other).await.unwrap().row.id, begun.row.id);
}
