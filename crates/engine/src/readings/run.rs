//! The job that reads a link.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_connector::{ConnectorError, ErrorKind, RetryAdvice};
use cartola_model::audit::{AuditEvent, SCREEN_OF_BALANCES, SCREEN_OF_MOVEMENTS};
use cartola_model::{ConsentData, Failure, Principal, RecordKind};
use cartola_primitives::id::LinkId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::asking::{AccountScope, ReadScope, ReadingFigures, ReadingRow};
use cartola_store::jobs::{JobEnd, JobKind, Priority, Step};
use cartola_store::people::{Barred, LinkRow, LinkSecretRow};
use cartola_store::{Command, StoreErrorKind, UnitOfWork};

use super::ask::{Told, ToldAccounts};
use super::order::Arguments;
use super::sign_in::{Before, LOCK, Trying, Wait};
use super::{Access, progress};
use crate::access::Subject;
use crate::imports::{Also, Giver, Imported};
use crate::links::{LinkError, SealedSecret};
use crate::retry::until_settled;
use crate::work::{Handler, MAX_ATTEMPTS, Outcome, Task};
use crate::{Engine, EngineError};

/// How long a reading whose institution a process does not ask is left to others, the first time;
/// twice as long each further time.
const TO_OTHERS: SignedDuration = SignedDuration::from_secs(1);

/// How often one that somebody waits for is, or is to be told of: half a minute together, so that they
/// are told before they have gone.
const HANDED_BACK: u32 = 5;

/// How long credentials that were taken count as good, so that an attempt with them is not noted
/// before it is made: a link that is read day by day, with some days off.
const PROVEN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The kind of the job.
pub(super) fn kind() -> JobKind {
    JobKind::parse("link.read").expect("the name of our own kind is sound")
}

/// Reads links.
pub struct ReadLink;

#[async_trait]
impl Handler for ReadLink {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        engine.read_link(task).await
    }
}

/// A reading under way.
pub(super) struct Attempt<'a> {
    pub who: &'a Principal,
    pub arguments: &'a Arguments,
    pub task: &'a Task,
    pub began_at: Timestamp,
}

impl Engine {
    async fn read_link(&self, task: &Task) -> Result<Outcome, EngineError> {
        let Some(arguments) = &task.arguments else { return Ok(dead(Failure::Internal)) };
        let arguments: Arguments =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let link = match task.row.order.link {
            Some(link) => self.store().link(task.tenant, link).await?,
            None => None,
        };
        let Some(link) = link else { return Ok(dead(Failure::RequestInvalid)) };
        let last = self.store().reading(task.tenant, link.id).await?;
        let who = arguments.who(task.tenant);
        let attempt = Attempt { who: &who, arguments: &arguments, task, began_at: self.now() };
        if let Some(last) =
            last.as_ref().filter(|last| joins(task, &arguments, &link, last, self.now()))
        {
            return Ok(Outcome::End(Vec::new(), self.joined(&attempt, last).await?));
        }
        if !self.asks(&link.institution) {
            return Ok(self.not_asked_here(&attempt, &link));
        }
        match self.read(&attempt, &link, last.as_ref()).await {
            Ok(()) => Ok(Outcome::Committed(JobEnd::Done)),
            Err(error) => self.in_vain(&attempt, &link, error).await,
        }
    }

    /// What becomes of a reading whose institution this process does not ask: it is left to others, who
    /// may, and has failed where nobody has for a while. It is the operator who can mend that.
    fn not_asked_here(&self, attempt: &Attempt<'_>, link: &LinkRow) -> Outcome {
        let Attempt { task, .. } = *attempt;
        tracing::warn!(
            job = %task.row.order.id,
            institution = %link.institution,
            "engine.institution.not_configured"
        );
        let failure = Failure::Internal;
        let attempts = task.row.attempts;
        let most = match task.row.order.priority {
            _ if task.is_alone() => 0,
            Priority::Interactive | Priority::Normal => HANDED_BACK,
            Priority::Background => MAX_ATTEMPTS - 1,
        };
        if attempts > most {
            let reading = self.reading(attempt, link, Err(failure));
            return Outcome::End(vec![Command::KeepReading(reading)], JobEnd::Dead { failure });
        }
        let pause = TO_OTHERS * 2_i32.saturating_pow(attempts.saturating_sub(1));
        let not_before = self.now() + pause + self.vault().jitter(pause);
        Outcome::End(Vec::new(), JobEnd::Retry { not_before, failure })
    }

