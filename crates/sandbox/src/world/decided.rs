//! The log of Mi Pass: what customers were asked to approve on their phones, and how they decided. A
//! pure function of the records.

use cartola_model::TransferFailure;
use cartola_primitives::{Clock, Timestamp};

use crate::challenge::Step;

use super::World;
use super::cash::TOLD_FOR;
use super::record::Customer;
use super::transfer::{Order, Stage, Transfer, TransferKey, Turn, What};

/// How somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Approved,
    Denied,
    /// Too many wrong PINs.
    Rejected,
    /// Not in time.
    Expired,
}

/// One decision.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub key: TransferKey,
    pub what: What,
    /// Whole pesos; 0 where no money moves.
    pub amount: i64,
    pub at: Timestamp,
    pub decision: Decision,
    /// The phone, where it is another than the first one.
    pub device: Option<String>,
}

/// What a turn says of a decision, given how the operation stood before.
pub(super) fn of(
    before: Option<&Transfer>,
    turn: &Turn,
    device: Option<&String>,
) -> Option<Decided> {
    let order = before.and_then(|before| before.order.as_ref()).or(turn.order.as_ref())?;
    let was_asked = before.is_some_and(|before| before.step() == Some(Step::App));
    if !was_asked && turn.pass.is_none() {
        return None;
    }
    let (at, decision) = match turn.stage {
        Stage::Challenged { step, since, .. } => {
            let Stage::Challenged { step: asked, .. } = before?.stage else { return None };
            if step == asked {
                return None;
            }
            (since, Decision::Approved)
        }
        Stage::Failed { reason, at } => match reason {
            TransferFailure::Denied => (at, Decision::Denied),
            TransferFailure::ChallengeRejected => (at, Decision::Rejected),
            TransferFailure::ChallengeExpired => (at, Decision::Expired),
            TransferFailure::Withdrawn => return None,
            _ => (at, Decision::Approved),
        },
        Stage::Approved { at } | Stage::Settled { at } => (at, Decision::Approved),
    };
    let (key, what, amount) = (turn.key.clone(), order.what.clone(), order.amount);
    Some(Decided { key, what, amount, at, decision, device: device.cloned() })
}

impl World {
    /// How a customer has changed those whom they transfer to, in that order.
    pub(crate) fn changed_beneficiaries(&self, customer: &Customer) -> Vec<Order> {
        self.kept().state.beneficiaries.get(customer).cloned().unwrap_or_default()
    }

    /// What a customer was asked lately, the oldest first. With the phone on which they were.
    pub(crate) fn decisions(&self, customer: &Customer) -> Vec<(Decided, String)> {
        let kept = self.kept();
        let first = self.population.device_id(customer.rut);
        let from = self.now().checked_sub(TOLD_FOR).unwrap_or(Timestamp::MIN);
        let theirs = kept.state.decided.iter();
        let theirs = theirs.filter(|each| each.key.customer == *customer && each.at >= from);
        let with_device =
            |each: &Decided| (each.clone(), each.device.clone().unwrap_or_else(|| first.clone()));
        theirs.map(with_device).collect()
    }
}
