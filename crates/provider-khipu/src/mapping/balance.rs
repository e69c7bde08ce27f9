use cartola_model::{AccountNumber, BalanceKind, BalanceReading};
use cartola_primitives::{Date, Money, Timestamp};

use crate::wire::{Amount, Balance, BalanceType, CreditDebit, CreditLine, CreditLineType, Moment};

/// What the balances of an account are made of.
#[derive(Debug, Clone, Copy)]
pub struct BalanceSource<'a> {
    /// The account's number.
    pub number: &'a AccountNumber,
    /// All readings; of each kind the latest counts.
    pub readings: &'a [BalanceReading],
    /// The present: a reading of today did not stand later than now.
    pub now: Timestamp,
}

/// Which readings have a record of their own, in this order, and as what.
const SHOWN: [(BalanceKind, BalanceType); 4] = [
    (BalanceKind::Available, BalanceType::ClosingAvailable),
    (BalanceKind::CreditAvailable, BalanceType::ClosingAvailable),
    (BalanceKind::Ledger, BalanceType::ClosingBooked),
    (BalanceKind::CreditUsed, BalanceType::ClosingBooked),
];

/// The records of an account's balances: what is available, then what is in the books. The line
/// of credit stands with the first of them. What is held is the difference of the two, and has no
/// record.
pub fn balances(source: &BalanceSource<'_>) -> Vec<Balance> {
    let mut records: Vec<Balance> = SHOWN
        .into_iter()
        .filter_map(|(kind, shown)| Some(record(source, latest(source, kind)?, shown)))
        .collect();
    if let Some(first) = records.first_mut() {
        first.credit_line = credit_line(source);
    }
    records
}

fn latest<'a>(source: &BalanceSource<'a>, kind: BalanceKind) -> Option<&'a BalanceReading> {
    source.readings.iter().filter(|reading| reading.kind == kind).max_by_key(|one| one.as_of)
}

fn record(source: &BalanceSource<'_>, reading: &BalanceReading, kind: BalanceType) -> Balance {
    // What a card has been used for is owed, although banks print it without a sign.
    let owed = reading.kind == BalanceKind::CreditUsed && reading.amount.minor() > 0;
    let sign = if owed { CreditDebit::Debit } else { CreditDebit::of(reading.amount) };
    Balance {
        account_id: source.number.digits().to_owned(),
        credit_debit_indicator: sign,
        date_time: stood_at(reading.as_of, source.now),
        kind,
        amount: vec![Amount::unsigned(reading.amount)],
        credit_line: None,
    }
}

/// A day's balance is that of its end, unless the day is not over.
fn stood_at(day: Date, now: Timestamp) -> Moment {
    Moment::end_of(day).min(Moment::at(now))
}

/// A line of credit is money beyond the account's own. A card's limit is what its available
/// balance is taken from, so that one counts it in.
fn credit_line(source: &BalanceSource<'_>) -> Option<CreditLine> {
    let line = |amount: Money, kind, included| CreditLine {
        included,
        kind: Some(kind),
        amount: Some(Amount::unsigned(amount)),
    };
    if let Some(overdraft) = latest(source, BalanceKind::Overdraft) {
        return Some(line(overdraft.amount, CreditLineType::PreAgreed, false));
    }
    let limit = latest(source, BalanceKind::CreditLimit)?;
    let included = latest(source, BalanceKind::CreditAvailable).is_some();
    Some(line(limit.amount, CreditLineType::Credit, included))
}
