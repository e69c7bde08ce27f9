//! Randomness that is a function of what it is for.

use std::ops::RangeInclusive;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Longest label of a throw, in bytes: what the key of the generator has room for.
const LABEL_BYTES: usize = 8;

/// A sequence of throws. Its key *is* what it depends on, so that two questions never share one and
/// the same question always has the same answer.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The throws of `label` for a subject (mostly the body of a RUT), a month and a place in it.
    pub(crate) fn of(seed: u64, label: &str, subject: u64, month: i32, place: u32) -> Self {
        debug_assert!(label.len() <= LABEL_BYTES, "labels are literals that fit");
        let mut key = [0; 32];
        key[..label.len()].copy_from_slice(label.as_bytes());
        key[8..16].copy_from_slice(&seed.to_le_bytes());
        key[16..24].copy_from_slice(&subject.to_le_bytes());
        key[24..28].copy_from_slice(&month.to_le_bytes());
        key[28..].copy_from_slice(&place.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`, which is not zero. Taken modulo: among pesos and names nobody sees
    /// a bias of one in 2⁴⁰.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    /// A place in something of `length` parts, which is not empty.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("a number below a usize is one")
    }

    /// An amount in the range.
    pub(crate) fn amount(&mut self, range: RangeInclusive<i64>) -> i64 {
        let width = range.end().saturating_sub(*range.start()).unsigned_abs();
        let above = self.below(width.saturating_add(1));
        range.start().saturating_add_unsigned(above)
    }

    /// A small number in the range, such as a day or an hour.
    pub(crate) fn small(&mut self, range: RangeInclusive<i8>) -> i8 {
        let drawn = self.amount(i64::from(*range.start())..=i64::from(*range.end()));
        i8::try_from(drawn).expect("the range is one of small numbers")
    }

    /// Whether something that happens in so many of a hundred cases does.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them; `among` is not empty.
    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.place(among.len())]
    }

    /// One of them, each as often as its weight says; some weight is above zero.
    pub(crate) fn weighted<'a, T>(&mut self, among: &'a [T], weight: fn(&T) -> u64) -> &'a T {
        let mut left = self.below(among.iter().map(weight).sum());
        among
            .iter()
            .find(|each| {
                let here = left < weight(each);
                left = left.saturating_sub(weight(each));
                here
            })
            .expect("a number below the sum of the weights falls on one of them")
    }
}
