//! Reading institutions through links.
//!
//! A reading is a job. Whoever wants one queues it in the unit of work that decides it, and may
//! wait for its end, or have something follow from it. Of one link one job runs at a time, and one
//! whose link was read while it waited has nothing more to ask: it joins the reading that was under
//! way when it came.

mod again;
mod ask;
mod cancel;
mod evidence;
mod heard;
mod order;
mod products;
mod progress;
mod quota;
mod records;
mod room;
mod run;
mod sign_in;
mod standing;
mod unlock;

use std::collections::BTreeMap;
use std::time::Duration;

use cartola_connector::Holder;
use cartola_crypto::DataKey;
use cartola_model::{InstitutionId, LinkSource, LinkState, Principal};
use cartola_primitives::id::{ConsentId, JobId, LinkId, PersonId, TaskId};
use cartola_primitives::{Rut, Secret, SignedDuration, Timestamp};
use cartola_store::asking::ReadingRow;
use cartola_store::consents::ConsentRow;
use cartola_store::jobs::{Continuation, JobKind, JobOrder, Lane, Priority, Queue};
use cartola_store::people::{LinkRow, LinkSecretRow};
use cartola_store::tasks::TaskRow;
use cartola_store::{Command, UnitOfWork};

use crate::audit::changed_consent;
use crate::imports::{Made, granted_event};
use crate::links::{LinkError, Mandate, NewLink, PaysFor, resuming};
use crate::once::Reply;
use crate::retry::until_settled;
use crate::work::Pending;
use crate::{Engine, EngineError};

pub use again::{AGAIN_AFTER, LONGEST_HELD, MAX_ASKED};
pub use ask::RECORD_DAYS;
pub(crate) use cancel::cancelling_under;
pub use cancel::{CancelError, Cancelled};
pub use cartola_store::asking::{AccountScope, ReadScope, ReadingFigures};
pub use cartola_store::jobs::{Progress, Step};
pub use evidence::evidence;
pub use heard::{AGAIN_AFTER_FAILURE, Heard, HeardError, MAX_BACK_DAYS, MAX_ROUNDS, ReadHeard};
pub use products::{ALL, MOVEMENTS, Products, USUAL_DAYS, usual_from};
pub use progress::{ReadingProgress, ReadingState};
pub use quota::LEAVES_ONE_OF;
pub use room::MAX_HELD_KIB;
pub(crate) use room::Room;
pub use run::ReadLink;
pub(crate) use run::is_proof;
pub(crate) use sign_in::{Attempted, Before, Trying, Turns};
pub use sign_in::{LOCK, THRESHOLD};
pub use standing::ReadingStanding;

use order::Arguments;

/// How long one reading of one link may take, from signing in to the last page.
pub const READING_TIMEOUT: Duration = Duration::from_mins(5);

/// How long the mandate of one call holds at most. It is ended when the call is answered.
pub const CALL_MANDATE_TERM: SignedDuration = SignedDuration::from_hours(1);

/// The longest that it may: as long as a task and its result are kept.
pub const MAX_CALL_TERM: SignedDuration = crate::tasks::TASK_KEPT;

/// What a mandate of one call is for, as its consent says.
const CALL_PURPOSE: &str = crate::consents::purposes::CALL;

/// What follows once a reading has ended, whichever way.
pub struct Next {
    /// Who handles it.
    pub kind: JobKind,
    /// What the handler needs to know. It is sealed.
    pub arguments: Secret<Vec<u8>>,
}

/// A reading that is wanted.
pub struct Wanted {
    /// What is asked for.
    pub scope: ReadScope,
    /// Interactive only where somebody waits for the answer of this very call: they are told at once
    /// what went wrong. Else the institution is asked again where that may help.
    pub priority: Priority,
    /// When whoever is told later is to have been told: nothing is asked again that might not end by
    /// then. Where it is absent, the mandate is the limit.
    pub told_by: Option<Timestamp>,
    /// What follows.
    pub next: Option<Next>,
}

impl Wanted {
    /// One that somebody waits for, and from which nothing follows.
    pub const fn at_once(scope: ReadScope) -> Self {
        Self { scope, priority: Priority::Interactive, told_by: None, next: None }
    }

