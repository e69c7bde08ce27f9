use cartola_events::schedule::{MAX_RETRY_AFTER, SCHEDULE, next_attempt, wish};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Randomness, SignedDuration, Timestamp};
use expect_test::expect;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

/// Always the same byte.
#[derive(Debug)]
struct Same(u8);

impl Randomness for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

#[test]
fn the_schedule_of_the_contract() {
    let waits = |randomness: &dyn Randomness| -> String {
        (0..=11)
            .map(|attempts| match next_attempt(attempts, NOW, None, randomness) {
                Some(due) => format!("{:#}\n", due.duration_since(NOW)),
                None => "never\n".to_owned(),
            })
            .collect()
    };
    expect![[r#"
        0s
        5s
        5m
        30m
        2h
        5h
        10h
        14h
        20h
        24h
        never
        never
    "#]]
    .assert_eq(&waits(&Same(0)));
    expect![[r#"
        0s
        5s 500ms
        5m 30s
        33m
        2h 12m
        5h 30m
        11h
        15h 24m
        22h
        26h 24m
        never
        never
    "#]]
    .assert_eq(&waits(&Same(255)));
}

fn wished(value: &str) -> Option<SignedDuration> {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_str(value).unwrap());
    wish(&headers, NOW).map(|wish| wish.duration_since(NOW))
}

#[test]
fn a_wish_is_seconds_or_a_date() {
    assert_eq!(wished("0"), Some(SignedDuration::ZERO));
    assert_eq!(wished(" 120 "), Some(SignedDuration::from_secs(120)));
    assert_eq!(wished("Mon, 02 Mar 2026 12:30:00 GMT"), Some(SignedDuration::from_mins(30)));
    assert_eq!(wished("Mon, 02 Mar 2026 11:30:00 GMT"), Some(SignedDuration::from_mins(-30)));
    for odd in ["", "-1", "soon", "1.5", "99999999999999999999", "2026-03-02T12:30:00Z"] {
        assert_eq!(wished(odd), None, "{odd}");
    }
    assert_eq!(wish(&HeaderMap::new(), NOW), None);
}

#[test]
fn a_wish_puts_off_and_never_brings_forward() {
    let after = |wish: SignedDuration| {
        let due = next_attempt(2, NOW, Some(NOW + wish), &Same(0)).unwrap();
        due.duration_since(NOW)
    };
    assert_eq!(after(SignedDuration::from_secs(1)), SCHEDULE[2]);
    assert_eq!(after(SignedDuration::from_hours(-1)), SCHEDULE[2]);
    assert_eq!(after(SignedDuration::from_hours(1)), SignedDuration::from_hours(1));
    assert_eq!(after(SignedDuration::from_hours(99)), MAX_RETRY_AFTER);
    let last = u32::try_from(SCHEDULE.len()).unwrap();
    assert_eq!(next_attempt(last, NOW, Some(NOW), &Same(0)), None, "a wish gives no attempt more");
}

proptest! {
    #[test]
    fn jitter_is_a_tenth_at_most(attempts in 0_u32..10, seed in any::<u64>()) {
        let due = next_attempt(attempts, NOW, None, &SeededRandomness::new(seed)).unwrap();
        let wait = SCHEDULE[usize::try_from(attempts).unwrap()];
        let waited = due.duration_since(NOW);
        prop_assert!(wait <= waited && waited <= wait + wait / 10);
    }
}
