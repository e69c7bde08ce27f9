mod figures;

use cartola_model::{AccountNumber, Movement};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Timestamp, santiago};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::Month;
use crate::wire::{Moment, Statement, StatementDateTime, StatementDateTimeType, StatementType};
use figures::Figures;

/// Hexadecimal digits of a statement's id and of its reference, as in the document.
const ID_DIGITS: usize = 32;
const REFERENCE_DIGITS: usize = 12;

const NAMES: [&str; 12] = [
    "ENERO",
    "FEBRERO",
    "MARZO",
    "ABRIL",
    "MAYO",
    "JUNIO",
    "JULIO",
    "AGOSTO",
    "SEPTIEMBRE",
    "OCTUBRE",
    "NOVIEMBRE",
    "DICIEMBRE",
];

/// What the statement of a month is made of.
#[derive(Debug, Clone, Copy)]
pub struct MonthSource<'a> {
    /// The account.
    pub account: AccountId,
    /// Its number.
    pub number: &'a AccountNumber,
    /// Its currency.
    pub currency: Currency,
    /// The month.
    pub month: Month,
    /// All movements of the month, from the oldest to the newest. Only what is booked counts.
    pub movements: &'a [Movement],
    /// The present: it decides whether the month is over.
    pub now: Timestamp,
}

/// A statement, and whether its figures agree.
pub struct MonthStatement {
    /// The statement.
    pub statement: Statement,
    /// Whether opening balance and sums give the closing balance; `true` where one of the balances
    /// is not known. If it is `false`, there are movements that nobody has seen, and
    /// `AdditionalInformation` has something to say.
    pub agrees: bool,
}

/// The statement of a month; none of a month that has not begun.
pub fn statement(source: &MonthSource<'_>) -> Option<MonthStatement> {
    let start = Moment::start_of(source.month.first());
    if source.now < start.instant() {
        return None;
    }
    let (kind, end, made) = close(source);
    let figures = Figures::of(source.movements);
    let (statement_id, statement_reference) = names(source.account, source.month);
    let statement = Statement {
        account_id: source.number.digits().to_owned(),
        creation_date_time: made,
        end_date_time: end,
        start_date_time: start,
        statement_description: vec![description(source.month)],
        statement_id,
        statement_reference,
        kind,
        statement_amount: figures.amounts(source.currency),
        statement_date_time: vec![StatementDateTime {
            date_time: made,
            kind: StatementDateTimeType::StatementAvailable,
        }],
    };
    Some(MonthStatement { statement, agrees: figures.agree() })
}

/// Kind, end and making of a statement. One of a month that is over is made the moment it is over,
/// so that it is the same whenever it is asked for.
fn close(source: &MonthSource<'_>) -> (StatementType, Moment, Moment) {
    let last = source.month.last();
    let over = santiago::end_of_day(last);
    if source.now < over {
        let now = Moment::at(source.now);
        return (StatementType::Interim, now, now);
    }
    (StatementType::RegularPeriodic, Moment::end_of(last), Moment::at(over))
}

fn description(month: Month) -> String {
    let first = month.first();
    let index = usize::try_from(first.month() - 1).expect("months count from 1");
    format!("CARTOLA DE {} DE {}", NAMES[index], first.year())
}

/// Id and reference. They follow from account and month, so that the same statement has the same
/// ones each time, without being stored anywhere.
fn names(account: AccountId, month: Month) -> (String, String) {
    let digest =
        Sha256::new().chain_update(account.as_bytes()).chain_update(month.to_string()).finalize();
    let digits = HEXLOWER.encode(&digest);
    let (id, rest) = digits.split_at(ID_DIGITS);
    (id.to_owned(), rest[..REFERENCE_DIGITS].to_owned())
}

/// The reference of the statement that a movement of that account and month is in.
pub fn reference(account: AccountId, month: Month) -> String {
    names(account, month).1
}
