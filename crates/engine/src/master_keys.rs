//! Changing the master key while others serve, and what each one wraps.
//!
//! The store says which master key is the active one: the one that wraps the look-up key. A rotation
//! makes another one active first, so that nothing comes to the old one any more, and then wraps
//! again what the old one has, batch by batch. Whatever ends it, the next one goes on: what is left
//! to do stands in the store. Two that go on beside each other do no harm.

use cartola_crypto::jws::SigningKey;
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{CryptoError, KeyRing, LookupKey, MasterKeyId, WrappedKey};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Randomness;
use cartola_primitives::id::{DataKeyId, TenantId};
use cartola_store::rotation::{Owned, Owner, Rewrapped, Wraps};
use cartola_store::{Command, Retry, Rotation, StoreError, UnitOfWork};

use crate::vault::{AUDIT_KEY, LOOKUP_KEY, SESSION_KEY, subject_bytes};
use crate::{Engine, EngineError};

/// Data keys that are wrapped again in one write. Others write in between: it takes milliseconds.
pub const BATCH: usize = 500;

/// How often all keys are gone through where some are left. What is left was added by a process of
/// an earlier version, or changed by another rotation a moment ago.
const PASSES: usize = 5;

/// A master key, and what hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasterUse {
    /// What it wraps.
    pub wraps: Wraps,
    /// Whether it wraps what is added.
    pub active: bool,
    /// Whether this process has it.
    pub held: bool,
}

/// What a rotation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotatedTo {
    /// The master key that was active before; absent where it was this one already.
    pub from: Option<MasterKeyId>,
    /// The master key that wraps everything now.
    pub to: MasterKeyId,
    /// How many keys were wrapped again, the look-up key aside.
    pub rewrapped: u64,
}

/// Why a rotation did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// Another master key was made the active one meanwhile.
    #[error(
        "another rotation has made {by} the active master key; name the same new key in every \
         configuration, and run it again"
    )]
    Overtaken {
        /// By which.
        by: MasterKeyId,
    },
    /// So many keys under others are still there after all passes.
    #[error(
        "{0} keys are still under another master key: a process of an earlier version adds them; \
         update it, and run this again"
    )]
    Left(u64),
    /// A master key that wraps something is not at hand.
    #[error("master key {0} wraps keys and is not at hand; add it to the retired master keys")]
    Unknown(MasterKeyId),
    /// The rest.
    #[error("the keys cannot be wrapped again; the same command goes on")]
    Engine(#[from] EngineError),
}

impl From<StoreError> for RotationError {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<CryptoError> for RotationError {
    fn from(error: CryptoError) -> Self {
        Self::Engine(error.into())
    }
}

/// Is told how many keys are done, of how many.
pub type Told<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

impl Engine {
    /// Every master key that wraps anything, by its id.
    pub async fn master_keys(
        &self,
        rotation: &dyn Rotation,
    ) -> Result<Vec<MasterUse>, EngineError> {
        let active = self.vault().active_master().await?;
        let ring = self.vault().masters().ring();
        let of = |wraps: Wraps| MasterUse {
            active: wraps.master == active,
            held: ring.holds(wraps.master),
            wraps,
        };
        Ok(rotation.wraps().await?.into_iter().map(of).collect())
    }

    /// Reads the master keys again from where they came. Those that were known stay known.
    pub async fn read_master_keys(&self) {
        self.vault().masters().refresh().await;
    }

    /// Whether a master key is at hand that no rotation leads to.
    pub fn holds_other_master_keys(&self) -> bool {
        self.vault().masters().ring().holds_others()
    }

    /// The master key that a rotation leads to: the first of those that this process was given.
    pub fn configured_master_key(&self) -> MasterKeyId {
        self.vault().masters().ring().active()
    }

    /// Makes [`Self::configured_master_key`] the active one, and wraps by it whatever another one
    /// wraps. Every other master key that wraps anything has to be at hand.
    pub async fn rotate_master_key(
        &self,
        rotation: &dyn Rotation,
        told: Told<'_>,
    ) -> Result<RotatedTo, RotationError> {
        let ring = self.vault().masters().ring();
        let (to, wraps) = (ring.active(), rotation.wraps().await?);
        if let Some(unknown) = wraps.iter().find(|wraps| !ring.holds(wraps.master)) {
            return Err(RotationError::Unknown(unknown.master));
        }
        let from = self.activate(rotation, &ring).await?;
        let mut rewrapped = 0;
        for _ in 0..PASSES {
            let left = left(&rotation.wraps().await?, to);
            if left == 0 {
                return Ok(RotatedTo { from, to, rewrapped });
            }
            let total = rewrapped + left;
            let mut told = |done| told(done, total);
            self.pass(rotation, &ring, &mut rewrapped, &mut told).await?;
        }
        match left(&rotation.wraps().await?, to) {
            0 => Ok(RotatedTo { from, to, rewrapped }),
            keys => Err(RotationError::Left(keys)),
        }
    }