    async fn read(
        &self,
        attempt: &Attempt<'_>,
        link: &LinkRow,
        last: Option<&ReadingRow>,
    ) -> Result<(), LinkError> {
        let Attempt { who, arguments, .. } = *attempt;
        let access = self.access(who, link.clone(), Some(arguments.mandate)).await?;
        let secret = self.secret_of(who, &access, arguments).await?;
        // What a worker that was lost began may have been refused meanwhile.
        let (job, at) = (&attempt.task.row, attempt.began_at);
        let is_taken = job.attempts == 1 && last.is_some_and(|last| is_proof(last, &access, at));
        let trying = Trying {
            before: Before::of(is_taken, job),
            threshold: arguments.threshold(),
            asked_at: job.created_at,
        };
        let leave = self.leave_to_ask(who, link, &secret, trying).await?;
        self.count_reading(&link.institution, attempt.task.row.order.priority).await?;
        let report = attempt.task.report();
        progress::begin(report);
        let scope = consented(arguments.scope(), access.mandate.data);
        if scope.is_nothing() && !arguments.scope().is_nothing() {
            return Err(LinkError::MandateEnded);
        }
        let asked = self.ask(Arc::clone(&leave), &secret, scope, report).await?;
        let told = match asked {
            Ok(told) => told,
            Err(error) => {
                self.note_wait(&leave, &error).await?;
                return Err(self.refused(who, &access, leave.advising(error)).await?);
            }
        };
        self.note_fetched(who, link, arguments.scope());
        progress::step(report, Step::Keeping);
        let kept = self.keep(attempt, &access, &told).await;
        if let Some(attempted) = told.unsettled {
            if kept.is_err() {
                self.note_sign_in(attempted.leave(), Ok(())).await?;
            }
            attempted.settle();
        }
        kept
    }

    /// Notes what was fetched through a link: an entry for each screen of the customer's that it stands
    /// for.
    fn note_fetched(&self, who: &Principal, link: &LinkRow, scope: ReadScope) {
        let (action, subject) = ("link.fetched", Subject::one(link.id));
        let screens = screens(scope);
        if screens.is_empty() {
            self.note_access(who, action, subject);
        }
        for screen in screens {
            self.note_screen(who, action, subject, Some(screen));
        }
    }

    /// Takes in what was told, and ends the job with it.
    async fn keep(
        &self,
        attempt: &Attempt<'_>,
        access: &Access,
        told: &Told,
    ) -> Result<(), LinkError> {
        let Access { link, mandate, .. } = access;
        let records = &told.records;
        let kept = self.keep_records(attempt.who, access, records, attempt.began_at).await?;
        let scope = consented(attempt.arguments.scope(), mandate.data);
        let asked = scope.accounts != AccountScope::Nothing;
        let with = |imported: &Imported| {
            let figures = figures(imported, records.records.len());
            let accounts = imported.reports.iter().map(|report| report.account).collect();
            let listed = asked.then_some(Command::ListAccounts { link: link.id, accounts });
            let mut commands: Vec<Command> =
                listed.into_iter().chain(kept.commands.clone()).collect();
            commands.push(Command::KeepReading(self.reading(attempt, link, Ok(figures))));
            commands.push(attempt.task.ending(JobEnd::Done));
            Ok(commands)
        };
        let committed = self.commit_told(attempt, access, told, &with).await;
        if let (Err(error), Some(archive)) = (&committed, kept.archive)
            && error.is_certain()
        {
            self.forget_source(attempt.who, archive).await;
        }
        committed
    }

