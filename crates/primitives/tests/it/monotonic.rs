use std::time::Duration;

use cartola_primitives::id::EpochId;
use cartola_primitives::monotonic::{ManualMonotonic, Monotonic, SystemMonotonic};

#[test]
fn manual_time_stands_until_it_is_moved() {
    let epoch = EpochId::from_bytes([7; 16]);
    let time = ManualMonotonic::new(epoch);
    assert_eq!(time.moment(), time.moment());
    time.advance(Duration::from_secs(3));
    time.advance(Duration::from_millis(1));
    assert_eq!(time.moment().elapsed, Duration::from_millis(3_001));
    assert_eq!(time.moment().epoch, epoch);
}

#[test]
fn the_systems_time_never_steps_back() {
    let time = SystemMonotonic::start(EpochId::from_bytes([7; 16]));
    let moments: Vec<_> = (0..100).map(|_| time.moment().elapsed).collect();
    assert!(moments.is_sorted());
}
