//! A session for one step, and what is left of it for the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cartola_connector::session::{MakeTransfers, TakeInstructions};
use cartola_connector::{ConnectorError, Context, ErrorKind, LiveSession, Product};
use cartola_crypto::{DataKey, Place, Sealed};
use cartola_model::{Failure, InstitutionId, InstructionKind, LinkSource, Principal};
use cartola_primitives::id::{ConsentId, LinkId, PersonId};
use cartola_store::jobs::JobRow;
use cartola_store::people::LinkRow;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::links::{LinkError, PaysFor, SealedSecret};
use crate::readings::{Attempted, Before, THRESHOLD, Trying, is_proof};
use crate::{Engine, EngineError};

/// How long one step may take, from signing in to what the bank says.
const STEP_TIMEOUT: Duration = Duration::from_mins(2);

/// How long a session is left open after a step for the next one: as long as a customer looks for a code.
const KEPT_FOR: Duration = Duration::from_mins(5);

/// Sessions that are left open at most. Of one more the next step signs in anew.
const MAX_KEPT: usize = 1_000;

/// Whose bank is asked in one step, and with what: a payment, or another instruction.
#[derive(Clone, Copy)]
pub(crate) struct Errand<'a> {
    pub who: &'a Principal,
    /// The bytes of its id, which no errand of another kind has.
    pub id: [u8; 16],
    pub institution: &'a InstitutionId,
    pub person: Option<PersonId>,
    pub link: LinkId,
    pub mandate: ConsentId,
    /// Whether the bank has not let anybody in for it yet.
    pub is_first: bool,
    /// The job of its step.
    pub job: &'a JobRow,
    /// What signs the customer in, where they are sealed and how. One that has not ended has it.
    pub credentials: Option<(Place<'a>, &'a Sealed)>,
}

/// Somebody who was let in.
pub(crate) struct SignedIn {
    pub session: LiveSession,
    pub context: Context,
    /// With what, where that was just now; else an earlier step had.
    with: Option<SealedSecret>,
    /// What is still to be noted of that.
    pub unsettled: Option<Attempted>,
}

impl SignedIn {
    /// What makes transfers here.
    pub fn transfers(&self) -> Result<&dyn MakeTransfers, ConnectorError> {
        let maker = self.session.session().transfers();
        maker.ok_or_else(|| ConnectorError::not_offered(Product::Transfers))
    }

    /// What takes instructions of that kind here.
    pub fn instructions(
        &self,
        kind: InstructionKind,
    ) -> Result<&dyn TakeInstructions, ConnectorError> {
        let taker = self.session.session().instructions();
        let taker = taker.filter(|taker| taker.kinds().contains(&kind));
        taker.ok_or_else(|| ConnectorError::not_offered(Product::Instruction(kind)))
    }

    /// What reaches a transfer that was made by that way; today's where none was written down. Another
    /// way knows nothing of it, and its word that it has not heard of it would be none to go by.
    pub fn transfers_by(&self, route: Option<&str>) -> Result<&dyn MakeTransfers, ConnectorError> {
        let Some(route) = route else { return self.transfers() };
        self.session.session().transfers_by(route).ok_or_else(|| {
            let reason = format!(
                "the payment was begun through {route}, and the institution is reached otherwise now; \
                 configure it as it was until the payment has ended"
            );
            ConnectorError::new(ErrorKind::Unsupported, "transfer", reason).before_sending()
        })
    }

    /// Whether the bank has ended the session since the step that opened it: then it has looked at
    /// nothing of what it was sent.
    pub fn has_ended_since(&self, error: &ConnectorError) -> bool {
        self.with.is_none() && error.kind == ErrorKind::SessionEnded
    }
}

/// Sessions between two steps of a payment. A customer who is asked for a code is signed in once, and
/// a bank that lets them in once at a time does not throw them out. In memory only: whoever goes on
/// elsewhere signs in anew.
#[derive(Default)]
pub(crate) struct KeptSessions {
    kept: Mutex<HashMap<[u8; 16], Kept>>,
}

