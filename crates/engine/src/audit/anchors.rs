//! Anchors: where a tenant's chain stood at the end of a day, signed.
//!
//! The key is an installation's own, wrapped by the master key as all others: whoever can rewrite the
//! store, and has no master key, can make none. Only what follows from the anchor before is signed, so
//! that no anchor ever says that a broken chain is whole.

use cartola_crypto::jws::{SigningKey, TokenError, VerifyingKey};
use cartola_crypto::{BreakKind, ChainBreak, ChainHash, ChainHead};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, Timestamp, santiago};
use cartola_store::audit::AnchorRow;
use cartola_store::{Command, MAX_PAGE, UnitOfWork};
use serde::{Deserialize, Serialize};

use super::ledger::{COMPLETE, Claims, LEDGER};
use super::verify::{AnchorProblem, Reading};
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

/// What came of making the anchors of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The day that is over.
    pub day: Date,
    /// The anchors that were made, and whose they are.
    pub made: Vec<(TenantId, AnchorRow)>,
    /// Trails that are not whole, or cannot be read; they have none.
    pub broken: usize,
}

/// Why no anchor is made.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// What came since the last anchor does not follow from it.
    #[error("the audit trail is not whole since its last anchor: {0}")]
    Broken(ChainBreak),
    /// The anchors are not those that the trail says were made.
    #[error("the audit trail does not agree with its anchors: {0}")]
    Anchors(AnchorProblem),
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
    /// one and that has none of that day. A trail that is not whole, or cannot be read, has none, and
    /// holds up nobody else's: it is told in the log, and counted.
    pub async fn anchor_day(&self) -> Result<Round, EngineError> {
        let now = self.now();
        let day = santiago::today(now).yesterday().unwrap_or(Date::MIN);
        let mut round = Round { day, made: Vec::new(), broken: 0 };
        let mut failed = None;
        for tenant in self.store().tenants().await? {
            let id = tenant.id;
            match self.anchor_of_day(id, day, now).await {
                Ok(made) => round.made.extend(made.map(|row| (id, row))),
                // Another process was faster.
                Err(AnchorError::Engine(error)) if error.is_conflict() => {}
                Err(AnchorError::Engine(error)) if !error.is_damage() => {
                    let error = &*failed.insert(error) as &dyn std::error::Error;
                    tracing::warn!(tenant = %id, error, "engine.audit.not_anchored");
                }
                Err(error) => {
                    round.broken += 1;
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(tenant = %id, error, "engine.audit.not_whole");
                }
            }
        }
        // What was made is told first: it is not made again.
        if round.made.is_empty()
            && let Some(error) = failed
        {
            Err(error)
        } else {
            Ok(round)
        }
    }

    async fn anchor_of_day(
        &self,
        tenant: TenantId,
        day: Date,
        now: Timestamp,
    ) -> Result<Option<AnchorRow>, AnchorError> {
        let end = santiago::end_of_day(day);
        let last = self.store().last_anchor(tenant).await.map_err(EngineError::from)?;
        // One that an operator had made on that day does not close it.
        if last.is_some_and(|last| last.made_at >= end) {
            return Ok(None);
        }
        self.anchor(tenant, day, now, end).await
    }

    async fn anchor(
        &self,
        tenant: TenantId,
        day: Date,
        now: Timestamp,
        grown_before: Timestamp,
    ) -> Result<Option<AnchorRow>, AnchorError> {
        let last = self.store().last_anchor(tenant).await.map_err(EngineError::from)?;
        let before = last.as_ref().map_or_else(
            || ChainHead::start(tenant),
            |last| ChainHead { sequence: last.sequence, hash: last.hash },
        );
        let Some(own) = self.grown(tenant, before, last.is_some(), grown_before).await? else {
            return Ok(None);
        };
        if !own.complete {
            self.complete_ledger(tenant).await?;
        }
        let head = self.recorded_head(tenant).await?;
        let claims = self.claims_from(Reading::after(tenant, before, Vec::new()), head).await?;
        let made = last.map_or(0, |last| last.number);
        if let Some(problem) = self.anchors_differ(tenant, made, claims.anchored).await? {
            return Err(AnchorError::Anchors(problem));
        }
        let number = made + 1;
        let mut work = UnitOfWork::new(tenant, now);
        let (sequence, hash, made_at) = (head.sequence, head.hash, work.at);
        let says = Anchored { tenant, number, day, sequence, hash, made_at };
        let signed = says.signed(&self.audit_key().await?)?;
        let row = AnchorRow { number, day, sequence, hash, made_at, signed };
        let actor = Principal::operator(tenant).actor;
        let event = AuditEvent::once("audit.anchored", actor, day)
            .with("number", number)
            .with("sequence", sequence)
            .with(LEDGER, COMPLETE);
        work.push(Command::AddAnchor(row.clone()));
        work.push(Command::Audit(event));
        self.store().commit(work).await.map_err(EngineError::from)?;
        let AnchorRow { hash, signed, .. } = &row;
        // So that it leaves the process by itself: whoever keeps the log has what was signed.
        tracing::info!(%tenant, number, %day, sequence, %hash, signed, "engine.audit.anchored");
        Ok(Some(row))
    }

    /// What the entry of the last anchor says, where there is one, if the trail has grown since before
    /// that instant.
    async fn grown(
        &self,
        tenant: TenantId,
        before: ChainHead,
        is_anchored: bool,
        grown_before: Timestamp,
    ) -> Result<Option<Claims>, AnchorError> {
        let head = self.recorded_head(tenant).await?;
        // An anchor leaves an entry of its own, by the same unit of work, which alone is no reason for
        // another one. A trail that ends before that entry was cut off.
        let own = usize::from(is_anchored);
        if head.sequence < before.sequence + own as u64 {
            let sequence = head.sequence + 1;
            return Err(AnchorError::Broken(ChainBreak { sequence, kind: BreakKind::Missing }));
        }
        let entries = self.store().audit(tenant, before.sequence, own + 1).await;
        let entries = entries.map_err(EngineError::from)?;
        let expected = (head.sequence - before.sequence).min(own as u64 + 1);
        if (entries.len() as u64) < expected {
            let sequence = before.sequence + entries.len() as u64 + 1;
            return Err(AnchorError::Broken(ChainBreak { sequence, kind: BreakKind::Missing }));
        }
        let mut claims = Claims::default();
        entries.iter().take(own).for_each(|entry| claims.note(&entry.body));
        let is_grown = entries.get(own).is_some_and(|entry| entry.at < grown_before);
        Ok(is_grown.then_some(claims))
    }

    /// Has the trail tell of all consents and lists, where it is whole.
    async fn complete_ledger(&self, tenant: TenantId) -> Result<(), AnchorError> {
        let head = self.recorded_head(tenant).await?;
        let told = self.claims_from(Reading::from_start(tenant, Vec::new()), head).await?;
        Ok(self.record_ledger(tenant, head.sequence, &told).await?)
    }

    /// What a trail says on from where a reading is, if it is whole.
    async fn claims_from(
        &self,
        mut reading: Reading,
        head: ChainHead,
    ) -> Result<Claims, AnchorError> {
        let (mut claims, mut unheard) = (Claims::default(), |_| {});
        match self.read_chain(&mut reading, head, &mut claims, &mut unheard).await? {
            Some(broken) => Err(AnchorError::Broken(broken)),
            None => Ok(claims),
        }
    }
}
