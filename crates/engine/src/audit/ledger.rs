//! Consents as the trail says that they are.
//!
//! Each entry of a consent's life has, as its detail `row`, the hash of the consent's row as it was from
//! then on. A row that was changed past the gateway, put in or removed, is so found.

use std::collections::HashMap;
use std::fmt;

use cartola_crypto::ContentHash;
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentState, Principal};
use cartola_primitives::id::{ConsentId, ConsentSetId, TenantId};
use cartola_store::MAX_PAGE;
use cartola_store::consents::{ConsentRow, ConsentSetRow};

use super::sets;
use super::terms::UNTIL;
use crate::{Engine, EngineError};

/// The detail of an entry that has the hash of a consent's row.
const ROW: &str = "row";

/// How an entry on a consent begins.
pub(super) const OF_CONSENT: &str = r#"{"action":"consent."#;

/// How the entry of an anchor begins.
const OF_ANCHOR: &str = r#"{"action":"audit.anchored""#;

/// The detail of an anchor's entry which says that the trail tells of all consents and lists.
pub(super) const LEDGER: &str = "ledger";

/// Its value.
pub(super) const COMPLETE: &str = "complete";

/// How often a row that differs is read again, in case that it was changed while the trail was read.
const LOOKS: usize = 3;

/// What was found of a tenant's consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ledger {
    /// Consents that are as the trail says.
    pub proven: u64,
    /// Consents of which the trail says no more than that they were granted: from before the trail kept
    /// the hash of a row. They are recorded with the next anchor.
    pub unproven: u64,
    /// Lists of consents that are as the trail says.
    pub sets: u64,
    /// Lists of which the trail says nothing: from before it told of them, and not recorded yet.
    pub unproven_sets: u64,
    /// The first that is not as the trail says, if one is not.
    pub problem: Option<LedgerProblem>,
}

/// A consent, or a list of consents, that is not as the trail says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerProblem {
    /// Its row was changed past the gateway.
    Altered(ConsentId),
    /// Nobody granted it.
    PutIn(ConsentId),
    /// Its row is gone.
    Missing(ConsentId),
    /// The row of a list was changed past the gateway.
    SetAltered(ConsentSetId),
    /// Nothing added the list.
    SetPutIn(ConsentSetId),
    /// The row of a list is gone.
    SetMissing(ConsentSetId),
}

impl fmt::Display for LedgerProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered(id) => write!(f, "consent {id} is not as the trail says: it was altered"),
            Self::PutIn(id) => write!(f, "consent {id} was put in: the trail has no grant of it"),
            Self::Missing(id) => write!(f, "consent {id} is missing: the trail has its grant"),
            Self::SetAltered(id) => {
                write!(f, "list of consents {id} is not as the trail says: it was altered")
            }
            Self::SetPutIn(id) => {
                write!(f, "list of consents {id} was put in: the trail does not tell of it")
            }
            Self::SetMissing(id) => {
                write!(f, "list of consents {id} is missing: the trail tells of it")
            }
        }
    }
}

/// What the trail says of consents, by its last entry on each, of lists of them, and of anchors.
#[derive(Default)]
pub(super) struct Claims {
    pub consents: HashMap<ConsentId, Option<ContentHash>>,
    pub sets: sets::Told,
    /// Whether it tells of all lists: an anchor says so.
    pub complete: bool,
    /// The number of the last anchor that was made.
    pub anchored: u64,
}

impl Claims {
    /// Takes an entry down, if it is on a consent, a list or an anchor.
    pub fn note(&mut self, body: &str) {
        let (of_consent, of_anchor) = (body.starts_with(OF_CONSENT), body.starts_with(OF_ANCHOR));
        let of_sets = sets::tells(body);
        if !(of_consent || of_anchor || of_sets) {
            return;
        }
        let Ok(event) = serde_json::from_str::<AuditEvent>(body) else { return };
        if of_sets {
            sets::note(&event, &mut self.sets);
        }
        if of_anchor {
            let number = detail(&event, "number").and_then(|number| number.parse().ok());
            self.anchored = self.anchored.max(number.unwrap_or_default());
            self.complete |= detail(&event, LEDGER) == Some(COMPLETE);
        }
        if of_consent {
            self.note_consent(&event);
        }
    }

    fn note_consent(&mut self, event: &AuditEvent) {
        let Ok(id) = event.subject.parse::<ConsentId>() else { return };
        let hash = detail(event, ROW).and_then(|hash| hash.parse().ok());
        // A read says nothing of the row.
        if hash.is_some() || event.action == "consent.granted" {
            self.consents.insert(id, hash);
        } else if event.action != "consent.read" {
            self.consents.entry(id).and_modify(|known| *known = None);
        }
    }
}

pub(super) fn detail<'event>(event: &'event AuditEvent, name: &str) -> Option<&'event str> {
    let mut details = event.details.iter();
    details.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
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
    let event = AuditEvent::once(action, who.actor, before.id);
    let event = match state.expires_at().or(before.state.expires_at()) {
        Some(until) => event.with(UNTIL, until),
        None => event,
    };
    row_detail(event, who.tenant, &after)
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
        self.verify_sets(tenant, read_to, (claims.sets, claims.complete), &mut found).await?;
        Ok(found)
    }

    /// Compares every list of consents with what the trail says of it, up to that entry.
    async fn verify_sets(
        &self,
        tenant: TenantId,
        read_to: u64,
        (mut told, complete): (sets::Told, bool),
        found: &mut Ledger,
    ) -> Result<(), EngineError> {
        let (mut after, mut altered, mut untold) = (None, None, Vec::new());
        loop {
            let page = self.store().all_consent_sets(tenant, after, MAX_PAGE).await?;
            for row in &page.rows {
                match told.remove(&row.id) {
                    Some(says) if says == (row.consent, row.rest) => found.sets += 1,
                    Some(_) => altered = altered.or(Some(LedgerProblem::SetAltered(row.id))),
                    None => untold.push(row.id),
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if !untold.is_empty() {
            // What was added meanwhile was added with its entry.
            let since = self.claims_since(tenant, read_to).await?.sets;
            untold.retain(|id| !since.contains_key(id));
        }
        let put_in = untold.first().filter(|_| complete).copied().map(LedgerProblem::SetPutIn);
        let missing = told.into_keys().min().map(LedgerProblem::SetMissing);
        found.unproven_sets = if complete { 0 } else { untold.len() as u64 };
        found.problem = found.problem.or(altered).or(missing).or(put_in);
        Ok(())
    }

    /// The lists of which the trail, as it was read, says nothing.
    pub(super) async fn untold(
        &self,
        tenant: TenantId,
        told: &sets::Told,
    ) -> Result<Vec<ConsentSetRow>, EngineError> {
        let (mut after, mut untold) = (None, Vec::new());
        loop {
            let page = self.store().all_consent_sets(tenant, after, MAX_PAGE).await?;
            untold.extend(page.rows.into_iter().filter(|row| !told.contains_key(&row.id)));
            after = page.next;
            if after.is_none() {
                return Ok(untold);
            }
        }
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

    pub(super) async fn claims_since(
        &self,
        tenant: TenantId,
        mut after: u64,
    ) -> Result<Claims, EngineError> {
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
