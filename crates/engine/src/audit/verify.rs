//! Proving a tenant's trail: its chain, its anchors, and the consents that it speaks of.

use std::fmt;

use cartola_crypto::{ChainBreak, ChainHead, Entry, Verifier};
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::MAX_PAGE;
use cartola_store::audit::{AnchorRow, AuditRow};

use super::anchors::Anchored;
use super::ledger::{Claims, Ledger};
use crate::{Engine, EngineError};

/// Entries that are read at a time while verifying.
const VERIFIED_AT_A_TIME: usize = MAX_PAGE;

/// What verifying a tenant's chain found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The tenant.
    pub tenant: TenantId,
    /// Entries that were read and found right.
    pub entries: u64,
    /// When the last of them was written.
    pub last_at: Option<Timestamp>,
    /// The chain's recorded end.
    pub head: ChainHead,
    /// Where it is broken, if it is.
    pub broken: Option<ChainBreak>,
    /// Anchors that were compared with it, those that were kept elsewhere included.
    pub anchors: u64,
    /// How many of them were kept elsewhere.
    pub kept: u64,
    /// The first anchor that does not fit, if one does not.
    pub anchor_problem: Option<AnchorProblem>,
    /// What was found of the consents that the trail speaks of; nothing where the trail is broken.
    pub consents: Ledger,
}

impl Verified {
    /// Whether all of it holds.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none() && self.anchor_problem.is_none() && self.consents.problem.is_none()
    }
}

/// An anchor with which the trail does not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorProblem {
    /// The store's anchor of that number is missing: those after it are there.
    Missing(u64),
    /// The trail has no entry of the store's anchor of that number, which was added with one.
    Unrecorded(u64),
    /// The store's anchor of that number is not what was signed, or was signed by another key.
    Forged(u64),
    /// The trail ends before the entry of that number, which an anchor names.
    CutOff(u64),
    /// The trail has another entry of that number than an anchor names.
    Rewritten(u64),
}

impl fmt::Display for AnchorProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(number) => write!(f, "anchor {number} is missing"),
            Self::Unrecorded(number) => {
                write!(f, "the trail does not say that anchor {number} was made")
            }
            Self::Forged(number) => {
                write!(f, "anchor {number} is not what this gateway has signed")
            }
            Self::CutOff(sequence) => write!(
                f,
                "entry {sequence} was there when an anchor was made, and what follows is cut off"
            ),
            Self::Rewritten(sequence) => write!(
                f,
                "entry {sequence} is not the one of its anchor, so it or one before it was altered"
            ),
        }
    }
}

