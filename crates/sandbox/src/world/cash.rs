//! Cash that somebody put aside for a third person, who takes it at an ATM without a card (*giro sin
//! tarjeta*).
//!
//! The money leaves the account when the customer has approved it and waits in an account of the
//! system. It goes out of the ATM or comes back in the record that says so: whatever ends the process,
//! it was taken once or is there again.

use std::fmt;

use cartola_primitives::{Clock, Currency, Rut, SignedDuration, Timestamp, santiago};
use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::flow::{Detail, Kind};
use crate::glosa::{self, Other};

use super::log::LogError;
use super::record::{Customer, Hidden, Party, Posting, Record};
use super::transfer::{Order, Transfer, TransferKey, What};
use super::transfers::TransferError;
use super::{Kept, World};

/// Cash can be taken for so long.
pub(crate) const CASH_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// After so many wrong codes or RUTs no ATM gives the cash; it comes back when its time is over.
pub(crate) const WRONG_CLAIMS: u32 = 3;
/// How far back a customer is told of it, in days.
pub(crate) const TOLD_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);
/// Digits of a code.
const CODE_DIGITS: usize = 8;

/// Where the money waits.
const WAITS_IN: &str = "cash:GIROS SIN TARJETA";
/// Where it goes.
const PAID_AT: &str = "cash:CAJERO AUTOMATICO";

/// Cash that was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cash {
    pub code: Hidden,
    pub since: Timestamp,
    pub expires_at: Timestamp,
    /// Wrong codes and RUTs.
    pub wrong: u32,
    #[serde(flatten)]
    pub stage: CashStage,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cash", rename_all = "snake_case")]
pub(crate) enum CashStage {
    Waiting,
    Claimed { at: Timestamp },
    Expired { at: Timestamp },
    Cancelled { at: Timestamp },
}

/// Cash turned to another stage, with the money that moved.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CashTurn {
    #[serde(flatten)]
    pub key: TransferKey,
    pub now: Cash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posting: Option<Posting>,
}

impl fmt::Debug for CashTurn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CashTurn").field("stage", &self.now.stage).finish_non_exhaustive()
    }
}

/// Cash that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub key: TransferKey,
    /// What the bank calls it.
    pub code: String,
    /// Whole pesos.
    pub amount: i64,
    pub at: Timestamp,
}

