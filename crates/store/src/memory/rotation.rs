use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::{MasterKeyId, WrappedKey};
use cartola_primitives::id::{DataKeyId, TenantId};

use super::{MemoryStore, State};
use crate::rotation::{Owned, Owner, Rewrapped, Wraps, not_active};
use crate::vault::LOOKUP_KEY;
use crate::{Rotation, StoreError, page_size};

#[async_trait]
impl Rotation for MemoryStore {
    async fn wraps(&self) -> Result<Vec<Wraps>, StoreError> {
        let state = self.lock();
        let mut wraps = BTreeMap::new();
        for wrapped in state.secrets.values() {
            of(&mut wraps, wrapped).secrets += 1;
        }
        for row in &state.signing_keys {
            of(&mut wraps, &row.wrapped).signing_keys += 1;
        }
        for row in state.tenants.values().flat_map(|tables| tables.data_keys.values()) {
            of(&mut wraps, &row.wrapped).data_keys += 1;
        }
        Ok(wraps.into_values().collect())
    }

    async fn activate(&self, before: WrappedKey, after: WrappedKey) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        match state.secrets.get_mut(LOOKUP_KEY) {
            Some(wrapped) if *wrapped == before => *wrapped = after,
            _ => return Err(not_active()),
        }
        Ok(())
    }

    async fn others_not_under(&self, master: MasterKeyId) -> Result<Vec<Owned>, StoreError> {
        let state = self.lock();
        let secrets = state.secrets.iter().map(|(name, wrapped)| Owned {
            owner: Owner::Secret((*name).to_owned()),
            wrapped: wrapped.clone(),
        });
        let signing_keys = state.signing_keys.iter().map(|row| Owned {
            owner: Owner::SigningKey(row.id.clone()),
            wrapped: row.wrapped.clone(),
        });
        Ok(secrets.chain(signing_keys).filter(|key| key.wrapped.master != master).collect())
    }

    async fn data_keys_not_under(
        &self,
        master: MasterKeyId,
        after: Option<(TenantId, DataKeyId)>,
        limit: usize,
    ) -> Result<Vec<Owned>, StoreError> {
        let state = self.lock();
        let first = after.map_or(Bound::Unbounded, |(tenant, _)| Bound::Included(tenant));
        let keys = state.tenants.range((first, Bound::Unbounded)).flat_map(|(tenant, tables)| {
            tables.data_keys.values().map(|row| (*tenant, row.clone()))
        });
        let keys = keys
            .filter(|(tenant, row)| after.is_none_or(|after| (*tenant, row.id) > after))
            .filter(|(_, row)| row.wrapped.master != master)
            .map(|(tenant, row)| Owned {
                owner: Owner::DataKey { tenant, id: row.id, subject: row.subject },
                wrapped: row.wrapped,
            });
        Ok(keys.take(page_size(limit)).collect())
    }

    async fn rewrap(&self, master: MasterKeyId, keys: Vec<Rewrapped>) -> Result<u64, StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        if state.secrets.get(LOOKUP_KEY).is_none_or(|active| active.master != master) {
            return Err(not_active());
        }
        let mut changed = 0;
        for Rewrapped { before, after } in keys {
            if let Some(wrapped) = stored(&mut state, &before.owner)
                && *wrapped == before.wrapped
            {
                *wrapped = after;
                changed += 1;
            }
        }
        Ok(changed)
    }
}

fn of<'a>(wraps: &'a mut BTreeMap<MasterKeyId, Wraps>, wrapped: &WrappedKey) -> &'a mut Wraps {
    let none = Wraps { master: wrapped.master, data_keys: 0, signing_keys: 0, secrets: 0 };
    wraps.entry(wrapped.master).or_insert(none)
}

fn stored<'a>(state: &'a mut State, owner: &Owner) -> Option<&'a mut WrappedKey> {
    match owner {
        Owner::Secret(name) => state.secrets.get_mut(name.as_str()),
        Owner::SigningKey(id) => {
            let rows = &mut state.signing_keys;
            rows.iter_mut().find(|row| row.id == *id).map(|row| &mut row.wrapped)
        }
        Owner::DataKey { tenant, id, .. } => {
            let tables = Arc::make_mut(state.tenants.get_mut(tenant)?);
            Arc::make_mut(&mut tables.data_keys).get_mut(id).map(|row| &mut row.wrapped)
        }
    }
}