    async fn commit_told(
        &self,
        attempt: &Attempt<'_>,
        access: &Access,
        told: &Told,
        with: Also<'_>,
    ) -> Result<(), LinkError> {
        let Access { link, mandate, .. } = access;
        // Read again at each attempt: another reading of the same person may have noted its own.
        let settling = || async {
            match &told.unsettled {
                Some(attempted) => {
                    Ok(self.settling(attempted.leave()).await?.into_iter().collect())
                }
                None => Ok(Vec::new()),
            }
        };
        let ToldAccounts { batches, raw } = &told.accounts;
        if batches.is_empty() {
            return until_settled(|| async {
                let mandate = self.mandate_that_holds(attempt.who, mandate.id).await?;
                let mut work = UnitOfWork::new(attempt.who.tenant, self.now());
                work.commands = settling().await?;
                work.push(Command::ExpectConsent { id: mandate.id, expected: mandate.version });
                work.commands.extend(with(&Imported { reports: Vec::new() })?);
                self.store().commit(work).await.map_err(EngineError::from)?;
                Ok(())
            })
            .await;
        }
        let giver = Giver::Institution { link, mandate, begun: attempt.began_at };
        self.take_in(attempt.who, giver, (raw, batches), settling, with).await?;
        Ok(())
    }

    /// What becomes of a reading that came to nothing.
    async fn in_vain(
        &self,
        attempt: &Attempt<'_>,
        link: &LinkRow,
        error: LinkError,
    ) -> Result<Outcome, EngineError> {
        let error = error.into_ours()?;
        tracing::info!(
            link = %link.id,
            institution = %link.institution,
            error = &error as &dyn std::error::Error,
            "engine.link.not_read"
        );
        let failure = error.failure();
        let end = match self.again(attempt, &error).await? {
            _ if self.ended_with_its_mandate(attempt, &error).await? => JobEnd::Cancelled,
            Some(not_before) => JobEnd::Retry { not_before, failure },
            None => JobEnd::Dead { failure },
        };
        // Where nobody was asked, the last reading is still the one before: those who come with
        // another priority join no lack of room.
        let kept = match error {
            LinkError::QuotaUsed { .. } => Vec::new(),
            _ => vec![Command::KeepReading(self.reading(attempt, link, Err(failure)))],
        };
        Ok(Outcome::End(kept, end))
    }

    /// Whether somebody ended the mandate while this ran, which cancels what runs under it: whether its
    /// handler or its lease hears of that first makes no difference to who asked for it.
    async fn ended_with_its_mandate(
        &self,
        attempt: &Attempt<'_>,
        error: &LinkError,
    ) -> Result<bool, EngineError> {
        if error.failure() != Failure::ConsentRevoked {
            return Ok(false);
        }
        let task = attempt.task;
        let row = self.store().job(task.tenant, task.row.order.id).await?;
        Ok(row.is_some_and(|row| row.cancelled.is_some()))
    }

    fn reading(
        &self,
        attempt: &Attempt<'_>,
        link: &LinkRow,
        outcome: Result<ReadingFigures, Failure>,
    ) -> ReadingRow {
        ReadingRow {
            link: link.id,
            link_version: link.version,
            mandate: attempt.arguments.mandate,
            scope: attempt.arguments.scope(),
            began_at: attempt.began_at,
            ended_at: self.now(),
            outcome,
        }
    }

    /// What to sign in with: what came with the call, or what the link keeps.
    async fn secret_of(
        &self,
        who: &Principal,
        access: &Access,
        arguments: &Arguments,
    ) -> Result<SealedSecret, LinkError> {
        match (arguments.fields(), &access.secret) {
            (Some(fields), _) => {
                Ok(SealedSecret::of(&fields, &self.device_of_calls(who, access.link.id)))
            }
            (None, Some(row)) => Ok(self.open_link_secret(who, row).await?),
            (None, None) => Err(LinkError::MandateEnded),
        }
    }

    /// Notes what the institution refused, so that nobody tries it again before its time. The
    /// link's version guards credentials that were begun meanwhile.
    async fn refused(
        &self,
        who: &Principal,
        access: &Access,
        error: ConnectorError,
    ) -> Result<LinkError, EngineError> {
        let now = self.now();
        let (Some(row), Some(barred)) = (&access.secret, barred(&error, now)) else {
            return Ok(error.into());
        };
        let LinkRow { id, version, state, .. } = access.link;
        let noted =
            AuditEvent::once("link.refused", who.actor, id).with("failure", error.kind.name());
        let row = LinkSecretRow { barred: Some(barred), ..row.clone() };
        let work = UnitOfWork::new(who.tenant, now)
            .with(Command::ChangeLink { id, expected: version, state })
            .with(Command::KeepLinkSecret(row))
            .with(Command::Audit(noted));
        match self.store().commit(work).await {
            // The link was begun again or ended.
            Err(conflict) if conflict.kind == StoreErrorKind::Conflict => Ok(error.into()),
            committed => committed.map(|_| error.into()).map_err(EngineError::from),
        }
    }
}

