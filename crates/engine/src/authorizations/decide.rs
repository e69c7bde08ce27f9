//! Deciding. The only way in which anything is approved.
//!
//! In this order, so that nobody but the phone's holder learns or changes anything: what was shown is
//! what is asked; the phone that is asked signed it; the phone is active; the authorization waits; the
//! PIN is right. A wrong PIN is counted in the version of the enrolment that it was tried on, so that
//! of many at once no more count as tried than the phone bears. Each refusal is in the audit trail.

use cartola_crypto::{ContentHash, Statement};
use cartola_model::authorization::{CancelCause, Pin, PinOutcome};
use cartola_model::{AuthorizationStanding, AuthorizationState, EnrolmentState, Principal};
use cartola_primitives::id::{AuthorizationId, TenantId};
use cartola_store::authorizations::{AuthorizationRow, EnrolmentRow};
use cartola_store::{Command, UnitOfWork};

use super::by::{By, PAGE, about};
use super::content::{SealedPhone, SealedSignature};
use super::errors::{DecideError, looked_at};
use super::jobs::Job;
use super::token::parse_phone_secret;
use super::{APPROVAL_LASTS, Authorization, Decided, Decision, PhoneProof, Verdict, screens};
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// Through whom a decision came: a key of the tenant's, or the gateway's own page.
struct Sender<'a> {
    tenant: TenantId,
    through: &'a str,
    is_page: bool,
    reply: Reply<'a, Decided>,
}

/// A decision that the phone which is asked made on what is asked.
struct Genuine<'a> {
    tenant: TenantId,
    row: &'a AuthorizationRow,
    phone: &'a EnrolmentRow,
    opened: &'a SealedPhone,
    signature: &'a [u8],
    by: By,
}

impl Engine {
    /// Takes a decision, once. Whatever is wrong with it, nothing is approved; only a wrong PIN on the
    /// right phone counts.
    pub async fn decide_authorization(
        &self,
        who: &Principal,
        id: AuthorizationId,
        decision: &Decision<'_>,
    ) -> Result<Decided, DecideError> {
        self.decide_authorization_replying(who, id, decision, Reply::NONE).await
    }

    /// The same for a call that may be repeated. The answer that is recorded must not hold the token:
    /// whoever repeats the call has shown no PIN.
    pub async fn decide_authorization_replying(
        &self,
        who: &Principal,
        id: AuthorizationId,
        decision: &Decision<'_>,
        reply: Reply<'_, Decided>,
    ) -> Result<Decided, DecideError> {
        let through = who.actor.to_string();
        let sender = Sender { tenant: who.tenant, through: &through, is_page: false, reply };
        until_settled(|| self.decide_once(&sender, id, decision)).await
    }

    /// Takes a decision of whoever holds a phone that was given a key pair, on the gateway's own page.
    pub async fn decide_on_phone(
        &self,
        secret: &str,
        id: AuthorizationId,
        (verdict, shown): (Verdict, ContentHash),
    ) -> Result<Decided, DecideError> {
        let decision = &Decision { verdict, shown, proof: PhoneProof::Secret(secret) };
        let sent = parse_phone_secret(secret).ok_or(DecideError::OtherPhone)?;
        let (tenant, reply) = (sent.tenant, Reply::NONE);
        let sender = Sender { tenant, through: PAGE, is_page: true, reply };
        until_settled(|| self.decide_once(&sender, id, decision)).await
    }

    async fn decide_once(
        &self,
        sender: &Sender<'_>,
        id: AuthorizationId,
        decision: &Decision<'_>,
    ) -> Result<Decided, DecideError> {
        let tenant = sender.tenant;
        self.check_ticket(sender.reply.ticket).await?;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(DecideError::Unknown)?;
        match self.decided(sender, &row, decision).await {
            Err(DecideError::WrongPin { left: 0 }) => Err(DecideError::Blocked),
            Err(error) => Err(self.noted(sender, &row, &decision.verdict, error).await?),
            decided => decided,
        }
    }

    async fn decided(
        &self,
        sender: &Sender<'_>,
        row: &AuthorizationRow,
        decision: &Decision<'_>,
    ) -> Result<Decided, DecideError> {
        let tenant = sender.tenant;
        let asked = self.shown_authorization(tenant, row.clone()).await?;
        if asked.shown != decision.shown {
            return Err(DecideError::OtherContent);
        }
        let phone = self.store().enrolment(tenant, row.enrolment).await;
        let phone = phone.map_err(EngineError::from)?.ok_or(DecideError::OtherPhone)?;
        let opened = self.opened_phone(tenant, &phone).await?.ok_or(DecideError::OtherPhone)?;
        let signature = genuine(&asked, &opened, decision)?;
        if !matches!(phone.standing.state, EnrolmentState::Active { .. }) {
            return Err(DecideError::of_phone(phone.standing.state));
        }
        let by = By::phone(&phone, &opened, sender.through);
        let (phone, opened) = (&phone, &opened);
        let genuine = Genuine { tenant, row, phone, opened, signature: &signature, by };
        if asked.state().standing() != AuthorizationStanding::Pending {
            return Err(DecideError::NotPending(*asked.state()));
        }
        let (next, counted) = match &decision.verdict {
            Verdict::Approve(pin) => {
                self.check_pin(&genuine, pin).await?;
                // That took a while: it is by now that the person has decided.
                let now = self.instant(tenant);
                let next = row.standing.state.approve(now, now + APPROVAL_LASTS);
                let right = phone.standing.state.right_pin().map_err(looked_at)?;
                let sealed = phone.standing.phone.clone();
                (next, self.changed_enrolment(tenant, phone, right, sealed).0)
            }
            Verdict::Deny => {
                let (id, expected) = (phone.id, phone.version);
                let next = row.standing.state.deny(self.instant(tenant));
                (next, Command::ExpectEnrolment { id, expected })
            }
        };
        let over = |_| DecideError::NotPending(row.standing.state.seen_at(self.now()));
        self.commit_decision(sender, &genuine, next.map_err(over)?, counted).await
    }

