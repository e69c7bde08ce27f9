use cartola_primitives::clock::{Clock, ManualClock, SignedDuration, SystemClock, Timestamp};

#[test]
fn a_manual_clock_moves_only_when_told() {
    let start: Timestamp = "2025-07-01T12:00:00Z".parse().unwrap();
    let clock = ManualClock::new(start);
    assert_eq!((clock.now(), clock.now()), (start, start));
    clock.advance(SignedDuration::from_hours(-13));
    assert_eq!(clock.now().to_string(), "2025-06-30T23:00:00Z");
    clock.set(Timestamp::UNIX_EPOCH);
    assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
}

#[test]
fn the_system_tells_a_time_after_this_was_written() {
    let written: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
    assert!(SystemClock.now() > written);
}
