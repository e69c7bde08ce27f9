//! A payment that comes to its end while its checkout's time is over, in either order: one end, told
//! once.

use std::sync::Arc;

use cartola_engine::checkouts::{CHECKOUT_TERM, CheckoutStanding};
use cartola_engine::payments::{LONGEST_PAUSE, PaymentStanding};
use cartola_model::{ChallengeKind, TransferFailure, TransferState};

use crate::checkouts::Scene;
use crate::world::bank::Bank;
use crate::world::till::{SETTLED, Till, asks};

/// Which of both comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    /// The payment ends, and the checkout hears of it, before its time is over.
    End,
    /// The time is over while the bank still asks.
    Time,
    /// Both are due in the same moment.
    Neither,
}

/// Ends a payment so, in that order; insists on how the checkout stands at last, that this was told
/// once, and that one payment was made.
async fn check(end: &TransferState, first: First, expected: CheckoutStanding) {
    let till = Arc::new(Till::new(asks(ChallengeKind::App)));
    let scene = Scene::at(Bank::paying(&till)).await;
    let token = scene.token().await;
    scene.pay(&token).await.unwrap();
    assert_eq!(scene.ends_told().await, 0);
    let clock = &scene.world.clock;
    match first {
        First::End => {
            till.stands(end);
            clock.advance(LONGEST_PAUSE);
            let told = scene.ends_told().await;
            assert_eq!(told, usize::from(scene.standing(&token).await.is_final()));
            clock.advance(CHECKOUT_TERM);
        }
        First::Time => {
            clock.advance(CHECKOUT_TERM);
            assert_eq!(scene.ends_told().await, 0);
            let shown = scene.shown(&token).await;
            assert_eq!(shown.standing(), CheckoutStanding::Paying);
            let payment = shown.payment.unwrap();
            assert_eq!(payment.state().standing(), PaymentStanding::Challenged);
            till.stands(end);
            clock.advance(LONGEST_PAUSE);
        }
        First::Neither => {
            till.stands(end);
            clock.advance(CHECKOUT_TERM);
        }
    }
    for _ in 0..2 {
        assert_eq!(scene.ends_told().await, 1, "{end:?} {first:?}");
        assert_eq!(scene.standing(&token).await, expected, "{end:?} {first:?}");
        clock.advance(CHECKOUT_TERM);
    }
    assert_eq!((scene.payments().await, till.heard().0), (1, 1));
    let audited = scene.world.audited().await;
    let ends = ["checkout.paid", "checkout.failed", "checkout.expired"];
    let ends = audited.iter().filter(|action| ends.contains(&action.as_str())).count();
    assert_eq!(ends, 1, "{audited:?}");
}

#[tokio::test]
async fn what_settles_is_paid_whatever_the_time() {
    for first in [First::End, First::Time, First::Neither] {
        check(&SETTLED, first, CheckoutStanding::Paid).await;
    }
}

#[tokio::test]
async fn what_fails_opens_a_page_that_then_expires_or_ends_one_whose_time_is_over() {
    let failed = TransferState::Failed(TransferFailure::InsufficientFunds);
    check(&failed, First::End, CheckoutStanding::Expired).await;
    check(&failed, First::Time, CheckoutStanding::Failed).await;
    check(&failed, First::Neither, CheckoutStanding::Failed).await;
}

/// A bank that says that it is at it before it has asked its customer: what it waits for is shown as
/// soon as it says so.
#[tokio::test]
async fn who_asks_late_is_shown_as_asking() {
    let till = Arc::new(Till::new(TransferState::Settling));
    let scene = Scene::at(Bank::paying(&till)).await;
    let token = scene.token().await;
    scene.pay(&token).await.unwrap();
    assert_eq!(scene.ends_told().await, 0);
    let state = async || scene.shown(&token).await.payment.unwrap().state().clone();
    assert_eq!(state().await.standing(), PaymentStanding::Settling);
    till.stands(&asks(ChallengeKind::App));
    scene.world.clock.advance(LONGEST_PAUSE);
    assert_eq!(scene.ends_told().await, 0);
    let shown = state().await;
    assert_eq!(shown.standing(), PaymentStanding::Challenged);
    assert_eq!(shown.asked().unwrap().challenge.kind, ChallengeKind::App);
    till.stands(&SETTLED);
    scene.world.clock.advance(LONGEST_PAUSE);
    assert_eq!(scene.ends_told().await, 1);
    assert_eq!(scene.standing(&token).await, CheckoutStanding::Paid);
}
