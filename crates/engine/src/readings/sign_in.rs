//! Whether an institution may be asked with a person's credentials.
//!
//! Wrong credentials are counted per tenant, institution and person, whatever they came through:
//! an institution that locks somebody out does not ask which of our links it was. An attempt is
//! noted right before it is made, unless the same credentials were taken at the reading before: what
//! a crash leaves open may have been refused, and so may what broke off after it was sent; what
//! merely waited for the institution's turn was not. Of several who come with the same credentials at
//! once, one asks and the others wait for what it is told. What was refused is not tried again for a
//! day: by then the person may have made it right. Whoever tries it again meanwhile is counted without
//! the institution being asked; what was asked for before the refusal is not.

mod counting;
mod turns;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cartola_connector::{ConnectorError, Doorkeeper, ErrorKind, RetryAdvice};
use cartola_crypto::Digest;
use cartola_model::{Failure, InstitutionId, Principal};
use cartola_primitives::id::PersonId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::asking::SignInsRow;
use cartola_store::jobs::{JobRow, record};
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use crate::links::{LinkError, SealedSecret};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

pub(super) use counting::Wait;
use counting::{Sent, Verdict, check, check_wait, count, next, settle, verdict};
use turns::Turn;
pub(crate) use turns::Turns;

/// Wrong credentials in a row after which nobody is asked any more for a while, where a facade's
/// protocol names no other number.
pub const THRESHOLD: u32 = 3;

/// How long nobody is asked then, and where an institution locks somebody out and names no time.
pub const LOCK: SignedDuration = SignedDuration::from_hours(24);

/// What is known of credentials that are about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// The institution took them at the reading before.
    Taken,
    /// Nothing: somebody wants something done with them.
    Nothing,
    /// Whoever began the same before is lost, and may have sent them without anybody knowing what was
    /// said.
    Begun,
}

impl Before {
    /// What is known where they were taken, or of the job that sends them.
    pub fn of(is_taken: bool, job: &JobRow) -> Self {
        let is_begun = job.attempts > 1 && job.last_failure == Some(Failure::Internal);
        match (is_taken, is_begun) {
            (true, _) => Self::Taken,
            (false, false) => Self::Nothing,
            (false, true) => Self::Begun,
        }
    }
}

/// Who tries credentials, and how.
#[derive(Clone, Copy)]
pub(crate) struct Trying {
    pub before: Before,
    /// Wrong ones in a row that lock, counted with those of all other facades.
    pub threshold: u32,
    /// When somebody asked for it.
    pub asked_at: Timestamp,
}

/// Leave to sign in, and what is to be noted of how it went.
pub(crate) struct Leave {
    engine: Engine,
    who: Principal,
    institution: InstitutionId,
    person: Option<PersonId>,
    digest: Digest,
    trying: Trying,
    /// The turn among those who come with the same credentials, while it is this one's.
    turn: Mutex<Option<Turn>>,
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
    /// Whether it counts until it is known how it ended.
    counted: bool,
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
        if is_unanswered && self.is_counted() && *self.course() == Course::Opening {
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
        matches!(*self.given(), Some(Ok(Given { clouded: true, .. })))
    }

    fn is_counted(&self) -> bool {
        match &*self.given() {
            Some(Ok(given)) => given.counted,
            _ => self.trying.before != Before::Taken,
        }
    }

    fn sent(&self) -> Sent {
        let (digest, threshold) = (self.digest, self.trying.threshold);
        Sent { digest, threshold, counted: self.is_counted() }
    }

    /// The turn, while somebody else tries the same credentials; none is needed for what was taken
    /// before. What was begun before waits for nobody: what stands in its way may never end.
    async fn take_turn(&self) -> Result<Option<Turn>, ConnectorError> {
        if self.trying.before != Before::Nothing {
            return Ok(None);
        }
        let key = (self.who.tenant, self.institution.clone(), self.digest);
        let turn = self.engine.inner.signing_in.turn(key).await;
        let too_long = || {
            let reason = "the institution has not answered another with the same credentials";
            let error = ConnectorError::new(ErrorKind::Timeout, "open", reason);
            // This request has waited long enough. Whoever opens another session waits anew.
            error.before_sending().advising(RetryAdvice::WithNewSession)
        };
        turn.map(Some).ok_or_else(too_long)
    }

    /// Keeps out whose maker has gone.
    fn refuse_forsaken(&self) -> Result<(), ConnectorError> {
        match *self.course() {
            Course::Forsaken => Err(kept_out("nobody waits for this session any more")),
            Course::Opening | Course::LetIn => Ok(()),
        }
    }

