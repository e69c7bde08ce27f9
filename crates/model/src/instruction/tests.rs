use cartola_primitives::{Secret, SignedDuration, Timestamp};

use super::{BankSays, InstructionStanding, InstructionState};
use crate::{Challenge, ChallengeKind, Failure, PaymentFailure, TransferFailure};

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

fn at(seconds: i64) -> Timestamp {
    NOW + SignedDuration::from_secs(seconds)
}

fn challenge() -> Challenge {
    Challenge { kind: ChallengeKind::App, expires_at: at(300), attempts_left: Some(3) }
}

fn available() -> BankSays {
    BankSays::Available { code: Some(Secret::new("12345678".to_owned())), expires_at: at(900) }
}

fn every_word() -> [BankSays; 8] {
    [
        BankSays::Challenged(challenge()),
        BankSays::Settling,
        available(),
        BankSays::Done { at: at(1) },
        BankSays::Claimed { at: at(2), by: None },
        BankSays::Expired { at: at(3) },
        BankSays::Cancelled { at: at(4) },
        BankSays::Failed(TransferFailure::Denied),
    ]
}

fn every_state() -> Vec<InstructionState> {
    let cause = Failure::Timeout;
    vec![
        InstructionState::Requested,
        InstructionState::Submitting,
        InstructionState::Challenged(challenge()),
        InstructionState::Settling,
        InstructionState::Available { expires_at: at(900) },
        InstructionState::InDoubt { since: at(0), cause },
        InstructionState::Cancelling,
        InstructionState::Completed { at: at(1) },
        InstructionState::Claimed { at: at(2) },
        InstructionState::Expired { at: at(3) },
        InstructionState::Cancelled { at: at(4) },
        InstructionState::Failed { at: at(5), reason: PaymentFailure::of(cause) },
    ]
}

#[test]
fn every_state_has_its_name_and_is_kept() {
    let names: Vec<_> = every_state().iter().map(InstructionState::standing).collect();
    assert_eq!(names, InstructionStanding::ALL);
    for state in every_state() {
        let kept = serde_json::to_value(&state).unwrap();
        assert_eq!(kept["state"], state.standing().name());
        assert_eq!(serde_json::from_value::<InstructionState>(kept).unwrap(), state);
        assert_eq!(InstructionStanding::parse(state.standing().name()), Some(state.standing()));
    }
}

#[test]
fn cash_is_approved_and_taken() {
    let state = InstructionState::Requested.submit().unwrap();
    let state = state.told(&BankSays::Challenged(challenge()), at(1)).unwrap();
    let state = state.told(&available(), at(2)).unwrap();
    assert_eq!(state, InstructionState::Available { expires_at: at(900) });
    let state = state.told(&BankSays::Claimed { at: at(60), by: None }, at(61)).unwrap();
    assert_eq!(state, InstructionState::Claimed { at: at(60) });
}

#[test]
fn nothing_follows_an_end() {
    for state in every_state().into_iter().filter(InstructionState::is_final) {
        for says in every_word() {
            assert!(state.clone().told(&says, at(9)).is_err(), "{state:?} {says:?}");
        }
        assert!(state.clone().submit().is_err());
        assert!(state.clone().cancel(at(9)).is_err());
        assert!(state.clone().fail(PaymentFailure::of(Failure::Internal), at(9)).is_err());
        assert!(state.clone().doubt(Failure::Internal, at(9)).is_err());
    }
}

#[test]
fn what_was_put_aside_neither_fails_nor_is_asked_for_again() {
    let state = InstructionState::Available { expires_at: at(900) };
    assert!(state.clone().told(&BankSays::Failed(TransferFailure::Denied), at(1)).is_err());
    assert!(state.clone().told(&BankSays::Challenged(challenge()), at(1)).is_err());
    assert!(state.clone().fail(PaymentFailure::of(Failure::Internal), at(1)).is_err());
    assert_eq!(state.cancel(at(1)).unwrap(), InstructionState::Cancelling);
}

#[test]
fn what_is_on_its_way_is_not_cancelled() {
    for state in [InstructionState::Submitting, InstructionState::Settling] {
        assert!(state.cancel(at(1)).is_err());
    }
    let unheard = InstructionState::Requested.cancel(at(1)).unwrap();
    assert_eq!(unheard, InstructionState::Cancelled { at: at(1) });
}

#[test]
fn what_was_claimed_before_the_bank_heard_of_its_cancellation_was_claimed() {
    let claimed =
        InstructionState::Cancelling.told(&BankSays::Claimed { at: at(2), by: None }, at(3));
    assert_eq!(claimed.unwrap(), InstructionState::Claimed { at: at(2) });
    let given_up = BankSays::Failed(TransferFailure::Withdrawn);
    let cancelled = InstructionState::Cancelling.told(&given_up, at(3));
    assert_eq!(cancelled.unwrap(), InstructionState::Cancelled { at: at(3) });
}

#[test]
fn what_is_given_up_out_of_doubt_failed_for_what_led_into_it() {
    let doubt = InstructionState::Submitting.doubt(Failure::Timeout, at(1)).unwrap();
    let failed = |says| doubt.clone().told(&says, at(2)).unwrap();
    let expected =
        InstructionState::Failed { at: at(2), reason: PaymentFailure::of(Failure::Timeout) };
    assert_eq!(failed(BankSays::Failed(TransferFailure::Withdrawn)), expected);
    assert_eq!(failed(BankSays::Cancelled { at: at(2) }), expected);
    let denied = failed(BankSays::Failed(TransferFailure::Denied));
    let reason = PaymentFailure::Refused(TransferFailure::Denied);
    assert_eq!(denied, InstructionState::Failed { at: at(2), reason });
}

#[test]
fn a_code_is_never_shown() {
    assert!(!format!("{:?}", available()).contains("12345678"));
}
