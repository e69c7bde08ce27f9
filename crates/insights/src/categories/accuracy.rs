//! How well labels fit what is known to be right: of our rules on a corpus, or of a tenant's rules
//! on movements that the tenant has looked through.

use std::collections::BTreeMap;

use super::Category;

/// What was right against what was told.
#[derive(Debug, Clone, Default)]
pub struct Confusion {
    counts: BTreeMap<(Category, Category), u64>,
}

/// Counts of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// All.
    pub all: u64,
    /// Those that fit.
    pub right: u64,
    /// Those of the right group, class aside.
    pub right_group: u64,
    /// Those of which no more was told than how they were paid, or nothing
    /// ([`Category::is_general`]), and that are something else.
    pub general: u64,
}

impl Score {
    /// Those of which something else was told.
    pub fn wrong(&self) -> u64 {
        self.all - self.right - self.general
    }

    /// Right ones of a thousand, rounded down; 1,000 of nothing.
    pub fn per_mille(&self) -> u64 {
        (self.right * 1_000).checked_div(self.all).unwrap_or(1_000)
    }
}

impl Confusion {
    /// One more.
    pub fn add(&mut self, right: Category, told: Category) {
        *self.counts.entry((right, told)).or_default() += 1;
    }

    /// What it comes to.
    pub fn score(&self) -> Score {
        let mut score = Score::default();
        for ((right, told), count) in &self.counts {
            score.all += count;
            if right == told {
                score.right += count;
            } else if told.is_general() {
                score.general += count;
            }
            if right.group_id() == told.group_id() {
                score.right_group += count;
            }
        }
        score
    }

    /// Right, told and how often, of those that differ, the most frequent first.
    pub fn mistakes(&self) -> Vec<(Category, Category, u64)> {
        let wrong = self.counts.iter().filter(|((right, told), _)| right != told);
        let mut mistakes: Vec<_> =
            wrong.map(|((right, told), count)| (*right, *told, *count)).collect();
        mistakes.sort_by_key(|(right, told, count)| (std::cmp::Reverse(*count), *right, *told));
        mistakes
    }
}

impl FromIterator<(Category, Category)> for Confusion {
    fn from_iter<I: IntoIterator<Item = (Category, Category)>>(pairs: I) -> Self {
        let mut confusion = Self::default();
        for (right, told) in pairs {
            confusion.add(right, told);
        }
        confusion
    }
}
