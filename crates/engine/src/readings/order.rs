//! What a reading needs to know, sealed with its job.

use std::collections::BTreeMap;

use cartola_model::{Principal, RecordKinds};
use cartola_primitives::id::{ConsentId, CredentialId, TenantId};
use cartola_primitives::{Date, Secret, Timestamp};
use cartola_store::asking::{AccountScope, ReadScope};
use serde::{Deserialize, Serialize};

use super::{THRESHOLD, Wanted};

/// What is sealed. Wiped when dropped.
#[derive(Serialize, Deserialize)]
pub(super) struct Arguments {
    /// Through which key it was asked for; absent where the operator did.
    actor: Option<CredentialId>,
    pub mandate: ConsentId,
    scope: Scoped,
    /// What is told as a whole: a bit for each product.
    #[serde(default)]
    records: u32,
    /// Wrong credentials in a row that lock; absent where it is [`THRESHOLD`].
    #[serde(default)]
    threshold: Option<u32>,
    /// When whoever is told of it is to have been told.
    #[serde(default)]
    told_by: Option<Timestamp>,
    /// What to sign in with, where the link keeps nothing.
    fields: Option<BTreeMap<String, String>>,
}

/// An [`AccountScope`] as it is sealed.
#[derive(Serialize, Deserialize)]
enum Scoped {
    Nothing,
    Accounts,
    Balances,
    Movements(Date, Date),
}

impl Arguments {
    pub fn of(who: &Principal, mandate: ConsentId, wanted: &Wanted) -> Self {
        let (actor, told_by) = (who.actor.credential(), wanted.told_by);
        let (scope, records) = (Scoped::of(wanted.scope.accounts), wanted.scope.records.bits());
        Self { actor, mandate, scope, records, threshold: None, told_by, fields: None }
    }

    pub fn with_fields(mut self, fields: &BTreeMap<String, Secret<String>>) -> Self {
        let fields = fields.iter().map(|(name, value)| (name.clone(), value.expose().clone()));
        self.fields = Some(fields.collect());
        self
    }

    pub fn with_threshold(mut self, threshold: u32) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Wrong credentials in a row that lock.
    pub fn threshold(&self) -> u32 {
        self.threshold.unwrap_or(THRESHOLD)
    }

    /// When whoever is told of it is to have been told, where there is such a time.
    pub const fn told_by(&self) -> Option<Timestamp> {
        self.told_by
    }

    /// What is asked for. A product that only a newer version knows is none that this one can read.
    pub const fn scope(&self) -> ReadScope {
        let accounts = match self.scope {
            Scoped::Nothing => AccountScope::Nothing,
            Scoped::Accounts => AccountScope::Accounts,
            Scoped::Balances => AccountScope::Balances,
            Scoped::Movements(from, to) => AccountScope::Movements { from, to },
        };
        ReadScope { accounts, records: RecordKinds::known_of(self.records) }
    }

    /// What allows it.
    pub const fn mandate(&self) -> ConsentId {
        self.mandate
    }

    /// Who asked for it.
    pub fn who(&self, tenant: TenantId) -> Principal {
        Principal::named(tenant, self.actor)
    }

    pub fn fields(&self) -> Option<BTreeMap<String, Secret<String>>> {
        let fields = self.fields.as_ref()?;
        let secret = |(name, value): (&String, &String)| (name.clone(), Secret::new(value.clone()));
        Some(fields.iter().map(secret).collect())
    }
}

impl Scoped {
    const fn of(scope: AccountScope) -> Self {
        match scope {
            AccountScope::Nothing => Self::Nothing,
            AccountScope::Accounts => Self::Accounts,
            AccountScope::Balances => Self::Balances,
            AccountScope::Movements { from, to } => Self::Movements(from, to),
        }
    }
}

impl Drop for Arguments {
    fn drop(&mut self) {
        let fields = self.fields.iter_mut().flat_map(BTreeMap::values_mut);
        fields.for_each(zeroize::Zeroize::zeroize);
    }
}