    /// Leaves the turn to whoever is next, where it is this one's.
    fn give_turn(&self, are_taken: bool) {
        if let Some(turn) = self.turn().take() {
            turn.end(are_taken);
        }
    }

    fn turn(&self) -> MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn given(&self) -> MutexGuard<'_, Option<Result<Given, LinkError>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Doorkeeper for Leave {
    async fn admit(&self) -> Result<(), ConnectorError> {
        self.refuse_forsaken()?;
        let turn = self.take_turn().await;
        self.refuse_forsaken()?;
        let turn = turn?;
        let are_taken = turn.as_ref().is_some_and(Turn::are_taken);
        let said = self.engine.note_attempt(self, are_taken).await;
        let is_given = said.is_ok();
        *self.given() = Some(said);
        if is_given {
            *self.turn() = turn.filter(|_| !are_taken);
            return Ok(());
        }
        Err(kept_out("there is no leave to sign in any more"))
    }

    async fn ended(&self, outcome: Result<(), &ConnectorError>) {
        if outcome.is_ok() {
            let mut course = self.course();
            if *course == Course::Opening {
                *course = Course::LetIn;
                drop(course);
                self.give_turn(true);
                return;
            }
        }
        self.note(outcome).await;
        self.give_turn(outcome.is_ok());
    }
}

fn kept_out(reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Internal, "open", reason).before_sending()
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
        trying: Trying,
    ) -> Result<Arc<Leave>, LinkError> {
        let leave = Leave {
            engine: self.clone(),
            who: who.clone(),
            institution: link.institution.clone(),
            person: link.person,
            digest: self.sign_in_digest(who, secret),
            trying,
            turn: Mutex::default(),
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
                // The institution is spared, and whoever tries on is counted all the same. Where the clocks
                // of two processes differ, somebody may be spared who tries on right then.
                let Trying { threshold, asked_at, .. } = leave.trying;
                let refused_at = known.as_ref().and_then(|known| known.refused_secret);
                if refused_at.is_none_or(|(_, refused_at)| asked_at > refused_at) {
                    let counted = |row: &mut SignInsRow| count(row, threshold, now);
                    let row = next(known, (institution, person), now, counted);
                    self.keep_sign_ins(who, row).await?;
                }
                Err(refused)
            }
            checked => checked.map(|()| known),
        }
    }

    /// Notes an attempt that is about to be made, unless it is forbidden by now.
    async fn note_attempt(&self, leave: &Leave, are_taken: bool) -> Result<Given, LinkError> {
        let Some(person) = leave.person else { return Ok(Given::default()) };
        until_settled(|| async {
            let known = self.look(leave).await?;
            let clouded = known.as_ref().is_some_and(|known| known.refused + known.open > 0);
            let counted = leave.trying.before != Before::Taken && !are_taken;
            if counted {
                let (whose, opened) =
                    ((&leave.institution, person), |row: &mut SignInsRow| row.open += 1);
                self.keep_sign_ins(&leave.who, next(known, whose, self.now(), opened)).await?;
            }
            Ok(Given { clouded, counted })
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
            let row = next(known, (&leave.institution, person), now, |row| wait.note(row));
            let work = UnitOfWork::new(tenant, now).with(Command::KeepSignIns(row));
            record(self.store(), work).await?;
            Ok(())
        })
        .await
    }

    /// What notes that credentials were taken, for the unit of work that keeps what was read; nothing
    /// where that is no news.
    pub(crate) async fn settling(&self, leave: &Leave) -> Result<Option<Command>, EngineError> {
        Ok(self.settled(leave, Verdict::Taken).await?.map(Command::KeepSignIns))
    }

    async fn settled(
        &self,
        leave: &Leave,
        verdict: Verdict,
    ) -> Result<Option<SignInsRow>, EngineError> {
        let sent = leave.sent();
        let is_news = match verdict {
            Verdict::Taken => sent.counted || leave.is_clouded(),
            Verdict::Unseen | Verdict::Unknown => sent.counted,
            Verdict::Refused | Verdict::LockedUntil(_) => true,
        };
        let Some(person) = leave.person.filter(|_| is_news) else { return Ok(None) };
        let tenant = leave.who.tenant;
        let known = self.store().sign_ins(tenant, &leave.institution, person).await?;
        let now = self.now();
        let settled = |row: &mut SignInsRow| settle(row, verdict, &sent, now);
        Ok(Some(next(known, (&leave.institution, person), now, settled)))
    }

    async fn keep_sign_ins(&self, who: &Principal, row: SignInsRow) -> Result<(), EngineError> {
        let work = UnitOfWork::new(who.tenant, self.now()).with(Command::KeepSignIns(row));
        self.store().commit(work).await?;
        Ok(())
    }
}
