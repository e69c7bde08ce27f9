//! The months of one resident's accounts.
//!
//! What an account holds on the first of a month must be known without the months before it. So
//! people live on what came in last month:
//!
//! ```text
//! opening(m)  = came in(m - 1) + reserve(m)
//! spending(m) = opening(m) + came in(m) - planned out(m) - opening(m + 1)
//!             = came in(m - 1) + reserve(m) - planned out(m) - reserve(m + 1)
//! ```
//!
//! Months chain by construction, and within a month the balance never falls below `reserve(m + 1)`,
//! even where all money went before any came. Cards, lines and savings have openings of their own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::flow::Flow;
use crate::key::{AccountKey, Product};
use crate::month::Month;
use crate::resident::Resident;
use crate::{plan, reserve, spending};

/// Reads the months of a resident, drawing up each plan once.
pub(crate) struct History<'a> {
    resident: &'a Resident,
    plans: RefCell<BTreeMap<Month, Rc<[Flow]>>>,
}

impl<'a> History<'a> {
    pub(crate) fn new(resident: &'a Resident) -> Self {
        Self { resident, plans: RefCell::default() }
    }

    /// The balance before the first movement of the month, in minor units.
    pub(crate) fn opening(&self, key: AccountKey, month: Month) -> i64 {
        match key.product {
            Product::Savings => plan::savings_before(self.resident, month),
            Product::CreditCard | Product::CreditLine => -self.came_and_went(key, month.plus(-1)).1,
            _ => {
                let came = self.came_and_went(key, month.plus(-1)).0;
                came + reserve::before(self.resident, key, month)
            }
        }
    }

    /// The flows that touch the account and are booked in the month, in order of booking.
    pub(crate) fn month(&self, key: AccountKey, month: Month) -> Vec<Flow> {
        let plan = self.plan(month);
        let mut flows: Vec<Flow> =
            plan.iter().filter(|flow| flow.change(key) != 0).copied().collect();
        if key.product.is_current() {
            let total = self.spending(key, month);
            flows.extend(spending::flows(self.resident, key, month, total, flows.len()));
        }
        flows.sort_by_key(|flow| (flow.when.booked, flow.id));
        flows
    }

    /// What is spent in the month beside what is planned.
    pub(crate) fn spending(&self, key: AccountKey, month: Month) -> i64 {
        let reserve = |month| reserve::before(self.resident, key, month);
        let (came_before, _) = self.came_and_went(key, month.plus(-1));
        let (_, planned) = self.came_and_went(key, month);
        came_before + reserve(month) - planned - reserve(month.plus(1))
    }

    /// What the plan brings an account in a month, and what it takes.
    fn came_and_went(&self, key: AccountKey, month: Month) -> (i64, i64) {
        let changes = self.plan(month);
        changes
            .iter()
            .map(|flow| flow.change(key))
            .fold((0, 0), |(came, went), change| (came + change.max(0), went + (-change).max(0)))
    }

    fn plan(&self, month: Month) -> Rc<[Flow]> {
        let mut plans = self.plans.borrow_mut();
        Rc::clone(plans.entry(month).or_insert_with(|| plan::flows(self.resident, month).into()))
    }
}