    /// The PIN of the phone. A wrong one is counted before anybody is told.
    async fn check_pin(&self, of: &Genuine<'_>, pin: &Pin) -> Result<(), DecideError> {
        let kept = of.opened.pin.clone().ok_or(DecideError::of_phone(of.phone.standing.state))?;
        if self.is_pin((of.tenant, of.phone.id), pin, kept).await? {
            return Ok(());
        }
        let tenant = of.tenant;
        let wrong = of.phone.standing.state.wrong_pin(self.instant(tenant)).map_err(looked_at)?;
        let (state, outcome) = wrong;
        let event = about(of.by.event("authorization.wrong_pin", of.row.id), of.row, screens::PIN);
        let event = of.by.told(event.with("left", state.pins_left()));
        let mut work = UnitOfWork::new(tenant, self.now()).with(Command::Audit(event));
        let moved = match outcome {
            PinOutcome::Counted { .. } => {
                let sealed = of.phone.standing.phone.clone();
                vec![self.changed_enrolment(tenant, of.phone, state, sealed).0]
            }
            PinOutcome::Blocked => {
                let (mut moved, _) = self.moving_enrolment(tenant, &of.by, of.phone, state).await?;
                let cause = CancelCause::WrongPin;
                moved.extend(self.cancelling_all_of(tenant, &of.by, of.phone, cause).await?);
                moved
            }
        };
        work.commands.extend(moved);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Err(match outcome {
            PinOutcome::Counted { left } => DecideError::WrongPin { left },
            PinOutcome::Blocked => DecideError::WrongPin { left: 0 },
        })
    }

    async fn commit_decision(
        &self,
        sender: &Sender<'_>,
        of: &Genuine<'_>,
        state: AuthorizationState,
        phone: Command,
    ) -> Result<Decided, DecideError> {
        let (tenant, row, now) = (of.tenant, of.row, self.now());
        let key = self.vault().key_of(tenant, Some(row.person), self.minter(), now).await?;
        let place = AuthorizationRow::signature_place(tenant, &row.id);
        let is_followed = row.standing.continuation.is_some();
        let by = (sender.is_page, is_followed);
        let signature = SealedSignature::of(of.signature, of.opened, by);
        let signature = self.vault().seal_record(&key, &place, &signature)?;
        let mut work = UnitOfWork::new(tenant, now).with(phone);
        let (moved, after) =
            self.moving_authorization(tenant, &of.by, row, (state, Some(signature)));
        work.commands.extend(moved);
        let mut token = None;
        if let Some(until) = state.until() {
            let order = self.ending_order((tenant, until), &key, &Job::Expire(row.id))?;
            work.push(Command::EnqueueJob(order));
            token = (!is_followed).then(|| self.approval_token(tenant, &row.id));
        }
        let authorization = self.shown_authorization(tenant, after).await?;
        let decided = Decided { authorization, token };
        work.commands.extend(sender.reply.command(self, &decided)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(decided)
    }

    /// Writes down that a decision was refused, and why; a wrong PIN has been already. Whose key sent it
    /// is all that is known of who it was.
    async fn noted(
        &self,
        sender: &Sender<'_>,
        row: &AuthorizationRow,
        verdict: &Verdict,
        error: DecideError,
    ) -> Result<DecideError, EngineError> {
        let Some(cause) = error.cause() else { return Ok(error) };
        let by = By::through(sender.through);
        let event = about(by.event("authorization.refused", row.id), row, screens::DECISION);
        let event = event.with("decision", verdict.word()).with("cause", cause);
        let work = UnitOfWork::new(sender.tenant, self.now()).with(Command::Audit(event));
        self.store().commit(work).await?;
        Ok(error)
    }
}

/// The signature of the phone that is asked, of what is asked and was decided.
fn genuine(
    asked: &Authorization,
    phone: &SealedPhone,
    decision: &Decision<'_>,
) -> Result<Vec<u8>, DecideError> {
    let subject = asked.row.id.to_string();
    let statement = Statement {
        subject: &subject,
        nonce: &asked.nonce,
        shown: asked.shown,
        verdict: decision.verdict.word(),
    };
    let signature = match &decision.proof {
        PhoneProof::Signature(signature) => signature.to_vec(),
        PhoneProof::Secret(text) => {
            let sent = parse_phone_secret(text).ok_or(DecideError::OtherPhone)?;
            sent.secret.sign(&statement).to_vec()
        }
    };
    let is_its = phone.key()?.signed(&statement, &signature);
    if is_its { Ok(signature) } else { Err(DecideError::OtherPhone) }
}
