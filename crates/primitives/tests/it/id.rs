use std::collections::BTreeSet;
use std::sync::Arc;

use cartola_primitives::clock::{ManualClock, SignedDuration, Timestamp};
use cartola_primitives::id::{
    AccountId, ArchiveId, ConsentId, ConsentSetId, CredentialId, DataKeyId, EpochId, IdMinter,
    ImportId, JobId, LeaseId, LinkId, MessageId, MovementId, PersonId, RequestId, SourceId,
    TenantId, TypedId,
};
use cartola_primitives::randomness::{Randomness, SeededRandomness};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Draws nothing but ones, so that the next id carries.
#[derive(Debug)]
struct Ones;

impl Randomness for Ones {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(u8::MAX);
    }
}

fn frozen(randomness: impl Randomness + 'static) -> (Arc<ManualClock>, IdMinter) {
    let clock = Arc::new(ManualClock::new("2025-07-01T12:00:00.123Z".parse().unwrap()));
    (clock.clone(), IdMinter::new(clock, Arc::new(randomness)))
}

fn check_refused(text: &str, message: &Expect) {
    message.assert_eq(&text.parse::<MovementId>().unwrap_err().to_string());
}

#[test]
fn prefixes_are_kept_for_ever() {
    expect!["ten key per lnk con cse acc mov src imp raw dky req job msg lea epo"].assert_eq(
        &[
            TenantId::PREFIX,
            CredentialId::PREFIX,
            PersonId::PREFIX,
            LinkId::PREFIX,
            ConsentId::PREFIX,
            ConsentSetId::PREFIX,
            AccountId::PREFIX,
            MovementId::PREFIX,
            SourceId::PREFIX,
            ImportId::PREFIX,
            ArchiveId::PREFIX,
            DataKeyId::PREFIX,
            RequestId::PREFIX,
            JobId::PREFIX,
            MessageId::PREFIX,
            LeaseId::PREFIX,
            EpochId::PREFIX,
        ]
        .join(" "),
    );
}

#[test]
fn text_is_prefix_and_hexadecimal() {
    let id = MovementId::from_bytes(*b"0123456789abcdef");
    assert_eq!(id.to_string(), "mov_30313233343536373839616263646566");
    assert_eq!(format!("{id:?}"), id.to_string());
    assert_eq!(id.hex(), "30313233343536373839616263646566");
    assert_eq!(MovementId::from_hex(&id.hex()), Ok(id));
    assert_eq!(id.as_bytes(), b"0123456789abcdef");
}

#[test]
fn other_texts_are_refused_with_the_form() {
    let form = expect!["expected mov_ followed by 32 lowercase hexadecimal digits"];
    for text in [
        "",
        "mov_",
        "30313233343536373839616263646566",
        "acc_30313233343536373839616263646566",
        "mov-30313233343536373839616263646566",
        "mov_3031323334353637383961626364656",
        "mov_303132333435363738396162636465666",
        "mov_3031323334353637383961626364656F",
        "mov_3031323334353637383961626364656g",
        "MOV_30313233343536373839616263646566",
        " mov_30313233343536373839616263646566",
        "mov_ñ01323334353637383961626364656ñ",
    ] {
        check_refused(text, &form);
    }
}

#[test]
fn json_carries_the_text() {
    let text = r#""con_30313233343536373839616263646566""#;
    let id: ConsentId = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), text);
    let error = serde_json::from_str::<LinkId>(text).unwrap_err().to_string();
    assert!(error.starts_with("expected lnk_ followed by"), "{error}");
}

#[test]
fn an_id_begins_with_its_milliseconds() {
    let (clock, minter) = frozen(SeededRandomness::new(7));
    let first: MovementId = minter.mint();
    clock.advance(SignedDuration::from_millis(1));
    let second: AccountId = minter.mint();
    expect![[r#"
        mov_0197c5dbb67bbb43d723345365283a29
        acc_0197c5dbb67cd359012b31952445b970
    "#]]
    .assert_eq(&format!("{first}\n{second}\n"));
    assert_eq!(u64::from_str_radix(&first.hex()[..12], 16), Ok(1_751_371_200_123));
}

#[test]
fn one_millisecond_gives_neighbours() {
    let (_, minter) = frozen(SeededRandomness::new(7));
    let (first, second): (MovementId, LinkId) = (minter.mint(), minter.mint());
    let number = |bytes: &[u8; 16]| u128::from_be_bytes(*bytes);
    assert_eq!(number(second.as_bytes()), number(first.as_bytes()) + 1);
}

#[test]
fn a_clock_that_steps_back_does_not_turn_the_order() {
    let (clock, minter) = frozen(SeededRandomness::new(7));
    let first: MovementId = minter.mint();
    clock.set(Timestamp::UNIX_EPOCH);
    let second: MovementId = minter.mint();
    clock.set(Timestamp::MIN);
    let third: MovementId = minter.mint();
    assert!(first < second && second < third);
}

#[test]
fn a_full_random_part_carries_and_time_catches_up() {
    let (clock, minter) = frozen(Ones);
    let (first, carried): (MovementId, MovementId) = (minter.mint(), minter.mint());
    assert_eq!(&carried.hex()[12..], "0".repeat(20));
    clock.advance(SignedDuration::from_millis(1));
    let third: MovementId = minter.mint();
    clock.advance(SignedDuration::from_millis(1));
    let fourth: MovementId = minter.mint();
    assert!(first < carried && carried < third && third < fourth);
    assert_eq!(&fourth.hex()[12..], "f".repeat(20));
}

#[test]
fn a_large_import_on_many_threads_has_no_two_alike() {
    let (_, minter) = frozen(SeededRandomness::new(7));
    let mint = || (0..25_000).map(|_| minter.mint::<MovementId>()).collect::<Vec<_>>();
    let batches = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(mint));
        threads.map(|thread| thread.join().unwrap())
    });
    assert!(batches.iter().all(|batch| batch.is_sorted()));
    assert_eq!(batches.iter().flatten().collect::<BTreeSet<_>>().len(), 100_000);
}

proptest! {
    #[test]
    fn text_and_bytes_sort_alike(left: [u8; 16], right: [u8; 16]) {
        let (left, right) = (SourceId::from_bytes(left), SourceId::from_bytes(right));
        prop_assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        prop_assert_eq!(left.to_string().parse(), Ok(left));
    }

    #[test]
    fn ids_increase_whatever_the_clock_does(steps in prop::collection::vec(-5_i64..5, 1..50), seed: u64) {
        let (clock, minter) = frozen(SeededRandomness::new(seed));
        let mut last: MovementId = minter.mint();
        for step in steps {
            clock.advance(SignedDuration::from_millis(step));
            let next = minter.mint();
            prop_assert!(next > last);
            last = next;
        }
    }
}
