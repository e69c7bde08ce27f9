//! The log of what people were asked to approve as rows.

use anyhow::Context;
use cartola_engine::authorizations::{Authorization, Enrolment, Listed};
use cartola_primitives::id::{AuthorizationId, EnrolmentId, PersonId};
use cartola_primitives::{Rut, Timestamp, santiago};
use cartola_store::MAX_PAGE;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Serialize;

use super::Asked;
use crate::commands::export::writer::{Cell, Record, Rows};

/// What was asked, shown and decided, with all that it takes to check what was signed.
#[derive(Serialize)]
struct Written {
    id: AuthorizationId,
    person_id: PersonId,
    #[serde(skip_serializing_if = "Option::is_none")]
    rut: Option<String>,
    kind: &'static str,
    channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    asked_at: Timestamp,
    state: &'static str,
    changed_at: Timestamp,
    /// What the phone showed, whole.
    text: String,
    /// The SHA-256 of the text.
    shown: String,
    nonce: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    /// Of the key that signed (RFC 7638).
    #[serde(skip_serializing_if = "Option::is_none")]
    key_thumbprint: Option<String>,
    /// Who made that key: whether the phone alone could have signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_origin: Option<&'static str>,
    enrolment_id: EnrolmentId,
    /// The phone's public key as a JWK.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_key: Option<String>,
}

impl Written {
    fn new(asked: Authorization, rut: Option<Rut>, phone: Option<Enrolment>) -> Self {
        let Authorization { row, operation: _, text, shown, nonce, signed } = asked;
        let key = phone.and_then(|phone| phone.phone).map(|phone| phone.key);
        Self {
            id: row.id,
            person_id: row.person,
            rut: rut.map(|rut| rut.compact()),
            kind: row.kind.name(),
            channel: row.channel,
            amount: row.amount.map(|amount| amount.minor()),
            currency: row.amount.map(|amount| amount.currency().code()),
            asked_at: row.created_at,
            state: row.standing.state.standing().name(),
            changed_at: row.standing.changed_at,
            text,
            shown: shown.hex(),
            nonce: HEXLOWER.encode(&nonce),
            signature: signed.as_ref().map(|signed| BASE64URL_NOPAD.encode(&signed.bytes)),
            key_thumbprint: signed.as_ref().map(|signed| signed.thumbprint.clone()),
            key_origin: signed.map(|signed| signed.origin.name()),
            enrolment_id: row.enrolment,
            phone_key: key.and_then(|key| serde_json::to_string(&key).ok()),
        }
    }
}

impl Record for Written {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "person_id",
        "rut",
        "kind",
        "channel",
        "amount",
        "currency",
        "asked_at",
        "state",
        "changed_at",
        "text",
        "shown",
        "nonce",
        "signature",
        "key_thumbprint",
        "key_origin",
        "enrolment_id",
        "phone_key",
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            Cell::Plain(self.id.to_string()),
            Cell::Plain(self.person_id.to_string()),
            Cell::maybe(self.rut.as_deref()),
            Cell::Text(self.kind),
            Cell::Text(&self.channel),
            Cell::plain(self.amount),
            Cell::maybe(self.currency),
            Cell::Plain(self.asked_at.to_string()),
            Cell::Text(self.state),
            Cell::Plain(self.changed_at.to_string()),
            Cell::Text(&self.text),
            Cell::Text(&self.shown),
            Cell::Text(&self.nonce),
            Cell::maybe(self.signature.as_deref()),
            Cell::maybe(self.key_thumbprint.as_deref()),
            Cell::maybe(self.key_origin),
            Cell::Plain(self.enrolment_id.to_string()),
            Cell::maybe(self.phone_key.as_deref()),
        ]
    }
}

/// Writes what was asked on the days, newest first, and gives its number.
pub async fn write(asked: &Asked<'_>, rows: &mut Rows<'_>) -> anyhow::Result<u64> {
    const READING: &str = "the log of authorizations cannot be read";
    rows.head::<Written>()?;
    let listed = Listed {
        rut: asked.rut,
        from: asked.days.from.map(santiago::start_of_day),
        to: asked.days.to.map(santiago::end_of_day),
        ..Listed::default()
    };
    let (engine, who, mut before, mut written) = (asked.engine, &asked.who, None, 0);
    loop {
        let page = engine.authorizations(who, listed, before, MAX_PAGE).await.context(READING)?;
        for authorization in page.rows {
            let (person, phone) = (authorization.row.person, authorization.row.enrolment);
            let rut = engine.rut_with(who.tenant, person).await.context(READING)?;
            let phone = engine.enrolment(who, phone).await.context(READING)?;
            rows.push(&Written::new(authorization, rut, phone))?;
            written += 1;
        }
        before = page.next;
        if before.is_none() {
            return Ok(written);
        }
    }
}
