//! Undoing a merge: a source record becomes a movement of its own.

use cartola_model::audit::AuditEvent;
use cartola_model::{MergeReason, Movement, Principal};
use cartola_primitives::id::{ConsentSetId, MovementId, SourceId};
use cartola_store::consents::ConsentSetRow;
use cartola_store::movements::{AliasRow, Attested, FeedChange, MovementRow};
use cartola_store::work::MovementChange;
use cartola_store::{Command, UnitOfWork};

use crate::ingest::evidence::{self, Evidence};
use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// What came of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What remains.
    pub remaining: MovementRow,
    /// What was split off.
    pub split: MovementRow,
}

/// Why a source record is not split off.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// There is no such movement.
    #[error("there is no such movement")]
    Unknown,
    /// The movement has no such source record that says something.
    #[error("the movement has no such source record")]
    UnknownSource,
    /// It is the only record that speaks of the movement.
    #[error("this is the only source of the movement; there is nothing to split")]
    OnlySource,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for SplitError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Makes a source record a movement of its own. Later imports leave both alone: a line that
    /// is equal to both meets the one that it met before.
    pub async fn split_movement(
        &self,
        who: &Principal,
        id: MovementId,
        source: SourceId,
        reply: Reply<'_, Split>,
    ) -> Result<Split, SplitError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let now = self.now();
            let found = self.store().movement(who.tenant, id, now).await;
            let attested = found.map_err(EngineError::from)?.ok_or(SplitError::Unknown)?;
            let account = attested.row.movement.account;
            let account = self.store().account(who.tenant, account, now).await;
            let account = account.map_err(EngineError::from)?.ok_or(SplitError::Unknown)?;
            let (split, set) = self.decide_split(&attested, source)?;
            let event = AuditEvent::once("movement.split", who.actor, id)
                .with("source", source)
                .with("split", split.split.movement.id);
            let mut work = UnitOfWork::new(who.tenant, now)
                .with(Command::ClaimAccount {
                    id: account.id,
                    expected: account.version,
                    consents: account.consents,
                })
                .with(Command::AddConsentSets(vec![set]))
                .with(Command::AddMovements(vec![split.split.clone()]))
                .with(Command::ChangeMovements(vec![MovementChange {
                    row: split.remaining.clone(),
                    expected: attested.row.movement.version,
                    feed: Some(FeedChange::Modified),
                }]))
                .with(Command::MoveSource { id: source, from: id, to: split.split.movement.id })
                .with(Command::AddAlias(AliasRow {
                    alias: split.split.movement.id,
                    movement: id,
                    at: now,
                    undone: true,
                }))
                .with(Command::Audit(event));
            work.commands.extend(reply.command(self, &split)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(split)
        })
        .await
    }

    fn decide_split(
        &self,
        attested: &Attested,
        source: SourceId,
    ) -> Result<(Split, ConsentSetRow), SplitError> {
        let (taken, left): (Vec<_>, Vec<_>) =
            attested.sources.iter().partition(|row| row.id == source && row.says.is_some());
        let taken = *taken.first().ok_or(SplitError::UnknownSource)?;
        let before = &attested.row.movement;
        let left: Vec<Evidence<'_>> = left.into_iter().map(Evidence::from).collect();
        let version = before.version + 1;
        let remaining = evidence::movement(before.id, before.account, version, &left)
            .ok_or(SplitError::OnlySource)?;
        let split: Option<Movement> =
            evidence::movement(self.minter().mint(), before.account, 1, &[Evidence::from(taken)]);
        let split = split.ok_or(SplitError::UnknownSource)?;
        let set = ConsentSetRow {
            id: self.minter().mint::<ConsentSetId>(),
            consent: taken.consent,
            rest: None,
        };
        debug_assert!(taken.reason != MergeReason::Absent, "silence is not taken");
        Ok((
            Split {
                remaining: MovementRow { movement: remaining, ..attested.row.clone() },
                split: MovementRow { movement: split, consents: set.id, counterparty: None },
            },
            set,
        ))
    }
}
