//! Payments under any order of events.

use cartola_primitives::Timestamp;
use proptest::prelude::*;

use super::{PaymentFailure, PaymentStanding, PaymentState};
use crate::{Challenge, ChallengeKind, Failure, InvalidTransition, TransferFailure, TransferState};

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

/// Something that may happen to a payment.
#[derive(Debug, Clone)]
enum Deed {
    Submit,
    Postpone,
    Answer,
    SendAnswer,
    AskAgain,
    Fail,
    Doubt,
    Withdraw,
    Told(TransferState),
    Learnt(TransferState),
}

fn challenge(kind: ChallengeKind) -> TransferState {
    TransferState::Challenged(Challenge { kind, expires_at: NOW, attempts_left: None })
}

fn deeds() -> impl Strategy<Value = Deed> {
    let labels = vec!["A1".to_owned()];
    prop_oneof![
        Just(Deed::Submit),
        Just(Deed::Postpone),
        Just(Deed::Answer),
        Just(Deed::SendAnswer),
        Just(Deed::AskAgain),
        Just(Deed::Fail),
        Just(Deed::Doubt),
        Just(Deed::Withdraw),
        Just(Deed::Told(challenge(ChallengeKind::App))),
        Just(Deed::Told(challenge(ChallengeKind::Sms))),
        Just(Deed::Told(challenge(ChallengeKind::Card { labels }))),
        Just(Deed::Told(TransferState::Settling)),
        Just(Deed::Told(TransferState::Completed { settled_at: NOW })),
        Just(Deed::Told(TransferState::Failed(TransferFailure::Denied))),
        Just(Deed::Told(TransferState::Failed(TransferFailure::Withdrawn))),
        Just(Deed::Learnt(challenge(ChallengeKind::App))),
        Just(Deed::Learnt(TransferState::Settling)),
        Just(Deed::Learnt(TransferState::Completed { settled_at: NOW })),
        Just(Deed::Learnt(TransferState::Failed(TransferFailure::Other))),
    ]
}

fn done(state: PaymentState, deed: &Deed) -> Result<PaymentState, InvalidTransition> {
    match deed {
        Deed::Submit => state.submit(),
        Deed::Postpone => state.postpone(),
        Deed::Answer => state.answer(),
        Deed::SendAnswer => state.send_answer(),
        Deed::AskAgain => state.ask_again(),
        Deed::Fail => state.fail(PaymentFailure::of(Failure::CredentialsInvalid), NOW),
        Deed::Doubt => state.doubt(Failure::Timeout, NOW),
        Deed::Withdraw => state.withdraw(NOW),
        Deed::Told(told) => state.told(told, NOW),
        Deed::Learnt(told) => state.learnt(told, NOW),
    }
}

/// Whether the bank may have heard of a payment that stands so.
fn may_be_heard_of(standing: PaymentStanding) -> bool {
    standing != PaymentStanding::Requested
}

proptest! {
    #[test]
    fn every_step_is_in_the_table(sequence in prop::collection::vec(deeds(), 0..40)) {
        let mut state = PaymentState::Requested;
        for deed in &sequence {
            let before = state.clone();
            let Ok(after) = done(state.clone(), deed) else { continue };
            let (from, to) = (before.standing(), after.standing());
            prop_assert!(from.may_become(to), "{from:?} {deed:?} {to:?}");
            prop_assert!(!before.is_final(), "{before:?} {deed:?}");
            // Of what the bank may have heard the bank's word alone makes an end, but where it says
            // that nothing arrived.
            let is_learnt = matches!(deed, Deed::Learnt(_));
            let is_told = is_learnt || matches!(deed, Deed::Told(_));
            let is_unknown = matches!(from, PaymentStanding::InDoubt | PaymentStanding::Withdrawing);
            prop_assert!(!is_learnt || (is_unknown && after.is_final()));
            let is_unheard = matches!(deed, Deed::Fail)
                || (matches!(deed, Deed::Withdraw) && !may_be_heard_of(from));
            prop_assert!(!after.is_final() || is_told || is_unheard);
            prop_assert!(to != PaymentStanding::Completed || (is_told && may_be_heard_of(from)));
            prop_assert!(
                from != PaymentStanding::InDoubt || is_told || to == PaymentStanding::Withdrawing
            );
            prop_assert!(from != PaymentStanding::Withdrawing || is_told);
            // What the bank has said something of is never as if it had heard nothing.
            prop_assert!(
                to != PaymentStanding::Requested
                    || (matches!(deed, Deed::Postpone) && from == PaymentStanding::Submitting)
            );
            let kept = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(&serde_json::from_str::<PaymentState>(&kept).unwrap(), &after);
            state = after;
        }
    }

    #[test]
    fn steps_are_counted_by_what_is_asked(sequence in prop::collection::vec(deeds(), 0..40)) {
        let mut state = PaymentState::Requested;
        for deed in &sequence {
            let before = state.asked().cloned();
            let Ok(after) = done(state.clone(), deed) else { continue };
            if let (Some(before), Some(after)) = (before, after.asked()) {
                let is_same = before.challenge.kind == after.challenge.kind;
                prop_assert_eq!(after.step, before.step + u32::from(!is_same));
            } else if let Some(asked) = after.asked() {
                prop_assert_eq!(asked.step, 1);
            }
            state = after;
        }
    }
}

