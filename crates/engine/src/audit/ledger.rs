//! Consents as the trail says that they are.
//!
//! Each entry of a consent's life has, as its detail `row`, the hash of the consent's row as it was from
//! then on. A row that was changed past the gateway, put in or removed, is so found.

use std::collections::HashMap;
use std::fmt;

use cartola_crypto::ContentHash;
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentState, Principal};
use cartola_primitives::id::{ConsentId, TenantId};
use cartola_store::MAX_PAGE;
use cartola_store::consents::ConsentRow;

use crate::{Engine, EngineError};

/// The detail of an entry that has the hash of a consent's row.
const ROW: &str = "row";

/// How an entry on a consent begins.
const OF_CONSENT: &str = r#"{"action":"consent."#;

/// How the entry of an anchor begins.
const OF_ANCHOR: &str = r#"{"action":"audit.anchored""#;

/// How often a row that differs is read again, in case that it was changed while the trail was read.
const LOOKS: usize = 3;

/// What was found of a tenant's consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Consents that are as the trail says.
    pub proven: u64,
    /// Consents of which the trail says no more than that they were granted: from before the trail kept
    /// the hash of a row.
    pub unproven: u64,
    /// The first that is not as the trail says, if one is not.
    pub problem: Option<LedgerProblem>,
}

/// A consent that is not as the trail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerProblem {
    /// Its row was changed past the gateway.
    Altered(ConsentId),
    /// Nobody granted it.
    PutIn(ConsentId),
    /// Its row is gone.
    Missing(ConsentId),
}

impl fmt::Display for LedgerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(id) => write!(f, "consent {id} is not as the trail says: it was altered"),
            Self::PutIn(id) => write!(f, "consent {id} was put in: the trail has no grant of it"),
            Self::Missing(id) => write!(f, "consent {id} is missing: the trail has its grant"),
        }
    }
}

/// What the trail says of consents, by its last entry on each, and of anchors.
#[derive(Default)]
pub(super) struct Claims {
    consents: HashMap<ConsentId, Option<ContentHash>>,
    /// The number of the last anchor that was made.
    pub anchored: u64,
}

impl Claims {
    /// Takes an entry down, if it is on a consent.
    pub fn note(&mut self, body: &str) {
        if !body.starts_with(OF_CONSENT) {
            if body.starts_with(OF_ANCHOR) {
                self.note_anchor(body);
            }
            return;
        }
        let Ok(event) = serde_json::from_str::<AuditEvent>(body) else { return };
        let Ok(id) = event.subject.parse::<ConsentId>() else { return };
        let row = event.details.iter().find(|(name, _)| name == ROW);
        let hash = row.and_then(|(_, hash)| hash.parse().ok());
        // A read says nothing of the row.
        if hash.is_some() || event.action == "consent.granted" {
            self.consents.insert(id, hash);
        } else if event.action != "consent.read" {
            self.consents.entry(id).and_modify(|known| *known = None);
        }
    }

    fn note_anchor(&mut self, body: &str) {
        let Ok(event) = serde_json::from_str::<AuditEvent>(body) else { return };
        let number = event.details.iter().find(|(name, _)| name == "number");
        let number = number.and_then(|(_, number)| number.parse().ok());
        self.anchored = self.anchored.max(number.unwrap_or_default());
    }
}

/// An entry with the hash of a consent's row.
pub(crate) fn row_detail(event: AuditEvent, tenant: TenantId, row: &ConsentRow) -> AuditEvent {
    event.with(ROW, row.digest(tenant).hex())
}

/// The entry of a change of a consent that leaves it in that state.
pub(crate) fn changed_consent(
    action: &str,
    who: &Principal,
    before: &ConsentRow,
    state: ConsentState,
) -> AuditEvent {
    let after = ConsentRow { state, version: before.version + 1, ..before.clone() };
    row_detail(AuditEvent::once(action, who.actor, before.id), who.tenant, &after)
}

impl Engine {
    /// Compares every consent with what the trail says of it, up to that entry.
    pub(super) async fn verify_ledger(
        &self,
        tenant: TenantId,
        read_to: u64,
        mut claims: Claims,
    ) -> Result<Ledger, EngineError> {
        let (mut found, mut differing, mut after) = (Ledger::default(), Vec::new(), None);
        loop {
            let page = self.store().consents(tenant, None, after, MAX_PAGE).await?;
            for row in &page.rows {
                match claims.consents.remove(&row.id) {
                    Some(Some(hash)) if hash == row.digest(tenant) => found.proven += 1,
                    Some(None) => found.unproven += 1,
                    claim => differing.push((row.id, claim.is_some())),
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let missing = claims.consents.into_keys().map(|id| (id, true));
        differing.extend(missing);
        differing.sort_unstable();
        if !differing.is_empty() {
            found.problem = self.look_again(tenant, read_to, &differing).await?;
        }
        Ok(found)
    }

    /// The first of the consents that differs still, once what came since is read.
    async fn look_again(
        &self,
        tenant: TenantId,
        read_to: u64,
        differing: &[(ConsentId, bool)],
    ) -> Result<Option<LedgerProblem>, EngineError> {
        for (id, known) in differing {
            let mut problem = None;
            for _ in 0..LOOKS {
                let row = self.store().consent(tenant, *id).await?;
                let claims = self.claims_since(tenant, read_to).await?;
                problem = match (row, claims.consents.get(id)) {
                    (Some(row), Some(Some(hash))) if *hash == row.digest(tenant) => None,
                    (Some(_), Some(None)) => None,
                    (Some(_), None) if !known => Some(LedgerProblem::PutIn(*id)),
                    (Some(_), _) => Some(LedgerProblem::Altered(*id)),
                    (None, _) => Some(LedgerProblem::Missing(*id)),
                };
                if problem.is_none() {
                    break;
                }
            }
            if problem.is_some() {
                return Ok(problem);
            }
        }
        Ok(None)
    }

    async fn claims_since(&self, tenant: TenantId, mut after: u64) -> Result<Claims, EngineError> {
        let mut claims = Claims::default();
        loop {
            let rows = self.store().audit(tenant, after, MAX_PAGE).await?;
            let Some(last) = rows.last() else { return Ok(claims) };
            after = last.sequence;
            for row in &rows {
                claims.note(&row.body);
            }
        }
    }
}
