//! Checkouts under any order of events.

use cartola_primitives::Timestamp;
use cartola_primitives::id::PaymentId;
use proptest::prelude::*;

use super::{CheckoutStanding, CheckoutState, MAX_PAYMENTS};
use crate::{Failure, InvalidTransition, PaymentFailure, PaymentState, TransferFailure};

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

fn payment(nth: u8) -> PaymentId {
    PaymentId::from_bytes([nth; 16])
}

fn failed(reason: PaymentFailure) -> PaymentState {
    PaymentState::Failed { at: NOW, reason }
}

/// Something that may happen to a checkout.
#[derive(Debug, Clone)]
enum Deed {
    Pay(u8),
    Told(u8, PaymentState, bool),
    Leave,
    Expire,
}

fn endings() -> impl Strategy<Value = PaymentState> {
    let refused = TransferFailure::ALL.map(PaymentFailure::Refused);
    let not_made = Failure::ALL.map(PaymentFailure::of);
    let mut states: Vec<_> = refused.into_iter().chain(not_made).map(failed).collect();
    states.extend([PaymentState::Completed { settled_at: NOW }, PaymentState::Settling]);
    proptest::sample::select(states)
}

fn deeds() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0..3_u8).prop_map(Deed::Pay),
        (0..3_u8, endings(), any::<bool>())
            .prop_map(|(of, state, late)| Deed::Told(of, state, late)),
        Just(Deed::Leave),
        Just(Deed::Expire),
    ]
}

fn done(state: CheckoutState, deed: &Deed) -> Result<CheckoutState, InvalidTransition> {
    match deed {
        Deed::Pay(nth) => state.pay(payment(*nth)),
        Deed::Told(nth, ended, is_over) => state.told(payment(*nth), ended, *is_over),
        Deed::Leave => state.leave(),
        Deed::Expire => state.expire(),
    }
}

proptest! {
    #[test]
    fn one_payment_at_a_time_and_nothing_follows_an_end(
        deeds in proptest::collection::vec(deeds(), 0..40),
    ) {
        let (mut state, mut begun) = (CheckoutState::opened(), 0);
        for deed in &deeds {
            let Ok(next) = done(state, deed) else { continue };
            prop_assert!(!state.is_final(), "{state:?} became {next:?}");
            if let CheckoutState::Paying { payment, .. } = state {
                prop_assert_eq!(next.payment(), Some(payment));
            }
            if next.standing() == CheckoutStanding::Paying {
                prop_assert_eq!(state.standing(), CheckoutStanding::Open);
                begun += 1;
            }
            let kept = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(serde_json::from_str::<CheckoutState>(&kept).unwrap(), next);
            state = next;
        }
        prop_assert!(begun <= MAX_PAYMENTS);
    }
}

fn check(reason: PaymentFailure, is_over: bool, expected: CheckoutStanding) {
    let paying = CheckoutState::opened().pay(payment(1)).unwrap();
    let told = paying.told(payment(1), &failed(reason), is_over).unwrap();
    assert_eq!(told.standing(), expected, "{reason:?}");
    assert_eq!(told.payment(), Some(payment(1)));
}

#[test]
fn what_the_payer_can_mend_is_open_again() {
    let mended =
        [Failure::CredentialsInvalid, Failure::InsufficientFunds, Failure::InstitutionDown];
    for failure in mended {
        check(PaymentFailure::of(failure), false, CheckoutStanding::Open);
        check(PaymentFailure::of(failure), true, CheckoutStanding::Failed);
    }
    let refused = PaymentFailure::Refused;
    check(refused(TransferFailure::ChallengeExpired), false, CheckoutStanding::Open);
    check(refused(TransferFailure::Withdrawn), false, CheckoutStanding::Open);
    check(refused(TransferFailure::Withdrawn), true, CheckoutStanding::Failed);
    check(refused(TransferFailure::Denied), false, CheckoutStanding::Failed);
    check(PaymentFailure::of(Failure::ConsentRevoked), false, CheckoutStanding::Failed);
}

#[test]
fn tries_have_an_end() {
    let wrong = failed(PaymentFailure::of(Failure::CredentialsInvalid));
    let mut state = CheckoutState::opened();
    for nth in 1..=MAX_PAYMENTS {
        let payment = payment(u8::try_from(nth).unwrap());
        state = state.pay(payment).unwrap().told(payment, &wrong, false).unwrap();
    }
    assert_eq!(state.standing(), CheckoutStanding::Failed);
}
