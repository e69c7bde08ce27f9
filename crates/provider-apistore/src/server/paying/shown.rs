//! Payouts as they are shown.

use cartola_engine::payments::{Payment, PaymentState};
use cartola_engine::payouts::{PaidLine, Payout};
use cartola_http::Cursor;
use cartola_http::cursor::List;
use cartola_primitives::{Currency, Money};

use crate::mapping;
use crate::wire::{self, Amount};

/// One line, as it stands.
pub fn line(paid: &PaidLine, payment: &Payment) -> wire::Line {
    let PaidLine { payment: id, line } = paid;
    let state = payment.state();
    let (mut reason, mut completed_at) = (None, None);
    match state {
        PaymentState::Completed { settled_at } => completed_at = Some(settled_at.to_string()),
        PaymentState::Failed { reason: why, .. } => reason = Some(why.name()),
        _ => {}
    }
    wire::Line {
        reference: line.reference.clone(),
        payment_id: id.to_string(),
        amount: Amount::of(line.amount),
        currency: line.amount.currency().code(),
        counterparty: mapping::counterparty(&line.payee),
        description: line.comment.clone(),
        status: mapping::status(state),
        authorization: mapping::authorization(state),
        reason,
        completed_at,
        bank_reference: payment.row.standing.bank_reference.clone(),
    }
}

/// A payout of one line.
pub fn single(payout: &Payout, payments: &[Payment]) -> wire::Payment {
    let first = payout.lines.first().zip(payments.first());
    let (first, payment) =
        first.expect("a payout without lines is refused, and each has its payment");
    wire::Payment {
        id: payout.row.id.to_string(),
        account_id: payout.account.clone(),
        date: payout.row.created_at.to_string(),
        line: line(first, payment),
    }
}

/// What a list shows.
pub fn summary(payout: &Payout) -> wire::DepositSummary {
    // A hundred lines of a hundred million each: far from what 64 bits hold.
    let total = payout.lines.iter().map(|paid| paid.line.amount.minor()).sum();
    wire::DepositSummary {
        id: payout.row.id.to_string(),
        account_id: payout.account.clone(),
        date: payout.row.created_at.to_string(),
        count: payout.lines.len(),
        amount: Amount::of(Money::new(total, Currency::CLP)),
        currency: Currency::CLP.code(),
    }
}

/// A batch with those of its lines that a page shows, from the line `first` on, so many at most.
pub fn batch(
    payout: &Payout,
    payments: &[Payment],
    (list, first, limit): (List<'_>, usize, usize),
) -> wire::Batch {
    let is = |wanted: wire::Status| {
        payments.iter().filter(|payment| mapping::status(payment.state()) == wanted).count()
    };
    let (completed, failed) = (is(wire::Status::Completed), is(wire::Status::Failed));
    let pending = payments.len() - completed - failed;
    let lines = payout.lines.iter().zip(payments).skip(first).take(limit);
    let beyond = first.saturating_add(limit);
    let next = (beyond < payments.len())
        .then(|| Cursor::new(list, &(beyond as u64).to_be_bytes()).as_str().to_owned());
    wire::Batch {
        summary: summary(payout),
        status: mapping::batch_status(completed, failed, pending),
        completed,
        failed,
        pending,
        deposits: lines.map(|(paid, payment)| line(paid, payment)).collect(),
        next_cursor: next,
    }
}
