//! Changing rows past the units of work, as somebody would who can write to a database.

use std::collections::BTreeMap;
use std::sync::Arc;

use cartola_primitives::id::{
    ConsentId, ConsentSetId, JobId, MatterId, PayoutId, PersonId, TenantId,
};

use super::MemoryStore;
use crate::audit::{AnchorRow, AuditRow};
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::jobs::JobRow;
use crate::matters::MatterRow;
use crate::payouts::PayoutRow;
use crate::people::PersonRow;

/// Some rows of a tenant, to be changed at will.
pub struct Tampering {
    /// The audit trail. Its last entry is its head, too.
    pub audit: Vec<AuditRow>,
    /// The anchors of the trail.
    pub anchors: Vec<AnchorRow>,
    /// Consents.
    pub consents: BTreeMap<ConsentId, ConsentRow>,
    /// Lists of consents.
    pub consent_sets: BTreeMap<ConsentSetId, ConsentSetRow>,
    /// Matters, whose content is sealed.
    pub matters: BTreeMap<MatterId, MatterRow>,
    /// People, whose identity is sealed.
    pub people: BTreeMap<PersonId, PersonRow>,
    /// Jobs, whose arguments are sealed.
    pub jobs: BTreeMap<JobId, JobRow>,
    /// Payouts, whose lines are sealed.
    pub payouts: BTreeMap<PayoutId, PayoutRow>,
}

impl MemoryStore {
    /// Removes a secret of the installation, without anybody's leave.
    pub fn forget_secret(&self, name: &str) {
        self.lock().secrets.remove(name);
    }

    /// Changes rows of a tenant, without anybody's leave.
    pub fn tamper(&self, tenant: TenantId, change: impl FnOnce(&mut Tampering)) {
        let mut state = self.lock();
        let Some(tables) = state.tenants.get_mut(&tenant) else { return };
        let tables = Arc::make_mut(tables);
        let mut tampering = Tampering {
            audit: tables.audit.to_vec(),
            anchors: tables.anchors.to_vec(),
            consents: BTreeMap::clone(&tables.consents),
            consent_sets: BTreeMap::clone(&tables.consent_sets),
            matters: BTreeMap::clone(&tables.matters),
            people: BTreeMap::clone(&tables.people),
            jobs: BTreeMap::clone(&tables.jobs),
            payouts: BTreeMap::clone(&tables.payouts),
        };
        change(&mut tampering);
        tables.audit = Arc::new(tampering.audit);
        tables.anchors = Arc::new(tampering.anchors);
        tables.consents = Arc::new(tampering.consents);
        tables.consent_sets = Arc::new(tampering.consent_sets);
        tables.matters = Arc::new(tampering.matters);
        tables.people = Arc::new(tampering.people);
        tables.jobs = Arc::new(tampering.jobs);
        tables.payouts = Arc::new(tampering.payouts);
    }
}
