//! Deciding. The only way in which anything is approved.
//!
//! In this order, so that nobody but the phone's holder learns or changes anything: what was shown is
//! what is asked; the phone that is asked signed it; the phone is active; the authorization waits; the
//! PIN is right. A wrong PIN is counted in the version of the enrolment that it was tried on, so that
//! of many at once no more count as tried than the phone bears.

use cartola_crypto::{DataKey, Statement};
use cartola_model::audit::AuditEvent;
use cartola_model::authorization::{CancelCause, Pin, PinOutcome};
use cartola_model::{AuthorizationState, EnrolmentState, Principal};
use cartola_primitives::id::{AuthorizationId, TenantId};
use cartola_store::authorizations::{AuthorizationProgress, AuthorizationRow, EnrolmentRow};
use cartola_store::{Command, UnitOfWork};

use super::content::SealedPhone;
use super::errors::{DecideError, looked_at};
use super::jobs::Arguments;
use super::token::parse_phone_secret;
use super::{APPROVAL_LASTS, Authorization, Decided, Decision, PhoneProof, Verdict, screens};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// A decision that the phone which is asked made on what is asked.
struct Genuine<'a> {
    tenant: TenantId,
    row: &'a AuthorizationRow,
    phone: &'a EnrolmentRow,
    opened: &'a SealedPhone,
    signature: &'a [u8],
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
        until_settled(|| self.decide_once(who.tenant, id, decision)).await
    }

    async fn decide_once(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
        decision: &Decision<'_>,
    ) -> Result<Decided, DecideError> {
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(DecideError::Unknown)?;
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
        let genuine =
            Genuine { tenant, row: &row, phone: &phone, opened: &opened, signature: &signature };
        let now = self.instant(tenant);
        let not_pending = |_| DecideError::NotPending(asked.row.standing.state);
        match &decision.verdict {
            Verdict::Approve(pin) => {
                let until = now + APPROVAL_LASTS;
                let next = row.standing.state.approve(now, until).map_err(not_pending)?;
                self.check_pin(&genuine, pin).await?;
                let right = phone.standing.state.right_pin().map_err(looked_at)?;
                let sealed = phone.standing.phone.clone();
                let counted = self.changed_enrolment(tenant, &phone, right, sealed);
                let authorization = self.commit_decision(&genuine, next, counted).await?;
                let token = Some(self.approval_token(tenant, &id));
                Ok(Decided { authorization, token })
            }
            Verdict::Deny => {
                let next = row.standing.state.deny(now).map_err(not_pending)?;
                let (id, expected) = (phone.id, phone.version);
                let unchanged = Command::ExpectEnrolment { id, expected };
                let authorization = self.commit_decision(&genuine, next, unchanged).await?;
                Ok(Decided { authorization, token: None })
            }
        }
    }

    /// The PIN of the phone. A wrong one is counted before anybody is told.
    async fn check_pin(&self, of: &Genuine<'_>, pin: &Pin) -> Result<(), DecideError> {
        let kept = of.opened.pin.clone().ok_or(DecideError::of_phone(of.phone.standing.state))?;
        if self.is_pin((of.tenant, of.phone.id), pin, kept).await? {
            return Ok(());
        }
        let (tenant, actor) = (of.tenant, of.phone.id.to_string());
        let wrong = of.phone.standing.state.wrong_pin(self.instant(tenant)).map_err(looked_at)?;
        let (state, outcome) = wrong;
        let event = AuditEvent::once("authorization.wrong_pin", &actor, of.row.id)
            .with("operation", of.row.kind.name())
            .with("screen", screens::PIN)
            .with("device", of.phone.id)
            .with("left", state.pins_left());
        let mut work = UnitOfWork::new(tenant, self.now()).with(Command::Audit(event));
        let moved = match outcome {
            PinOutcome::Counted { .. } => {
                let sealed = of.phone.standing.phone.clone();
                vec![self.changed_enrolment(tenant, of.phone, state, sealed)]
            }
            PinOutcome::Blocked => {
                let mut moved = self.moving_enrolment(tenant, &actor, of.phone, state).await?;
                let cause = CancelCause::WrongPin;
                moved.extend(self.cancelling_all_of(tenant, &actor, of.phone, cause).await?);
                moved
            }
        };
        work.commands.extend(moved);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Err(match outcome {
            PinOutcome::Counted { left } => DecideError::WrongPin { left },
            PinOutcome::Blocked => DecideError::Blocked,
        })
    }

    async fn commit_decision(
        &self,
        of: &Genuine<'_>,
        state: AuthorizationState,
        phone: Command,
    ) -> Result<Authorization, DecideError> {
        let (tenant, row, now) = (of.tenant, of.row, self.now());
        let key = self.vault().key_of(tenant, Some(row.person), self.minter(), now).await?;
        let place = AuthorizationRow::signature_place(tenant, &row.id);
        let signature = self.vault().seal(&key, &place, of.signature)?;
        let mut work = UnitOfWork::new(tenant, now).with(phone);
        let actor = of.phone.id.to_string();
        let moved =
            self.moving_authorization(tenant, &actor, row, (state, Some(signature.clone())));
        work.commands.extend(moved);
        if let Some(until) = state.until() {
            work.push(self.expiry_command((tenant, until), &key, row.id)?);
        }
        let changed_at = work.at;
        self.store().commit(work).await.map_err(EngineError::from)?;
        let standing = AuthorizationProgress {
            state,
            changed_at,
            signature: Some(signature),
            continuation: None,
        };
        let row = AuthorizationRow { standing, version: row.version + 1, ..row.clone() };
        Ok(self.shown_authorization(tenant, row).await?)
    }

    fn expiry_command(
        &self,
        due: (TenantId, cartola_primitives::Timestamp),
        key: &DataKey,
        id: AuthorizationId,
    ) -> Result<Command, EngineError> {
        Ok(Command::EnqueueJob(self.expiry_order(due, key, &Arguments::of(id))?))
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
