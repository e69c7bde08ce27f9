//! Until when consents were to hold that have been withdrawn, as the trail says it.

use std::collections::{HashMap, HashSet};

use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, TenantId};
use cartola_store::MAX_PAGE;

use super::ledger::{OF_CONSENT, detail};
use crate::{Engine, EngineError};

/// The detail of an entry on a change of a consent that has when it is to end by itself, or was to before
/// that change ended it. Its row does not say so any more once it was withdrawn.
pub(crate) const UNTIL: &str = "until";

impl Engine {
    /// Until when each was to hold by itself, as was said last. Of those that had no end of their own, and
    /// of those that were withdrawn before the trail said so, there is nothing.
    pub(crate) async fn terms_of(
        &self,
        tenant: TenantId,
        consents: &HashSet<ConsentId>,
    ) -> Result<HashMap<ConsentId, Timestamp>, EngineError> {
        let (mut terms, mut after) = (HashMap::new(), 0);
        if consents.is_empty() {
            return Ok(terms);
        }
        loop {
            let entries = self.store().audit(tenant, after, MAX_PAGE).await?;
            let Some(last) = entries.last() else { return Ok(terms) };
            after = last.sequence;
            let on_consents = entries.iter().filter(|entry| entry.body.starts_with(OF_CONSENT));
            terms.extend(on_consents.filter_map(|entry| term(&entry.body, consents)));
        }
    }
}

fn term(body: &str, consents: &HashSet<ConsentId>) -> Option<(ConsentId, Timestamp)> {
    let event: AuditEvent = serde_json::from_str(body).ok()?;
    let id = event.subject.parse::<ConsentId>().ok().filter(|id| consents.contains(id))?;
    Some((id, detail(&event, UNTIL)?.parse().ok()?))
}
