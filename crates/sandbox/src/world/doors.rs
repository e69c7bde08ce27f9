//! Who is let in, and who is locked out.

use crate::credentials::Credentials;
use crate::scenario::Scenario;

use super::World;
use super::log::LogError;
use super::record::{Customer, Record};

/// So many wrong passwords in a row lock somebody out of an institution.
pub const WRONG_PASSWORDS: u32 = 3;

/// So many devices are remembered of somebody at an institution.
pub const MAX_DEVICES: usize = 20;

/// What became of somebody who knocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Let in.
    Open,
    /// Wrong password or PIN, or nobody there by that name.
    Refused,
    /// Locked, by this attempt or before it.
    Locked,
}

impl World {
    /// Lets somebody into an institution if `proof` says that what they gave is right. Counts what
    /// was wrong, per person and institution, and keeps it.
    pub fn knock(
        &self,
        customer: &Customer,
        device: &str,
        proof: impl Fn(&Credentials) -> bool,
    ) -> Result<Door, LogError> {
        let known = self.population().credentials(customer.rut, &customer.institution);
        let Some(credentials) = known else { return Ok(Door::Refused) };
        let mut kept = self.kept();
        if self.locked(&kept, customer) {
            return Ok(Door::Locked);
        }
        if !proof(&credentials) {
            kept.write(Record::Refused(customer.clone()))?;
            return Ok(if self.locked(&kept, customer) { Door::Locked } else { Door::Refused });
        }
        if kept.state.refused.contains_key(customer) {
            kept.write(Record::LetIn(customer.clone()))?;
        }
        let devices = kept.state.devices.get(customer);
        let room = devices.is_none_or(|devices| devices.len() < MAX_DEVICES);
        if room && !devices.is_some_and(|devices| devices.contains(device)) {
            let (customer, device) = (customer.clone(), device.to_owned());
            kept.write(Record::Device { customer, device })?;
        }
        Ok(Door::Open)
    }

    /// The devices that somebody was let in from, at most [`MAX_DEVICES`].
    pub fn devices(&self, customer: &Customer) -> Vec<String> {
        let kept = self.kept();
        kept.state.devices.get(customer).into_iter().flatten().cloned().collect()
    }

    /// Whether somebody is locked out of an institution.
    pub fn is_locked(&self, customer: &Customer) -> bool {
        self.locked(&self.kept(), customer)
    }

    /// Opens a lock, and forgives what was wrong before.
    pub fn unlock(&self, customer: &Customer) -> Result<(), LogError> {
        self.kept().write(Record::Unlocked(customer.clone()))
    }

    fn locked(&self, kept: &super::Kept, customer: &Customer) -> bool {
        let wrong = kept.state.refused.get(customer).copied().unwrap_or_default();
        let from_the_start = self.population().scenario(customer.rut) == Some(Scenario::Locked)
            && !kept.state.unlocked.contains(customer);
        wrong >= WRONG_PASSWORDS || from_the_start
    }
}
