//! Payments with what a link keeps, under the rules that say when their payer must approve them.
//!
//! There is no way past them: what must be approved is begun on an approval of exactly this payment,
//! which the unit that begins it uses up.

use cartola_model::authorization::Transfer;
use cartola_model::{AccountNumber, AuthorizationState, Operation, Principal, TransferPayee};
use cartola_primitives::Money;
use cartola_primitives::id::{LinkId, PaymentId};
use cartola_store::UnitOfWork;
use cartola_store::payments::PaymentCase;
use cartola_store::people::LinkRow;

use super::{Asking, Authorization, LeaveBy, LeaveError, NoLeave, Sought};
use crate::links::{LinkError, Mandate, PaysFor};
use crate::payments::{
    Draft, Payment, PaymentError, Through, Turn, check_amount, check_case, check_comment,
};
use crate::payouts::LINE_MANDATE_TERM;
use crate::readings::Next;
use crate::retry::{MaybeConflict, until_settled};
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What a mandate of such a payment is for, as its consent says.
const PURPOSE: &str = crate::consents::purposes::TRANSFER;

/// A payment out of an account of the person that a link is of.
pub struct LinkPayment<'a> {
    /// The link, which was begun for payments too.
    pub link: LinkId,
    /// The account that pays.
    pub from: AccountNumber,
    /// Who is paid.
    pub payee: TransferPayee,
    /// How much.
    pub amount: Money,
    /// What both sides are told of it.
    pub comment: Option<String>,
    /// What the tenant knows it by, under the name of the facade.
    pub case: &'a str,
    /// What was asked, in a form that is equal for equal requests: its hash is the evidence.
    pub request: &'a [u8],
    /// What follows once it has ended, exactly once.
    pub next: Option<Next>,
}

/// Why no such payment is begun.
#[derive(Debug, thiserror::Error)]
pub enum LinkPaymentError {
    /// Whoever the link is of has not approved it, or not this.
    #[error(transparent)]
    Leave(LeaveError),
    /// The payment.
    #[error(transparent)]
    Payment(PaymentError),
    /// The link keeps nothing that pays.
    #[error("the link was not begun for payments")]
    NotEnabled,
    /// The link cannot be used now.
    #[error(transparent)]
    Link(LinkError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<NoLeave> for LinkPaymentError {
    fn from(no: NoLeave) -> Self {
        match no {
            NoLeave::Refused(error) => Self::Leave(error),
            NoLeave::Engine(error) => Self::Engine(error),
        }
    }
}

impl From<PaymentError> for LinkPaymentError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Engine(error) => Self::Engine(error),
            error => Self::Payment(error),
        }
    }
}

impl From<LinkError> for LinkPaymentError {
    fn from(error: LinkError) -> Self {
        error.into_ours().map_or_else(Self::Engine, Self::Link)
    }
}

impl MaybeConflict for LinkPaymentError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// The operation that such a payment is, as its payer approves it.
    pub fn operation_of_link_payment(&self, link: &LinkRow, order: &LinkPayment<'_>) -> Operation {
        Operation::Transfer(Transfer {
            institution: link.institution.clone(),
            from: Some(order.from.clone()),
            to: order.payee.clone(),
            amount: order.amount,
            comment: order.comment.clone(),
        })
    }

    /// Begins such a payment: its first step is queued when this answers. The same case with the same
    /// request is the payment that it was the first time.
    pub async fn begin_link_payment(
        &self,
        who: &Principal,
        order: &LinkPayment<'_>,
        leave: LeaveBy<'_>,
    ) -> Result<Payment, LinkPaymentError> {
        check_link_payment(order)?;
        let id: PaymentId = self.minter().mint();
        until_settled(|| self.begin_link_payment_once(who, order, (leave, id))).await
    }

    async fn begin_link_payment_once(
        &self,
        who: &Principal,
        order: &LinkPayment<'_>,
        (leave, id): (LeaveBy<'_>, PaymentId),
    ) -> Result<Payment, LinkPaymentError> {
        let case = PaymentCase {
            key: self.case_key(who.tenant, order.case),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, who.tenant, order.request),
        };
        if let Some(known) = self.payment_of_case(who, order.case).await? {
            let is_same = known.row.case.fingerprint == case.fingerprint;
            return if is_same { Ok(known) } else { Err(PaymentError::OtherRequest.into()) };
        }
        let link = self.pulled_link(who, order.link).await?;
        let mut work = UnitOfWork::new(who.tenant, self.now());
        let secret =
            self.secret_to_begin(who, (&link, PaysFor::Holder), &mut work.commands).await?;
        let secret = secret.ok_or(LinkPaymentError::NotEnabled)?;
        let key = self.vault().key_of(who.tenant, link.person, self.minter(), work.at).await?;
        let operation = self.operation_of_link_payment(&link, order);
        let rut = self.whose_link(who, &link).await?;
        let sought = Sought { rut, operation: &operation, by: leave, asking: Asking::Always };
        let leave = self.leave(who, &sought).await?;
        let expires_at = Some(work.at + LINE_MANDATE_TERM);
        let draft = Draft {
            id,
            case,
            amount: order.amount,
            from: Some(&order.from),
            payee: &order.payee,
            comment: order.comment.as_deref(),
            mandate: &Mandate { purpose: PURPOSE, evidence: order.request, expires_at },
            secret: &secret,
            next: order.next.as_ref(),
            turn: Turn::Now { then: None },
            approved: leave.by,
        };
        let row =
            self.draft_payment(who, &Through { key: &key, link: &link }, &draft, &mut work)?;
        work.commands.extend(leave.commands);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(Payment { row, page: None })
    }

    /// The authorization that was asked for under a case, for what follows by itself.
    pub async fn authorization_of_case(
        &self,
        who: &Principal,
        case: &str,
    ) -> Result<Option<Authorization>, EngineError> {
        let key = self.vault().digest(purpose::AUTHORIZATION_CASE, who.tenant, case.as_bytes());
        match self.store().authorization_of_case(who.tenant, &key).await? {
            Some(row) => Ok(Some(self.shown_authorization(who.tenant, row).await?)),
            None => Ok(None),
        }
    }
}

/// Whether an authorization may be used at this moment.
pub const fn may_be_used(state: &AuthorizationState) -> bool {
    matches!(state, AuthorizationState::Approved { .. })
}

/// Refuses what need not be asked of anybody.
fn check_link_payment(order: &LinkPayment<'_>) -> Result<(), PaymentError> {
    check_amount(order.amount)?;
    check_comment(order.comment.as_deref())?;
    check_case(order.case)
}