    /// Makes the ring's own key the active one, and gives the one that was.
    async fn activate(
        &self,
        rotation: &dyn Rotation,
        ring: &KeyRing,
    ) -> Result<Option<MasterKeyId>, RotationError> {
        let before = self.vault().wrapped_lookup_key().await?;
        let (from, to) = (before.master, ring.active());
        if from == to {
            return Ok(None);
        }
        self.record_rotation(from, to).await?;
        let randomness = self.vault().randomness();
        let after = LookupKey::unwrap(ring, &before)?.wrap(ring, randomness.as_ref());
        match rotation.activate(before, after).await {
            Err(error) if error.retry() == Retry::AfterReread => self.expect_active(to).await?,
            activated => activated?,
        }
        tracing::info!(%from, %to, "engine.master_key.activated");
        Ok(Some(from))
    }

    /// Writes into each tenant's audit trail that its keys are about to go under another master key.
    async fn record_rotation(&self, from: MasterKeyId, to: MasterKeyId) -> Result<(), EngineError> {
        for tenant in self.tenants().await? {
            let actor = Principal::operator(tenant.id).actor;
            let event = AuditEvent::once("master_key.rotated", actor, to).with("from", from);
            let unit = UnitOfWork::new(tenant.id, self.now()).with(Command::Audit(event));
            self.store().commit(unit).await?;
        }
        Ok(())
    }

    /// All keys once.
    async fn pass(
        &self,
        rotation: &dyn Rotation,
        ring: &KeyRing,
        done: &mut u64,
        told: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), RotationError> {
        let to = ring.active();
        let others = rotation.others_not_under(to).await?;
        *done += self.rewrap(rotation, ring, others).await?;
        told(*done);
        let mut after = None;
        loop {
            let page = rotation.data_keys_not_under(to, after, BATCH).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = place(last);
            *done += self.rewrap(rotation, ring, page).await?;
            told(*done);
        }
    }

    async fn rewrap(
        &self,
        rotation: &dyn Rotation,
        ring: &KeyRing,
        keys: Vec<Owned>,
    ) -> Result<u64, RotationError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let randomness = self.vault().randomness();
        let again = |before: Owned| {
            let after = rewrapped(ring, &before, randomness.as_ref())?;
            Ok(Rewrapped { before, after })
        };
        let keys = keys.into_iter().map(again).collect::<Result<Vec<_>, EngineError>>()?;
        match rotation.rewrap(ring.active(), keys).await {
            Err(error) if error.retry() == Retry::AfterReread => {
                self.expect_active(ring.active()).await?;
                Ok(0)
            }
            changed => Ok(changed?),
        }
    }

    /// Fails where somebody has made another key the active one. Where it is this one after all,
    /// another rotation to it was a moment faster.
    async fn expect_active(&self, to: MasterKeyId) -> Result<(), RotationError> {
        match self.vault().active_master().await? {
            by if by == to => Ok(()),
            by => Err(RotationError::Overtaken { by }),
        }
    }
}

/// How many keys other master keys than this one wrap.
fn left(wraps: &[Wraps], to: MasterKeyId) -> u64 {
    wraps.iter().filter(|wraps| wraps.master != to).map(Wraps::total).sum()
}

fn place(key: &Owned) -> Option<(TenantId, DataKeyId)> {
    match key.owner {
        Owner::DataKey { tenant, id, .. } => Some((tenant, id)),
        Owner::Secret(_) | Owner::SigningKey(_) => None,
    }
}

/// The same key under the ring's own master key.
fn rewrapped(
    ring: &KeyRing,
    key: &Owned,
    randomness: &dyn Randomness,
) -> Result<WrappedKey, EngineError> {
    let wrapped = &key.wrapped;
    Ok(match &key.owner {
        Owner::Secret(name) if name == LOOKUP_KEY => {
            LookupKey::unwrap(ring, wrapped)?.wrap(ring, randomness)
        }
        Owner::Secret(name) if name == SESSION_KEY => {
            SessionKey::unwrap(ring, wrapped)?.wrap(ring, randomness)
        }
        Owner::Secret(name) if name == AUDIT_KEY => {
            SigningKey::unwrap(ring, wrapped)?.wrap(ring, randomness)
        }
        Owner::Secret(_) => {
            let unknown = StoreError::corrupt("a secret of the installation that nobody knows");
            return Err(unknown.into());
        }
        Owner::SigningKey(_) => SigningKey::rewrap(ring, wrapped, randomness)?,
        Owner::DataKey { tenant, id, subject } => {
            ring.rewrap(*id, *tenant, &subject_bytes(*subject), wrapped, randomness)?
        }
    })
}
