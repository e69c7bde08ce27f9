//! One attempt at one job.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::SignedDuration;
use cartola_primitives::id::{JobId, TenantId};
use cartola_store::jobs::{ClaimedJob, JobEnd, JobOrder, JobState, record};
use cartola_store::{Command, StoreError, StoreErrorKind, UnitOfWork};
use futures::FutureExt;
use tokio::time::{Instant, sleep, timeout};

use super::{HEARTBEAT_EVERY, MAX_ATTEMPTS, Outcome, Report, Shared, TERM, Task, ended};
use crate::EngineError;
use crate::retry::MaybeConflict;

/// How long a failure of ours is waited for before the job is begun again: so many times the
/// attempts that were made, and a tenth more at most.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// The attempt from which on somebody else's being first is worth a warning.
const WARNED_FROM: u32 = 3;

/// Attempts after which that pause grows no more: five minutes.
const LONGEST_PAUSE_AFTER: u32 = 60;

/// How long after a heartbeat that the store did not take the next one follows: before anybody takes
/// jobs again (`OTHERS_FIRST`).
const BEAT_AGAIN: Duration = Duration::from_secs(1);

/// How long a job is kept whose kind no process knows: longer than versions run beside each other, be
/// one rolled out or taken back.
const UNKNOWN_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why a job is let go of before its handler has ended.
enum Stop {
    /// It is somebody else's.
    Lost,
    /// It is to be cancelled.
    Cancelled,
}

/// Runs a job under its lease, as long as the lease holds and nobody cancels it.
pub async fn run(shared: Arc<Shared>, job: ClaimedJob) {
    let here = shared.engine.inner.live.begin(&job);
    let stop = tokio::select! {
        biased;
        () = std::future::ready(()), if job.row.cancelled.is_some() => Stop::Cancelled,
        () = here.cancelled() => Stop::Cancelled,
        stop = stopped(&shared, &job) => stop,
        () = attempt(&shared, &job, here.report()) => return,
    };
    let id = job.row.order.id;
    match stop {
        Stop::Lost => tracing::warn!(job = %id, "engine.job.lease_lost"),
        Stop::Cancelled => match cancel(&shared, &job).await {
            Ok(()) => tracing::info!(job = %id, "engine.job.cancelled"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(job = %id, error, "engine.job.not_cancelled");
            }
        },
    }
}

/// Ends a job whose handler was dropped, and tells whoever waits how it stands: what the handler had
/// just committed is what holds.
async fn cancel(shared: &Shared, job: &ClaimedJob) -> Result<(), StoreError> {
    let (store, id) = (shared.engine.store(), job.row.order.id);
    let end = Command::EndJob { id, lease: job.lease, end: JobEnd::Cancelled };
    let work = UnitOfWork::new(job.tenant, shared.engine.now()).with(end);
    match record(store, work).await {
        Err(error) if error.kind != StoreErrorKind::Conflict => return Err(error),
        Ok(_) | Err(_) => {}
    }
    tell_what_holds(shared, job.tenant, id).await
}

/// Tells whoever waits how a job ended, if it has.
async fn tell_what_holds(shared: &Shared, tenant: TenantId, id: JobId) -> Result<(), StoreError> {
    if let Some(ended) = shared.engine.store().job(tenant, id).await?.as_ref().and_then(ended) {
        shared.engine.inner.waiters.tell(id, ended);
    }
    Ok(())
}

/// Prolongs the lease now and then; ends when it is somebody else's, or may be, or the job is to be
/// cancelled.
#[allow(clippy::disallowed_methods, reason = "leases run on monotonic time")]
async fn stopped(shared: &Shared, job: &ClaimedJob) -> Stop {
    let (mut pause, mut prolonged) = (HEARTBEAT_EVERY, Instant::now());
    loop {
        sleep(pause).await;
        let asked = Instant::now();
        let beat = timeout(HEARTBEAT_EVERY, shared.claimer.prolong(job)).await;
        let late = |_| StoreError::new(StoreErrorKind::Busy, "prolonging a lease");
        pause = match beat.map_err(late).flatten() {
            Ok(None) => {
                prolonged = asked;
                HEARTBEAT_EVERY
            }
            Ok(Some(_)) => return Stop::Cancelled,
            Err(error) if error.kind == StoreErrorKind::Conflict => {
                if !has_just_ended(shared, job).await {
                    return Stop::Lost;
                }
                // What follows its end is its handler's to do: whoever waits is yet to be told.
                std::future::pending().await
            }
            // Somebody else who reaches the store may have begun.
            Err(_) if !shared.alone && prolonged.elapsed() >= TERM => return Stop::Lost,
            Err(error) => {
                tracing::warn!(
                    job = %job.row.order.id,
                    error = &error as &dyn std::error::Error,
                    "engine.job.not_prolonged"
                );
                BEAT_AGAIN
            }
        };
    }
}

/// Whether a job that runs under this lease no more was ended under it: nobody else had begun it. One that
/// merely waits again may have been taken from us, and one that was cancelled must stop.
async fn has_just_ended(shared: &Shared, job: &ClaimedJob) -> bool {
    let found = shared.engine.store().job(job.tenant, job.row.order.id).await;
    found.is_ok_and(|row| {
        row.is_some_and(|row| {
            matches!(row.state, JobState::Done { .. } | JobState::Dead { .. })
                && row.attempts == job.row.attempts
        })
    })
}

