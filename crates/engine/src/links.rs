//! Links, as their tenant sees them.

use cartola_model::Principal;
use cartola_primitives::id::LinkId;
use cartola_store::Page;
use cartola_store::people::LinkRow;

use crate::access::Subject;
use crate::{Engine, EngineError};

impl Engine {
    /// Links, by age.
    pub async fn links(
        &self,
        who: &Principal,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, EngineError> {
        self.note_access(who, "link.read", Subject::list("links"));
        Ok(self.store().links(who.tenant, after, limit).await?)
    }
}
