//! A resident with their accounts, found once for everything that is asked about them.

use cartola_primitives::{Date, Rut};
use jiff::civil::DateTime;

use crate::account;
use crate::flow::Kind;
use crate::household::Household;
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::plan;

/// What was booked of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Booked {
    pub count: u16,
    pub amount: i64,
    pub last: Option<Date>,
}

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

    /// How much of a kind was booked by then in the month of that moment, and how often.
    pub(crate) fn booked(&self, kind: Kind, now: DateTime) -> Booked {
        let month = Month::of(now.date());
        let flows = plan::flows(self, month);
        let of = flows.iter().filter(|flow| flow.kind == kind && flow.when.booked <= now);
        of.fold(Booked::default(), |booked, flow| Booked {
            count: booked.count + 1,
            amount: booked.amount + flow.amount,
            last: Some(flow.when.booked.date()),
        })
    }

    /// What came or went of a kind in a whole month.
    pub(crate) fn of_month(&self, kind: Kind, month: Month) -> i64 {
        let flows = plan::flows(self, month);
        flows.iter().filter(|flow| flow.kind == kind).map(|flow| flow.amount).sum()
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