struct Kept {
    session: LiveSession,
    ending: AbortHandle,
}

impl KeptSessions {
    /// Leaves a session open for the next step, for a while.
    fn keep(self: &Arc<Self>, errand: [u8; 16], session: LiveSession) {
        let mut kept = self.lock();
        if kept.len() >= MAX_KEPT {
            return;
        }
        let sessions = Arc::downgrade(self);
        let ending = tokio::spawn(async move {
            sleep(KEPT_FOR).await;
            if let Some(sessions) = sessions.upgrade() {
                drop(sessions.take(errand));
            }
        });
        // What another step left there meanwhile closes itself.
        let before = kept.insert(errand, Kept { session, ending: ending.abort_handle() });
        before.inspect(|before| before.ending.abort());
    }

    fn take(&self, errand: [u8; 16]) -> Option<LiveSession> {
        let Kept { session, ending } = self.lock().remove(&errand)?;
        ending.abort();
        Some(session)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 16], Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Ends the sessions that wait for the next step of a payment, and waits until every session at
    /// an institution is closed: before the process ends.
    pub async fn close_sessions(&self) {
        let kept: Vec<Kept> = self.inner.paying.lock().drain().map(|(_, kept)| kept).collect();
        for Kept { session, ending } in kept {
            ending.abort();
            // It closes itself.
            drop(session);
        }
        self.connectors().settled().await;
    }

    /// The session that the step before left open, or a new one.
    pub(crate) async fn sign_in(&self, errand: &Errand<'_>) -> Result<SignedIn, LinkError> {
        match self.kept_session(errand).await? {
            Some(kept) => Ok(kept),
            None => self.sign_in_anew(errand).await,
        }
    }

    /// The same, where what is written next says that they were let in.
    pub(super) async fn sign_in_unsettled(
        &self,
        errand: &Errand<'_>,
    ) -> Result<SignedIn, LinkError> {
        match self.kept_session(errand).await? {
            Some(kept) => Ok(kept),
            None => self.sign_in_unnoted(errand).await,
        }
    }

    async fn kept_session(&self, errand: &Errand<'_>) -> Result<Option<SignedIn>, LinkError> {
        let Some(session) = self.inner.paying.take(errand.id) else { return Ok(None) };
        // A lock, or a pause that the bank has asked for, holds in a session too.
        self.refuse_locked(errand.who, errand.institution, errand.person).await?;
        let context = self.context_for(session.device().cloned(), STEP_TIMEOUT);
        Ok(Some(SignedIn { session, context, with: None, unsettled: None }))
    }

    /// Signs the customer in with what is sealed with the payment. After its first step the bank has
    /// taken these credentials, and an attempt with them is noted where it fails alone.
    pub(crate) async fn sign_in_anew(&self, errand: &Errand<'_>) -> Result<SignedIn, LinkError> {
        let mut signed_in = self.sign_in_unnoted(errand).await?;
        if let Some(attempted) = signed_in.unsettled.take() {
            self.settle_sign_in(attempted).await?;
        }
        Ok(signed_in)
    }

    async fn sign_in_unnoted(&self, errand: &Errand<'_>) -> Result<SignedIn, LinkError> {
        let who = errand.who;
        let link = self.store().link(who.tenant, errand.link).await.map_err(EngineError::from)?;
        let link = link.ok_or(LinkError::Unknown)?;
        let secret = self.secret_of_payer(errand, &link).await?;
        if link.source == LinkSource::Credentials {
            // Nobody has typed them again: one who is known to be refused has made no further guess.
            self.refuse_known(who, &link, &secret).await?;
        }
        // What a worker that was lost began first may have been refused meanwhile.
        let is_taken = !errand.is_first
            || (errand.job.attempts == 1 && self.takes_what_is_kept(who, &link).await?);
        let before = Before::of(is_taken, errand.job);
        let trying = Trying { before, threshold: THRESHOLD, asked_at: errand.job.created_at };
        let leave = self.leave_to_ask(who, &link, &secret, trying).await?;
        let (session, attempted, context) =
            self.open_at_institution(leave, &secret, STEP_TIMEOUT).await??;
        Ok(SignedIn { session, context, with: Some(secret), unsettled: Some(attempted) })
    }