#[test]
fn standings_are_known_by_their_names_and_final_ones_stay() {
    for standing in PaymentStanding::ALL {
        assert_eq!(PaymentStanding::parse(standing.name()), Some(standing));
        let ends = PaymentStanding::ALL.iter().all(|next| !standing.may_become(*next));
        assert_eq!(ends, standing.is_final());
    }
    assert_eq!(PaymentStanding::parse("Settling"), None);
}

#[test]
fn what_is_withdrawn_out_of_doubt_failed_for_what_led_there() {
    let withdrawn = TransferState::Failed(TransferFailure::Withdrawn);
    let doubt = PaymentState::Submitting.doubt(Failure::Timeout, NOW).unwrap();
    let reason = PaymentFailure::of(Failure::Timeout);
    assert_eq!(doubt.told(&withdrawn, NOW), Ok(PaymentState::Failed { at: NOW, reason }));
    let reason = PaymentFailure::Refused(TransferFailure::Withdrawn);
    let failed = Ok(PaymentState::Failed { at: NOW, reason });
    assert_eq!(PaymentState::Settling.told(&withdrawn, NOW), failed);
}

/// A bank that says that it is at it before it has asked, and asks then.
#[test]
fn who_asks_late_is_heard() {
    let settling = PaymentState::Submitting.told(&TransferState::Settling, NOW).unwrap();
    let asked = settling.told(&challenge(ChallengeKind::App), NOW).unwrap();
    assert_eq!(asked.standing(), PaymentStanding::Challenged);
    assert_eq!(asked.asked().unwrap().step, 1);
    assert!(asked.told(&TransferState::Settling, NOW).is_ok());
}

#[test]
fn an_app_asks_for_no_answer() {
    let asked = PaymentState::Submitting.told(&challenge(ChallengeKind::App), NOW).unwrap();
    assert!(asked.answer().is_err());
}

#[test]
fn what_was_answered_in_vain_is_asked_for_again() {
    let sms = || Deed::Told(challenge(ChallengeKind::Sms));
    let card = || Deed::Told(challenge(ChallengeKind::Card { labels: vec!["A1".to_owned()] }));
    let check = |deeds: &[Deed], expected: (u32, bool)| {
        let state = deeds.iter().try_fold(PaymentState::Requested, done).unwrap();
        let asked = state.asked().unwrap();
        assert_eq!((asked.step, asked.again), expected, "{deeds:?}");
    };
    check(&[Deed::Submit, sms()], (1, false));
    check(&[Deed::Submit, Deed::Doubt, sms()], (1, false));
    check(&[Deed::Submit, sms(), sms()], (1, false));
    check(&[Deed::Submit, sms(), Deed::Answer, Deed::SendAnswer, sms()], (1, true));
    check(&[Deed::Submit, sms(), Deed::Answer, Deed::AskAgain], (1, true));
    check(&[Deed::Submit, sms(), Deed::Answer, Deed::SendAnswer, sms(), card()], (2, false));
}

#[test]
fn what_is_not_wanted_any_more_is_withdrawn_by_the_bank_s_word() {
    let reason = PaymentFailure::Refused(TransferFailure::Withdrawn);
    let failed = PaymentState::Failed { at: NOW, reason };
    assert_eq!(PaymentState::Requested.withdraw(NOW), Ok(failed.clone()));
    let withdrawing = |deeds: &[Deed]| {
        let state = deeds.iter().try_fold(PaymentState::Requested, done).unwrap();
        state.withdraw(NOW)
    };
    let sms = || Deed::Told(challenge(ChallengeKind::Sms));
    let stopped = [
        vec![Deed::Submit, sms()],
        vec![Deed::Submit, sms(), Deed::Answer],
        vec![Deed::Submit, Deed::Doubt],
    ];
    for deeds in stopped {
        assert_eq!(withdrawing(&deeds), Ok(PaymentState::Withdrawing), "{deeds:?}");
    }
    for deeds in [
        vec![Deed::Submit],
        vec![Deed::Submit, sms(), Deed::Answer, Deed::SendAnswer],
        vec![Deed::Submit, Deed::Told(TransferState::Settling)],
        vec![Deed::Submit, sms(), Deed::Withdraw],
    ] {
        assert!(withdrawing(&deeds).is_err(), "{deeds:?}");
    }
    let told = |told: TransferState| PaymentState::Withdrawing.told(&told, NOW);
    assert_eq!(told(TransferState::Failed(TransferFailure::Withdrawn)), Ok(failed));
    assert_eq!(told(TransferState::Settling), Ok(PaymentState::Settling));
    let settled_at = NOW;
    let paid = Ok(PaymentState::Completed { settled_at });
    assert_eq!(told(TransferState::Completed { settled_at }), paid);
    // No bank asks for anything once it was told so.
    assert!(told(challenge(ChallengeKind::App)).is_err());
}
