use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::MatterKind;
use cartola_primitives::id::{MatterId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, page};
use crate::matters::{MatterChange, MatterFilter, MatterRow};
use crate::{Matters, Page, StoreError};

#[async_trait]
impl Matters for MemoryStore {
    async fn matter(
        &self,
        tenant: TenantId,
        id: MatterId,
    ) -> Result<Option<MatterRow>, StoreError> {
        Ok(self.tables(tenant).matters.get(&id).cloned())
    }

    async fn matters(
        &self,
        tenant: TenantId,
        filter: MatterFilter,
        after: Option<MatterId>,
        limit: usize,
    ) -> Result<Page<MatterRow, MatterId>, StoreError> {
        let MatterFilter { kind, state, subject } = filter;
        let is_asked = |row: &MatterRow| {
            kind.is_none_or(|kind| row.kind == kind)
                && state.is_none_or(|state| row.standing.state == state)
                && subject.is_none_or(|subject| row.subject == Some(subject))
        };
        Ok(page(&self.tables(tenant).matters, after, limit, is_asked))
    }
}

pub fn add_matter(tables: &mut Tables, row: MatterRow) -> Result<(), StoreError> {
    add(&mut tables.matters, row.id, row)
}

pub fn expect_blocked(tables: &Tables, subject: &Digest, expected: bool) -> Result<(), StoreError> {
    let blocks = |row: &MatterRow| {
        row.kind == MatterKind::Block
            && row.subject == Some(*subject)
            && row.standing.state.blocks()
    };
    let is_blocked = tables.matters.values().any(blocks);
    if is_blocked == expected { Ok(()) } else { Err(StoreError::conflict("expecting a block")) }
}

pub fn change_matter(tables: &mut Tables, change: MatterChange) -> Result<(), StoreError> {
    let matters = Arc::make_mut(&mut tables.matters);
    let row = matters.get_mut(&change.id).filter(|row| row.version == change.expected);
    let row = row.ok_or_else(|| StoreError::conflict("changing a matter"))?;
    row.standing = change.standing;
    row.version += 1;
    Ok(())
}
