//! Everybody in the box, as functions of seed, RUT and date.

use cartola_model::AccountNumber;
use cartola_primitives::{Date, Rut};
use jiff::civil::DateTime;

use crate::account::{self, Account};
use crate::credentials::{self, Credentials};
use crate::dice::Dice;
use crate::flow::{Flow, When};
use crate::history::History;
use crate::household::Household;
use crate::identity::{self, Identity};
use crate::key::{AccountKey, BankIndex};
use crate::month::Month;
use crate::movement::{self, Movement};
use crate::resident::Resident;
use crate::scenario::{Named, Scenario};
use crate::shown::{self, Balance, Effect};
use crate::{number, residents};

/// The people, companies and accounts of one seed. Holds nothing: a million people cost as much
/// as one.
#[derive(Debug, Clone, Copy)]
pub struct Population {
    seed: u64,
}

impl Population {
    /// The population of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    pub(crate) const fn seed(self) -> u64 {
        self.seed
    }

    /// Whether somebody of that RUT lives in the box.
    pub fn contains(&self, rut: Rut) -> bool {
        residents::contains(rut)
    }

    /// Who they are.
    pub fn identity(&self, rut: Rut) -> Option<Identity> {
        residents::contains(rut).then(|| identity::of(self.seed, rut))
    }

    /// What happens to them.
    pub fn scenario(&self, rut: Rut) -> Option<Scenario> {
        Some(Household::of(self.seed, rut)?.scenario)
    }

    /// Where they are customers, the main bank first.
    pub fn banks(&self, rut: Rut) -> Vec<BankIndex> {
        Household::of(self.seed, rut).map(|household| household.banks).unwrap_or_default()
    }

    /// Their accounts, at all banks: their own, then those that they hold together with somebody.
    pub fn accounts(&self, rut: Rut) -> Vec<Account> {
        let shared = Named::shared_with(rut).map(Named::rut);
        [Some(rut), shared].into_iter().flatten().flat_map(|owner| self.owned(owner)).collect()
    }

    fn owned(self, owner: Rut) -> Vec<Account> {
        let Some(resident) = Resident::of(self.seed, owner) else { return Vec::new() };
        let of = |key: AccountKey| account::of(self.seed, &resident.household, key);
        resident.keys.iter().copied().map(of).collect()
    }

    /// The account of a key that exists.
    pub fn account(&self, key: AccountKey) -> Option<Account> {
        let resident = Resident::of(self.seed, key.owner)?;
        let exists = resident.keys.contains(&key);
        exists.then(|| account::of(self.seed, &resident.household, key))
    }

    /// The account of that number, whichever bank's.
    pub fn find(&self, number: &AccountNumber) -> Option<Account> {
        self.account(number::owner(self.seed, number)?)
    }

    /// What they say at an institution, by its id; a company's portal is the bank's id with
    /// [`credentials::COMPANY_SUFFIX`].
    pub fn credentials(&self, rut: Rut, institution: &str) -> Option<Credentials> {
        credentials::at(self.seed, &Household::of(self.seed, rut)?, institution)
    }

    /// The six digits of their Mi Pass.
    pub fn mi_pass_pin(&self, rut: Rut) -> String {
        credentials::mi_pass_pin(self.seed, rut)
    }

    /// The device on which their Mi Pass starts enrolled.
    pub fn device_id(&self, rut: Rut) -> String {
        credentials::device_id(self.seed, rut)
    }

    /// Some resident, another one for each `place`; for tests and demonstrations.
    pub fn somebody(&self, place: u32) -> Rut {
        let mut dice = Dice::of(self.seed, "somebody", 0, 0, place);
        loop {
            if let Some(rut) = residents::at(dice.below(residents::COUNT)) {
                return rut;
            }
        }
    }

    /// What the account holds when a month begins, in minor units.
    pub fn opening(&self, key: AccountKey, month: Month) -> Option<i64> {
        let resident = self.resident_with(key)?;
        Some(History::new(&resident).opening(key, month))
    }

    /// All that is booked in those months, both included: the whole of the last one, whatever
    /// day it is. Empty for an account that nobody has.
    pub fn months(&self, key: AccountKey, first: Month, last: Month) -> Vec<Movement> {
        let Some(resident) = self.resident_with(key) else { return Vec::new() };
        let view = movement::view(self.seed, &account::of(self.seed, &resident.household, key));
        let history = History::new(&resident);
        let mut balance = history.opening(key, first);
        let mut movements = Vec::new();
        for month in first.through(last) {
            for (ordinal, flow) in (1..).zip(history.month(key, month)) {
                balance += flow.change(key);
                movements.push(view.of(&flow, ordinal, balance));
            }
        }
        movements
    }

    /// What the bank shows at `now` for the days from `from` to `to`: what is booked by the day it
    /// is booked on, oldest first, then what is pending by the day it was made. Nothing older than
    /// [`crate::HISTORY_MONTHS`] is shown.
    pub fn statement(
        &self,
        key: AccountKey,
        (from, to): (Date, Date),
        now: DateTime,
    ) -> Vec<Movement> {
        let Some((first, last)) = shown::months((from, to), now) else { return Vec::new() };
        shown::cut(self.months(key, first, last), (from, to), now)
    }

    /// What the account holds at a moment.
    pub fn balance(&self, key: AccountKey, now: DateTime) -> Option<Balance> {
        let limit = self.account(key)?.limit;
        let (opening, effects) = self.effects(key, shown::months_of_balance(now))?;
        Some(shown::balance(opening, effects.into_iter(), limit, now))
    }

    /// What the account holds when the first of those months begins, and what changes that until the
    /// last one ends.
    pub(crate) fn effects(
        self,
        key: AccountKey,
        (first, last): (Month, Month),
    ) -> Option<(i64, Vec<Effect>)> {
        let resident = self.resident_with(key)?;
        let history = History::new(&resident);
        let flows = first.through(last).flat_map(|month| history.month(key, month));
        let effect = |flow: Flow| {
            let When { occurred, booked } = flow.when;
            Effect { flow: flow.id, occurred, booked, amount: flow.change(key) }
        };
        Some((history.opening(key, first), flows.map(effect).collect()))
    }

    fn resident_with(self, key: AccountKey) -> Option<Resident> {
        Resident::of(self.seed, key.owner).filter(|resident| resident.keys.contains(&key))
    }
}