/// Whether the link was read while the job waited, so that there is nothing more to ask.
fn joins(
    task: &Task,
    arguments: &Arguments,
    link: &LinkRow,
    last: &ReadingRow,
    now: Timestamp,
) -> bool {
    last.ended_at > task.row.created_at
        // By a clock that was set back it ended in the future, and says nothing of now.
        && last.ended_at <= now
        && (last.mandate, last.link_version) == (arguments.mandate, link.version)
        && last.scope.covers(&arguments.scope())
        // Its own earlier attempt, or what it joined then, is no reason not to make another.
        && (last.outcome.is_ok() || last.ended_at > task.row.order.not_before)
}

/// The screens of the customer's that a scope stands for.
fn screens(scope: ReadScope) -> BTreeSet<&'static str> {
    let of_accounts: &[&'static str] = match scope.accounts {
        AccountScope::Nothing => &[],
        AccountScope::Movements { .. } => &[SCREEN_OF_BALANCES, SCREEN_OF_MOVEMENTS],
        _ => &[SCREEN_OF_BALANCES],
    };
    let of_records = scope.records.iter().filter_map(RecordKind::screen);
    of_accounts.iter().copied().chain(of_records).collect()
}

const fn dead(failure: Failure) -> Outcome {
    Outcome::End(Vec::new(), JobEnd::Dead { failure })
}

fn figures(imported: &Imported, records: usize) -> ReadingFigures {
    let mut figures = ReadingFigures { records: records as u64, ..ReadingFigures::default() };
    for report in &imported.reports {
        figures.accounts += 1;
        figures.read += report.outcome.read;
        figures.new += report.outcome.new;
        figures.duplicates += report.outcome.duplicates;
        figures.amended += report.outcome.amended;
        figures.removed += report.outcome.removed;
    }
    figures
}

/// Whether a reading shows that the institution takes what the link signs in with at this time.
pub(crate) fn is_proof(last: &ReadingRow, access: &Access, at: Timestamp) -> bool {
    last.outcome.is_ok()
        && at < last.ended_at + PROVEN_FOR
        && (last.link_version, last.mandate) == (access.link.version, access.mandate.id)
}

/// Until when an institution that said this may not be asked.
fn barred(error: &ConnectorError, now: Timestamp) -> Option<Barred> {
    if let Some(Wait::Told(until)) = Wait::of(error, now) {
        return Some(Barred { since: now, until: Some(until) });
    }
    let locks = error.kind == ErrorKind::CredentialsLocked;
    let refuses = error.kind == ErrorKind::CredentialsInvalid;
    match error.retry {
        RetryAdvice::After(wait) if locks => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            Some(Barred { since: now, until: now.checked_add(wait).ok() })
        }
        // They may be the right ones: of a lock nobody knows that they are not.
        _ if locks => Some(Barred { since: now, until: now.checked_add(LOCK).ok() }),
        RetryAdvice::WithNewCredentials => Some(Barred { since: now, until: None }),
        _ if refuses => Some(Barred { since: now, until: None }),
        _ => None,
    }
}

impl Engine {
    /// Whether the mandate that a link is read under holds, and is about nothing of that.
    pub async fn is_beyond_mandate(
        &self,
        who: &Principal,
        link: LinkId,
        scope: ReadScope,
    ) -> Result<bool, EngineError> {
        let Some(link) = self.store().link(who.tenant, link).await? else { return Ok(false) };
        match self.access(who, link, None).await {
            Ok(access) => {
                Ok(consented(scope, access.mandate.data).is_nothing() && !scope.is_nothing())
            }
            Err(LinkError::Engine(error)) => Err(error),
            Err(_) => Ok(false),
        }
    }
}

/// What of a scope a consent is about: nothing else is asked for.
fn consented(scope: ReadScope, data: Option<ConsentData>) -> ReadScope {
    let Some(data) = data else { return scope };
    let accounts = if data.accounts { scope.accounts } else { AccountScope::Nothing };
    ReadScope { accounts, records: scope.records.and(data.records) }
}
