//! Payments that are given up while somebody is waited for: what the bank says stands.

use std::sync::Arc;

use cartola_engine::checkouts::{CHECKOUT_TERM, Checkout, CheckoutStanding};
use cartola_engine::payments::{
    CancelPaymentError, ChallengeAnswer, LONGEST_PAUSE, Payment, PaymentFailure, PaymentStanding,
    PaymentState,
};
use cartola_model::{ChallengeKind, TransferFailure, TransferState};
use cartola_primitives::id::PaymentId;
use cartola_primitives::{Secret, SignedDuration};

use crate::checkouts;
use crate::world::bank::Bank;
use crate::world::till::{SETTLED, Till, asks};

struct Scene {
    page: checkouts::Scene,
    till: Arc<Till>,
    token: String,
}

impl Scene {
    /// A checkout whose payment was begun and is not under way yet.
    async fn begun(first: TransferState) -> Self {
        let till = Arc::new(Till::new(first));
        let page = checkouts::Scene::at(Bank::paying(&till)).await;
        let token = page.token().await;
        page.pay(&token).await.unwrap();
        Self { page, till, token }
    }

    /// One whose payer is asked for that.
    async fn asked(kind: ChallengeKind) -> Self {
        let scene = Self::begun(asks(kind)).await;
        assert_eq!(scene.ends_told().await, 0);
        assert_eq!(scene.standing().await, PaymentStanding::Challenged);
        scene
    }

    async fn shown(&self) -> Checkout {
        self.page.shown(&self.token).await
    }

    async fn payment(&self) -> Payment {
        self.shown().await.payment.expect("one was begun")
    }

    async fn standing(&self) -> PaymentStanding {
        self.payment().await.state().standing()
    }

    async fn cancel(&self, payment: PaymentId) -> Result<(), CancelPaymentError> {
        self.page.world.engine.cancel_payment_of_checkout(&self.token, payment).await
    }

    async fn answer(&self) {
        let page = self.payment().await.page.expect("there is something to answer");
        let sms = Some(Secret::new("123456".to_owned()));
        let answer = ChallengeAnswer { sms, codes: None };
        self.page.world.engine.answer_checkout(&self.token, &page, &answer).await.unwrap();
    }

    async fn ends_told(&self) -> usize {
        self.page.ends_told().await
    }

    /// The actions in the audit trail that speak of giving up.
    async fn audited(&self) -> Vec<String> {
        let mut audited = self.page.world.audited().await;
        audited.retain(|action| {
            ["checkout.cancel", "payment.withdrawing", "payment.failed"].contains(&action.as_str())
        });
        audited
    }
}

/// Insists that the payment was given up, and that the page is open for another.
async fn check_given_up(scene: &Scene) {
    assert_eq!(scene.ends_told().await, 0);
    let reason = PaymentFailure::Refused(TransferFailure::Withdrawn);
    let state = scene.payment().await.state().clone();
    assert!(matches!(state, PaymentState::Failed { reason: known, .. } if known == reason));
    assert_eq!(scene.shown().await.standing(), CheckoutStanding::Open);
}

#[tokio::test]
async fn who_gives_up_may_try_again_or_leave_and_the_end_is_told_once() {
    for tries_again in [true, false] {
        let scene = Scene::asked(ChallengeKind::App).await;
        let first = scene.payment().await.row.id;
        for _ in 0..2 {
            scene.cancel(first).await.unwrap();
            assert_eq!(scene.standing().await, PaymentStanding::Withdrawing);
        }
        check_given_up(&scene).await;
        assert_eq!(
            scene.audited().await,
            ["checkout.cancel", "payment.withdrawing", "payment.failed"]
        );
        // An old page gives up nothing that came after it.
        assert!(matches!(scene.cancel(first).await, Err(CancelPaymentError::Unknown)));
        let end = if tries_again {
            scene.page.pay(&scene.token).await.unwrap();
            assert_eq!(scene.ends_told().await, 0);
            assert!(matches!(scene.cancel(first).await, Err(CancelPaymentError::Unknown)));
            scene.till.stands(&SETTLED);
            scene.page.world.clock.advance(LONGEST_PAUSE);
            CheckoutStanding::Paid
        } else {
            scene.page.world.engine.leave_checkout(&scene.token).await.unwrap();
            CheckoutStanding::Failed
        };
        assert_eq!(scene.ends_told().await, 1);
        assert_eq!(scene.shown().await.standing(), end);
        let payments = 1 + usize::from(tries_again);
        assert_eq!(scene.till.heard(), (payments, 0, 1));
    }
}

