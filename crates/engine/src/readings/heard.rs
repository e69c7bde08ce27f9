//! What an institution says by itself, unasked: a reason to read its link.
//!
//! What it says is not taken in. It has no statement's order and no word for what changed or went away,
//! it may come late, twice or never; so it is a reason to ask, and what the institution answers counts
//! ([ADR 0022](../../../docs/adr/0022-what-an-institution-says-unasked-is-a-reason-to-ask.md)).

use async_trait::async_trait;
use cartola_model::{Failure, LinkSource, LinkState, Principal};
use cartola_primitives::id::{JobId, LinkId, TenantId};
use cartola_primitives::{Date, Secret, SignedDuration, Timestamp, santiago};
use cartola_store::asking::ReadingRow;
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Priority, Queue};
use cartola_store::{Command, UnitOfWork};
use serde::{Deserialize, Serialize};

use super::{AccountScope, Next, ReadScope, Wanted};
use crate::links::LinkError;
use crate::once::{OnceError, RecordedAnswer, Repeatable};
use crate::retry::{MaybeConflict, until_settled};
use crate::work::{Handler, Outcome, Task};
use crate::{Engine, EngineError};

/// Readings that one word leads to at most: one that was under way before it, one that was asked for
/// because of it, and one more where another had begun in between.
pub const MAX_ROUNDS: u32 = 3;

/// How far back a word may have an institution read, in days before today. What is older is no news.
pub const MAX_BACK_DAYS: i64 = 30;

/// How long an institution is left alone that failed when it was read because of a word.
pub const AGAIN_AFTER_FAILURE: SignedDuration = SignedDuration::from_mins(5);

/// What is kept of a word, so that it counts once: that it came.
const VERB: &str = "link.heard";

/// A word that an institution has sent about a link. Who sent it was checked.
pub struct Heard<'a> {
    /// The link.
    pub link: LinkId,
    /// What is never the same for two words, such as the signature of one: the same again is a replay.
    pub mark: &'a str,
    /// From which day on there may be something new.
    pub from: Date,
}

/// Why a word counts for nothing.
#[derive(Debug, thiserror::Error)]
pub enum HeardError {
    /// It was heard before.
    #[error("the same was sent before")]
    Replayed,
    /// There is no such link, or it has ended.
    #[error("there is no such link")]
    Unknown,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for HeardError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl From<OnceError> for HeardError {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Key => Self::Unknown,
            OnceError::OtherRequest | OnceError::Answered(_) => Self::Replayed,
            OnceError::Engine(error) => Self::Engine(error),
        }
    }
}

/// What is sealed with the job.
#[derive(Serialize, Deserialize)]
struct Arguments {
    link: LinkId,
    heard_at: Timestamp,
    from: Date,
    rounds: u32,
}

/// The kind of the job. It never changes: jobs of older versions are in the queue.
fn kind() -> JobKind {
    JobKind::parse("link.heard").expect("the names of our own kinds are sound")
}

impl Engine {
    /// Lets `check` see a field of what a link signs in with, to tell by it who sends something about the
    /// link. The field is wiped when that is over. Where there is no such link or field, it is shown a
    /// secret that nobody has, sealed and opened as the link's own would be: neither the answer nor the
    /// work says which links there are.
    pub async fn checked_by_link<T>(
        &self,
        tenant: TenantId,
        link: LinkId,
        field: &str,
        check: impl FnOnce(&Secret<String>) -> T + Send,
    ) -> Result<T, EngineError> {
        let secret = match self.store().link_secret(tenant, link).await? {
            Some(row) => self.open_link_secret(&Principal::operator(tenant), &row).await?,
            None => self.open_decoy(tenant, link, field)?,
        };
        let credential = secret.credential();
        if let Some(kept) = credential.field(field) {
            return Ok(check(kept));
        }
        let decoy = self.open_decoy(tenant, link, field)?.credential();
        Ok(check(decoy.field(field).expect("a decoy has the field that it was made with")))
    }

