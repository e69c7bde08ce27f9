//! Authorizations and phones under any order of events.

mod shown;

use cartola_primitives::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    AuthorizationStanding, AuthorizationState, BlockCause, CancelCause, EnrolmentStanding,
    EnrolmentState, IdentityProof, MAX_WRONG_PINS, OperationKind, PinOutcome,
};
use crate::{Failure, InvalidTransition};

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);
const LASTS: i64 = 5;

fn at(seconds: i64) -> Timestamp {
    NOW + SignedDuration::from_secs(seconds)
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Approve,
    Deny,
    Use,
    Cancel,
    Expire,
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, i64)>> {
    let deed = prop_oneof![
        Just(Deed::Approve),
        Just(Deed::Deny),
        Just(Deed::Use),
        Just(Deed::Cancel),
        Just(Deed::Expire),
    ];
    prop::collection::vec((deed, 0..4_i64), 0..20)
}

fn done(
    state: AuthorizationState,
    deed: Deed,
    now: Timestamp,
) -> Result<AuthorizationState, InvalidTransition> {
    match deed {
        Deed::Approve => state.approve(now, now + SignedDuration::from_secs(LASTS)),
        Deed::Deny => state.deny(now),
        Deed::Use => state.use_up(now),
        Deed::Cancel => state.cancel(CancelCause::Withdrawn, now),
        Deed::Expire => state.expire(now),
    }
}

proptest! {
    #[test]
    fn an_authorization_is_approved_and_used_once_and_in_time(sequence in deeds()) {
        let mut state = AuthorizationState::Pending { until: at(LASTS) };
        let (mut elapsed, mut approved, mut used) = (0, None, 0);
        for (deed, pause) in sequence {
            elapsed += pause;
            let now = at(elapsed);
            let before = state;
            let Ok(after) = done(state, deed, now) else { continue };
            let (from, to) = (before.standing(), after.standing());
            prop_assert!(from.may_become(to), "{from:?} {deed:?} {to:?}");
            prop_assert!(!before.is_final());
            match deed {
                Deed::Approve => {
                    prop_assert!(approved.is_none() && elapsed < LASTS);
                    approved = Some(elapsed);
                }
                Deed::Use => {
                    used += 1;
                    prop_assert!(elapsed < approved.expect("it was approved") + LASTS);
                }
                Deed::Deny => prop_assert!(elapsed < LASTS),
                Deed::Cancel | Deed::Expire => {}
            }
            let kept = serde_json::to_string(&after).unwrap();
            prop_assert_eq!(serde_json::from_str::<AuthorizationState>(&kept).unwrap(), after);
            state = after;
        }
        prop_assert!(used <= 1);
        prop_assert!(state.standing() != AuthorizationStanding::Used || used == 1);
    }

    #[test]
    fn a_phone_bears_so_many_wrong_pins_in_a_row(pins in prop::collection::vec(any::<bool>(), 0..12)) {
        let mut state = EnrolmentState::Pending { until: at(1) }.activate(NOW).unwrap();
        let mut in_a_row = 0;
        for is_right in pins {
            if is_right {
                in_a_row = 0;
                state = state.right_pin().unwrap();
                prop_assert_eq!(state.pins_left(), MAX_WRONG_PINS);
                continue;
            }
            in_a_row += 1;
            let (next, outcome) = state.wrong_pin(NOW).unwrap();
            state = next;
            if in_a_row == MAX_WRONG_PINS {
                prop_assert_eq!(outcome, PinOutcome::Blocked);
                let cause = BlockCause::WrongPin;
                prop_assert_eq!(state, EnrolmentState::Blocked { at: NOW, cause });
                prop_assert!(state.right_pin().is_err() && state.wrong_pin(NOW).is_err());
                return Ok(());
            }
            prop_assert_eq!(outcome, PinOutcome::Counted { left: state.pins_left() });
        }
    }
}

#[test]
fn names_are_read_back_and_final_ones_stay() {
    for standing in AuthorizationStanding::ALL {
        assert_eq!(AuthorizationStanding::parse(standing.name()), Some(standing));
        let ends = AuthorizationStanding::ALL.iter().all(|next| !standing.may_become(*next));
        assert_eq!(ends, standing.is_final());
    }
    for standing in EnrolmentStanding::ALL {
        assert_eq!(EnrolmentStanding::parse(standing.name()), Some(standing));
    }
    for kind in OperationKind::ALL {
        assert_eq!(OperationKind::parse(kind.name()), Some(kind));
    }
    for proof in IdentityProof::ALL {
        assert_eq!(IdentityProof::parse(proof.name()), Some(proof));
    }
    assert_eq!(AuthorizationStanding::parse("Pending"), None);
}

/// What could not be begun says why, wherever it is told; what was kept before has the words it had.
#[test]
fn why_nothing_came_of_an_approval_is_kept() {
    let approved = AuthorizationState::Approved { at: NOW, until: at(LASTS) };
    for (cause, written, failure) in [
        (CancelCause::Withdrawn, "\"withdrawn\"", Failure::ConsentRevoked),
        (CancelCause::PhoneBlocked, "\"phone_blocked\"", Failure::ChallengeRejected),
        (
            CancelCause::NotBegun(Failure::Unsupported),
            r#"{"not_begun":"unsupported"}"#,
            Failure::Unsupported,
        ),
    ] {
        let cancelled = approved.cancel(cause, NOW).unwrap();
        let kept = serde_json::to_string(&cancelled).unwrap();
        assert!(kept.contains(&format!("\"cause\":{written}")), "{kept}");
        assert_eq!(serde_json::from_str::<AuthorizationState>(&kept).unwrap(), cancelled);
        assert_eq!(cancelled.failure(), Some(failure));
    }
}

#[test]
fn a_phone_that_ended_never_comes_back() {
    let pending = EnrolmentState::Pending { until: at(LASTS) };
    assert!(pending.activate(at(LASTS)).is_err());
    assert_eq!(pending.seen_at(at(LASTS)), EnrolmentState::Lapsed { at: at(LASTS) });
    let active = pending.activate(NOW).unwrap();
    let ends = [
        pending.block(NOW).unwrap(),
        pending.supersede(NOW).unwrap(),
        active.block(NOW).unwrap(),
        active.supersede(NOW).unwrap(),
    ];
    for end in ends {
        assert!(end.is_final() && end.pins_left() == 0, "{end:?}");
        assert!(end.activate(NOW).is_err() && end.right_pin().is_err(), "{end:?}");
        assert!(end.block(NOW).is_err() && end.supersede(NOW).is_err(), "{end:?}");
        let kept = serde_json::to_string(&end).unwrap();
        assert_eq!(serde_json::from_str::<EnrolmentState>(&kept).unwrap(), end);
    }
}