    /// One whose end is told later, by what follows from it or to whoever looks.
    pub fn told_later(scope: ReadScope) -> Self {
        Self { priority: Priority::Normal, ..Self::at_once(scope) }
    }

    /// One of many that were asked for together, after all that somebody asked for by itself.
    pub fn in_bulk(scope: ReadScope) -> Self {
        Self { priority: Priority::Background, ..Self::at_once(scope) }
    }
}

/// A task that is begun with the call that does it.
pub struct CallTask {
    /// Its id.
    pub id: TaskId,
    /// What was wanted, as the facade calls it. Nothing personal.
    pub action: String,
}

/// A call that brings its own credentials.
pub struct Call<'a> {
    /// The institution.
    pub institution: InstitutionId,
    /// Whose data.
    pub rut: Rut,
    /// What the institution lets them in with, in the fields of one of its forms.
    pub fields: &'a BTreeMap<String, Secret<String>>,
    /// What stands for the person's leave, such as the request: its hash is the evidence.
    pub evidence: &'a [u8],
    /// How long the mandate holds at most, [`MAX_CALL_TERM`] or less: whoever asks and waits waits no
    /// longer, and what a restart finds later is nobody's.
    pub lasts: SignedDuration,
    /// Wrong credentials in a row that lock the person, as the facade's protocol has it: [`THRESHOLD`]
    /// where it names no number. Those of all facades count together.
    pub threshold: u32,
    /// What the client sees of it until it has ended.
    pub task: Option<&'a CallTask>,
}

/// A call that was accepted.
pub struct Accepted {
    /// The link that it is read through.
    pub link: LinkId,
    /// What allows it, for this call alone: see [`Engine::end_call`].
    pub mandate: ConsentId,
    /// The reading.
    pub reading: Pending,
}

/// A link that may be read, and what it is read with.
pub(crate) struct Access {
    pub link: LinkRow,
    pub mandate: ConsentRow,
    pub secret: Option<LinkSecretRow>,
}

impl Engine {
    /// Queues a reading of a link. What is known to come to nothing is refused at once.
    pub async fn request_reading(
        &self,
        who: &Principal,
        link: LinkId,
        wanted: Wanted,
    ) -> Result<Pending, LinkError> {
        let (order, now) = self.link_order(who, link, wanted).await?;
        let pending = self.inner.waiters.wait(who.tenant, order.id);
        let work = UnitOfWork::new(who.tenant, now).with(Command::EnqueueJob(order));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(pending)
    }

