//! Anchors: where a tenant's chain stood at the end of a day, signed.
//!
//! The key is an installation's own, wrapped by the master key as all others: whoever can rewrite the
//! store, and has no master key, can make none. Only what follows from the anchor before is signed, so
//! that no anchor ever says that a broken chain is whole.

use cartola_crypto::jws::{SigningKey, TokenError, VerifyingKey};
use cartola_crypto::{ChainBreak, ChainHash, ChainHead};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, Timestamp, santiago};
use cartola_store::audit::AnchorRow;
use cartola_store::{Command, MAX_PAGE, UnitOfWork};
use serde::{Deserialize, Serialize};

use super::ledger::Claims;
use super::verify::Reading;
use crate::retry::MaybeConflict;
use crate::{Engine, EngineError};

/// `typ` of an anchor.
const KIND: &str = "cartola-audit-anchor+jws";

/// What an anchor says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchored {
    /// Whose trail.
    pub tenant: TenantId,
    /// Its place among the tenant's anchors, from 1.
    pub number: u64,
    /// The last day, in Santiago, of which it has entries.
    pub day: Date,
    /// The last entry.
    pub sequence: u64,
    /// The hash of the last entry, 64 hexadecimal digits.
    pub hash: ChainHash,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Why a text is no anchor.
#[derive(Debug, thiserror::Error)]
pub enum AnchorUnread {
    /// It was not signed by that key, or is no signed text.
    #[error(transparent)]
    Signature(#[from] TokenError),
    /// What was signed is something else.
    #[error("what was signed is no anchor")]
    Content(#[source] serde_json::Error),
}

impl Anchored {
    pub(super) fn of(tenant: TenantId, row: &AnchorRow) -> Self {
        let AnchorRow { number, day, sequence, hash, made_at, .. } = *row;
        Self { tenant, number, day, sequence, hash, made_at }
    }

    /// What an anchor says that this key has signed.
    pub(super) fn read(key: &VerifyingKey, signed: &str) -> Result<Self, AnchorUnread> {
        let payload = key.statement(KIND, signed)?;
        serde_json::from_slice(&payload).map_err(AnchorUnread::Content)
    }

    /// The chain's head that it names.
    pub fn head(&self) -> ChainHead {
        ChainHead { sequence: self.sequence, hash: self.hash }
    }

    fn signed(&self, key: &SigningKey) -> Result<String, EngineError> {
        let payload = serde_json::to_vec(self).map_err(EngineError::Content)?;
        let signed = key.sign_statement(KIND, &payload);
        Ok(signed.expect("an anchor is far shorter than a token may be"))
    }
}

/// What an anchor says that was kept elsewhere, if the key signed it.
pub fn read_anchor(key: &VerifyingKey, signed: &str) -> Result<Anchored, AnchorUnread> {
    Anchored::read(key, signed)
}

/// Why no anchor is made.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// What came since the last anchor does not follow from it.
    #[error("the audit trail is not whole since its last anchor: {0}")]
    Broken(ChainBreak),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// The key that signs anchors and exports. It stays the same as long as the installation does.
    pub(super) async fn audit_key(&self) -> Result<SigningKey, EngineError> {
        self.vault().audit_key().await
    }

    /// The public half of the key that signs anchors and exports.
    pub async fn audit_verifying_key(&self) -> Result<VerifyingKey, EngineError> {
        Ok(self.audit_key().await?.verifying().clone())
    }

    /// Anchors of a tenant after a number, in order, at most a page of them
    /// ([`MAX_PAGE`]).
    pub async fn anchors(
        &self,
        tenant: TenantId,
        after: u64,
    ) -> Result<Vec<AnchorRow>, EngineError> {
        Ok(self.store().anchors(tenant, after, MAX_PAGE).await?)
    }

    /// Makes an anchor of what a tenant's trail is now, unless it has not grown since the last one. It
    /// is recorded in the trail, and so in the next anchor.
    pub async fn make_anchor(&self, tenant: TenantId) -> Result<Option<AnchorRow>, AnchorError> {
        let now = self.now();
        self.anchor(tenant, santiago::today(now), now, Timestamp::MAX).await
    }

    /// Makes the anchors of the day before today, of every tenant whose trail has grown since its last
    /// one and that has none of that day. Gives the day, and how many trails are not whole: those are
    /// told in the log, and have none.
    pub async fn anchor_day(&self) -> Result<(Date, usize), EngineError> {
        let now = self.now();
        let day = santiago::today(now).yesterday().unwrap_or(Date::MIN);
        let mut broken = 0;
        for tenant in self.store().tenants().await? {
            let last = self.store().last_anchor(tenant.id).await?;
            // One that an operator had made on that day does not close it.
            if last.is_some_and(|last| last.made_at >= santiago::end_of_day(day)) {
                continue;
            }
            match self.anchor(tenant.id, day, now, santiago::end_of_day(day)).await {
                Ok(_) => {}
                // Another process was faster.
                Err(AnchorError::Engine(error)) if error.is_conflict() => {}
                Err(AnchorError::Engine(error)) => return Err(error),
                Err(AnchorError::Broken(found)) => {
                    broken += 1;
                    let (tenant, sequence) = (tenant.id, found.sequence);
                    tracing::error!(%tenant, sequence, "engine.audit.not_whole");
                }
            }
        }
        Ok((day, broken))
    }

    async fn anchor(
        &self,
        tenant: TenantId,
        day: Date,
        now: Timestamp,
        grown_before: Timestamp,
    ) -> Result<Option<AnchorRow>, AnchorError> {
        let last = self.store().last_anchor(tenant).await.map_err(EngineError::from)?;
        let head = self.recorded_head(tenant).await?;
        let before = last.as_ref().map_or_else(
            || ChainHead::start(tenant),
            |last| ChainHead { sequence: last.sequence, hash: last.hash },
        );
        // An anchor leaves an entry of its own, which alone is no reason for another one.
        if head.sequence <= before.sequence + u64::from(last.is_some()) {
            return Ok(None);
        }
        let next = before.sequence + u64::from(last.is_some());
        let next = self.store().audit(tenant, next, 1).await.map_err(EngineError::from)?;
        if next.first().is_none_or(|entry| entry.at >= grown_before) {
            // Nothing is of the day that is over.
            return Ok(None);
        }
        let mut reading = Reading::after(tenant, before, Vec::new());
        let mut unheard = |_| {};
        let broken =
            self.read_chain(&mut reading, head, &mut Claims::default(), &mut unheard).await?;
        if let Some(broken) = broken {
            return Err(AnchorError::Broken(broken));
        }
        let number = last.map_or(1, |last| last.number + 1);
        let mut work = UnitOfWork::new(tenant, now);
        let (sequence, hash, made_at) = (head.sequence, head.hash, work.at);
        let says = Anchored { tenant, number, day, sequence, hash, made_at };
        let signed = says.signed(&self.audit_key().await?)?;
        let row = AnchorRow { number, day, sequence, hash, made_at, signed };
        let actor = Principal::operator(tenant).actor;
        let event = AuditEvent::once("audit.anchored", actor, day)
            .with("number", number)
            .with("sequence", sequence);
        work.push(Command::AddAnchor(row.clone()));
        work.push(Command::Audit(event));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(Some(row))
    }
}
