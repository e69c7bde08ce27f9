//! Transfers that customers tell their banks to make.
//!
//! Each step is one record, and money moves in the record that decides so: whatever ends the process,
//! a transfer has settled with its money or has not.

mod settle;

use cartola_model::{EndToEndId, TransferFailure};
use cartola_primitives::{Clock, Rut};

use crate::challenge::{Answers, Given, Step};

use super::log::LogError;
use super::record::{Customer, Record};
use super::transfer::{
    CHALLENGE_LASTS, Order, Stage, Transfer, TransferKey, Turn, WRONG_ANSWERS, What,
};
use super::{Kept, World};

use settle::First;

/// Why nothing was done about a transfer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// The customer has no transfer of that id.
    #[error("there is no transfer of that id")]
    Unknown,
    /// Another order stands under the id.
    #[error("another transfer has that id")]
    Conflict,
    /// The answer is not one to what was asked.
    #[error("the transfer does not wait for that")]
    NotAsked,
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl World {
    /// Takes an order, whose account is the customer's; one that is known already stands as it is.
    /// `token` is one of Mi Pass, with which the customer approved before; one that is not good
    /// leaves the transfer to be approved as any other.
    pub(crate) fn begin_transfer(
        &self,
        key: &TransferKey,
        order: &Order,
        token: Option<&str>,
    ) -> Result<Transfer, TransferError> {
        let mut kept = self.kept();
        if let Some(known) = kept.state.transfers.get(key) {
            let is_other = known.order.as_ref().is_some_and(|known| known != order);
            return if is_other {
                Err(TransferError::Conflict)
            } else {
                Ok(self.touched(&mut kept, key)?)
            };
        }
        let at = self.now();
        let mut stage = Stage::Challenged { step: 0, since: at, wrong: 0 };
        if let Some(reason) = self.refused(&kept, &key.customer, order) {
            stage = Stage::Failed { reason, at };
        } else {
            let pass = token.filter(|token| self.is_good_pass(&kept, key, token));
            if pass.is_some() || order.from.bank.transfer_steps().is_empty() {
                return Ok(self.settle(&mut kept, key, order, Some(First { pass }))?);
            }
        }
        let order = Some(order.clone());
        Ok(turn(&mut kept, Turn { order, ..Turn::to(key, stage) })?)
    }

    /// Where a transfer stands.
    pub(crate) fn transfer(&self, key: &TransferKey) -> Result<Transfer, TransferError> {
        let mut kept = self.kept();
        known(&kept, key)?;
        Ok(self.touched(&mut kept, key)?)
    }

    /// Whether a transfer is known by that id, and nothing else is.
    pub(crate) fn is_of_transfer(&self, key: &TransferKey) -> bool {
        self.what(key).is_some_and(|what| what == What::Transfer)
    }

    /// Whether something else than a transfer is known by that id.
    pub(crate) fn is_of_operation(&self, key: &TransferKey) -> bool {
        self.what(key).is_some_and(|what| what != What::Transfer)
    }

    fn what(&self, key: &TransferKey) -> Option<What> {
        Some(self.kept().state.transfers.get(key)?.order.as_ref()?.what.clone())
    }

    /// Answers what the bank waits for. What is decided already stands.
    pub(crate) fn answer_transfer(
        &self,
        key: &TransferKey,
        given: &Given,
    ) -> Result<Transfer, TransferError> {
        let mut kept = self.kept();
        known(&kept, key)?;
        let transfer = self.touched(&mut kept, key)?;
        let Some((order, step)) = transfer.order.as_ref().zip(transfer.step()) else {
            return Ok(transfer);
        };
        let answers = self.answers(key, order);
        let is_right = answers.judge(step, given).ok_or(TransferError::NotAsked)?;
        Ok(self.answered(&mut kept, key, &transfer, is_right)?)
    }

    /// Approves or denies a transfer in the app. `None` is a wrong PIN.
    pub(crate) fn decide_transfer(
        &self,
        key: &TransferKey,
        approves: Option<bool>,
    ) -> Result<Transfer, TransferError> {
        let mut kept = self.kept();
        known(&kept, key)?;
        let transfer = self.touched(&mut kept, key)?;
        if transfer.step() != Some(Step::App) {
            return Err(TransferError::NotAsked);
        }
        Ok(match approves {
            Some(false) => self.failed(&mut kept, key, TransferFailure::Denied)?,
            Some(true) => self.answered(&mut kept, key, &transfer, true)?,
            None => self.answered(&mut kept, key, &transfer, false)?,
        })
    }

    /// Gives up a transfer that has not been approved, or that was never heard of.
    pub(crate) fn withdraw_transfer(&self, key: &TransferKey) -> Result<Transfer, TransferError> {
        let mut kept = self.kept();
        let known = kept.state.transfers.contains_key(key);
        let transfer = if known { Some(self.touched(&mut kept, key)?) } else { None };
        Ok(match transfer {
            Some(transfer) if !matches!(transfer.stage, Stage::Challenged { .. }) => transfer,
            _ => self.failed(&mut kept, key, TransferFailure::Withdrawn)?,
        })
    }

    /// What waits for somebody, wherever they are a customer.
    pub(crate) fn waiting_transfers(
        &self,
        rut: Rut,
    ) -> Result<Vec<(TransferKey, Transfer)>, LogError> {
        let mut kept = self.kept();
        let keys: Vec<TransferKey> = unanswered(&kept, rut).collect();
        let mut waiting = Vec::new();
        for key in keys {
            let transfer = self.refreshed(&mut kept, &key)?;
            if transfer.step().is_some() {
                waiting.push((key, transfer));
            }
        }
        Ok(waiting)
    }

    /// Lets a bank settle what was approved, or keeps it from it.
    pub(crate) fn hold_settlement(&self, institution: &str, held: bool) -> Result<(), LogError> {
        let mut kept = self.kept();
        kept.write(Record::Held { institution: institution.to_owned(), held })?;
        let approved = kept.state.transfers.iter();
        let approved = approved.filter(|(_, each)| matches!(each.stage, Stage::Approved { .. }));
        let keys: Vec<TransferKey> = approved.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.refreshed(&mut kept, &key)?;
        }
        Ok(())
    }

    /// What the right answers are.
    pub(crate) fn answers(&self, key: &TransferKey, order: &Order) -> Answers {
        let (seed, rut) = (self.population.seed(), key.customer.rut);
        Answers { seed, rut, bank: order.from.bank, transfer: key.id }
    }

    /// The transfer as time, the bank and whoever denies everything have left it.
    fn touched(&self, kept: &mut Kept, key: &TransferKey) -> Result<Transfer, LogError> {
        let transfer = self.refreshed(kept, key)?;
        let denied =
            self.refuses_all(key.customer.rut).filter(|_| transfer.step() == Some(Step::App));
        match denied {
            Some(reason) => self.failed(kept, key, reason),
            None => Ok(transfer),
        }
    }

    /// The transfer as time and the bank have left it. It exists.
    fn refreshed(&self, kept: &mut Kept, key: &TransferKey) -> Result<Transfer, LogError> {
        let transfer = kept.state.transfers[key].clone();
        match (transfer.stage, &transfer.order) {
            (Stage::Challenged { since, .. }, _)
                if self.now().duration_since(since) >= CHALLENGE_LASTS =>
            {
                self.failed(kept, key, TransferFailure::ChallengeExpired)
            }
            (Stage::Approved { .. }, Some(order)) if !is_held(kept, &key.customer) => {
                self.settle(kept, key, order, None)
            }
            _ => Ok(transfer),
        }
    }

    /// The next step, or the end of all of them, after an answer.
    fn answered(
        &self,
        kept: &mut Kept,
        key: &TransferKey,
        transfer: &Transfer,
        is_right: bool,
    ) -> Result<Transfer, LogError> {
        let (Stage::Challenged { step, since, wrong }, Some(order)) =
            (transfer.stage, &transfer.order)
        else {
            return Ok(transfer.clone());
        };
        let stage = match is_right {
            true if step + 1 == order.from.bank.transfer_steps().len() => {
                return self.settle(kept, key, order, None);
            }
            true => Stage::Challenged { step: step + 1, since: self.now(), wrong: 0 },
            false if wrong + 1 >= WRONG_ANSWERS => {
                return self.failed(kept, key, TransferFailure::ChallengeRejected);
            }
            false => Stage::Challenged { step, since, wrong: wrong + 1 },
        };
        turn(kept, Turn::to(key, stage))
    }

    fn failed(
        &self,
        kept: &mut Kept,
        key: &TransferKey,
        reason: TransferFailure,
    ) -> Result<Transfer, LogError> {
        let stage = Stage::Failed { reason, at: self.now() };
        turn(kept, Turn::to(key, stage))
    }
}

