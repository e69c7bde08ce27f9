//! Checkouts: amounts that payers are asked for on a page, where they choose their bank and answer it.
//!
//! A tenant asks for an amount and gets a token; whoever has the token sees the page and may pay. What
//! pays is a payment ([`crate::payments`]) that is begun by the same unit that says that the checkout is
//! being paid, in its expected version: of several pages that are sent at once, one begins a payment.
//! The end of a payment ends the checkout or opens it again ([`CheckoutState`]); the end of the checkout
//! queues what the tenant is told, in its very unit, so that it is told once
//! ([ADR 0018](../../../docs/adr/0018-a-page-is-opened-by-its-token.md)).

mod answer;
mod begin;
mod cancel;
mod jobs;
mod leave;
mod moving;
mod offered;
mod order;
mod pay;
mod read;
mod token;

use std::collections::BTreeMap;

use cartola_model::{InstitutionId, InvalidTransition, PaymentState, Principal};
use cartola_primitives::{Money, Rut, Secret, SignedDuration};

use crate::EngineError;
use crate::payments::{Payment, PaymentError};
use crate::readings::Next;
use crate::retry::MaybeConflict;

pub use cartola_connector::{CredentialField, CredentialForm, FieldKind};
pub use cartola_model::checkout::MAX_PAYMENTS;
pub use cartola_model::{CheckoutStanding, CheckoutState};
pub use cartola_store::checkouts::CheckoutRow;
pub(crate) use jobs::handlers;
pub use order::Terms;

/// How long a payment may be begun after a checkout was asked for.
pub const CHECKOUT_TERM: SignedDuration = SignedDuration::from_mins(30);

/// An amount that somebody is to be asked for.
pub struct CheckoutOrder<'a> {
    /// How much.
    pub amount: Money,
    /// Who is expected to pay, where that is known. Another may.
    pub rut: Option<Rut>,
    /// What else is said of it.
    pub terms: Terms,
    /// What the tenant knows it by, under the name of the facade.
    pub case: &'a str,
    /// What was asked, in a form that is equal for equal requests.
    pub request: &'a [u8],
    /// What follows once it has ended, exactly once.
    pub next: Next,
}

/// With what somebody pays.
pub struct Choice<'a> {
    /// Their bank.
    pub institution: InstitutionId,
    /// Who pays.
    pub rut: Rut,
    /// What the bank lets them in with, in the fields of one of its forms.
    pub fields: &'a BTreeMap<String, Secret<String>>,
}

/// A checkout as its payer and its tenant see it.
pub struct Checkout {
    /// In whose name it was asked for.
    pub who: Principal,
    /// The row.
    pub row: CheckoutRow,
    /// Who is expected to pay.
    pub rut: Option<Rut>,
    /// What the tenant said of it.
    pub terms: Terms,
    /// The payment that was begun last.
    pub payment: Option<Payment>,
    /// What opens its page: letters, digits, `-` and `_`.
    pub token: Secret<String>,
    /// Whether its time has passed.
    pub is_over: bool,
}

impl Checkout {
    /// Where it stands. One whose time has passed has expired, be that written down or not.
    pub const fn standing(&self) -> CheckoutStanding {
        match self.row.standing.state.standing() {
            CheckoutStanding::Open if self.is_over => CheckoutStanding::Expired,
            standing => standing,
        }
    }

    /// A text that is another one as soon as there is something else to show: while a bank is at it,
    /// each of its steps is the same.
    pub fn stamp(&self) -> String {
        let payment = self.payment.as_ref().map(|payment| match payment.state() {
            PaymentState::Challenged(_) => payment.row.version.to_string(),
            PaymentState::Settling | PaymentState::InDoubt { .. } | PaymentState::Withdrawing => {
                payment.state().standing().name().to_owned()
            }
            _ => String::new(),
        });
        format!("{}.{}.{}", self.row.version, self.standing().name(), payment.unwrap_or_default())
    }
}

/// Why something is not done with a checkout.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// The token opens none.
    #[error("there is no such checkout")]
    Unknown,
    /// It is being paid, or has ended.
    #[error("the checkout does not wait for a payment")]
    NotOpen,
    /// What is asked for, or paid with, cannot be.
    #[error(transparent)]
    Payment(PaymentError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl From<PaymentError> for CheckoutError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Engine(error) => Self::Engine(error),
            error => Self::Payment(error),
        }
    }
}

impl From<InvalidTransition> for CheckoutError {
    fn from(_: InvalidTransition) -> Self {
        Self::NotOpen
    }
}

impl MaybeConflict for CheckoutError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}
