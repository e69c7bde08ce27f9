use cartola_primitives::SignedDuration;
use cartola_primitives::randomness::{OsRandomness, Randomness, SeededRandomness, jitter};
use expect_test::expect;

fn drawn(randomness: &dyn Randomness) -> [u8; 16] {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes);
    bytes
}

#[test]
fn a_seed_repeats_its_sequence_on_every_machine() {
    let source = SeededRandomness::new(42);
    let bytes = [drawn(&source), drawn(&source)];
    expect!["a15b5d39b5bf90ae88917925c63f45f38c53b6c508b7716d52671658f9b29aa0"]
        .assert_eq(&data_encoding::HEXLOWER.encode(bytes.as_flattened()));
    assert_ne!(drawn(&SeededRandomness::new(43)), bytes[0]);
}

#[test]
fn the_system_does_not_repeat() {
    assert_ne!(drawn(&OsRandomness), drawn(&OsRandomness));
}

#[test]
fn debug_does_not_show_the_state() {
    assert!(!format!("{:?}", SeededRandomness::new(42)).contains("42"));
}

#[test]
fn jitter_is_a_tenth_at_most() {
    let (randomness, wait) = (SeededRandomness::new(3), SignedDuration::from_secs(20));
    let drawn: Vec<_> = (0..1_000).map(|_| jitter(wait, &randomness).as_millis()).collect();
    let (least, most) = (drawn.iter().min().unwrap(), drawn.iter().max().unwrap());
    assert!((0..50).contains(least) && (1_950..=2_000).contains(most), "{least} to {most}");
    assert_eq!(jitter(SignedDuration::ZERO, &randomness), SignedDuration::ZERO);
}
