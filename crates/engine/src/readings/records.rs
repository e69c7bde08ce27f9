//! What becomes of what an institution tells as a whole.

use cartola_model::Principal;
use cartola_primitives::id::ArchiveId;
use cartola_primitives::{Secret, Timestamp};
use cartola_store::Command;
use cartola_store::records::RecordRow;

use super::Access;
use super::ask::ToldRecords;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What records come to: commands, and the answers that they refer to.
#[derive(Default)]
pub(super) struct KeptRecords {
    pub commands: Vec<Command>,
    pub archive: Option<ArchiveId>,
}

impl Engine {
    /// Keeps what was told, and what it was told by, sealed. What says the same as the record before
    /// it confirms that one.
    pub(super) async fn keep_records(
        &self,
        who: &Principal,
        access: &Access,
        told: &ToldRecords,
        read_at: Timestamp,
    ) -> Result<KeptRecords, EngineError> {
        let Access { link, mandate, .. } = access;
        let mut kept = KeptRecords::default();
        if told.records.is_empty() {
            return Ok(kept);
        }
        let key = self.vault().key_of(who.tenant, link.person, self.minter(), self.now()).await?;
        let archive: ArchiveId = self.minter().mint();
        for record in &told.records {
            let content = serde_json::to_vec(record).map_err(EngineError::Content)?;
            let content = Secret::new(content);
            let digest = self.vault().digest(purpose::RECORD, who.tenant, content.expose());
            let last = self.store().last_record(who.tenant, link.id, record.kind(), mandate.id);
            if let Some(last) = last.await?.filter(|last| last.digest == digest) {
                kept.commands.push(Command::ConfirmRecord { id: last.id, at: read_at });
                continue;
            }
            kept.archive = Some(archive);
            let id = self.minter().mint();
            let sealed =
                self.vault().seal(&key, &RecordRow::place(who.tenant, &id), content.expose())?;
            kept.commands.push(Command::AddRecord(RecordRow {
                id,
                link: link.id,
                kind: record.kind(),
                version: record.kind().version(),
                consent: mandate.id,
                archive,
                digest,
                first_read_at: read_at,
                last_read_at: read_at,
                sealed,
            }));
        }
        // Last: what fails before it leaves nothing behind.
        if let Some(archive) = kept.archive {
            self.keep_raw(who, &key, archive, &told.raw).await?;
        }
        Ok(kept)
    }
}