fn known(kept: &Kept, key: &TransferKey) -> Result<(), TransferError> {
    let is_known = kept.state.transfers.contains_key(key);
    is_known.then_some(()).ok_or(TransferError::Unknown)
}

/// Writes a turn, and gives the transfer as it stands then.
fn turn(kept: &mut Kept, turn: Turn) -> Result<Transfer, LogError> {
    let key = turn.key.clone();
    kept.write(Record::Transfer(Box::new(turn)))?;
    Ok(kept.state.transfers[&key].clone())
}

fn is_held(kept: &Kept, customer: &Customer) -> bool {
    kept.state.held.contains(&customer.institution)
}

/// The transfers of somebody that were challenged, at all institutions.
fn unanswered(kept: &Kept, rut: Rut) -> impl Iterator<Item = TransferKey> {
    let everywhere = Customer { rut, institution: String::new() };
    let theirs = from(kept, everywhere).take_while(move |(key, _)| key.customer.rut == rut);
    let challenged = |stage| matches!(stage, Stage::Challenged { .. });
    theirs.filter(move |(_, each)| challenged(each.stage)).map(|(key, _)| key.clone())
}

/// All transfers of somebody at one institution.
fn of_customer<'a>(
    kept: &'a Kept,
    customer: &'a Customer,
) -> impl Iterator<Item = (&'a TransferKey, &'a Transfer)> {
    from(kept, customer.clone()).take_while(move |(key, _)| key.customer == *customer)
}

fn from(kept: &Kept, customer: Customer) -> impl Iterator<Item = (&TransferKey, &Transfer)> {
    kept.state.transfers.range(TransferKey { customer, id: EndToEndId::from_bytes([0; 16]) }..)
}
