//! Which line of a batch tells of which movement that is known already.
//!
//! Lines and movements are compared day by day, from the strongest evidence to the weakest; each
//! pass takes its pairs out of play. Within a pass the n-th of several equal lines meets the n-th
//! of several equal movements: two equal lines of one file stay two movements, and two files that
//! overlap count the most that either of them has.
//!
//! One thing cannot be told: a day on which amount and balance after recur, cut so that either file
//! has one of the two lines. They count as one, since the other reading would double every line
//! that a bank renames.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use cartola_connector::Line;
use cartola_model::{Instalment, MergeReason, Movement, MovementStatus, glosa};
use cartola_primitives::Date;
use cartola_store::movements::Attested;

/// One line that tells of a known movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Index of the line.
    pub line: usize,
    /// Index of the movement.
    pub known: usize,
    /// Why.
    pub reason: MergeReason,
}

/// A line that may tell of one of several known movements, and stays apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// Index of the line.
    pub line: usize,
    /// Indexes of the movements.
    pub candidates: Vec<usize>,
}

/// What matching found.
#[derive(Debug, Default)]
pub struct Matching {
    /// Lines that tell of known movements.
    pub matches: Vec<Match>,
    /// Lines that nobody knew, in order.
    pub new: Vec<usize>,
    /// Those of the new ones that may be known.
    pub unclear: Vec<Unclear>,
    /// Known movements of which no line tells.
    pub untold: Vec<usize>,
}

/// Pairs of texts that one day is compared in for truncation, at most; a day beyond it keeps such
/// lines apart.
pub const MAX_TEXT_COMPARISONS: usize = 20_000;

/// Movements with the same key that one line tries, at most; beyond it the line stays apart.
const MAX_EQUALS_TRIED: usize = 64;

/// Candidates listed for one unclear line, at most.
pub const MAX_CANDIDATES: usize = 20;

/// Matches the lines of a batch with the movements known in its days and around them. `is_proven`
/// says of a day whether the batch has all its movements.
pub fn match_lines(
    known: &[Attested],
    lines: &[Line],
    is_proven: impl Fn(Date) -> bool,
) -> Matching {
    let mut pairs = Pairs::new(known.len(), lines.len());
    if !known.is_empty() {
        match_references(known, lines, &mut pairs);
        for (day, (known_of_day, lines_of_day)) in by_day(known, lines, &pairs) {
            Day { known, lines, proven: is_proven(day) }.run(
                known_of_day,
                lines_of_day,
                &mut pairs,
            );
        }
    }
    pairs.finish()
}

/// What has been paired so far.
struct Pairs {
    of_known: Vec<bool>,
    of_line: Vec<bool>,
    matching: Matching,
}

impl Pairs {
    fn new(known: usize, lines: usize) -> Self {
        Self {
            of_known: vec![false; known],
            of_line: vec![false; lines],
            matching: Matching::default(),
        }
    }

    fn pair(&mut self, line: usize, known: usize, reason: MergeReason) {
        self.of_line[line] = true;
        self.of_known[known] = true;
        self.matching.matches.push(Match { line, known, reason });
    }

    fn finish(mut self) -> Matching {
        self.matching.matches.sort_by_key(|found| found.line);
        self.matching.new = free(&self.of_line);
        self.matching.untold = free(&self.of_known);
        self.matching
    }
}

fn free(taken: &[bool]) -> Vec<usize> {
    taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(index, _)| index).collect()
}

/// The bank's own reference is the same, and the amount, and the day or the text: the strongest
/// evidence. The reference alone is none, since some banks number the lines of each file anew.
fn match_references(known: &[Attested], lines: &[Line], pairs: &mut Pairs) {
    let mut by_reference: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for index in live_first(known, 0..known.len()) {
        if let Some(reference) = known[index].row.movement.details.reference.as_deref() {
            by_reference.entry(reference).or_default().push_back(index);
        }
    }
    if by_reference.is_empty() {
        return;
    }
    for (index, line) in lines.iter().enumerate() {
        let reference = line.observation.details.reference.as_deref();
        let Some(queue) = reference.and_then(|reference| by_reference.get_mut(reference)) else {
            continue;
        };
        let same = |index: &usize| is_same_booking(&known[*index].row.movement, line);
        if let Some(found) = queue.iter().position(same).and_then(|at| queue.remove(at)) {
            pairs.pair(index, found, MergeReason::SameReference);
        }
    }
}

/// Whether a line with the reference of a movement tells of that movement.
fn is_same_booking(movement: &Movement, line: &Line) -> bool {
    let says = &line.observation;
    let same_text = || {
        let (known, told) = (glosa::fold(&movement.glosa), glosa::fold(&says.glosa));
        known == told || glosa::is_truncation(&known, &told)
    };
    movement.amount == says.amount && (movement.booked_on == says.booked_on || same_text())
}

type OfDay = (Vec<usize>, Vec<usize>);