#[tokio::test]
async fn what_the_bank_has_made_is_paid() {
    let scene = Scene::asked(ChallengeKind::App).await;
    scene.till.stands(&SETTLED);
    scene.cancel(scene.payment().await.row.id).await.unwrap();
    assert_eq!(scene.ends_told().await, 1);
    assert_eq!(scene.shown().await.standing(), CheckoutStanding::Paid);
}

#[tokio::test]
async fn what_comes_too_late_to_be_stopped_settles() {
    let scene = Scene::asked(ChallengeKind::App).await;
    scene.till.stands(&TransferState::Settling);
    let payment = scene.payment().await.row.id;
    scene.cancel(payment).await.unwrap();
    assert_eq!(scene.ends_told().await, 0);
    assert_eq!(scene.standing().await, PaymentStanding::Settling);
    assert!(matches!(scene.cancel(payment).await, Err(CancelPaymentError::NotNow)));
    scene.till.stands(&SETTLED);
    scene.page.world.clock.advance(LONGEST_PAUSE);
    assert_eq!(scene.ends_told().await, 1);
    assert_eq!(scene.shown().await.standing(), CheckoutStanding::Paid);
    assert!(matches!(scene.cancel(payment).await, Err(CancelPaymentError::Unknown)));
}

#[tokio::test]
async fn what_the_bank_has_not_heard_of_fails_at_once() {
    let scene = Scene::begun(asks(ChallengeKind::App)).await;
    scene.cancel(scene.payment().await.row.id).await.unwrap();
    assert_eq!(scene.standing().await, PaymentStanding::Failed);
    check_given_up(&scene).await;
    assert_eq!(scene.till.heard(), (0, 0, 0));
}

#[tokio::test]
async fn an_answer_that_the_bank_has_not_heard_is_not_told_any_more() {
    let scene = Scene::asked(ChallengeKind::Sms).await;
    scene.answer().await;
    assert_eq!(scene.standing().await, PaymentStanding::Answered);
    scene.cancel(scene.payment().await.row.id).await.unwrap();
    check_given_up(&scene).await;
    assert_eq!(scene.till.heard(), (1, 0, 1));
}

#[tokio::test]
async fn while_an_answer_is_under_way_nothing_is_given_up() {
    let scene = Scene::asked(ChallengeKind::Sms).await;
    scene.answer().await;
    let payment = scene.payment().await.row.id;
    scene.till.thinks();
    let meanwhile = async {
        scene.till.answered.notified().await;
        let refused = scene.cancel(payment).await;
        scene.till.judges();
        refused
    };
    let (told, refused) = tokio::join!(scene.ends_told(), meanwhile);
    assert!(matches!(refused, Err(CancelPaymentError::NotNow)), "{refused:?}");
    assert_eq!((told, scene.till.heard()), (1, (1, 1, 0)));
    assert_eq!(scene.shown().await.standing(), CheckoutStanding::Paid);
}

#[tokio::test]
async fn a_bank_that_does_not_hear_it_is_told_until_it_does() {
    let scene = Scene::asked(ChallengeKind::App).await;
    scene.till.is_deaf(true);
    scene.cancel(scene.payment().await.row.id).await.unwrap();
    for _ in 0..3 {
        assert_eq!(scene.ends_told().await, 0);
        assert_eq!(scene.standing().await, PaymentStanding::Withdrawing);
        scene.page.world.clock.advance(SignedDuration::from_mins(4));
    }
    scene.till.is_deaf(false);
    check_given_up(&scene).await;
}

#[tokio::test]
async fn what_is_given_up_after_the_time_ends_the_page() {
    let scene = Scene::asked(ChallengeKind::App).await;
    scene.page.world.clock.advance(CHECKOUT_TERM);
    scene.cancel(scene.payment().await.row.id).await.unwrap();
    assert_eq!(scene.ends_told().await, 1);
    assert_eq!(scene.shown().await.standing(), CheckoutStanding::Failed);
}