impl Engine {
    /// Reads a tenant's whole chain and proves that nothing in it was changed, left out, put in
    /// another order, or cut off at its end, measured by the head and the signed anchors that the same
    /// store has, and by anchors that were `kept` elsewhere; and that each consent is as the chain says.
    ///
    /// Whoever can rewrite the whole store, without a master key, can set it back to a day before: that
    /// is seen by an anchor that was kept elsewhere alone. Memory is bounded by the number of anchors
    /// and consents, not of entries.
    pub async fn verify_audit(
        &self,
        tenant: TenantId,
        kept: &[Anchored],
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Verified, EngineError> {
        // Before the head: what is made meanwhile is not looked at.
        let (mut marks, mut problem) = self.anchored_by_store(tenant).await?;
        let stored = marks.len() as u64;
        marks.extend(kept.iter().filter(|it| it.tenant == tenant).map(Anchored::head));
        let kept = marks.len() as u64 - stored;
        marks.sort_unstable_by_key(|mark| mark.sequence);
        let head = self.recorded_head(tenant).await?;
        let mut claims = Claims::default();
        let mut reading = Reading::from_start(tenant, marks);
        let broken = self.read_chain(&mut reading, head, &mut claims, progress).await?;
        problem = problem.or_else(|| reading.problem(broken.is_none()));
        if problem.is_none() && broken.is_none() {
            problem = self.anchors_differ(tenant, stored, claims.anchored).await?;
        }
        let consents = match broken {
            None => self.verify_ledger(tenant, head.sequence, claims).await?,
            Some(_) => Ledger::default(),
        };
        Ok(Verified {
            tenant,
            entries: reading.verifier.head().sequence,
            last_at: reading.last_at,
            head,
            broken,
            anchors: reading.marks.len() as u64,
            kept,
            anchor_problem: problem,
            consents,
        })
    }

    /// Where the store says that a chain ends.
    pub(super) async fn recorded_head(&self, tenant: TenantId) -> Result<ChainHead, EngineError> {
        let head = self.store().audit_head(tenant).await?;
        Ok(head.map_or_else(|| ChainHead::start(tenant), ChainHead::from))
    }

    /// Reads a chain on from where a reading is, up to a head, and gives where it is broken.
    pub(super) async fn read_chain(
        &self,
        reading: &mut Reading,
        head: ChainHead,
        claims: &mut Claims,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Option<ChainBreak>, EngineError> {
        loop {
            let done = reading.verifier.head().sequence;
            if done >= head.sequence {
                break;
            }
            let left = usize::try_from(head.sequence - done).unwrap_or(usize::MAX);
            let limit = left.min(VERIFIED_AT_A_TIME);
            let rows = self.store().audit(reading.tenant, done, limit).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if let Err(broken) = reading.take(row) {
                    return Ok(Some(broken));
                }
                claims.note(&row.body);
            }
            progress(reading.verifier.head().sequence);
        }
        Ok(reading.verifier.clone().finish(&head).err())
    }

    /// Whether the store has other anchors than the trail says that were made: `last` is the number of the
    /// last one as it was read before the trail, and `made` what the trail says. One that was made while
    /// the trail was read is there.
    pub(super) async fn anchors_differ(
        &self,
        tenant: TenantId,
        last: u64,
        made: u64,
    ) -> Result<Option<AnchorProblem>, EngineError> {
        if made < last {
            return Ok(Some(AnchorProblem::Unrecorded(made + 1)));
        }
        if made == last {
            return Ok(None);
        }
        let last = self.store().last_anchor(tenant).await?.map_or(0, |row| row.number);
        Ok((last < made).then_some(AnchorProblem::Missing(last + 1)))
    }

    /// What the store's own anchors say, and the first of them that is no anchor of this gateway.
    async fn anchored_by_store(
        &self,
        tenant: TenantId,
    ) -> Result<(Vec<ChainHead>, Option<AnchorProblem>), EngineError> {
        let key = self.audit_key().await?;
        let (mut marks, mut problem, mut last) = (Vec::new(), None, 0);
        loop {
            let rows = self.store().anchors(tenant, last, MAX_PAGE).await?;
            let Some(newest) = rows.last() else { return Ok((marks, problem)) };
            let end = newest.number;
            for row in &rows {
                let is_next = row.number == last + 1;
                last = row.number;
                let found = match Anchored::read(key.verifying(), &row.signed) {
                    _ if !is_next => Some(AnchorProblem::Missing(row.number - 1)),
                    Ok(signed) if signed == Anchored::of(tenant, row) => None,
                    Ok(_) | Err(_) => Some(AnchorProblem::Forged(row.number)),
                };
                problem = problem.or(found);
                marks.push(mark(row));
            }
            last = end;
        }
    }
}

fn mark(row: &AnchorRow) -> ChainHead {
    ChainHead { sequence: row.sequence, hash: row.hash }
}

/// A chain that is being read, and what is known of it from elsewhere.
pub(super) struct Reading {
    tenant: TenantId,
    verifier: Verifier,
    last_at: Option<Timestamp>,
    /// By place.
    marks: Vec<ChainHead>,
    /// Marks that were passed.
    passed: usize,
    rewritten: Option<u64>,
}

impl Reading {
    /// One of a whole chain.
    pub fn from_start(tenant: TenantId, marks: Vec<ChainHead>) -> Self {
        Self::after(tenant, ChainHead::start(tenant), marks)
    }

    /// One that goes on after a head.
    pub fn after(tenant: TenantId, head: ChainHead, marks: Vec<ChainHead>) -> Self {
        let verifier = Verifier::new(tenant, head);
        let mut this = Self { tenant, verifier, last_at: None, marks, passed: 0, rewritten: None };
        this.compare();
        this
    }

    fn take(&mut self, row: &AuditRow) -> Result<(), ChainBreak> {
        self.verifier.take(&entry(row))?;
        self.last_at = Some(row.at);
        self.compare();
        Ok(())
    }

    /// Compares with the marks of the place that is reached.
    fn compare(&mut self) {
        let head = self.verifier.head();
        while let Some(mark) = self.marks.get(self.passed)
            && mark.sequence <= head.sequence
        {
            if mark.sequence == head.sequence && mark.hash != head.hash {
                self.rewritten = self.rewritten.or(Some(mark.sequence));
            }
            self.passed += 1;
        }
    }

    /// The first mark that does not fit. Of a chain that is broken, what was not reached says nothing.
    fn problem(&self, is_whole: bool) -> Option<AnchorProblem> {
        let cut = || self.marks.get(self.passed).map(|mark| AnchorProblem::CutOff(mark.sequence));
        let rewritten = self.rewritten.map(AnchorProblem::Rewritten);
        rewritten.or_else(|| is_whole.then(cut).flatten())
    }
}

fn entry(row: &AuditRow) -> Entry<&[u8]> {
    Entry { sequence: row.sequence, at: row.at, body: row.body.as_bytes(), hash: row.hash }
}
