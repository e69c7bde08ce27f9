//! Movements of which it is known what they were for. Tests and the generated page read them here.

use cartola_insights::categories::{Category, Confusion, Facts, Matcher};
use cartola_primitives::{Rut, date};
use cartola_sandbox::{Month, Movement, Population, Side};

/// One line of a corpus.
pub struct Line {
    /// What it was for.
    pub right: Category,
    /// The business, or the bank.
    pub of: &'static str,
    /// Whether money came.
    pub incoming: bool,
    /// As printed.
    pub glosa: &'static str,
}

/// Businesses whose purchases may be used to write rules.
pub const DEVELOPMENT: &str = include_str!("../corpus/development.tsv");
/// Businesses that no rule may name.
pub const HOLDOUT: &str = include_str!("../corpus/holdout.tsv");
/// Glosas in the manner of several banks.
pub const STYLES: &str = include_str!("../corpus/styles.tsv");
const SANDBOX: &str = include_str!("../corpus/sandbox.tsv");

/// The seed of the sandbox's population, and how many of it are looked at.
const SEED: u64 = 42;
const PERSONS: u32 = 40;

/// The lines of a file.
pub fn lines(text: &'static str) -> Vec<Line> {
    fields(text)
        .map(|fields| {
            let [category, of, sign, glosa] = fields[..] else { panic!("{fields:?}") };
            let right = category_of(category);
            Line { right, of, incoming: sign == "+", glosa }
        })
        .collect()
}

/// What rules make of a file.
pub fn measured(matcher: &Matcher, text: &'static str) -> Confusion {
    let pair = |line: &Line| {
        let facts = Facts { glosa: line.glosa, incoming: line.incoming, ..Facts::default() };
        (line.right, matcher.label(&facts).category)
    };
    lines(text).iter().map(pair).collect()
}

/// What rules make of the sandbox: half a year of all accounts of some people and companies.
pub fn measured_sandbox(matcher: &Matcher) -> Confusion {
    let population = Population::new(SEED);
    let (first, last) = (Month::of(date(2025, 7, 1)), Month::of(date(2025, 12, 1)));
    let mut confusion = Confusion::default();
    for holder in (0..PERSONS).map(|place| population.somebody(place)) {
        for account in population.accounts(holder) {
            for movement in population.months(account.key, first, last) {
                let told = matcher.label(&facts(&movement, holder)).category;
                confusion.add(right(&movement), told);
            }
        }
    }
    confusion
}

/// What a bank of the sandbox tells of a movement.
pub fn facts(movement: &Movement, holder: Rut) -> Facts<'_> {
    Facts {
        glosa: &movement.glosa,
        incoming: movement.amount.minor() > 0,
        channel: Some(movement.channel),
        other: movement.counterparty.as_ref().and_then(|other| other.rut),
        holder: Some(holder),
    }
}

fn right(movement: &Movement) -> Category {
    let kind = movement.kind_name().expect("nobody did anything in the box");
    let shop = match movement.other {
        Side::System(system) => system.name,
        Side::Customer(_) => "",
    };
    let of_kind = fields(SANDBOX).find(|fields| fields[1..] == [kind]);
    let of_shop = || fields(SANDBOX).find(|fields| fields[1..] == ["shop", shop]);
    let row = of_kind.or_else(of_shop);
    category_of(row.unwrap_or_else(|| panic!("sandbox.tsv lacks {kind} {shop}"))[0])
}

fn fields(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

fn category_of(id: &str) -> Category {
    Category::parse(id).unwrap_or_else(|| panic!("the taxonomy lacks {id}"))
}