/// Why an ATM gives no cash.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    /// Nothing waits for that RUT under that code.
    #[error("no cash waits under that code for that RUT; the attempt was counted")]
    Unknown,
    /// It was taken, has come back, or too many have guessed.
    #[error("the cash cannot be taken any more: {0}")]
    Over(&'static str),
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl World {
    /// Takes cash at an ATM: once, whoever else tries at the same time.
    pub(crate) fn claim_cash(&self, code: &str, rut: Rut) -> Result<Claimed, ClaimError> {
        let mut kept = self.kept();
        self.expire_cash(&mut kept)?;
        let mut theirs: Vec<TransferKey> = kept
            .state
            .cash
            .iter()
            .filter(|(key, cash)| cash.code.0 == code && taker(&kept, key) == Some(rut))
            .map(|(key, _)| key.clone())
            .collect();
        // Of several under one code the one that waits.
        theirs.sort_by_key(|key| kept.state.cash[key].stage != CashStage::Waiting);
        let Some(key) = theirs.into_iter().next() else {
            count_wrong(&mut kept, code, rut)?;
            return Err(ClaimError::Unknown);
        };
        let cash = kept.state.cash[&key].clone();
        match cash.stage {
            CashStage::Waiting if cash.wrong >= WRONG_CLAIMS => {
                Err(ClaimError::Over("too many wrong codes or RUTs were tried"))
            }
            CashStage::Waiting => {
                let at = self.now();
                let amount = order(&kept, &key).amount;
                let paid = (Party::System(WAITS_IN.into()), Party::System(PAID_AT.into()));
                let posting = cash_posting(&kept, &key, paid, at);
                cash_turn(
                    &mut kept,
                    &key,
                    Cash { stage: CashStage::Claimed { at }, ..cash },
                    posting,
                )?;
                let code = key.code_of(&What::Withdrawal);
                Ok(Claimed { key, code, amount, at })
            }
            CashStage::Claimed { .. } => Err(ClaimError::Over("it was taken before")),
            CashStage::Expired { .. } => Err(ClaimError::Over("its time was over")),
            CashStage::Cancelled { .. } => Err(ClaimError::Over("it was cancelled")),
        }
    }

    /// Gives up cash that nobody has taken, or an operation that has not come to that.
    pub(crate) fn cancel_operation(
        &self,
        key: &TransferKey,
    ) -> Result<(Transfer, Option<Cash>), TransferError> {
        let transfer = self.withdraw_transfer(key)?;
        let mut kept = self.kept();
        self.expire_cash(&mut kept)?;
        let cash = kept.state.cash.get(key).cloned();
        if let Some(cash) = cash.clone().filter(|cash| cash.stage == CashStage::Waiting) {
            let at = self.now();
            let posting = comes_back(&kept, key, at);
            cash_turn(
                &mut kept,
                key,
                Cash { stage: CashStage::Cancelled { at }, ..cash },
                posting,
            )?;
        }
        Ok((transfer, kept.state.cash.get(key).cloned()))
    }

    /// What was put aside by an operation, as time has left it.
    pub(crate) fn cash(&self, key: &TransferKey) -> Result<Option<Cash>, LogError> {
        let mut kept = self.kept();
        self.expire_cash(&mut kept)?;
        Ok(kept.state.cash.get(key).cloned())
    }

    /// All that a customer has put aside lately, the oldest first.
    pub(crate) fn all_cash(
        &self,
        customer: &Customer,
    ) -> Result<Vec<(TransferKey, Order, Cash)>, LogError> {
        let mut kept = self.kept();
        self.expire_cash(&mut kept)?;
        let from = self.now().checked_sub(TOLD_FOR).unwrap_or(Timestamp::MIN);
        let theirs = kept.state.cash.iter();
        let theirs = theirs.filter(|(key, cash)| key.customer == *customer && cash.since >= from);
        let mut all: Vec<_> = theirs
            .map(|(key, cash)| (key.clone(), order(&kept, key).clone(), cash.clone()))
            .collect();
        all.sort_by_key(|(key, _, cash)| (cash.since, key.id));
        Ok(all)
    }

    /// Lets money come back whose time is over.
    pub(super) fn expire_cash(&self, kept: &mut Kept) -> Result<(), LogError> {
        let now = self.now();
        let is_over = |cash: &Cash| cash.stage == CashStage::Waiting && cash.expires_at <= now;
        let over = kept.state.cash.iter().filter(|(_, cash)| is_over(cash));
        let over: Vec<TransferKey> = over.map(|(key, _)| key.clone()).collect();
        for key in over {
            let cash = kept.state.cash[&key].clone();
            let at = cash.expires_at;
            let posting = comes_back(kept, &key, at);
            cash_turn(kept, &key, Cash { stage: CashStage::Expired { at }, ..cash }, posting)?;
        }
        Ok(())
    }

    /// What is put aside with an operation that settles now.
    pub(super) fn put_aside(&self, key: &TransferKey, order: &Order) -> Cash {
        let at = self.now();
        let fold = |sum: u64, byte: &u8| sum.rotate_left(7) ^ u64::from(*byte);
        let id = key.id.as_bytes().iter().fold(0, fold);
        let (seed, bank) = (self.population.seed(), order.from.bank);
        let mut dice = Dice::of(seed, "giro", id, bank.place(), order.from.owner.body());
        let code = (0..CODE_DIGITS).map(|_| char::from(*dice.pick(b"0123456789"))).collect();
        Cash {
            code: Hidden(code),
            since: at,
            expires_at: at.checked_add(CASH_LASTS).unwrap_or(Timestamp::MAX),
            wrong: 0,
            stage: CashStage::Waiting,
        }
    }

    /// Where it waits meanwhile.
    pub(super) fn waiting_cash() -> Party {
        Party::System(WAITS_IN.to_owned())
    }
}

impl Posting {
    /// Whether money leaves an account by it that is taken out of a machine.
    pub(crate) fn puts_cash_aside(&self) -> bool {
        self.to == World::waiting_cash()
    }
}

fn comes_back(kept: &Kept, key: &TransferKey, at: Timestamp) -> Posting {
    let to = Party::Account(order(kept, key).from);
    cash_posting(kept, key, (Party::System(WAITS_IN.into()), to), at)
}

fn cash_posting(
    kept: &Kept,
    key: &TransferKey,
    (from, to): (Party, Party),
    at: Timestamp,
) -> Posting {
    let order = order(kept, key);
    let when = santiago::datetime_of(at);
    let (detail, other) = (Detail::default(), Other::default());
    let text = glosa::of(order.from.bank.row(), Kind::CardFree, true, &detail, &other);
    Posting {
        id: kept.state.postings,
        from,
        to,
        amount: order.amount,
        currency: Currency::CLP,
        occurred: when,
        booked: when,
        glosas: (text.clone(), text),
        document: None,
        transfer: None,
    }
}

/// The order of an operation by which cash was put aside.
fn order<'a>(kept: &'a Kept, key: &TransferKey) -> &'a Order {
    let order = kept.state.transfers.get(key).and_then(|transfer| transfer.order.as_ref());
    order.expect("cash is put aside by the record of an operation with its order")
}

/// Who may take it.
fn taker(kept: &Kept, key: &TransferKey) -> Option<Rut> {
    order(kept, key).to_rut
}

/// Counts a wrong attempt at whatever it may have been meant for.
fn count_wrong(kept: &mut Kept, code: &str, rut: Rut) -> Result<(), LogError> {
    let is_meant = |(key, cash): &(&TransferKey, &Cash)| {
        cash.stage == CashStage::Waiting && (cash.code.0 == code || taker(kept, key) == Some(rut))
    };
    let meant = kept.state.cash.iter().filter(is_meant);
    let meant: Vec<TransferKey> = meant.map(|(key, _)| key.clone()).collect();
    for key in meant {
        let cash = kept.state.cash[&key].clone();
        let now = Cash { wrong: cash.wrong.saturating_add(1), ..cash };
        kept.write(Record::Cash(Box::new(CashTurn { key, now, posting: None })))?;
    }
    Ok(())
}

fn cash_turn(
    kept: &mut Kept,
    key: &TransferKey,
    now: Cash,
    posting: Posting,
) -> Result<(), LogError> {
    let turn = CashTurn { key: key.clone(), now, posting: Some(posting) };
    kept.write(Record::Cash(Box::new(turn)))
}
