//! The audit trail as rows.

use std::collections::BTreeMap;

use anyhow::Context;
use cartola_engine::audit::Recorded;
use cartola_primitives::{Timestamp, santiago};
use cartola_store::MAX_PAGE;
use serde::Serialize;

use super::Source;
use super::writer::{Cell, Record, Rows};

/// An entry, with its hash, so that an exported trail can be compared with the one kept.
#[derive(Serialize)]
struct Written<'a> {
    sequence: u64,
    at: Timestamp,
    action: &'a str,
    actor: &'a str,
    subject: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'a str, &'a str>,
    hash: String,
}

impl<'a> Written<'a> {
    fn new(entry: &'a Recorded) -> Self {
        let Recorded { row, event } = entry;
        let details = event.details.iter();
        Self {
            sequence: row.sequence,
            at: row.at,
            action: &event.action,
            actor: &event.actor,
            subject: &event.subject,
            count: event.count,
            details: details.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            hash: row.hash.hex(),
        }
    }
}

impl Record for Written<'_> {
    const COLUMNS: &'static [&'static str] =
        &["sequence", "at", "action", "actor", "subject", "count", "details", "hash"];

    fn cells(&self) -> Vec<Cell<'_>> {
        let details = self.details.iter().map(|(name, value)| format!("{name}={value}"));
        vec![
            Cell::Plain(self.sequence.to_string()),
            Cell::Plain(self.at.to_string()),
            Cell::Text(self.action),
            Cell::Text(self.actor),
            Cell::Text(self.subject),
            Cell::Plain(self.count.to_string()),
            Cell::Plain(details.collect::<Vec<_>>().join("; ")),
            Cell::Text(&self.hash),
        ]
    }
}

/// Writes the entries of the days asked for, in their order.
pub async fn write(source: &Source<'_>, rows: &mut Rows<'_>) -> anyhow::Result<()> {
    rows.head::<Written<'_>>()?;
    let mut after = 0;
    loop {
        let entries = source.engine.audit(&source.who, after, MAX_PAGE).await;
        let entries = entries.context("the audit trail cannot be read")?;
        for entry in &entries {
            if source.days.contains(santiago::date_of(entry.row.at)) {
                rows.push(&Written::new(entry))?;
            }
        }
        match entries.last() {
            Some(last) => after = last.row.sequence,
            None => return Ok(()),
        }
    }
}
