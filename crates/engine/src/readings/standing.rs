//! A reading as its client looks at it.

use cartola_model::Principal;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, LinkId};
use cartola_store::asking::{ReadingFigures, ReadingRow};
use cartola_store::jobs::{JobOrder, JobRow, JobState, Priority};

use super::{ReadingProgress, ReadingState};
use crate::links::LinkError;
use crate::{Engine, EngineError};

/// A reading, and what is known of it beside where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingStanding {
    /// Its id.
    pub id: JobId,
    /// The link that it reads.
    pub link: LinkId,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it ended, whichever way.
    pub ended_at: Option<Timestamp>,
    /// Where it stands, and how far it is.
    pub now: ReadingProgress,
    /// What it came to, or the one that it joined; absent where the link was read again since.
    pub figures: Option<ReadingFigures>,
    /// Of one that failed: the first moment at which its institution is asked again for its person,
    /// where that is known and still to come.
    pub asked_again_at: Option<Timestamp>,
}

impl ReadingStanding {
    /// One that was just queued.
    pub(super) const fn queued(order: &JobOrder, link: LinkId, now: Timestamp) -> Self {
        let progress = ReadingProgress { state: ReadingState::Waiting, progress: None };
        Self {
            id: order.id,
            link,
            requested_at: now,
            ended_at: None,
            now: progress,
            figures: None,
            asked_again_at: None,
        }
    }
}

const fn ended_at(row: &JobRow) -> Option<Timestamp> {
    match row.state {
        JobState::Queued | JobState::Running(_) => None,
        JobState::Done { at } | JobState::Dead { at } | JobState::Cancelled { at } => Some(at),
    }
}

/// What the link's last reading came to, if it is the one of this job: what was under way while the
/// job was there is what the job did or joined, since of one link one reading runs at a time.
fn figures(row: &JobRow, ended_at: Timestamp, last: &ReadingRow) -> Option<ReadingFigures> {
    let is_its = row.created_at <= last.ended_at && last.began_at <= ended_at;
    last.outcome.ok().filter(|_| is_its)
}

impl Engine {
    /// How a reading of the tenant stands; nothing where there is none of that id, or its job was
    /// forgotten ([`crate::retention::ENDED_KEPT`]).
    pub async fn reading_standing(
        &self,
        who: &Principal,
        job: JobId,
    ) -> Result<Option<ReadingStanding>, EngineError> {
        let Some(row) = self.reading_row(who, job).await? else { return Ok(None) };
        let Some(link) = row.order.link else { return Ok(None) };
        let (now, ended_at) = (self.progress_of(who, &row), ended_at(&row));
        let (mut done, mut asked_again_at) = (None, None);
        match (now.state, ended_at) {
            (ReadingState::Done, Some(ended_at)) => {
                let last = self.store().reading(who.tenant, link).await?;
                done = last.and_then(|last| figures(&row, ended_at, &last));
            }
            (ReadingState::Failed(_), _) => {
                asked_again_at = self.asked_again_at(who, link, row.order.priority).await?;
            }
            _ => {}
        }
        Ok(Some(ReadingStanding {
            id: job,
            link,
            requested_at: row.created_at,
            ended_at,
            now,
            figures: done,
            asked_again_at,
        }))
    }

    /// From when on a link's institution is asked again, where it may not be asked now and that ends
    /// by itself.
    async fn asked_again_at(
        &self,
        who: &Principal,
        link: LinkId,
        priority: Priority,
    ) -> Result<Option<Timestamp>, EngineError> {
        let Some(link) = self.store().link(who.tenant, link).await? else { return Ok(None) };
        let secret = self.store().link_secret(who.tenant, link.id).await?;
        let told = secret.and_then(|secret| secret.barred).and_then(|barred| barred.until);
        let locked = match self.refuse_locked(who, &link.institution, link.person).await {
            Err(LinkError::Locked { until } | LinkError::Barred { until }) => Some(until),
            Err(LinkError::Engine(error)) => return Err(error),
            Ok(()) | Err(_) => None,
        };
        let used = self.quota_used_until(&link.institution, priority).await?;
        Ok(told.max(locked).max(used).filter(|until| self.now() < *until))
    }
}
