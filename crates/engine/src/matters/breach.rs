//! What the register says of a breach (Ley 19.628, art. 14 sexies), and how that is amended.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MatterError, check_text};

/// What the register of breaches asks for (art. 14 sexies).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// What it may do to people.
    pub effects: String,
    /// Which kinds of data.
    pub data: String,
    /// About how many people.
    pub people: u64,
    /// What is done about it.
    pub measures: String,
    /// Whether the Agency was told, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_told_at: Option<Timestamp>,
    /// Whether the people were told, and when: they are to be of financial data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_told_at: Option<Timestamp>,
}

/// What an entry says from now on. What is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BreachChange {
    /// What it may do to people.
    pub effects: Option<String>,
    /// Which kinds of data.
    pub data: Option<String>,
    /// About how many people.
    pub people: Option<u64>,
    /// What is done about it.
    pub measures: Option<String>,
    /// Whether the Agency was told, and when.
    pub agency_told: WhenTold,
    /// Whether the people were told, and when.
    pub people_told: WhenTold,
}

/// What an amendment says of when somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenTold {
    /// Nothing: what the entry says stays.
    #[default]
    AsBefore,
    /// They were not told: the date is taken away.
    Never,
    /// They were told then.
    At(Timestamp),
}

impl WhenTold {
    const fn over(self, before: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Self::AsBefore => before,
            Self::Never => None,
            Self::At(at) => Some(at),
        }
    }
}

impl Breach {
    pub(super) fn check(&self, now: Timestamp) -> Result<(), MatterError> {
        let texts = [&self.effects, &self.data, &self.measures];
        texts.into_iter().try_for_each(|text| check_text(text))?;
        check_told((self.agency_told_at, self.people_told_at), now)
    }
}

impl BreachChange {
    pub(super) fn check(&self, now: Timestamp) -> Result<(), MatterError> {
        if *self == Self::default() {
            return Err(MatterError::Content("an amendment says what of the entry changes"));
        }
        let texts = [&self.effects, &self.data, &self.measures];
        texts.into_iter().flatten().try_for_each(|text| check_text(text))?;
        check_told((self.agency_told.over(None), self.people_told.over(None)), now)
    }

    /// The entry as it is then.
    pub(super) fn amended(&self, entry: Breach) -> Breach {
        Breach {
            effects: self.effects.clone().unwrap_or(entry.effects),
            data: self.data.clone().unwrap_or(entry.data),
            people: self.people.unwrap_or(entry.people),
            measures: self.measures.clone().unwrap_or(entry.measures),
            agency_told_at: self.agency_told.over(entry.agency_told_at),
            people_told_at: self.people_told.over(entry.people_told_at),
        }
    }
}

/// The register says what was done, and not what is meant to be.
fn check_told(
    (agency, people): (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), MatterError> {
    for (name, told_at) in [("agency_told_at", agency), ("people_told_at", people)] {
        if told_at.is_some_and(|at| at > now) {
            return Err(MatterError::ToldLater(name));
        }
    }
    Ok(())
}
