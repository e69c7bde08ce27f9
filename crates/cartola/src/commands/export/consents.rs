//! Consents as rows.

use anyhow::Context;
use cartola_model::{ConsentData, ConsentState};
use cartola_primitives::id::{ConsentId, LinkId, PersonId};
use cartola_primitives::{Timestamp, santiago};
use cartola_store::MAX_PAGE;
use cartola_store::consents::ConsentRow;
use serde::Serialize;

use super::Source;
use super::writer::{Cell, Record, Rows};

#[derive(Serialize)]
struct Written<'a> {
    id: ConsentId,
    kind: &'static str,
    state: &'static str,
    granted_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    institution: &'a str,
    link_id: LinkId,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<PersonId>,
    purpose: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    products: Option<String>,
    evidence: String,
}

impl<'a> Written<'a> {
    fn new(row: &'a ConsentRow, now: Timestamp) -> Self {
        let (expires_at, ended_at) = match row.state {
            ConsentState::Granted { expires_at, .. }
            | ConsentState::Suspended { expires_at, .. } => (expires_at, None),
            ConsentState::Revoked { at, .. } | ConsentState::Expired { at, .. } => (None, Some(at)),
        };
        Self {
            id: row.id,
            kind: row.kind.name(),
            state: row.state.name(now),
            granted_at: row.state.granted_at(),
            expires_at,
            ended_at,
            institution: row.institution.as_str(),
            link_id: row.link,
            person_id: row.person,
            purpose: &row.purpose,
            recipient: row.recipient.as_deref(),
            products: row.data.map(ConsentData::written),
            evidence: row.evidence.hex(),
        }
    }
}

impl Record for Written<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "kind",
        "state",
        "granted_at",
        "expires_at",
        "ended_at",
        "institution",
        "link_id",
        "person_id",
        "purpose",
        "recipient",
        "products",
        "evidence",
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Plain(self.id.to_string()),
            Cell::Text(self.kind),
            Cell::Text(self.state),
            Cell::Plain(self.granted_at.to_string()),
            Cell::plain(self.expires_at),
            Cell::plain(self.ended_at),
            Cell::Text(self.institution),
            Cell::Plain(self.link_id.to_string()),
            Cell::plain(self.person_id),
            Cell::Text(self.purpose),
            Cell::maybe(self.recipient),
            Cell::maybe(self.products.as_deref()),
            Cell::Text(&self.evidence),
        ]
    }
}

/// Writes the consents granted on the days asked for, by id, which is by age.
pub async fn write(source: &Source<'_>, rows: &mut Rows<'_>) -> anyhow::Result<()> {
    rows.head::<Written<'_>>()?;
    let mut after = None;
    loop {
        let page = source.engine.consents(&source.who, None, after, MAX_PAGE).await;
        let page = page.context("the consents cannot be read")?;
        for row in &page.rows {
            if source.days.contains(santiago::date_of(row.state.granted_at())) {
                rows.push(&Written::new(row, source.engine.now()))?;
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
