//! Reading and proving the audit trail.

mod anchors;
mod exports;
mod ledger;
mod recording;
mod sets;
mod subjects;
mod terms;
mod verify;

use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_store::audit::AuditRow;

use crate::access::Subject;
use crate::{Engine, EngineError};

pub use anchors::{AnchorError, AnchorUnread, Anchored, Round, read_anchor};
pub use exports::{ExportError, Exported};
pub use ledger::{Ledger, LedgerProblem};
pub(crate) use ledger::{changed_consent, row_detail};
pub(crate) use sets::{ADDED as SETS_ADDED, telling_of_sets};
pub use subjects::{About, Owners};
pub(crate) use terms::UNTIL;
pub use verify::{AnchorProblem, Verified};

/// One entry, opened.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// As it stands in the chain.
    pub row: AuditRow,
    /// What it says.
    pub event: AuditEvent,
}

impl Engine {
    /// Entries after a place, in order.
    pub async fn audit(
        &self,
        who: &Principal,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Recorded>, EngineError> {
        self.note_access(who, "audit.read", Subject::list("audit"));
        let rows = self.store().audit(who.tenant, after, limit).await?;
        rows.into_iter().map(open).collect()
    }
}

fn open(row: AuditRow) -> Result<Recorded, EngineError> {
    let event = serde_json::from_str(&row.body).map_err(EngineError::Content)?;
    Ok(Recorded { row, event })
}
