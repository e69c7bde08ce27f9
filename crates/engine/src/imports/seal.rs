//! What an import seals: the file itself, and who is on the other side of a movement.

use std::sync::Arc;

use cartola_connector::Batch;
use cartola_crypto::{DataKey, Place};
use cartola_model::{Counterparty, InstitutionId, Principal};
use cartola_primitives::Rut;
use cartola_primitives::id::{ArchiveId, MovementId, TenantId};
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use crate::ingest::plan::Plan;
use crate::{Engine, EngineError};

/// What is sealed of a counterparty.
#[derive(Serialize, Deserialize)]
pub(crate) struct SealedCounterparty {
    pub name: Option<String>,
    pub rut: Option<String>,
    pub account: Option<String>,
    /// Absent in what was sealed before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<InstitutionId>,
}

impl SealedCounterparty {
    pub(crate) fn of(counterparty: &Counterparty) -> Self {
        Self {
            name: counterparty.name.clone(),
            rut: counterparty.rut.map(|rut| rut.compact()),
            account: counterparty.account.clone(),
            bank: counterparty.bank.clone(),
        }
    }

    /// Back to what it was; a RUT that no longer parses was never one.
    pub(crate) fn open(self) -> Counterparty {
        Counterparty {
            name: self.name,
            rut: self.rut.and_then(|rut| Rut::parse(&rut).ok()),
            account: self.account,
            bank: self.bank,
        }
    }
}

pub(crate) fn counterparty_place(tenant: TenantId, id: &MovementId) -> Place<'_> {
    Place { table: "movement", column: "counterparty", row: id.as_bytes(), tenant }
}

fn archive_place(tenant: TenantId, id: &ArchiveId) -> Place<'_> {
    Place { table: "archive", column: "object", row: id.as_bytes(), tenant }
}

impl Engine {
    /// Seals the counterparties of new movements. A known movement keeps the one it came with.
    pub(super) fn seal_counterparties(
        &self,
        who: &Principal,
        key: &Arc<DataKey>,
        batch: &Batch,
        plan: &mut Plan,
    ) -> Result<(), EngineError> {
        for (row, line) in &mut plan.added {
            if let Some(counterparty) = &batch.lines[*line].counterparty {
                let place = counterparty_place(who.tenant, &row.movement.id);
                let record = SealedCounterparty::of(counterparty);
                row.counterparty = Some(self.vault().seal_record(key, &place, &record)?);
            }
        }
        Ok(())
    }

    /// Keeps what was given, sealed, before the unit of work that refers to it.
    pub(super) async fn keep_source(
        &self,
        who: &Principal,
        bytes: &[u8],
        draft: &Draft,
    ) -> Result<ArchiveId, EngineError> {
        let id: ArchiveId = self.minter().mint();
        self.keep_raw(who, &draft.key, id, bytes).await?;
        Ok(id)
    }

    /// Keeps what came, as it came, sealed.
    pub(crate) async fn keep_raw(
        &self,
        who: &Principal,
        key: &DataKey,
        id: ArchiveId,
        bytes: &[u8],
    ) -> Result<(), EngineError> {
        let object = self.vault().seal(key, &archive_place(who.tenant, &id), bytes)?;
        Ok(self.inner.archive.put(who.tenant, id, object).await?)
    }

    /// Forgets a file whose import failed. If that fails too, what stays is sealed and an orphan.
    pub(crate) async fn forget_source(&self, who: &Principal, archive: ArchiveId) {
        if let Err(error) = self.inner.archive.remove(who.tenant, archive).await {
            tracing::warn!(%archive, error = %error, "engine.archive.forget_failed");
        }
    }
}
