//! One look at one glosa.

use super::set::{MAX_NARROWED, Role, RuleSet, Use, Weight};

/// What has been found so far.
pub struct Search<'a> {
    set: &'a RuleSet,
    side: usize,
    /// The best rule of those that nothing narrows.
    pub best: (Weight, u16),
    /// One bit for each narrowed rule: whether its phrases were seen.
    any: u128,
    with: u128,
    without: u128,
    /// What each narrowed rule would count.
    weights: [Weight; MAX_NARROWED],
}

impl<'a> Search<'a> {
    pub fn new(set: &'a RuleSet, incoming: bool) -> Self {
        let side = usize::from(incoming);
        Self { set, side, best: (0, 0), any: 0, with: 0, without: 0, weights: [0; MAX_NARROWED] }
    }

    /// A phrase was found.
    pub fn see(&mut self, found: &Use) {
        match found.role {
            Role::Any => self.offer(found.rule, found.weight),
            Role::With => self.with |= self.bit(found.rule),
            Role::Without => self.without |= self.bit(found.rule),
        }
    }

    /// A rule fits, unless something narrows it.
    pub fn offer(&mut self, rule: u16, weight: Weight) {
        let compiled = &self.set.rules[usize::from(rule)];
        if !compiled.fits[self.side] {
            return;
        }
        let Some((bit, _)) = compiled.narrowed else {
            self.best = self.best.max((weight, rule));
            return;
        };
        self.any |= 1 << bit;
        let kept = &mut self.weights[usize::from(bit)];
        *kept = weight.max(*kept);
    }

    /// The best of all, now that everything is seen.
    pub fn settle(self) -> (Weight, u16) {
        let mut best = self.best;
        let mut left = self.any & !self.without;
        while left != 0 {
            let bit = left.trailing_zeros() as usize;
            left &= left - 1;
            let place = self.set.narrowed[bit];
            let needs_with =
                self.set.rules[usize::from(place)].narrowed.is_some_and(|(_, needs)| needs);
            if !needs_with || self.with >> bit & 1 == 1 {
                best = best.max((self.weights[bit], place));
            }
        }
        best
    }

    fn bit(&self, rule: u16) -> u128 {
        self.set.rules[usize::from(rule)].narrowed.map_or(0, |(bit, _)| 1 << bit)
    }
}