    /// Leaves a session open for the next step of a payment that goes on, and ends it otherwise.
    pub(crate) fn leave_session(&self, errand: &Errand<'_>, signed_in: SignedIn, goes_on: bool) {
        if goes_on {
            self.inner.paying.keep(errand.id, signed_in.session);
        }
    }

    /// What the payer is signed in with: what their link keeps by now, where it may pay, and else what
    /// is sealed with the payment. What a bank may have heard is asked about whatever became of the link,
    /// and as the client that it heard it from: another one may be told that there is no such payment.
    async fn secret_of_payer(
        &self,
        errand: &Errand<'_>,
        link: &LinkRow,
    ) -> Result<SealedSecret, LinkError> {
        let sealed = self.sealed_secret_of(errand).await?;
        if link.source != LinkSource::Credentials {
            return Ok(sealed);
        }
        // Nothing new is begun on what the bank has heard of: the holder's word is enough to ask about it.
        let pays = sealed.pays();
        let asks = if errand.is_first { pays } else { PaysFor::Holder };
        let kept = match self.paying_secret(errand.who, (link.clone(), asks)).await {
            Ok(Some(kept)) => kept.paying(pays),
            Err(LinkError::Engine(error)) => return Err(error.into()),
            Ok(None) | Err(_) => return Ok(sealed),
        };
        let (one, other) = (kept.credential(), sealed.credential());
        let is_same = self.connectors().is_same_client(&link.institution, &one, &other);
        Ok(if errand.is_first || is_same { kept } else { sealed })
    }

    /// What is sealed with a payment, and at whose word it was begun.
    async fn sealed_secret_of(&self, errand: &Errand<'_>) -> Result<SealedSecret, EngineError> {
        let (place, sealed) = errand.credentials.as_ref().ok_or(EngineError::Interrupted)?;
        self.vault().open_record(place, sealed).await
    }

    /// What the payer was signed in with, to be kept with a payment that its bank is about to hear of.
    pub(super) fn sealed_payer(
        &self,
        errand: &Errand<'_>,
        signed_in: &SignedIn,
        key: &DataKey,
    ) -> Result<Option<Sealed>, EngineError> {
        let Some((secret, (place, _))) = signed_in.with.as_ref().zip(errand.credentials.as_ref())
        else {
            return Ok(None);
        };
        self.vault().seal_record(key, place, secret).map(Some)
    }

    /// Whether the last reading shows that the bank takes what the link keeps: several payments at once
    /// are then no guesses.
    async fn takes_what_is_kept(&self, who: &Principal, link: &LinkRow) -> Result<bool, LinkError> {
        if link.source != LinkSource::Credentials {
            return Ok(false);
        }
        let access = self.access(who, link.clone(), None).await?;
        let last = self.last_reading(who, link.id).await?;
        Ok(last.is_some_and(|last| is_proof(&last, &access, self.now())))
    }

    /// Whether what allowed the payment holds, and what the link keeps may pay, where it is made with
    /// that. Neither is of weight once the bank has all it wants.
    pub(crate) async fn allowed(
        &self,
        errand: &Errand<'_>,
    ) -> Result<Result<(), Failure>, EngineError> {
        match self.allowed_by(errand).await {
            Ok(()) => Ok(Ok(())),
            Err(error) => Ok(Err(error.into_ours()?.failure())),
        }
    }

    async fn allowed_by(&self, errand: &Errand<'_>) -> Result<(), LinkError> {
        let who = errand.who;
        self.mandate_that_holds(who, errand.mandate).await?;
        let link = self.store().link(who.tenant, errand.link).await.map_err(EngineError::from)?;
        let link = link.ok_or(LinkError::Unknown)?;
        if link.source == LinkSource::Credentials {
            let asks = self.sealed_secret_of(errand).await?.pays();
            self.paying_secret(who, (link, asks)).await?.ok_or(LinkError::MandateEnded)?;
        }
        Ok(())
    }
}