async fn attempt(shared: &Shared, job: &ClaimedJob, report: Report) {
    let mut task = Task {
        tenant: job.tenant,
        row: job.row.clone(),
        arguments: None,
        before: None,
        lease: job.lease,
        report,
        is_alone: shared.alone,
    };
    let handled = AssertUnwindSafe(open_and_handle(shared, &mut task)).catch_unwind().await;
    let handled = handled.unwrap_or(Err(EngineError::Interrupted));
    let (id, kind) = (job.row.order.id, job.row.order.kind.as_str());
    match finish(shared, &task, handled).await {
        Ok(end) => tracing::info!(job = %id, kind, ?end, "engine.job.attempted"),
        Err(error) => tracing::warn!(
            job = %id,
            kind,
            error = &error as &dyn std::error::Error,
            "engine.job.not_recorded"
        ),
    }
}

async fn open_and_handle(shared: &Shared, task: &mut Task) -> Result<Outcome, EngineError> {
    let (engine, order) = (&shared.engine, &task.row.order);
    if let Some(sealed) = &order.arguments {
        let place = JobOrder::place(task.tenant, &order.id);
        task.arguments = Some(engine.vault().open_sealed(&place, sealed).await?);
    }
    if let Some(before) = task.row.after {
        task.before = engine.job_ended(task.tenant, before).await?;
    }
    handle(shared, task).await
}

async fn handle(shared: &Shared, task: &Task) -> Result<Outcome, EngineError> {
    if task.row.attempts > MAX_ATTEMPTS && gives_up(shared, task) {
        return Ok(Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal }));
    }
    match shared.handlers.get(&task.row.order.kind) {
        Some(handler) => handler.handle(&shared.engine, task).await,
        // Of a newer version, which may come back.
        None => Ok(Outcome::End(Vec::new(), after_failure(shared, task, Failure::Unsupported))),
    }
}

/// Commits what is left to commit, and tells whoever waits.
async fn finish(
    shared: &Shared,
    task: &Task,
    handled: Result<Outcome, EngineError>,
) -> Result<JobEnd, EngineError> {
    let (commands, end) = match handled {
        Ok(Outcome::Committed(end)) => {
            tell(shared, task, end);
            return Ok(end);
        }
        Ok(Outcome::End(commands, end)) => (commands, end),
        Err(error) => {
            let failure = error.failure();
            log_failure(task, &error);
            (Vec::new(), after_failure(shared, task, failure))
        }
    };
    match commit(shared, task, commands, end).await {
        // What the commands were decided on has changed: it is decided again.
        Err(error) if error.is_conflict() => {
            log_failure(task, &error);
            let again = after_failure(shared, task, error.failure());
            commit(shared, task, Vec::new(), again).await
        }
        committed => committed,
    }
}

async fn commit(
    shared: &Shared,
    task: &Task,
    commands: Vec<Command>,
    end: JobEnd,
) -> Result<JobEnd, EngineError> {
    let mut work = UnitOfWork::new(task.tenant, shared.engine.now());
    work.commands = commands;
    work.push(task.ending(end));
    record(shared.engine.store(), work).await?;
    match end {
        JobEnd::Cancelled => tell_what_holds(shared, task.tenant, task.row.order.id).await?,
        _ => tell(shared, task, end),
    }
    Ok(end)
}

fn tell(shared: &Shared, task: &Task, end: JobEnd) {
    let ended = match end {
        JobEnd::Retry { .. } | JobEnd::Cancelled => return,
        JobEnd::Done => Ok(()),
        JobEnd::Dead { failure } => Err(failure),
    };
    shared.engine.inner.waiters.tell(task.row.order.id, ended);
}

/// Somebody else may be first, as whoever cancels what has just begun: it is decided again, and the
/// operator hears of it where that does not help.
fn log_failure(task: &Task, error: &EngineError) {
    let is_overtaken = error.is_conflict() || matches!(error, EngineError::Contended);
    let (job, kind) = (task.row.order.id, task.row.order.kind.as_str());
    let cause = error as &dyn std::error::Error;
    if is_overtaken && task.row.attempts < WARNED_FROM {
        tracing::info!(%job, kind, error = cause, "engine.job.overtaken");
    } else {
        tracing::warn!(%job, kind, error = cause, "engine.job.failed");
    }
}

/// A failure of ours is tried again, a few times or until it is done.
fn after_failure(shared: &Shared, task: &Task, failure: Failure) -> JobEnd {
    if task.row.attempts >= MAX_ATTEMPTS && gives_up(shared, task) {
        return JobEnd::Dead { failure };
    }
    let attempts = task.row.attempts.min(LONGEST_PAUSE_AFTER);
    let attempts = i32::try_from(attempts).expect("the longest pause is of few attempts");
    let pause = AGAIN_AFTER * attempts;
    let not_before = shared.engine.now() + pause + shared.engine.vault().jitter(pause);
    JobEnd::Retry { not_before, failure }
}

/// What nobody here knows is of a newer version, which may run beside this one: it is left for that as
/// long as versions may differ, and given up only then. Whether it was begun too often is for that
/// version to say.
fn gives_up(shared: &Shared, task: &Task) -> bool {
    match shared.handlers.get(&task.row.order.kind) {
        Some(handler) => handler.gives_up(),
        None => shared.engine.now().duration_since(task.row.created_at) >= UNKNOWN_KEPT,
    }
}
