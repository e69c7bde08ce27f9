//! Records of products, opened for their tenant.

use cartola_model::{Principal, Record, RecordKind};
use cartola_primitives::id::{LinkId, RecordId, TenantId};
use cartola_store::Page;
use cartola_store::records::RecordRow;

use crate::access::Subject;
use crate::{Engine, EngineError};

pub use cartola_store::records::RecordFilter;

/// A record with its content.
#[derive(Debug, Clone)]
pub struct OpenRecord {
    /// The row.
    pub row: RecordRow,
    /// What was told.
    pub record: Record,
}

impl Engine {
    /// One record that a consent allows to be shown.
    pub async fn record_by_id(
        &self,
        who: &Principal,
        id: RecordId,
    ) -> Result<Option<OpenRecord>, EngineError> {
        let found = self.store().record(who.tenant, id, self.now()).await?;
        let screen = found.as_ref().and_then(|row| row.kind.screen());
        self.note_screen(who, "record.read", Subject::one(id), screen);
        match found {
            Some(row) => Ok(Some(self.open_record(who.tenant, row).await?)),
            None => Ok(None),
        }
    }

    /// The newest record of a product that was read through a link.
    pub async fn newest_record(
        &self,
        who: &Principal,
        link: LinkId,
        kind: RecordKind,
    ) -> Result<Option<OpenRecord>, EngineError> {
        self.note_screen(who, "record.read", Subject::one(link), kind.screen());
        match self.store().newest_record(who.tenant, link, kind, self.now()).await? {
            Some(row) => Ok(Some(self.open_record(who.tenant, row).await?)),
            None => Ok(None),
        }
    }

    /// Records that a consent allows to be shown, newest first.
    pub async fn records(
        &self,
        who: &Principal,
        filter: RecordFilter,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<OpenRecord, RecordId>, EngineError> {
        let screen = filter.kind.and_then(RecordKind::screen);
        self.note_screen(who, "record.read", Subject::list("records"), screen);
        let page = self.store().records(who.tenant, filter, self.now(), before, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.open_record(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    pub(crate) async fn open_record(
        &self,
        tenant: TenantId,
        row: RecordRow,
    ) -> Result<OpenRecord, EngineError> {
        let place = RecordRow::place(tenant, &row.id);
        let record = self.vault().open_record(&place, &row.sealed).await?;
        Ok(OpenRecord { row, record })
    }
}