    /// The same for a call that may be repeated, and that waits for nothing: how the reading stands
    /// is asked by its id. So it is tried again where that may help.
    pub async fn begin_reading(
        &self,
        who: &Principal,
        link: LinkId,
        scope: ReadScope,
        reply: Reply<'_, ReadingStanding>,
    ) -> Result<ReadingStanding, LinkError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let (order, now) = self.link_order(who, link, Wanted::told_later(scope)).await?;
            let standing = ReadingStanding::queued(&order, link, now);
            let mut work = UnitOfWork::new(who.tenant, now).with(Command::EnqueueJob(order));
            work.commands.extend(reply.command(self, &standing)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(standing)
        })
        .await
    }

    /// The order of a reading of a link, and when it was decided.
    async fn link_order(
        &self,
        who: &Principal,
        link: LinkId,
        wanted: Wanted,
    ) -> Result<(JobOrder, Timestamp), LinkError> {
        let link = self.pulled_link(who, link).await?;
        let access = self.access(who, link, None).await?;
        let (institution, person) = (&access.link.institution, access.link.person);
        self.refuse_locked(who, institution, person).await?;
        self.refuse_over_quota(institution, wanted.priority).await?;
        let now = self.now();
        let key = self.vault().key_of(who.tenant, access.link.person, self.minter(), now).await?;
        let arguments = Arguments::of(who, access.mandate.id, &wanted);
        Ok((self.reading_order(who, &key, &access.link, &arguments, wanted)?, now))
    }

    /// Queues a reading with the credentials of one call, under a mandate for this call alone.
    pub async fn request_call(
        &self,
        who: &Principal,
        call: &Call<'_>,
        wanted: impl Fn(ConsentId) -> Wanted,
    ) -> Result<Accepted, LinkError> {
        self.request_call_replying(who, call, wanted, Reply::NONE).await
    }

    /// The same for a call that may be repeated: its answer is recorded by the unit of work that
    /// queues the reading.
    pub async fn request_call_replying(
        &self,
        who: &Principal,
        call: &Call<'_>,
        wanted: impl Fn(ConsentId) -> Wanted,
        reply: Reply<'_, Accepted>,
    ) -> Result<Accepted, LinkError> {
        let expires_at = Some(self.now() + call.lasts.min(MAX_CALL_TERM));
        let mandate = Mandate { purpose: CALL_PURPOSE, evidence: call.evidence, expires_at };
        let (institution, rut, fields) = (call.institution.clone(), call.rut, call.fields);
        let new =
            NewLink { institution, rut, fields, mandate, proven: false, pays: PaysFor::Nobody };
        self.check_credentials(&new)?;
        until_settled(|| async {
            self.check_ticket(reply.ticket).await?;
            self.request_call_once(who, (&new, call), &wanted, &reply).await
        })
        .await
    }

    async fn request_call_once(
        &self,
        who: &Principal,
        (new, call): (&NewLink<'_>, &Call<'_>),
        wanted: &impl Fn(ConsentId) -> Wanted,
        reply: &Reply<'_, Accepted>,
    ) -> Result<Accepted, LinkError> {
        let now = self.now();
        let mut made = Made::default();
        let holder = Holder { rut: Some(new.rut), name: None };
        let (person, key) = self.resolve_person(who, &holder, now, &mut made).await?;
        self.refuse_locked(who, &new.institution, person).await?;
        let mut work = UnitOfWork::new(who.tenant, now);
        work.commands = made.commands;
        self.refuse_blocked(who.tenant, person, &mut work.commands).await?;
        let link = self.link_of_calls(who, new, person, &mut work).await?;
        let mandate = self.mandate_row(who.tenant, &new.mandate, &link, now);
        let wanted = wanted(mandate.id);
        self.refuse_over_quota(&new.institution, wanted.priority).await?;
        let arguments = Arguments::of(who, mandate.id, &wanted)
            .with_fields(new.fields)
            .with_threshold(call.threshold);
        let order = self.reading_order(who, &key, &link, &arguments, wanted)?;
        let reading = self.inner.waiters.wait(who.tenant, order.id);
        let accepted = Accepted { link: link.id, mandate: mandate.id, reading };
        work.commands.extend(call.task.map(|task| begun(task, &accepted, &order, now)));
        work.commands.extend(reply.command(self, &accepted)?);
        work.push(Command::Audit(granted_event(who, &mandate)));
        work.push(Command::AddConsent(mandate));
        work.push(Command::EnqueueJob(order));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(accepted)
    }

    /// The link through which calls read that bring their credentials. It keeps none.
    pub(crate) async fn link_of_calls(
        &self,
        who: &Principal,
        new: &NewLink<'_>,
        person: Option<PersonId>,
        work: &mut UnitOfWork,
    ) -> Result<LinkRow, EngineError> {
        let source = LinkSource::Calls;
        let known = self.store().link_of(who.tenant, &new.institution, person, source).await?;
        if let Some(known) = known {
            work.commands.extend(resuming(&known, work.at));
            return Ok(known);
        }
        let (id, institution) = (self.minter().mint(), new.institution.clone());
        let row = LinkRow::begun(id, institution, person, source, work.at);
        work.push(Command::AddLink(row.clone()));
        Ok(row)
    }

    /// Ends the mandate of one call, once the call is answered: what only it allowed is not shown
    /// any more, and what is still being read under it is cancelled. The commands are for the unit of work that answers, or for one of their own.
    pub async fn ending_call(
        &self,
        who: &Principal,
        mandate: ConsentId,
    ) -> Result<Vec<Command>, EngineError> {
        let Some(row) = self.store().consent(who.tenant, mandate).await? else {
            return Ok(Vec::new());
        };
        let Ok(state) = row.state.revoke(self.now()) else { return Ok(Vec::new()) };
        Ok(vec![
            Command::ChangeConsent { id: mandate, expected: row.version, state },
            cancelling_under(mandate),
            Command::Audit(changed_consent("consent.ended", who, &row, state)),
        ])
    }

    /// Ends the mandate of one call.
    pub async fn end_call(&self, who: &Principal, mandate: ConsentId) -> Result<(), EngineError> {
        until_settled(|| async {
            let mut work = UnitOfWork::new(who.tenant, self.now());
            work.commands = self.ending_call(who, mandate).await?;
            self.commit_cancelling(work).await
        })
        .await
    }

    /// How the last reading of a link went.
    pub async fn last_reading(
        &self,
        who: &Principal,
        link: LinkId,
    ) -> Result<Option<ReadingRow>, EngineError> {
        Ok(self.store().reading(who.tenant, link).await?)
    }

    fn reading_order(
        &self,
        who: &Principal,
        key: &DataKey,
        link: &LinkRow,
        arguments: &Arguments,
        wanted: Wanted,
    ) -> Result<JobOrder, EngineError> {
        let (tenant, id) = (who.tenant, self.minter().mint::<JobId>());
        let sealed = self.vault().seal_record(key, &JobOrder::place(tenant, &id), arguments)?;
        let continuation = match wanted.next {
            Some(next) => {
                let id: JobId = self.minter().mint();
                let place = JobOrder::place(tenant, &id);
                let sealed = self.vault().seal(key, &place, next.arguments.expose())?;
                Some(Continuation { id, kind: next.kind, arguments: Some(sealed) })
            }
            None => None,
        };
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: run::kind(),
            link: Some(link.id),
            lane: Some(Lane::of(&link.institution)),
            mandate: Some(arguments.mandate()),
            arguments: Some(sealed),
            not_before: self.now(),
            priority: wanted.priority,
            continuation,
        })
    }

    /// What allows a link to be read now: under the mandate named, or under its own.
    pub(crate) async fn access(
        &self,
        who: &Principal,
        link: LinkRow,
        named: Option<ConsentId>,
    ) -> Result<Access, LinkError> {
        if matches!(link.state, LinkState::Revoked { .. }) {
            return Err(LinkError::MandateEnded);
        }
        let secret = self.store().link_secret(who.tenant, link.id).await;
        let secret = secret.map_err(EngineError::from)?;
        let own = secret.as_ref().map(|secret| secret.mandate);
        let mandate = match (link.source, own, named) {
            // What it signed in with was destroyed when its mandate ended.
            (LinkSource::Credentials, None, _) => self.last_mandate(who, link.id).await?,
            // Another mandate has taken its place, under which nothing was asked for.
            (LinkSource::Credentials, own, Some(named)) if own != Some(named) => None,
            (LinkSource::Credentials, own, _) => own,
            (LinkSource::Calls, _, named) => named,
            (LinkSource::Files, ..) => return Err(LinkError::Unknown),
        };
        let mandate = mandate.ok_or(LinkError::MandateEnded)?;
        let mandate = self.mandate_that_holds(who, mandate).await?;
        if link.source == LinkSource::Credentials && secret.is_none() {
            return Err(LinkError::MandateEnded);
        }
        match secret.as_ref().and_then(|row| row.barred).map(|barred| barred.until) {
            Some(None) => return Err(LinkError::CredentialsRefused),
            Some(Some(until)) if self.now() < until => return Err(LinkError::Barred { until }),
            Some(Some(_)) | None => {}
        }
        Ok(Access { link, mandate, secret })
    }
}

/// The task of a call that was accepted.
fn begun(task: &CallTask, accepted: &Accepted, order: &JobOrder, now: Timestamp) -> Command {
    Command::AddTask(TaskRow {
        id: task.id,
        action: task.action.clone(),
        link: Some(accepted.link),
        job: Some(order.id),
        ending: order.continuation.as_ref().map(|next| next.id),
        mandate: Some(accepted.mandate),
        created_at: now,
        expires_at: now + crate::tasks::TASK_KEPT,
        end: None,
    })
}
