//! Whether an institution may be asked with a person's credentials.
//!
//! Wrong credentials are counted per tenant, institution and person, whatever they came through:
//! an institution that locks somebody out does not ask which of our links it was. An attempt is
//! noted right before it is made, unless the same credentials were taken at the reading before: what
//! a crash leaves open may have been refused, and so may what broke off after it was sent; what
//! merely waited for the institution's turn was not. What was
//! refused is not tried again for a day: by then the person may have made it right. Whoever tries it
//! again meanwhile is counted without the institution being asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::{ConnectorError, Doorkeeper, ErrorKind, RetryAdvice};
use cartola_crypto::Digest;
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::id::PersonId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::asking::SignInsRow;
use cartola_store::jobs::record;
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use crate::links::{LinkError, SealedSecret};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Wrong credentials in a row after which nobody is asked any more for a while, where a facade's
/// protocol names no other number.
pub const THRESHOLD: u32 = 3;

/// How long nobody is asked then, and where an institution locks somebody out and names no time.
pub const LOCK: SignedDuration = SignedDuration::from_hours(24);

/// How long an attempt of which nobody knows how it ended counts as one that was refused.
const OPEN_COUNTS: SignedDuration = SignedDuration::from_hours(1);

/// Leave to sign in, and what is to be noted of how it went.
pub(crate) struct Leave {
    engine: Engine,
    who: Principal,
    institution: InstitutionId,
    person: Option<PersonId>,
    digest: Digest,
    noted: bool,
    /// Wrong credentials in a row that lock, counted with those of all other facades.
    threshold: u32,
    /// What was said at the door, once somebody stood there.
    given: Mutex<Option<Result<Given, LinkError>>>,
    course: Mutex<Course>,
}

/// How far an attempt is, for whoever has to note how it ended.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Course {
    /// Nobody knows yet how it ends.
    #[default]
    Opening,
    /// They were let in.
    LetIn,
    /// Whoever made it has gone before.
    Forsaken,
}

/// What is known of an attempt that is made.
#[derive(Clone, Copy, Default)]
struct Given {
    /// Whether something went wrong before, which is over once credentials are taken.
    clouded: bool,
}

impl Leave {
    /// Where.
    pub const fn institution(&self) -> &InstitutionId {
        &self.institution
    }

    /// Why the door stayed shut, where it did.
    pub fn refused_at_door(&self) -> Result<(), LinkError> {
        let mut given = self.given();
        match given.take() {
            Some(Err(refused)) => Err(refused),
            other => {
                *given = other;
                Ok(())
            }
        }
    }

    /// What an error advises once it is known how far the attempt had come: where the door never
    /// answered credentials that were not taken before, they may be wrong and counted. They are not
    /// sent again without anybody's wish.
    pub fn advising(&self, error: ConnectorError) -> ConnectorError {
        let is_unanswered = error.kind == ErrorKind::Timeout && !error.unsent;
        if is_unanswered && self.noted && *self.course() == Course::Opening {
            return error.advising(RetryAdvice::Never);
        }
        error
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how it ended, where nobody waits for that any more.
    async fn note(&self, outcome: Result<(), &ConnectorError>) {
        if let Err(error) = self.engine.note_sign_in(self, outcome).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "engine.sign_in.not_noted");
        }
    }

    fn is_clouded(&self) -> bool {
        matches!(*self.given(), Some(Ok(Given { clouded: true })))
    }

    fn given(&self) -> MutexGuard<'_, Option<Result<Given, LinkError>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Doorkeeper for Leave {
    async fn admit(&self) -> Result<(), ConnectorError> {
        let said = self.engine.note_attempt(self).await;
        let is_given = said.is_ok();
        *self.given() = Some(said);
        if is_given {
            return Ok(());
        }
        let reason = "there is no leave to sign in any more";
        Err(ConnectorError::new(ErrorKind::Internal, "open", reason).before_sending())
    }

    async fn ended(&self, outcome: Result<(), &ConnectorError>) {
        if outcome.is_ok() {
            let mut course = self.course();
            if *course == Course::Opening {
                *course = Course::LetIn;
                return;
            }
        }
        self.note(outcome).await;
    }
}

/// An attempt as its maker holds it. One that was let in is noted as such even where its maker goes
/// away, as when it is cancelled: else it would count for a while as one that may have been refused.
pub(crate) struct Attempted {
    leave: Arc<Leave>,
    is_noted: bool,
}

