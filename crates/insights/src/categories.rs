//! What a movement was for.
//!
//! [`Matcher::label`] gives every movement a [`Category`] and the rule that said so. Rules are data
//! ([`RULES`]): phrases of glosas, RUTs of the other side and channels, narrowed by sign and by other
//! phrases. All phrases of all rules are looked for in one pass over the glosa. A tenant's own rules
//! ([`RulesFile::read`]) go before ours, whatever their tier.
//!
//! Nothing is guessed: what no rule knows is [`Category::UNKNOWN`].

mod accuracy;
mod matcher;
mod page;
mod rule;
mod rulebook;
mod search;
mod set;
mod taxonomy;
mod text;

pub use accuracy::{Confusion, Score};
pub use matcher::{Facts, Label, Matcher};
pub use page::taxonomy_table;
pub use rule::{
    MAX_FILE_BYTES, MAX_PHRASE, MAX_PHRASES, MAX_RULES, MAX_TRIGGERS, RULES, RuleError, RulesFile,
};
pub use rulebook::Rulebook;
pub use set::MAX_NARROWED;
pub use taxonomy::{Category, TAXONOMY};
pub(crate) use text::Folded;
pub use text::MAX_FOLDED;
