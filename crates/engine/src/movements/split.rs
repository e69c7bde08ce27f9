//! Undoing a merge: a source record becomes a movement of its own.

use std::collections::BTreeSet;

use cartola_model::audit::AuditEvent;
use cartola_model::{MergeReason, MovementStatus, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, MovementId, PersonId, SourceId};
use cartola_store::consents::ConsentSetRow;
use cartola_store::movements::{AliasRow, Attested, FeedChange, MovementRow};
use cartola_store::work::MovementChange;
use cartola_store::{Command, UnitOfWork};

use crate::audit::telling_of_sets;
use crate::imports::{SealedCounterparty, counterparty_place};
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
            let mut attested = found.map_err(EngineError::from)?.ok_or(SplitError::Unknown)?;
            self.confirm(who, &mut attested).await?;
            let account = attested.row.movement.account;
            let account = self.store().account(who.tenant, account, now).await;
            let account = account.map_err(EngineError::from)?.ok_or(SplitError::Unknown)?;
            let (mut split, sets) = self.decide_split(&attested, source)?;
            self.move_counterparty(who, account.person, &attested, source, &mut split).await?;
            let mut work = UnitOfWork::new(who.tenant, now).with(Command::ClaimAccount {
                id: account.id,
                expected: account.version,
                consents: account.consents,
            });
            let event = AuditEvent::once("movement.split", who.actor, id)
                .with("source", source)
                .with("split", split.split.movement.id);
            let told = telling_of_sets(event, &sets);
            work.commands.extend(commands(&attested.row, source, &split, sets, now));
            work.commands.extend(told.into_iter().map(Command::Audit));
            work.commands.extend(reply.command(self, &split)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(split)
        })
        .await
    }

    /// Both movements, each a function of its own sources and allowed by their consents alone.
    fn decide_split(
        &self,
        attested: &Attested,
        source: SourceId,
    ) -> Result<(Split, Vec<ConsentSetRow>), SplitError> {
        let (taken, left): (Vec<_>, Vec<_>) =
            attested.sources.iter().partition(|row| row.id == source && row.says.is_some());
        let taken = *taken.first().ok_or(SplitError::UnknownSource)?;
        let before = &attested.row.movement;
        let evidence: Vec<Evidence<'_>> = left.iter().copied().map(Evidence::from).collect();
        let remaining =
            evidence::movement(before.id, before.account, before.version + 1, &evidence)
                .ok_or(SplitError::OnlySource)?;
        let id = self.minter().mint();
        let split = evidence::movement(id, before.account, 1, &[Evidence::from(taken)])
            .ok_or(SplitError::UnknownSource)?;
        let spoken = left.iter().filter(|row| row.says.is_some()).map(|row| row.consent);
        let mut sets = self.sets_of(spoken.collect());
        let of_remaining = sets.last().ok_or(SplitError::OnlySource)?.id;
        sets.extend(self.sets_of(BTreeSet::from([taken.consent])));
        let of_split = sets.last().ok_or(SplitError::UnknownSource)?.id;
        let counterparty = attested.row.counterparty.clone();
        Ok((
            Split {
                remaining: MovementRow {
                    movement: remaining,
                    consents: of_remaining,
                    counterparty,
                },
                split: MovementRow { movement: split, consents: of_split, counterparty: None },
            },
            sets,
        ))
    }

    /// A list of sets of which the last one holds while any of the consents does.
    fn sets_of(&self, consents: BTreeSet<ConsentId>) -> Vec<ConsentSetRow> {
        let mut sets: Vec<ConsentSetRow> = Vec::with_capacity(consents.len());
        for consent in consents {
            let rest = sets.last().map(|set| set.id);
            sets.push(ConsentSetRow { id: self.minter().mint(), consent, rest });
        }
        sets
    }

    /// A movement has its counterparty from the source that told of it first: where that one is
    /// split off, the counterparty goes along, sealed anew for its new place.
    async fn move_counterparty(
        &self,
        who: &Principal,
        person: Option<PersonId>,
        attested: &Attested,
        source: SourceId,
        split: &mut Split,
    ) -> Result<(), EngineError> {
        let first = attested.sources.iter().find(|row| row.reason == MergeReason::First);
        if first.is_none_or(|row| row.id != source) {
            return Ok(());
        }
        let Some(counterparty) = self.counterparty(who, &attested.row).await? else {
            return Ok(());
        };
        let key = self.vault().key_of(who.tenant, person, self.minter(), self.now()).await?;
        let place = counterparty_place(who.tenant, &split.split.movement.id);
        let record = SealedCounterparty::of(&counterparty);
        split.split.counterparty = Some(self.vault().seal_record(&key, &place, &record)?);
        split.remaining.counterparty = None;
        Ok(())
    }
}

fn commands(
    before: &MovementRow,
    source: SourceId,
    split: &Split,
    sets: Vec<ConsentSetRow>,
    at: Timestamp,
) -> [Command; 5] {
    let (remaining, taken) = (&split.remaining.movement, split.split.movement.id);
    let gone = remaining.status == MovementStatus::Removed;
    [
        Command::AddConsentSets(sets),
        Command::AddMovements(vec![split.split.clone()]),
        Command::ChangeMovements(vec![MovementChange {
            row: split.remaining.clone(),
            expected: before.movement.version,
            feed: Some(if gone { FeedChange::Removed } else { FeedChange::Modified }),
        }]),
        Command::MoveSource { id: source, from: remaining.id, to: taken },
        Command::AddAlias(AliasRow { alias: taken, movement: remaining.id, at, undone: true }),
    ]
}