impl Attempted {
    pub const fn with(leave: Arc<Leave>) -> Self {
        Self { leave, is_noted: false }
    }

    pub fn leave(&self) -> &Arc<Leave> {
        &self.leave
    }

    /// How it ended is written down.
    pub fn settle(mut self) {
        self.is_noted = true;
    }
}

impl Drop for Attempted {
    fn drop(&mut self) {
        if self.is_noted {
            return;
        }
        let was = std::mem::replace(&mut *self.leave.course(), Course::Forsaken);
        // Without a runtime nothing runs any more, and the attempt stays open.
        let runtime = tokio::runtime::Handle::try_current();
        if let (Course::LetIn, Ok(runtime)) = (was, runtime) {
            let leave = Arc::clone(&self.leave);
            runtime.spawn(async move { leave.note(Ok(())).await });
        }
    }
}

/// How an attempt ended, as far as its credentials are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    Refused,
    LockedUntil(Timestamp),
    /// Nobody has looked at them.
    Unseen,
    Unknown,
}

impl Engine {
    /// Refuses at once what [`Self::leave_to_ask`] would refuse whatever the credentials.
    pub(crate) async fn refuse_locked(
        &self,
        who: &Principal,
        institution: &InstitutionId,
        person: Option<PersonId>,
    ) -> Result<(), LinkError> {
        let Some(person) = person else { return Ok(()) };
        let known = self.store().sign_ins(who.tenant, institution, person).await;
        let known = known.map_err(EngineError::from)?;
        known.map_or(Ok(()), |known| check_wait(&known, self.now()))
    }

    /// Refuses credentials that are known to be wrong, without counting that they were tried.
    pub(crate) async fn refuse_known(
        &self,
        who: &Principal,
        link: &LinkRow,
        secret: &SealedSecret,
    ) -> Result<(), LinkError> {
        let Some(person) = link.person else { return Ok(()) };
        let known = self.store().sign_ins(who.tenant, &link.institution, person).await;
        let digest = self.sign_in_digest(who, secret);
        let known = known.map_err(EngineError::from)?;
        known.map_or(Ok(()), |known| check(&known, &digest, self.now()))
    }

    fn sign_in_digest(&self, who: &Principal, secret: &SealedSecret) -> Digest {
        self.vault().digest(purpose::SIGN_IN, who.tenant, secret.canonical().expose())
    }

    /// Leave to sign in, or why there is none. It is looked at again, and noted, when the
    /// institution's turn has come.
    pub(crate) async fn leave_to_ask(
        &self,
        who: &Principal,
        link: &LinkRow,
        secret: &SealedSecret,
        (proven, threshold): (bool, u32),
    ) -> Result<Arc<Leave>, LinkError> {
        let leave = Leave {
            engine: self.clone(),
            who: who.clone(),
            institution: link.institution.clone(),
            person: link.person,
            digest: self.sign_in_digest(who, secret),
            noted: !proven,
            threshold,
            given: Mutex::default(),
            course: Mutex::default(),
        };
        until_settled(|| async { self.look(&leave).await.map(drop) }).await?;
        Ok(Arc::new(leave))
    }

    /// What is known of the person's attempts, unless it forbids another one.
    async fn look(&self, leave: &Leave) -> Result<Option<SignInsRow>, LinkError> {
        let Some(person) = leave.person else { return Ok(None) };
        let (who, institution) = (&leave.who, &leave.institution);
        let known = self.store().sign_ins(who.tenant, institution, person).await;
        let (known, now) = (known.map_err(EngineError::from)?, self.now());
        match known.as_ref().map_or(Ok(()), |known| check(known, &leave.digest, now)) {
            Err(refused @ LinkError::CredentialsRefused) => {
                // The institution is spared, and whoever tries on is counted all the same.
                let row = next(known, leave, person, now, |row| count(row, leave, now));
                self.keep_sign_ins(who, row).await?;
                Err(refused)
            }
            checked => checked.map(|()| known),
        }
    }

    /// Notes an attempt that is about to be made, unless it is forbidden by now.
    async fn note_attempt(&self, leave: &Leave) -> Result<Given, LinkError> {
        let Some(person) = leave.person else { return Ok(Given::default()) };
        until_settled(|| async {
            let known = self.look(leave).await?;
            let clouded = known.as_ref().is_some_and(|known| known.refused + known.open > 0);
            if leave.noted {
                let row = next(known, leave, person, self.now(), |row| row.open += 1);
                self.keep_sign_ins(&leave.who, row).await?;
            }
            Ok(Given { clouded })
        })
        .await
    }

