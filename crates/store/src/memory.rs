//! A backend that keeps everything in memory: the store of use cases' tests, and the plainest
//! reading of the traits' contracts.
//!
//! A unit of work is applied to a copy of the tenant's tables, which takes their place once every
//! command has succeeded: atomic by construction. Tables are shared between copies until one of
//! them writes.

mod accounts;
mod answers;
mod archive;
mod asking;
mod audit;
mod authorizations;
mod checkouts;
mod consents;
mod imports;
mod instructions;
mod jobs;
mod matters;
mod movements;
mod outbox;
mod payments;
mod payouts;
mod people;
mod quotas;
mod records;
mod rotation;
mod signing_keys;
mod subjects;
mod tables;
mod tampering;
mod tasks;
mod tenancy;
mod unit;
mod vault;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cartola_crypto::{Sealed, WrappedKey};
use cartola_model::InstitutionId;
use cartola_primitives::Date;
use cartola_primitives::id::{ArchiveId, TenantId};

use self::tables::Tables;
pub use self::tampering::Tampering;
use self::unit::Unit;
use crate::arrivals::Signal;
use crate::quotas::Counted;
use crate::signing_keys::SigningKeyRow;
use crate::{Committer, Receipt, Retention, StoreError, StoreErrorKind, UnitOfWork};

/// The backend. Implements [`crate::Store`] and [`crate::Archive`]; share it behind an `Arc`.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    signal: Signal,
}

#[derive(Debug, Default)]
struct State {
    tenants: BTreeMap<TenantId, Arc<Tables>>,
    secrets: BTreeMap<&'static str, WrappedKey>,
    signing_keys: Vec<SigningKeyRow>,
    quotas: BTreeMap<InstitutionId, Counted>,
    objects: BTreeMap<(TenantId, ArchiveId), Sealed>,
    next_failure: Option<StoreErrorKind>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the next commit, change of signing keys or count of readings, fail in this way and change nothing.
    pub fn fail_next_commit(&self, kind: StoreErrorKind) {
        self.lock().next_failure = Some(kind);
    }

    /// How many objects the archive holds.
    pub fn objects(&self) -> usize {
        self.lock().objects.len()
    }

    /// Lets the next commit meet another writer who was first.
    pub fn conflict_next_commit(&self) {
        self.fail_next_commit(StoreErrorKind::Conflict);
    }

    /// What a tenant has at this moment; later commits leave it as it is.
    fn tables(&self, tenant: TenantId) -> Arc<Tables> {
        self.lock().tenants.get(&tenant).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing half-done is ever in the state, so a panic elsewhere cannot have broken it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fail_if_asked(&mut self) -> Result<(), StoreError> {
        let failure = self.next_failure.take();
        failure.map_or(Ok(()), |kind| Err(StoreError::new(kind, "a failure that a test asked for")))
    }
}

#[async_trait]
impl Committer for MemoryStore {
    async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        let tenant = work.tenant;
        let moves_jobs = work.moves_jobs();
        let (tables, receipt) = Unit::apply(&state, work)?;
        state.tenants.insert(tenant, Arc::new(tables));
        drop(state);
        if moves_jobs {
            self.signal.raise();
        }
        Ok(receipt)
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Retention for MemoryStore {
    /// It lives as long as its process, and forgets nothing before.
    async fn kept_from(&self) -> Result<Option<Date>, StoreError> {
        Ok(None)
    }
}
