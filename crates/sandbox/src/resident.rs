//! A resident with their accounts, found once for everything that is asked about them.

use cartola_primitives::Rut;

use crate::account;
use crate::household::Household;
use crate::key::{AccountKey, Product};

pub(crate) struct Resident {
    pub seed: u64,
    pub household: Household,
    pub keys: Vec<AccountKey>,
}

impl Resident {
    pub(crate) fn of(seed: u64, rut: Rut) -> Option<Self> {
        let household = Household::of(seed, rut)?;
        let keys = account::keys(&household);
        Some(Self { seed, household, keys })
    }

    /// The account that income arrives at.
    pub(crate) fn main(&self) -> AccountKey {
        self.keys[0]
    }

    /// Where they save.
    pub(crate) fn savings(&self) -> Option<AccountKey> {
        self.at_main(Product::Savings)
    }

    /// Their account of that product, of which only the main bank has one.
    pub(crate) fn at_main(&self, product: Product) -> Option<AccountKey> {
        let bank = self.main().bank;
        self.keys.iter().copied().find(|key| key.product == product && key.bank == bank)
    }

    /// Current accounts at their other banks.
    pub(crate) fn secondary(&self) -> impl Iterator<Item = AccountKey> {
        let main = self.main();
        self.keys
            .iter()
            .copied()
            .filter(move |key| key.product.is_current() && key.bank != main.bank)
    }
}
