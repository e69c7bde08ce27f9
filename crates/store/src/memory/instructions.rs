use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{InstructionId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, page, refuse_if_any};
use crate::instructions::{InstructionChange, InstructionFilter, InstructionRow};
use crate::{Instructions, Page, StoreError};

#[async_trait]
impl Instructions for MemoryStore {
    async fn instruction(
        &self,
        tenant: TenantId,
        id: InstructionId,
    ) -> Result<Option<InstructionRow>, StoreError> {
        Ok(self.tables(tenant).instructions.get(&id).cloned())
    }

    async fn instruction_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<InstructionRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.instructions.values().find(|row| row.case.key == *key).cloned())
    }

    async fn instructions(
        &self,
        tenant: TenantId,
        filter: InstructionFilter,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        let InstructionFilter { kind, standing, about } = filter;
        let is_wanted = |row: &InstructionRow| {
            row.kind == kind
                && standing.is_none_or(|standing| row.standing.state.standing() == standing)
                && about.is_none_or(|about| row.about == about)
        };
        Ok(page(&self.tables(tenant).instructions, after, limit, is_wanted))
    }

    async fn instructions_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError> {
        let is_theirs = |row: &InstructionRow| row.person == Some(person);
        Ok(page(&self.tables(tenant).instructions, after, limit, is_theirs))
    }
}

pub fn add_instruction(tables: &mut Tables, row: InstructionRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.instructions, |other| {
        other.end_to_end == row.end_to_end || other.case.key == row.case.key
    })?;
    add(&mut tables.instructions, row.id, row)
}

pub fn change_instruction(
    tables: &mut Tables,
    change: InstructionChange,
) -> Result<(), StoreError> {
    let InstructionChange { id, expected, standing } = change;
    let row = expect(&mut tables.instructions, &id, |row| row.version == expected)?;
    (row.standing, row.version) = (standing, expected + 1);
    Ok(())
}
