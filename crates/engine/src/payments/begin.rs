//! Asking for a payment.

use cartola_connector::Holder;
use cartola_crypto::{DataKey, Digest};
use cartola_model::{Catalogue, Principal, TransferPayee};
use cartola_primitives::id::{JobId, PaymentId, TenantId};
use cartola_primitives::{Currency, Money};
use cartola_store::jobs::{Continuation, JobOrder};
use cartola_store::payments::PaymentCase;
use cartola_store::{Command, UnitOfWork};

use super::draft::{Draft, Through, Turn};
use super::{
    MAX_CASE_BYTES, MAX_COMMENT, MAX_PESOS, MIN_PESOS, Payment, PaymentError, PaymentOrder,
};
use crate::authorizations::{Asking, LeaveBy, Sought};
use crate::imports::Made;
use crate::links::{Mandate, NewLink, PaysFor, SealedSecret};
use crate::readings::{CALL_MANDATE_TERM, Next};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What a mandate of one payment is for, as its consent says.
const PURPOSE: &str = crate::consents::purposes::PAYMENT;

/// What a payment is begun with, and what was decided of it.
struct Begun<'a> {
    payee: &'a TransferPayee,
    case: PaymentCase,
    new: NewLink<'a>,
    id: PaymentId,
    /// What else changes in the unit that begins it.
    also: &'a [Command],
}

impl Engine {
    /// Begins a payment: its first step is queued when this answers. Where the payer had to approve it,
    /// the same unit uses their approval up: what is paid is what was shown, and it is paid once. The same case with the same
    /// request is the payment that it was the first time, however it stands by now. Where its page has
    /// run out and the bank still asks, it has a new one.
    pub async fn begin_payment(
        &self,
        who: &Principal,
        order: &PaymentOrder<'_>,
    ) -> Result<Payment, PaymentError> {
        let id = self.minter().mint();
        until_settled(|| self.begin_payment_with(who, order, id, &[])).await
    }

    /// What is begun now, unless it cannot be.
    fn begun<'a>(
        &'a self,
        order: &'a PaymentOrder<'a>,
        case: PaymentCase,
        (id, also): (PaymentId, &'a [Command]),
    ) -> Result<Begun<'a>, PaymentError> {
        check(order)?;
        let payee = order.payee.as_ref().or(self.merchant()).ok_or(PaymentError::NoMerchant)?;
        let expires_at = Some(self.now() + CALL_MANDATE_TERM);
        let mandate = Mandate { purpose: PURPOSE, evidence: order.evidence, expires_at };
        let (institution, rut, fields) = (order.institution.clone(), order.rut, order.fields);
        let new =
            NewLink { institution, rut, fields, mandate, proven: false, pays: PaysFor::Nobody };
        self.check_credentials(&new)?;
        Ok(Begun { payee, case, new, id, also })
    }

    /// Begins a payment of that id in one unit with what else changes. Where that is a conflict, the
    /// caller decides again.
    pub(crate) async fn begin_payment_with(
        &self,
        who: &Principal,
        order: &PaymentOrder<'_>,
        id: PaymentId,
        also: &[Command],
    ) -> Result<Payment, PaymentError> {
        check_case(order.case)?;
        let case = PaymentCase {
            key: self.case_key(who.tenant, order.case),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, who.tenant, order.request),
        };
        let known = self.store().payment_of_case(who.tenant, &case.key).await;
        if let Some(known) = known.map_err(EngineError::from)? {
            if known.case.fingerprint != case.fingerprint {
                return Err(PaymentError::OtherRequest);
            }
            return Ok(self.shown_anew(who, known).await?);
        }
        // What was begun is known whatever may be begun by now.
        let begun = self.begun(order, case, (id, also))?;
        let new = &begun.new;
        let operation = self.operation_of_payment(order).ok_or(PaymentError::NoMerchant)?;
        let sought = Sought {
            rut: Some(order.rut),
            operation: &operation,
            by: LeaveBy::token(order.approval),
            asking: Asking::WhereRequired,
        };
        let leave = self.leave(who, &sought).await?;
        let now = self.now();
        let mut made = Made::default();
        let holder = Holder { rut: Some(order.rut), name: None };
        let (person, key) = self.resolve_person(who, &holder, now, &mut made).await?;
        let mut work = UnitOfWork::new(who.tenant, now);
        work.commands = made.commands;
        self.refuse_blocked(who.tenant, person, &mut work.commands).await?;
        let link = self.link_of_calls(who, new, person, &mut work).await?;
        let device = self.device_of_calls(who, link.id);
        let draft = Draft {
            id: begun.id,
            case: begun.case,
            amount: order.amount,
            from: order.from.as_ref(),
            payee: begun.payee,
            comment: order.comment.as_deref(),
            mandate: &new.mandate,
            secret: &SealedSecret::of(order.fields, &device),
            next: order.next.as_ref(),
            approved: leave.by,
            turn: Turn::Now { then: None },
        };
        let through = Through { key: &key, link: &link };
        let row = self.draft_payment(who, &through, &draft, &mut work)?;
        work.commands.extend_from_slice(begun.also);
        work.commands.extend(leave.commands);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(self.shown(who, row))
    }

    pub(crate) fn case_key(&self, tenant: TenantId, case: &str) -> Digest {
        self.vault().digest(purpose::PAYMENT_CASE, tenant, case.as_bytes())
    }

    /// What is to follow, sealed until it does.
    pub(crate) fn continuation(
        &self,
        tenant: TenantId,
        key: &DataKey,
        next: Option<&Next>,
    ) -> Result<Option<Continuation>, EngineError> {
        let Some(next) = next else { return Ok(None) };
        let id: JobId = self.minter().mint();
        let place = JobOrder::place(tenant, &id);
        let sealed = self.vault().seal(key, &place, next.arguments.expose())?;
        Ok(Some(Continuation { id, kind: next.kind.clone(), arguments: Some(sealed) }))
    }
}

/// Refuses what need not be asked of anybody.
fn check(order: &PaymentOrder<'_>) -> Result<(), PaymentError> {
    let row = Catalogue::bundled().find(&order.institution);
    if row.is_some_and(|row| !row.kind.is_bank()) {
        return Err(PaymentError::NoBank);
    }
    check_amount(order.amount)?;
    check_comment(order.comment.as_deref())?;
    check_case(order.case)
}

/// Refuses what is never paid.
pub(crate) fn check_amount(amount: Money) -> Result<(), PaymentError> {
    if amount.currency() != Currency::CLP {
        return Err(PaymentError::NotPesos);
    }
    match amount.minor() {
        ..MIN_PESOS => Err(PaymentError::TooLittle),
        MIN_PESOS..=MAX_PESOS => Ok(()),
        _ => Err(PaymentError::TooMuch),
    }
}

/// Refuses what no bank prints.
pub(crate) fn check_comment(comment: Option<&str>) -> Result<(), PaymentError> {
    let too_long = comment.is_some_and(|comment| comment.chars().count() > MAX_COMMENT);
    if too_long { Err(PaymentError::Comment) } else { Ok(()) }
}

/// Refuses what cannot be the id of a case.
pub(crate) fn check_case(case: &str) -> Result<(), PaymentError> {
    let is_sound = (1..=MAX_CASE_BYTES).contains(&case.len());
    if is_sound { Ok(()) } else { Err(PaymentError::Case) }
}
