//! The allowance of a key.

use std::time::Duration;

use cartola_http::rate::RateLimit;
use cartola_model::access::Actor;
use cartola_primitives::id::CredentialId;
use governor::clock::FakeRelativeClock;

fn key(number: u32) -> Actor {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Actor::Credential(CredentialId::from_bytes(bytes))
}

#[test]
fn a_burst_then_the_rate_then_again() {
    let clock = FakeRelativeClock::default();
    let limit = RateLimit::with_clock(10, 3, clock.clone());
    for _ in 0..3 {
        limit.take(key(1)).unwrap();
    }
    assert_eq!(limit.take(key(1)), Err(Duration::from_millis(100)));
    limit.take(key(2)).unwrap();
    clock.advance(Duration::from_millis(100));
    limit.take(key(1)).unwrap();
    assert!(limit.take(key(1)).is_err());
    clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        limit.take(key(1)).unwrap();
    }
}

#[test]
fn a_limit_of_nothing_is_one() {
    let limit = RateLimit::with_clock(0, 0, FakeRelativeClock::default());
    limit.take(key(1)).unwrap();
    assert!(limit.take(key(1)).is_err());
}

#[test]
fn keys_that_rest_are_forgotten() {
    let clock = FakeRelativeClock::default();
    let limit = RateLimit::with_clock(10, 3, clock.clone());
    for number in 0..50_000 {
        limit.take(key(number)).unwrap();
        clock.advance(Duration::from_millis(1));
    }
    assert!(limit.keys() < 20_000, "{}", limit.keys());
}