    /// Notes how an attempt ended, with patience: what is not noted would be tried again.
    pub(crate) async fn note_sign_in(
        &self,
        leave: &Leave,
        asked: Result<(), &ConnectorError>,
    ) -> Result<(), EngineError> {
        let verdict = verdict(asked, self.now());
        until_settled(|| async {
            let Some(row) = self.settled(leave, verdict).await? else { return Ok(()) };
            let work = UnitOfWork::new(leave.who.tenant, self.now());
            record(self.store(), work.with(Command::KeepSignIns(row))).await?;
            Ok(())
        })
        .await
    }

    /// Notes for how long the institution wants to be left alone, or has locked somebody out, also where
    /// it said so in a session; with patience, as [`Self::note_sign_in`].
    pub(super) async fn note_wait(
        &self,
        leave: &Leave,
        error: &ConnectorError,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let Some((person, wait)) = leave.person.zip(Wait::of(error, now)) else { return Ok(()) };
        let tenant = leave.who.tenant;
        until_settled(|| async {
            let known = self.store().sign_ins(tenant, &leave.institution, person).await?;
            let row = next(known, leave, person, now, |row| wait.note(row));
            let work = UnitOfWork::new(tenant, now).with(Command::KeepSignIns(row));
            record(self.store(), work).await?;
            Ok(())
        })
        .await
    }

    /// What notes that credentials were taken, for the unit of work that keeps what was read; nothing
    /// where that is no news.
    pub(super) async fn settling(&self, leave: &Leave) -> Result<Option<Command>, EngineError> {
        Ok(self.settled(leave, Verdict::Taken).await?.map(Command::KeepSignIns))
    }

    async fn settled(
        &self,
        leave: &Leave,
        verdict: Verdict,
    ) -> Result<Option<SignInsRow>, EngineError> {
        let is_news = match verdict {
            Verdict::Taken => leave.noted || leave.is_clouded(),
            Verdict::Unseen | Verdict::Unknown => leave.noted,
            Verdict::Refused | Verdict::LockedUntil(_) => true,
        };
        let Some(person) = leave.person.filter(|_| is_news) else { return Ok(None) };
        let tenant = leave.who.tenant;
        let known = self.store().sign_ins(tenant, &leave.institution, person).await?;
        let now = self.now();
        Ok(Some(next(known, leave, person, now, |row| settle(row, verdict, leave, now))))
    }

    async fn keep_sign_ins(&self, who: &Principal, row: SignInsRow) -> Result<(), EngineError> {
        let work = UnitOfWork::new(who.tenant, self.now()).with(Command::KeepSignIns(row));
        self.store().commit(work).await?;
        Ok(())
    }
}

/// Refuses any credentials while there is a lock, or the institution is to be left alone.
fn check_wait(known: &SignInsRow, now: Timestamp) -> Result<(), LinkError> {
    if let Some(until) = locked_until(known, now) {
        return Err(LinkError::Locked { until });
    }
    match known.waits_until.filter(|until| now < *until) {
        Some(until) => Err(LinkError::Barred { until }),
        None => Ok(()),
    }
}

/// Refuses credentials that are known to be wrong, and any that are not to be tried now.
fn check(known: &SignInsRow, digest: &Digest, now: Timestamp) -> Result<(), LinkError> {
    check_wait(known, now)?;
    let same = known.refused_secret.filter(|(refused, at)| refused == digest && now < *at + LOCK);
    if same.is_some() {
        return Err(LinkError::CredentialsRefused);
    }
    Ok(())
}

/// Until when nobody is asked: after too many wrong credentials, or attempts that may have been.
fn locked_until(known: &SignInsRow, now: Timestamp) -> Option<Timestamp> {
    let open_until = known.last_at + OPEN_COUNTS;
    let may_be_wrong = known.open > 0 && known.refused + known.open >= THRESHOLD;
    known
        .locked_until
        .filter(|until| now < *until)
        .or_else(|| (may_be_wrong && now < open_until).then_some(open_until))
}

