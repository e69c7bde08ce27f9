//! What a resident's month holds whatever they spend beside it: a list of flows that depends on
//! nothing but seed, RUT and month.
//!
//! Every amount is capped at a share of the month's income, so that together they leave something
//! to spend; see [`crate::history`] for why balances then hold.

mod bills;
mod business;
mod card;
mod fees;
mod friends;
mod housing;
mod income;
mod line;
mod own;
mod saving;

use crate::dice::Dice;
use crate::flow::{Detail, Flow, FlowId, Kind, Side, When};
use crate::holding::bill;
use crate::household::Livelihood;
use crate::key::AccountKey;
use crate::month::Month;
use crate::resident::Resident;

pub(crate) use business::{before_iva, earnings, iva_paid_on, renta, renta_paid_on};
pub(crate) use card::due_day as card_due_day;
pub(crate) use friends::of as friends;
pub(crate) use housing::{dealer, landlord};
pub(crate) use own::to_each as own_transfer;
pub(crate) use saving::{balance_before as savings_before, gathered};

/// The month as it is being drawn up.
pub(crate) struct Plan<'a> {
    pub resident: &'a Resident,
    pub month: Month,
    flows: Vec<Flow>,
}

/// The flows of a resident's month that touch their accounts, spending aside.
pub(crate) fn flows(resident: &Resident, month: Month) -> Vec<Flow> {
    let mut plan = Plan { resident, month, flows: Vec::new() };
    match resident.household.livelihood {
        Livelihood::Dormant => {}
        Livelihood::Benefit => income::benefit(&mut plan),
        Livelihood::Company => business::all(&mut plan),
        Livelihood::Employee => {
            income::all(&mut plan);
            housing::all(&mut plan);
            bills::all(&mut plan);
            card::all(&mut plan);
            line::all(&mut plan);
            fees::all(&mut plan);
            saving::all(&mut plan);
            own::all(&mut plan);
            friends::all(&mut plan);
        }
    }
    plan.flows
}

impl Plan<'_> {
    /// The throws of a question about this month.
    fn dice(&self, label: &str) -> Dice {
        self.resident.household.monthly(self.resident.seed, label, self.month, 0)
    }

    /// The throws of a question that has the same answer every month.
    fn lasting(&self, label: &str, place: u32) -> Dice {
        self.resident.household.dice(self.resident.seed, label, place)
    }

    /// What comes in regularly this month.
    fn income(&self) -> i64 {
        self.resident.household.income(self.month)
    }

    fn main(&self) -> AccountKey {
        self.resident.main()
    }

    /// `amount`, or a little less than that share of the income where it is more.
    fn capped(&self, dice: &mut Dice, amount: i64, percent: i64) -> i64 {
        bill::capped(self.resident, self.month, dice, amount, percent)
    }

    fn add(&mut self, kind: Kind, sides: (Side, Side), amount: i64, when: When, detail: Detail) {
        let slot = u32::try_from(self.flows.len()).expect("a month has few flows");
        let id = FlowId { plan: self.resident.household.rut.body(), month: self.month, slot };
        self.add_named(id, kind, sides, amount, when, detail);
    }

    fn add_named(
        &mut self,
        id: FlowId,
        kind: Kind,
        (from, to): (Side, Side),
        amount: i64,
        when: When,
        detail: Detail,
    ) {
        if amount > 0 {
            self.flows.push(Flow { id, kind, from, to, amount, when, detail });
        }
    }

    /// What an account of theirs pays to somebody of the system.
    fn pay(&mut self, kind: Kind, to: Side, amount: i64, when: When, detail: Detail) {
        let from = Side::Customer(self.main());
        self.add(kind, (from, to), amount, when, detail);
    }

    /// What somebody of the system pays them.
    fn receive(&mut self, kind: Kind, from: Side, amount: i64, when: When, detail: Detail) {
        let to = Side::Customer(self.main());
        self.add(kind, (from, to), amount, when, detail);
    }
}

/// A detail that is a name alone.
fn what(what: &'static str) -> Detail {
    Detail { what, ..Detail::default() }
}

/// Rounded down to thousands, as people round what they send.
fn thousands(amount: i64) -> i64 {
    amount / 1_000 * 1_000
}
