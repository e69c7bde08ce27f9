//! Rules as they are written.

use std::collections::BTreeSet;

use cartola_primitives::Rut;
use cartola_primitives::rut::RutError;
use serde::Deserialize;

use super::Category;
use super::text::Folded;

/// The bundled rules as they are written.
pub const RULES: &str = include_str!("../../data/rules.toml");

/// Largest file of rules, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Most rules of a file.
pub const MAX_RULES: usize = 2_000;

/// Most phrases of a file.
pub const MAX_PHRASES: usize = 20_000;

/// Most RUTs and channels of a file.
pub const MAX_TRIGGERS: usize = 20_000;

/// Longest phrase, folded, in bytes.
pub const MAX_PHRASE: usize = 64;

/// A file of rules, sound.
#[derive(Debug, Clone)]
pub struct RulesFile {
    /// Raised by its author with each change.
    pub version: u32,
    pub(super) rules: Vec<Rule>,
}

/// Why a file of rules cannot be used. A rule is named by its id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// More than one of the limits of this module.
    #[error("the file has more {what} than {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// Not the file's form.
    #[error("the rules cannot be read: {0}")]
    Form(String),
    /// Two rules of one id.
    #[error("rule {0}: there are two of this id")]
    Twice(String),
    /// A category that the taxonomy does not have.
    #[error("rule {rule}: there is no category {category}")]
    Category {
        /// The rule.
        rule: String,
        /// What it names.
        category: String,
    },
    /// A phrase without a letter or digit, longer than [`MAX_PHRASE`], or with a star inside.
    #[error(
        "rule {rule}: a phrase is 1 to {MAX_PHRASE} letters, digits and blanks, then at most a star: {phrase}"
    )]
    Phrase {
        /// The rule.
        rule: String,
        /// The phrase.
        phrase: String,
    },
    /// A RUT that is none.
    #[error("rule {rule}: a RUT of a payer: {error}")]
    Payer {
        /// The rule.
        rule: String,
        /// What is wrong.
        error: RutError,
    },
    /// Neither phrase nor payer nor channel.
    #[error("rule {0}: it needs `any`, `payer` or `channel`")]
    Nothing(String),
}

/// What counts more where several rules of a file fit; the later the more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tier {
    Channel,
    Means,
    Trade,
    Merchant,
    Transfer,
    Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sign {
    Cargo,
    Abono,
}

/// One rule, checked.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub id: String,
    pub tier: Tier,
    pub category: Category,
    pub sign: Option<Sign>,
    pub any: Vec<Phrase>,
    pub with: Vec<Phrase>,
    pub without: Vec<Phrase>,
    pub payers: Vec<Rut>,
    pub channels: Vec<Vec<u8>>,
}

/// Words to be found, with the blank before them, and the one behind them unless the last is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phrase(pub Vec<u8>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    id: String,
    tier: Tier,
    category: String,
    #[serde(default)]
    sign: Option<Sign>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    payer: Vec<String>,
    #[serde(default)]
    channel: Vec<String>,
}

impl RulesFile {
    /// Reads rules in the form of [`RULES`].
    pub fn read(text: &str) -> Result<Self, RuleError> {
        at_most("bytes", text.len(), MAX_FILE_BYTES)?;
        let written: Written =
            toml::from_str(text).map_err(|error| RuleError::Form(error.message().to_owned()))?;
        at_most("rules", written.rule.len(), MAX_RULES)?;
        let rules: Vec<Rule> =
            written.rule.into_iter().map(WrittenRule::check).collect::<Result<_, _>>()?;
        let count = |of: fn(&Rule) -> usize| rules.iter().map(of).sum::<usize>();
        let phrases = count(|rule| rule.any.len() + rule.with.len() + rule.without.len());
        at_most("phrases", phrases, MAX_PHRASES)?;
        let triggers = count(|rule| rule.payers.len() + rule.channels.len());
        at_most("payers and channels", triggers, MAX_TRIGGERS)?;
        let mut ids = BTreeSet::new();
        match rules.iter().find(|rule| !ids.insert(&rule.id)) {
            Some(twice) => Err(RuleError::Twice(twice.id.clone())),
            None => Ok(Self { version: written.version, rules }),
        }
    }

    /// Each rule's id with the phrases of which one must stand in a glosa, folded.
    pub fn phrases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rules
            .iter()
            .flat_map(|rule| rule.any.iter().map(|phrase| (rule.id.as_str(), phrase.text())))
    }
}

fn at_most(what: &'static str, count: usize, most: usize) -> Result<(), RuleError> {
    if count <= most { Ok(()) } else { Err(RuleError::TooMany { what, most }) }
}

impl WrittenRule {
    fn check(self) -> Result<Rule, RuleError> {
        let category = Category::parse(&self.category).ok_or_else(|| RuleError::Category {
            rule: self.id.clone(),
            category: self.category.clone(),
        })?;
        let phrases = |written: &[String]| -> Result<Vec<Phrase>, RuleError> {
            written.iter().map(|text| Phrase::read(&self.id, text)).collect()
        };
        let payer = |text: &String| {
            Rut::parse(text).map_err(|error| RuleError::Payer { rule: self.id.clone(), error })
        };
        let payers: Vec<Rut> = self.payer.iter().map(payer).collect::<Result<_, _>>()?;
        let (any, with, without) =
            (phrases(&self.any)?, phrases(&self.with)?, phrases(&self.without)?);
        if any.is_empty() && payers.is_empty() && self.channel.is_empty() {
            return Err(RuleError::Nothing(self.id));
        }
        let folded = |text: &String| Folded::of(text).trimmed().to_vec();
        let channels = self.channel.iter().map(folded).collect();
        let Self { id, tier, sign, .. } = self;
        Ok(Rule { id, tier, category, sign, any, with, without, payers, channels })
    }
}

impl Phrase {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.0).expect("what is folded is ASCII").trim()
    }

    fn read(rule: &str, text: &str) -> Result<Self, RuleError> {
        let (words, is_open) = match text.strip_suffix('*') {
            Some(words) => (words, true),
            None => (text, false),
        };
        let folded = Folded::of(words);
        let trimmed = folded.trimmed();
        if trimmed.is_empty() || trimmed.len() > MAX_PHRASE || words.contains('*') {
            return Err(RuleError::Phrase { rule: rule.to_owned(), phrase: text.to_owned() });
        }
        let mut bytes = vec![b' '];
        bytes.extend(trimmed);
        if !is_open {
            bytes.push(b' ');
        }
        Ok(Self(bytes))
    }
}