fn next(
    known: Option<SignInsRow>,
    leave: &Leave,
    person: PersonId,
    now: Timestamp,
    change: impl FnOnce(&mut SignInsRow),
) -> SignInsRow {
    let mut row = known.unwrap_or_else(|| SignInsRow {
        institution: leave.institution.clone(),
        person,
        refused: 0,
        open: 0,
        last_at: now,
        locked_until: None,
        waits_until: None,
        refused_secret: None,
        open_secret: None,
        version: 0,
    });
    if now >= row.last_at + OPEN_COUNTS {
        (row.open, row.open_secret) = (0, None);
    }
    (row.last_at, row.version) = (now, row.version + 1);
    change(&mut row);
    row
}

fn settle(row: &mut SignInsRow, verdict: Verdict, leave: &Leave, now: Timestamp) {
    let mine = u32::from(leave.noted);
    match verdict {
        Verdict::Taken => {
            (row.refused, row.open) = (0, 0);
            (row.locked_until, row.open_secret) = (None, None);
            // Others that were refused are no better for it.
            row.refused_secret = row.refused_secret.filter(|(refused, _)| *refused != leave.digest);
        }
        Verdict::Refused => {
            row.open = row.open.saturating_sub(mine);
            row.refused_secret = Some((leave.digest, now));
            count(row, leave, now);
        }
        Verdict::LockedUntil(until) => {
            row.open = row.open.saturating_sub(mine);
            row.locked_until = Some(until);
        }
        Verdict::Unseen => row.open = row.open.saturating_sub(mine),
        // The same once more is no other guess, so it counts once.
        Verdict::Unknown if row.open_secret == Some(leave.digest) => {
            row.open = row.open.saturating_sub(mine);
        }
        Verdict::Unknown => row.open_secret = Some(leave.digest),
    }
}

/// One more with wrong credentials; the last one that is taken locks.
fn count(row: &mut SignInsRow, leave: &Leave, now: Timestamp) {
    row.refused += 1;
    if row.refused >= leave.threshold {
        (row.refused, row.locked_until) = (0, Some(now + LOCK));
    }
}

/// Until when an institution wants not to be asked for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// It has locked them out.
    Locked(Timestamp),
    /// It was asked too often, or is closed, and says for how long.
    Told(Timestamp),
}

impl Wait {
    /// What an error says, where the institution has said it: what merely waited for its turn here is
    /// no reason to wait longer.
    pub fn of(error: &ConnectorError, now: Timestamp) -> Option<Self> {
        let until = |wait: Duration| {
            // A mistake in a header keeps nobody out for longer than wrong passwords do.
            let wait = SignedDuration::try_from(wait).unwrap_or(LOCK).min(LOCK);
            now.checked_add(wait).unwrap_or(Timestamp::MAX)
        };
        match (error.kind, error.retry) {
            _ if error.unsent => None,
            (ErrorKind::CredentialsLocked, RetryAdvice::After(wait)) => {
                Some(Self::Locked(until(wait)))
            }
            (ErrorKind::CredentialsLocked, _) => Some(Self::Locked(until(LOCK.unsigned_abs()))),
            (ErrorKind::RateLimited | ErrorKind::InstitutionDown, RetryAdvice::After(wait))
                if !wait.is_zero() =>
            {
                Some(Self::Told(until(wait)))
            }
            _ => None,
        }
    }

    fn note(self, row: &mut SignInsRow) {
        match self {
            Self::Locked(until) => row.locked_until = row.locked_until.max(Some(until)),
            Self::Told(until) => row.waits_until = row.waits_until.max(Some(until)),
        }
    }
}

fn verdict(asked: Result<(), &ConnectorError>, now: Timestamp) -> Verdict {
    let Err(error) = asked else { return Verdict::Taken };
    match (error.kind, error.retry) {
        (ErrorKind::CredentialsInvalid, _) => Verdict::Refused,
        (ErrorKind::CredentialsLocked, RetryAdvice::After(wait)) => {
            let wait = SignedDuration::try_from(wait).unwrap_or(LOCK);
            Verdict::LockedUntil(now.checked_add(wait).unwrap_or(Timestamp::MAX))
        }
        (ErrorKind::CredentialsLocked, _) => Verdict::LockedUntil(now + LOCK),
        _ if error.unsent => Verdict::Unseen,
        (
            ErrorKind::RateLimited
            | ErrorKind::ChallengeRequired
            | ErrorKind::RequestInvalid
            | ErrorKind::Unsupported
            | ErrorKind::NoSuchProduct,
            _,
        ) => Verdict::Unseen,
        _ => Verdict::Unknown,
    }
}
