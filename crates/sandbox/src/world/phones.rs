//! Mi Pass: on which phone somebody approves, and with which PIN.

use cartola_model::TransferFailure;
use cartola_primitives::{Clock, Randomness, Rut, SignedDuration, Timestamp};

use crate::credentials::COMPANY_SUFFIX;
use crate::scenario::Scenario;

use super::log::LogError;
use super::record::{Hidden, Record};
use super::transfer::{Transfer, TransferKey};
use super::transfers::TransferError;
use super::{Kept, World};

/// Digits of the PIN.
pub(crate) const PIN_DIGITS: usize = 6;
/// A token approves a transfer that is begun within so long.
const PASS_LASTS: SignedDuration = SignedDuration::from_mins(5);
/// The bank that takes such tokens.
const BANK_OF_PASSES: &str = "banco-chile";
const DEVICE_BYTES: usize = 16;
const PASS_BYTES: usize = 32;

/// The phone that somebody's Mi Pass is on. No `Debug`: it has their PIN.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Phone {
    /// What tells it from the one before.
    pub device: String,
    pub pin: String,
    pub blocked: bool,
}

/// What somebody approved before a bank heard of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass {
    pub rut: Rut,
    pub at: Timestamp,
}

/// Why a phone did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PhoneError {
    /// It is not the one that is enrolled.
    #[error("another phone has been enrolled since")]
    OtherPhone,
    /// It was blocked.
    #[error("the phone is blocked; enrol another one")]
    Blocked,
    /// The PIN is not right.
    #[error("the PIN is wrong")]
    WrongPin,
    /// It could not be a PIN.
    #[error("a PIN has {PIN_DIGITS} digits")]
    PinForm,
    /// The transfer.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// The file.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl World {
    /// The phone that somebody approves on: the one they start enrolled with, until they enrol
    /// another.
    pub(crate) fn phone(&self, rut: Rut) -> Phone {
        self.enrolled(&self.kept(), rut)
    }

    /// Enrols a new phone, which removes the one before.
    pub(crate) fn enrol_phone(
        &self,
        rut: Rut,
        pin: &str,
        randomness: &dyn Randomness,
    ) -> Result<Phone, PhoneError> {
        if pin.len() != PIN_DIGITS || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneError::PinForm);
        }
        let device = hex::<DEVICE_BYTES>(randomness);
        let mut kept = self.kept();
        kept.write(Record::Enrolled { rut, device, pin: Hidden(pin.to_owned()) })?;
        Ok(self.enrolled(&kept, rut))
    }

    /// Blocks a phone that was lost: nothing is approved until another is enrolled.
    pub(crate) fn block_phone(&self, rut: Rut, device: &str) -> Result<(), PhoneError> {
        let mut kept = self.kept();
        self.usable(&kept, rut, device)?;
        Ok(kept.write(Record::Blocked { rut })?)
    }

    /// What waits for somebody's phone. [`Scenario::ApprovalSilent`] never hears of it.
    pub(crate) fn on_phone(&self, rut: Rut) -> Result<Vec<(TransferKey, Transfer)>, LogError> {
        if self.population.scenario(rut) == Some(Scenario::ApprovalSilent) {
            return Ok(Vec::new());
        }
        self.waiting_transfers(rut)
    }

    /// Approves a transfer on a phone. A wrong PIN is a wrong answer.
    pub(crate) fn approve_on_phone(
        &self,
        key: &TransferKey,
        device: &str,
        pin: &str,
    ) -> Result<Transfer, PhoneError> {
        let rut = key.customer.rut;
        let phone = self.usable(&self.kept(), rut, device)?;
        let is_right = phone.pin == pin;
        let transfer = self.decide_on_phone(key, is_right.then_some(true))?;
        if is_right { Ok(transfer) } else { Err(PhoneError::WrongPin) }
    }

    /// Denies a transfer on a phone, which takes no PIN.
    pub(crate) fn deny_on_phone(
        &self,
        key: &TransferKey,
        device: &str,
    ) -> Result<Transfer, PhoneError> {
        self.usable(&self.kept(), key.customer.rut, device)?;
        Ok(self.decide_on_phone(key, Some(false))?)
    }

    /// Decides for somebody who hears of it.
    pub(crate) fn decide_on_phone(
        &self,
        key: &TransferKey,
        approves: Option<bool>,
    ) -> Result<Transfer, TransferError> {
        if self.population.scenario(key.customer.rut) == Some(Scenario::ApprovalSilent) {
            return Err(TransferError::NotAsked);
        }
        self.decide_transfer(key, approves)
    }

    /// Approves one transfer that Banco de Chile is yet to hear of: the token that says so.
    pub(crate) fn issue_pass(
        &self,
        rut: Rut,
        device: &str,
        pin: &str,
        randomness: &dyn Randomness,
    ) -> Result<String, PhoneError> {
        let mut kept = self.kept();
        if self.usable(&kept, rut, device)?.pin != pin {
            return Err(PhoneError::WrongPin);
        }
        let token = format!("mp_{}", hex::<PASS_BYTES>(randomness));
        kept.write(Record::Pass { rut, token: Hidden(token.clone()), at: self.now() })?;
        Ok(token)
    }

    /// Whether a token approves a transfer of that customer, who has not used it.
    pub(super) fn is_good_pass(&self, kept: &Kept, key: &TransferKey, token: &str) -> bool {
        let known = kept.state.passes.get(token);
        let institution = &key.customer.institution;
        let bank = institution.strip_suffix(COMPANY_SUFFIX).unwrap_or(institution);
        known.is_some_and(|pass| {
            pass.rut == key.customer.rut
                && bank == BANK_OF_PASSES
                && self.now().duration_since(pass.at) < PASS_LASTS
                && self.refuses_all(pass.rut).is_none()
        })
    }

    /// What becomes of everything that somebody is asked to approve.
    pub(super) fn refuses_all(&self, rut: Rut) -> Option<TransferFailure> {
        let denies = self.population.scenario(rut) == Some(Scenario::ApprovalDenied);
        denies.then_some(TransferFailure::Denied)
    }

    fn enrolled(&self, kept: &Kept, rut: Rut) -> Phone {
        let first = || (self.population.device_id(rut), self.population.mi_pass_pin(rut));
        let (device, pin) = kept.state.phones.get(&rut).cloned().unwrap_or_else(first);
        Phone { device, pin, blocked: kept.state.blocked.contains(&rut) }
    }

    fn usable(&self, kept: &Kept, rut: Rut, device: &str) -> Result<Phone, PhoneError> {
        let phone = self.enrolled(kept, rut);
        if phone.device != device {
            return Err(PhoneError::OtherPhone);
        }
        if phone.blocked { Err(PhoneError::Blocked) } else { Ok(phone) }
    }
}

fn hex<const BYTES: usize>(randomness: &dyn Randomness) -> String {
    let mut bytes = [0; BYTES];
    randomness.fill(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}