    /// Takes a word down, once, to be acted upon later: when this answers it is kept.
    pub async fn hear(&self, tenant: TenantId, heard: &Heard<'_>) -> Result<(), HeardError> {
        let who = Principal::operator(tenant);
        let key = format!("{}/{}", heard.link, heard.mark);
        let ticket = self.once(&who, Repeatable { verb: VERB, key: &key, request: b"" }).await?;
        let ticket = &ticket;
        let who = &who;
        let taken = until_settled(|| async move {
            self.check_ticket(Some(ticket)).await?;
            let link = self.store().link(tenant, heard.link).await.map_err(EngineError::from)?;
            let link = link.ok_or(HeardError::Unknown)?;
            let is_over = matches!(link.state, LinkState::Revoked { .. });
            if link.source != LinkSource::Credentials || is_over {
                return Err(HeardError::Unknown);
            }
            let now = self.now();
            let arguments = Arguments { link: link.id, heard_at: now, from: heard.from, rounds: 0 };
            let job = self.heard_order(who, &arguments, now).await?;
            let answer = RecordedAnswer { status: 200, body: Vec::new() };
            let recorded = self.record_answer(ticket, &answer)?;
            let work = UnitOfWork::new(tenant, now).with(Command::EnqueueJob(job)).with(recorded);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(())
        });
        match taken.await {
            Err(HeardError::Engine(EngineError::Answered(_) | EngineError::OtherRequest)) => {
                Err(HeardError::Replayed)
            }
            other => other,
        }
    }

    async fn heard_order(
        &self,
        who: &Principal,
        arguments: &Arguments,
        now: Timestamp,
    ) -> Result<JobOrder, EngineError> {
        let id: JobId = self.minter().mint();
        let key = self.vault().key_of(who.tenant, None, self.minter(), now).await?;
        let sealed =
            self.vault().seal_record(&key, &JobOrder::place(who.tenant, &id), arguments)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: kind(),
            link: None,
            lane: None,
            mandate: None,
            arguments: Some(sealed),
            not_before: now,
            priority: Priority::Normal,
            continuation: None,
        })
    }
}

/// Has a link read because of a word, unless it was read since.
pub struct ReadHeard;

#[async_trait]
impl Handler for ReadHeard {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let over = Ok(Outcome::End(Vec::new(), JobEnd::Done));
        let Some(arguments) = &task.arguments else { return over };
        let arguments: Arguments =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let who = Principal::operator(task.tenant);
        let now = engine.now();
        match last_since(engine, &who, &arguments).await? {
            Some((_, Ok(()))) => return over,
            Some((_, Err(failure))) if !may_pass(failure) => return over,
            Some((ended_at, Err(failure))) if now < ended_at + AGAIN_AFTER_FAILURE => {
                return Ok(later(ended_at + AGAIN_AFTER_FAILURE, failure));
            }
            Some((_, Err(_))) | None => {}
        }
        if arguments.rounds >= MAX_ROUNDS {
            tracing::warn!(link = %arguments.link, "engine.heard.not_read");
            return over;
        }
        let asked = engine.request_reading(&who, arguments.link, wanted(&arguments, now)).await;
        match asked {
            Ok(_) => over,
            Err(LinkError::Engine(error)) => Err(error),
            Err(
                error @ (LinkError::Barred { until }
                | LinkError::QuotaUsed { until }
                | LinkError::Locked { until }),
            ) => Ok(later(until, error.failure())),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::info!(link = %arguments.link, error, "engine.heard.not_read");
                over
            }
        }
    }
}

const fn later(not_before: Timestamp, failure: Failure) -> Outcome {
    Outcome::End(Vec::new(), JobEnd::Retry { not_before, failure })
}

/// Whether the institution may answer another time.
const fn may_pass(failure: Failure) -> bool {
    matches!(failure, Failure::InstitutionDown | Failure::Timeout | Failure::RateLimited)
}

/// When the last reading ended and what came of it, where it began after the word and reads what that is
/// about.
async fn last_since(
    engine: &Engine,
    who: &Principal,
    arguments: &Arguments,
) -> Result<Option<(Timestamp, Result<(), Failure>)>, EngineError> {
    let last = engine.last_reading(who, arguments.link).await?;
    let reads_it = |last: &ReadingRow| {
        let AccountScope::Movements { from, to } = last.scope.accounts else { return false };
        last.began_at >= arguments.heard_at
            && from <= arguments.from
            && to >= santiago::date_of(arguments.heard_at)
    };
    Ok(last.filter(reads_it).map(|last| (last.ended_at, last.outcome.map(drop))))
}

/// The reading that a word leads to, after which it is looked whether that one was in time.
fn wanted(arguments: &Arguments, now: Timestamp) -> Wanted {
    let today = santiago::today(now);
    let oldest = today.saturating_sub(SignedDuration::from_hours(24 * MAX_BACK_DAYS));
    let from = arguments.from.clamp(oldest, today);
    let next = Arguments { from, rounds: arguments.rounds + 1, ..*arguments };
    let next = serde_json::to_vec(&next).expect("ids, days and numbers are JSON");
    Wanted {
        next: Some(Next { kind: kind(), arguments: Secret::new(next) }),
        ..Wanted::told_later(ReadScope::movements(from, today))
    }
}
