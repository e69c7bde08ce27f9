//! Light, water, gas and whatever else comes every month.

use super::{Plan, what};
use crate::flow::{Kind, service};
use crate::holding::bill::Account;

pub(super) fn all(plan: &mut Plan<'_>) {
    for account in Account::all(plan.resident) {
        let bill = account.bill(plan.resident, plan.month);
        let kind = if account.by_hand { Kind::Bill } else { Kind::Pac };
        let supplier = account.supplier;
        plan.pay(kind, service(supplier), bill.amount, bill.when, what(&supplier.name));
    }
}
