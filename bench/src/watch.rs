//! The stopwatch, and what is made of its readings.

use std::time::{Duration, Instant};

/// Starts measuring.
#[allow(clippy::disallowed_methods, reason = "how long something takes is monotonic time")]
pub fn start() -> Instant {
    Instant::now()
}

/// So many in that time, a second.
#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The readings of several rounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings(Vec<f64>);

impl Readings {
    /// Sorted, so that the middle and the ends are found. There is at least one.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        assert!(!values.is_empty(), "a bench has rounds");
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The middle one; of an even number the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let (below, above) = ((self.0.len() - 1) / 2, self.0.len() / 2);
        f64::midpoint(self.0[below], self.0[above])
    }

    /// The smallest and the largest.
    pub fn ends(&self) -> (f64, f64) {
        (self.0[0], self.0[self.0.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_odd_and_an_even_number() {
        let ends_and_median = |values: &[f64]| {
            let readings = Readings::of(values.iter().copied());
            (readings.ends(), readings.median())
        };
        assert_eq!(ends_and_median(&[3.0, 1.0, 9.0]), ((1.0, 9.0), 3.0));
        assert_eq!(ends_and_median(&[4.0, 1.0, 2.0, 9.0]), ((1.0, 9.0), 3.0));
    }
}