/// The days on which both sides have something left.
fn by_day(known: &[Attested], lines: &[Line], pairs: &Pairs) -> BTreeMap<Date, OfDay> {
    let mut days: BTreeMap<Date, OfDay> = BTreeMap::new();
    let left = (0..known.len()).filter(|index| !pairs.of_known[*index]);
    for index in live_first(known, left) {
        days.entry(known[index].row.movement.booked_on).or_default().0.push(index);
    }
    for (index, line) in lines.iter().enumerate().filter(|(index, _)| !pairs.of_line[*index]) {
        if let Some((_, lines_of_day)) = days.get_mut(&line.observation.booked_on) {
            lines_of_day.push(index);
        }
    }
    days.retain(|_, (_, lines_of_day)| !lines_of_day.is_empty());
    days
}

/// Movements that exist before those that were removed, each in order: a removed one is found
/// again only by a line that no other movement answers to.
fn live_first(known: &[Attested], indexes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut ordered: Vec<usize> = indexes.collect();
    ordered.sort_by_key(|index| known[*index].row.movement.status == MovementStatus::Removed);
    ordered
}

/// One day's comparison.
struct Day<'a> {
    known: &'a [Attested],
    lines: &'a [Line],
    /// Whether the batch has every line of the day.
    proven: bool,
}

/// A movement or line, as far as it is compared.
struct Traits<'a> {
    amount: i64,
    balance: Option<i64>,
    glosa: String,
    document: Option<&'a str>,
    reference: Option<&'a str>,
    card: Option<&'a str>,
    instalment: Option<Instalment>,
}

impl Day<'_> {
    fn run(&self, mut known: Vec<usize>, mut lines: Vec<usize>, pairs: &mut Pairs) {
        let of_known: HashMap<usize, Traits<'_>> =
            known.iter().map(|index| (*index, self.known_traits(*index))).collect();
        let of_line: HashMap<usize, Traits<'_>> =
            lines.iter().map(|index| (*index, self.line_traits(*index))).collect();
        let mut pass = |reason, key: &dyn Fn(&Traits<'_>) -> Option<Key>, fits: Fits| {
            equal_pass(
                (&mut known, &of_known),
                (&mut lines, &of_line),
                key,
                fits,
                |line, known| {
                    pairs.pair(line, known, reason);
                },
            );
        };
        pass(MergeReason::IdenticalLine, &identical_key, always);
        pass(MergeReason::SameBalance, &balance_key, always);
        pass(MergeReason::SameLine, &text_key, one_lacks_balance);
        if self.proven {
            // Banks reorder the lines of a day between two exports, and the balances with them.
            pass(MergeReason::SameLine, &text_key, compatible_details);
        }
        self.unique_passes((&mut known, &of_known), (&mut lines, &of_line), pairs);
        list_unclear((&known, &of_known), (&lines, &of_line), pairs);
    }

    fn unique_passes(&self, known: Side<'_, '_>, lines: Side<'_, '_>, pairs: &mut Pairs) {
        let (known, of_known) = known;
        let (lines, of_line) = lines;
        if known.len().saturating_mul(lines.len()) > MAX_TEXT_COMPARISONS {
            return;
        }
        let truncated = |a: &Traits<'_>, b: &Traits<'_>| {
            one_lacks_balance(a, b) && glosa::is_truncation(&a.glosa, &b.glosa)
        };
        unique_pass((known, of_known), (lines, of_line), truncated, |line, known| {
            pairs.pair(line, known, MergeReason::TruncatedText);
        });
        if self.proven {
            unique_pass((known, of_known), (lines, of_line), compatible_details, |line, known| {
                pairs.pair(line, known, MergeReason::OnlyCandidate);
            });
        }
    }

    fn known_traits(&self, index: usize) -> Traits<'_> {
        let movement = &self.known[index].row.movement;
        Traits {
            amount: movement.amount.minor(),
            balance: movement.balance_after,
            glosa: glosa::fold(&movement.glosa),
            document: movement.details.document.as_deref(),
            reference: movement.details.reference.as_deref(),
            card: movement.details.card.as_ref().map(|card| card.last4.as_str()),
            instalment: movement.details.instalment,
        }
    }

    fn line_traits(&self, index: usize) -> Traits<'_> {
        let says = &self.lines[index].observation;
        Traits {
            amount: says.amount.minor(),
            balance: says.balance_after,
            glosa: glosa::fold(&says.glosa),
            document: says.details.document.as_deref(),
            reference: says.details.reference.as_deref(),
            card: says.details.card.as_ref().map(|card| card.last4.as_str()),
            instalment: says.details.instalment,
        }
    }
}

type Side<'a, 'b> = (&'a mut Vec<usize>, &'a HashMap<usize, Traits<'b>>);
type Fits = fn(&Traits<'_>, &Traits<'_>) -> bool;

/// What must be equal for two lines to meet in a pass.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    amount: i64,
    balance: Option<i64>,
    glosa: Option<String>,
    document: Option<String>,
}

