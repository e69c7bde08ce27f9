//! What the records come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cartola_primitives::{Currency, Rut};

use crate::flow::FlowId;
use crate::key::AccountKey;

use super::cash::{Cash, CashTurn};
use super::decided::{self, Decided};
use super::phones::Pass;
use super::record::{Change, Customer, Party, Posting, Record};
use super::transfer::{Order, Stage, Transfer, TransferKey, Turn, What};

/// What was done on one account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Acted {
    pub postings: Vec<Arc<Posting>>,
    pub changes: BTreeMap<FlowId, Change>,
}

/// Everything that was done. A pure function of the records, in their order.
#[derive(Debug, Default, Clone)]
pub(crate) struct State {
    /// Seconds that the box's clock is ahead.
    pub offset: i64,
    pub accounts: BTreeMap<AccountKey, Acted>,
    /// What was done, by account and currency: the sum over all of them is zero.
    pub books: BTreeMap<(Currency, Party), i64>,
    /// Wrong passwords in a row.
    pub refused: BTreeMap<Customer, u32>,
    /// Who was unlocked by hand, also from what a scenario begins with.
    pub unlocked: BTreeSet<Customer>,
    pub devices: BTreeMap<Customer, BTreeSet<String>>,
    pub transfers: BTreeMap<TransferKey, Transfer>,
    /// What was put aside for others.
    pub cash: BTreeMap<TransferKey, Cash>,
    /// What was decided on phones, in the order in which it was.
    pub decided: Vec<Decided>,
    /// Whom customers have added to those they transfer to, or taken away, in that order.
    pub beneficiaries: BTreeMap<Customer, Vec<Order>>,
    /// Device and PIN of who has enrolled another phone than the first one.
    pub phones: BTreeMap<Rut, (String, String)>,
    /// Whose phone is blocked.
    pub blocked: BTreeSet<Rut>,
    /// What was approved ahead and not used, by its token.
    pub passes: BTreeMap<String, Pass>,
    /// Institutions that are kept from settling.
    pub held: BTreeSet<String>,
    pub postings: u32,
}

impl State {
    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Box { .. } => {}
            Record::Clock { offset } => self.offset = offset,
            Record::Posted(posting) => self.post(posting),
            Record::Changed(change) => self.change(&change),
            Record::Refused(customer) => *self.refused.entry(customer).or_default() += 1,
            Record::LetIn(customer) => drop(self.refused.remove(&customer)),
            Record::Unlocked(customer) => {
                self.refused.remove(&customer);
                self.unlocked.insert(customer);
            }
            Record::Device { customer, device } => {
                self.devices.entry(customer).or_default().insert(device);
            }
            Record::Transfer(turn) => self.turn(*turn),
            Record::Cash(turn) => self.cash(*turn),
            Record::Enrolled { rut, device, pin } => {
                self.blocked.remove(&rut);
                self.phones.insert(rut, (device, pin.0));
            }
            Record::Blocked { rut } => drop(self.blocked.insert(rut)),
            Record::Pass { rut, token, at } => drop(self.passes.insert(token.0, Pass { rut, at })),
            Record::Held { institution, held: true } => drop(self.held.insert(institution)),
            Record::Held { institution, held: false } => drop(self.held.remove(&institution)),
        }
    }

    /// What was done on an account.
    pub(crate) fn acted(&self, key: AccountKey) -> Acted {
        self.accounts.get(&key).cloned().unwrap_or_default()
    }

    fn turn(&mut self, turn: Turn) {
        let device = self.phones.get(&turn.key.customer.rut).map(|(device, _)| device);
        self.decided.extend(decided::of(self.transfers.get(&turn.key), &turn, device));
        let Turn { key, order, stage, posting, pass, cash, undone } = turn;
        if let Some(change) = undone {
            self.change(&change);
        }
        if let Some(cash) = cash {
            self.cash.insert(key.clone(), cash);
        }
        if let Some(token) = pass {
            self.passes.remove(&token.0);
        }
        if let Some(posting) = posting {
            self.post(posting);
        }
        let known = self.transfers.remove(&key).and_then(|transfer| transfer.order);
        let order = known.or(order);
        if let (Stage::Settled { .. }, Some(changed)) = (stage, &order)
            && matches!(changed.what, What::Beneficiary { .. })
        {
            let theirs = self.beneficiaries.entry(key.customer.clone()).or_default();
            theirs.push(changed.clone());
        }
        self.transfers.insert(key, Transfer { order, stage });
    }

    fn cash(&mut self, turn: CashTurn) {
        let CashTurn { key, now, posting } = turn;
        if let Some(posting) = posting {
            self.post(posting);
        }
        self.cash.insert(key, now);
    }

    fn post(&mut self, posting: Posting) {
        self.postings = self.postings.max(posting.id + 1);
        self.book(posting.currency, &posting.from, &posting.to, posting.amount);
        let posting = Arc::new(posting);
        for key in [&posting.from, &posting.to].into_iter().filter_map(Party::account) {
            self.accounts.entry(key).or_default().postings.push(Arc::clone(&posting));
        }
    }

    fn change(&mut self, change: &Change) {
        let mut before = None;
        for key in [&change.from, &change.to].into_iter().filter_map(Party::account) {
            let changes = &mut self.accounts.entry(key).or_default().changes;
            before = changes.insert(change.flow, change.clone());
        }
        let undone = before.map_or(0, |before| before.difference());
        self.book(change.currency, &change.from, &change.to, change.difference() - undone);
    }

    fn book(&mut self, currency: Currency, from: &Party, to: &Party, amount: i64) {
        *self.books.entry((currency, from.clone())).or_default() -= amount;
        *self.books.entry((currency, to.clone())).or_default() += amount;
    }
}
