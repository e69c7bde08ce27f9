//! Rules compiled: all phrases found in one pass over a glosa.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, StartKind};

use super::matcher::Facts;
use super::rule::{Phrase, Rule, RuleError, RulesFile, Sign, Tier};
use super::search::Search;
use super::text::Folded;
use super::{Category, MAX_RULES};

/// Most rules of a file that have `with` or `without`: one bit each while a glosa is looked at.
pub const MAX_NARROWED: usize = 128;

/// How much a rule counts: by tier, then by the length of what was found, then by its place in the
/// file. Zero is nothing.
pub(super) type Weight = u64;

const LENGTH_BITS: u32 = 16;
const PLACE_BITS: u32 = 16;

const _: () = assert!(MAX_RULES < 1 << PLACE_BITS, "a place fits its bits");

/// A payer counts more than any phrase of its tier.
const PAYER_LENGTH: u64 = (1 << LENGTH_BITS) - 1;

/// What a phrase says of a rule where it is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Any,
    With,
    Without,
}

#[derive(Clone, Copy)]
pub(super) struct Use {
    pub rule: u16,
    pub role: Role,
    pub weight: Weight,
}

pub(super) struct Compiled {
    id: String,
    category: Category,
    /// Whether it says anything of cargos, and of abonos.
    pub fits: [bool; 2],
    /// Its bit, if it is narrowed, and whether one of `with` is needed.
    pub narrowed: Option<(u8, bool)>,
}

/// A file of rules, ready.
pub struct RuleSet {
    version: u32,
    pub(super) rules: Vec<Compiled>,
    /// The rule of each bit.
    pub(super) narrowed: Vec<u16>,
    phrases: AhoCorasick,
    /// By pattern: where its uses begin; one more for the end.
    first_use: Vec<u32>,
    uses: Vec<Use>,
    /// Sorted.
    payers: Vec<(u32, u16, Weight)>,
    /// Sorted.
    channels: Vec<(Vec<u8>, u16, Weight)>,
    /// The most that a channel says.
    channels_at_most: Weight,
}

impl RuleSet {
    /// Compiles a file.
    pub fn compile(file: RulesFile) -> Result<Self, RuleError> {
        let narrowed = file.rules.iter().filter(|rule| rule.is_narrowed()).count();
        if narrowed > MAX_NARROWED {
            let what = "rules with `with` or `without`";
            return Err(RuleError::TooMany { what, most: MAX_NARROWED });
        }
        let mut uses: BTreeMap<Phrase, Vec<Use>> = BTreeMap::new();
        let (mut payers, mut channels) = (Vec::new(), Vec::new());
        for (place, rule) in (0_u16..).zip(&file.rules) {
            for (phrase, role) in rule.roles() {
                let weight = rule.weight(phrase.0.len() as u64, place);
                uses.entry(phrase.clone()).or_default().push(Use { rule: place, role, weight });
            }
            let payer = rule.weight(PAYER_LENGTH, place);
            payers.extend(rule.payers.iter().map(|rut| (rut.body(), place, payer)));
            let channel = rule.weight(0, place);
            channels.extend(rule.channels.iter().map(|name| (name.clone(), place, channel)));
        }
        payers.sort_unstable();
        channels.sort_unstable();
        let phrases = automaton(uses.keys())?;
        let mut first_use = vec![0];
        let mut flat = Vec::new();
        for of_phrase in uses.into_values() {
            flat.extend(of_phrase);
            first_use.push(u32::try_from(flat.len()).expect("uses are bounded by the phrases"));
        }
        let narrowed = (0_u16..).zip(&file.rules).filter(|(_, rule)| rule.is_narrowed());
        Ok(Self {
            version: file.version,
            narrowed: narrowed.map(|(place, _)| place).collect(),
            rules: compiled(file.rules),
            phrases,
            first_use,
            uses: flat,
            payers,
            channels_at_most: channels.iter().map(|channel| channel.2).max().unwrap_or(0),
            channels,
        })
    }

    /// What the file calls itself.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The rule that fits best, with its category.
    pub fn find(&self, facts: &Facts<'_>, glosa: &Folded) -> Option<(Category, &str)> {
        let mut search = Search::new(self, facts.incoming);
        for found in self.phrases.find_overlapping_iter(glosa.as_bytes()) {
            for each in self.uses_of(found.pattern().as_usize()) {
                search.see(each);
            }
        }
        if let Some(payer) = facts.other {
            self.of_payer(payer.body()).for_each(|(_, rule, weight)| search.offer(*rule, *weight));
        }
        if search.best.0 < self.channels_at_most
            && let Some(channel) = facts.channel
        {
            let name = Folded::of(channel);
            let named = self.of_channel(name.trimmed());
            named.for_each(|(_, rule, weight)| search.offer(*rule, *weight));
        }
        let (weight, rule) = search.settle();
        (weight > 0).then(|| {
            let rule = &self.rules[usize::from(rule)];
            (rule.category, rule.id.as_str())
        })
    }

    fn uses_of(&self, pattern: usize) -> &[Use] {
        let (from, to) = (self.first_use[pattern], self.first_use[pattern + 1]);
        &self.uses[from as usize..to as usize]
    }

    fn of_payer(&self, body: u32) -> impl Iterator<Item = &(u32, u16, Weight)> {
        let from = self.payers.partition_point(|each| each.0 < body);
        self.payers[from..].iter().take_while(move |each| each.0 == body)
    }

    fn of_channel(&self, name: &[u8]) -> impl Iterator<Item = &(Vec<u8>, u16, Weight)> {
        let from = self.channels.partition_point(|each| each.0.as_slice() < name);
        self.channels[from..].iter().take_while(move |each| each.0 == name)
    }
}

impl Rule {
    fn is_narrowed(&self) -> bool {
        !self.with.is_empty() || !self.without.is_empty()
    }

    fn roles(&self) -> impl Iterator<Item = (&Phrase, Role)> {
        let parts =
            [(&self.any, Role::Any), (&self.with, Role::With), (&self.without, Role::Without)];
        parts.into_iter().flat_map(|(phrases, role)| phrases.iter().map(move |each| (each, role)))
    }

    fn weight(&self, length: u64, place: u16) -> Weight {
        let tier = self.tier as u64 + 1;
        let earlier = u64::from(u16::MAX - place);
        (tier << LENGTH_BITS | length) << PLACE_BITS | earlier
    }
}

fn compiled(rules: Vec<Rule>) -> Vec<Compiled> {
    let mut bits = 0_u8..;
    rules
        .into_iter()
        .map(|rule| Compiled {
            fits: [rule.sign != Some(Sign::Abono), rule.sign != Some(Sign::Cargo)],
            narrowed: rule
                .is_narrowed()
                .then(|| bits.next())
                .flatten()
                .map(|bit| (bit, !rule.with.is_empty())),
            category: rule.category,
            id: rule.id,
        })
        .collect()
}

/// Some two hundred kilobytes for two thousand phrases. A table of all states is a sixth quicker alone
/// and takes 3.5 MB, also for a tenant with rules of its own.
fn automaton<'a>(phrases: impl Iterator<Item = &'a Phrase>) -> Result<AhoCorasick, RuleError> {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .match_kind(MatchKind::Standard)
        .start_kind(StartKind::Unanchored)
        .prefilter(false)
        .build(phrases.map(|phrase| &phrase.0))
        .map_err(|error| RuleError::Form(error.to_string()))
}

const _: () = assert!(Tier::Operation as u64 > Tier::Channel as u64, "tiers rise");