fn identical_key(traits: &Traits<'_>) -> Option<Key> {
    Some(Key {
        amount: traits.amount,
        balance: Some(traits.balance?),
        glosa: Some(traits.glosa.clone()),
        document: traits.document.map(str::to_owned),
    })
}

fn balance_key(traits: &Traits<'_>) -> Option<Key> {
    Some(Key { amount: traits.amount, balance: Some(traits.balance?), glosa: None, document: None })
}

// A key of a pass wants an answer for every line; this one always has one.
#[expect(clippy::unnecessary_wraps)]
fn text_key(traits: &Traits<'_>) -> Option<Key> {
    Some(Key {
        amount: traits.amount,
        balance: None,
        glosa: Some(traits.glosa.clone()),
        document: None,
    })
}

fn always(_: &Traits<'_>, _: &Traits<'_>) -> bool {
    true
}

/// Nothing that both sides give differs, balances aside.
fn compatible_details(a: &Traits<'_>, b: &Traits<'_>) -> bool {
    a.amount == b.amount
        && agree(a.document, b.document)
        && agree(a.reference, b.reference)
        && agree(a.card, b.card)
        && agree(a.instalment, b.instalment)
}

/// Nothing that both sides give differs, and no pair of balances could have told more.
fn one_lacks_balance(a: &Traits<'_>, b: &Traits<'_>) -> bool {
    compatible_details(a, b) && (a.balance.is_none() || b.balance.is_none())
}

fn agree<T: PartialEq + Copy>(a: Option<T>, b: Option<T>) -> bool {
    a.is_none() || b.is_none() || a == b
}

/// Pairs the n-th line of a key with the n-th movement of that key.
fn equal_pass(
    (known, of_known): Side<'_, '_>,
    (lines, of_line): Side<'_, '_>,
    key: &dyn Fn(&Traits<'_>) -> Option<Key>,
    fits: Fits,
    mut pair: impl FnMut(usize, usize),
) {
    let mut waiting: HashMap<Key, VecDeque<usize>> = HashMap::new();
    for index in known.iter() {
        if let Some(key) = key(&of_known[index]) {
            waiting.entry(key).or_default().push_back(*index);
        }
    }
    let mut met = HashSet::new();
    lines.retain(|line| {
        let traits = &of_line[line];
        let Some(queue) = key(traits).and_then(|key| waiting.get_mut(&key)) else { return true };
        let Some(at) =
            queue.iter().take(MAX_EQUALS_TRIED).position(|known| fits(&of_known[known], traits))
        else {
            return true;
        };
        let found = queue.remove(at).expect("the position was just found");
        pair(*line, found);
        met.insert(found);
        false
    });
    known.retain(|index| !met.contains(index));
}

/// Pairs lines and movements that have nobody but each other.
fn unique_pass(
    (known, of_known): Side<'_, '_>,
    (lines, of_line): Side<'_, '_>,
    fits: impl Fn(&Traits<'_>, &Traits<'_>) -> bool,
    mut pair: impl FnMut(usize, usize),
) {
    let candidates_of = |line: &usize| -> Vec<usize> {
        known.iter().copied().filter(|known| fits(&of_known[known], &of_line[line])).collect()
    };
    let mut suitors: HashMap<usize, usize> = HashMap::new();
    let mut only: Vec<(usize, usize)> = Vec::new();
    for line in lines.iter() {
        let candidates = candidates_of(line);
        for candidate in &candidates {
            *suitors.entry(*candidate).or_default() += 1;
        }
        if let [candidate] = candidates[..] {
            only.push((*line, candidate));
        }
    }
    only.retain(|(_, candidate)| suitors[candidate] == 1);
    for (line, candidate) in &only {
        pair(*line, *candidate);
    }
    lines.retain(|line| !only.iter().any(|(taken, _)| taken == line));
    known.retain(|index| !only.iter().any(|(_, taken)| taken == index));
}

/// Lists the lines that could still be some movement of the same day and amount.
fn list_unclear(
    (known, of_known): (&[usize], &HashMap<usize, Traits<'_>>),
    (lines, of_line): (&[usize], &HashMap<usize, Traits<'_>>),
    pairs: &mut Pairs,
) {
    let mut by_amount: HashMap<i64, Vec<usize>> = HashMap::new();
    for index in known {
        by_amount.entry(of_known[index].amount).or_default().push(*index);
    }
    for line in lines {
        let traits = &of_line[line];
        let Some(of_amount) = by_amount.get(&traits.amount) else { continue };
        let candidates: Vec<usize> = of_amount
            .iter()
            .copied()
            .filter(|known| of_known[known].balance.is_none() || traits.balance.is_none())
            .take(MAX_CANDIDATES)
            .collect();
        if !candidates.is_empty() {
            pairs.matching.unclear.push(Unclear { line: *line, candidates });
        }
    }
}
