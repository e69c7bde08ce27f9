//! Entries of the trail as rows.

use std::collections::BTreeMap;

use anyhow::Context;
use cartola_engine::audit::{About, Owners, Recorded};
use cartola_primitives::Timestamp;
use cartola_primitives::id::PersonId;
use cartola_store::MAX_PAGE;
use serde::Serialize;

use super::Asked;
use crate::commands::export::writer::{Cell, Record, Rows};

/// An entry, with its hash, so that it can be found again in the trail.
#[derive(Serialize)]
struct Written<'a> {
    sequence: u64,
    at: Timestamp,
    action: &'a str,
    actor: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<PersonId>,
    /// `person`; `none` where it is nobody's data; `list` where nobody can say whose, as of a list.
    about: &'static str,
    count: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'a str, &'a str>,
    hash: String,
}

impl<'a> Written<'a> {
    fn new(entry: &'a Recorded, about: About) -> Self {
        let Recorded { row, event } = entry;
        let details = event.details.iter();
        let (person_id, about) = match about {
            About::Person(person) => (Some(person), "person"),
            About::Nobody => (None, "none"),
            About::Many => (None, "list"),
        };
        Self {
            sequence: row.sequence,
            at: row.at,
            action: &event.action,
            actor: &event.actor,
            subject: &event.subject,
            person_id,
            about,
            count: event.count,
            details: details.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            hash: row.hash.hex(),
        }
    }
}

impl Record for Written<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "sequence",
        "at",
        "action",
        "actor",
        "subject",
        "person_id",
        "about",
        "count",
        "details",
        "hash",
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let details = self.details.iter().map(|(name, value)| format!("{name}={value}"));
        vec![
            Cell::Plain(self.sequence.to_string()),
            Cell::Plain(self.at.to_string()),
            Cell::Text(self.action),
            Cell::Text(self.actor),
            Cell::Text(self.subject),
            Cell::plain(self.person_id),
            Cell::Text(self.about),
            Cell::Plain(self.count.to_string()),
            Cell::Plain(details.collect::<Vec<_>>().join("; ")),
            Cell::Text(&self.hash),
        ]
    }
}

/// Writes the entries that were asked for, in their order, and gives their number. Of a person, those
/// about what is theirs, and those of which nobody can say whose they are: lists, and what is not there any
/// more, may have told of them too.
pub async fn write(asked: &Asked<'_>, rows: &mut Rows<'_>) -> anyhow::Result<u64> {
    const READING: &str = "the audit trail cannot be read";
    rows.head::<Written<'_>>()?;
    let (mut after, mut written, mut owners) = (0, 0, Owners::default());
    loop {
        let entries = asked.engine.audit(&asked.who, after, MAX_PAGE).await.context(READING)?;
        let Some(last) = entries.last() else { return Ok(written) };
        after = last.row.sequence;
        for entry in &entries {
            if !asked.what.takes(&entry.event.action) || !asked.is_of_days(entry.row.at) {
                continue;
            }
            let tenant = asked.who.tenant;
            let about = asked.engine.about(tenant, &entry.event.subject, &mut owners).await;
            let about = about.context(READING)?;
            let is_theirs = match (asked.person, about) {
                (None, _) | (Some(_), About::Many) => true,
                (Some(asked), About::Person(person)) => asked == person,
                (Some(_), About::Nobody) => false,
            };
            if is_theirs {
                rows.push(&Written::new(entry, about))?;
                written += 1;
            }
        }
    }
}
