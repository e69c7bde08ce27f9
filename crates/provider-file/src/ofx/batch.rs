//! An OFX statement in canonical terms.

use std::collections::HashMap;

use cartola_connector::{AccountClaim, Batch, Holder, Line, Place};
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, AccountNumber, BalanceKind, BalanceReading, Catalogue, Counterparty,
    InstitutionId, MovementStatus, Observation, SourceKind, StatementPeriod,
};
use cartola_primitives::{Currency, Date, Money};

use super::moment;
use super::statement::{Account, Balance, Form, Statement, Transaction};
use crate::amount::{self, Separators};
use crate::chain;
use crate::day::Days;
use crate::line::{self, Warnings};
use crate::refusal::{self, Decoded};

/// The batch of a statement.
pub(super) fn of(
    statement: &Statement,
    layout: &'static str,
    made_on: Option<Date>,
    days: Days,
) -> Decoded<Batch> {
    let mut warnings = Warnings::default();
    let currency = currency(statement.currency.as_deref())?;
    let references = unique_references(&statement.transactions, &mut warnings);
    let mut lines = Vec::with_capacity(statement.transactions.len());
    for transaction in &statement.transactions {
        lines.push(line(transaction, currency, &references)?);
    }
    chain::oldest_first(&mut lines);
    let start = declared_day(statement.start.as_deref(), days, &mut warnings);
    let end = declared_day(statement.end.as_deref(), days, &mut warnings);
    let last = lines.iter().map(|line| line.observation.booked_on).max();
    // A period may end after the file was made; nothing is known of the days between.
    let known = [statement.ledger.as_of, made_on].map(|day| day.and_then(|day| past(day, days)));
    let made = known.into_iter().flatten().chain(end).min();
    let as_of = made.or(last).map(|day| day.min(days.today())).ok_or_else(no_day)?;
    let coverage = chain::coverage(&lines, start, as_of, start.is_some() && end.is_some());
    let period = coverage.complete.then_some(StatementPeriod {
        from: coverage.from,
        to: coverage.to,
        opening: None,
        closing: None,
        total_debits: None,
        total_credits: None,
    });
    Ok(Batch {
        layout,
        source: SourceKind::StandardFile,
        account: claim(statement.form, &statement.account, currency, &mut warnings),
        as_of,
        coverage,
        period,
        lines,
        balances: balances(statement, currency, as_of, days)?,
        warnings: warnings.into_vec(),
    })
}

fn no_day() -> cartola_connector::DecodeError {
    refusal::malformed(Place::File, "expected a statement with movements or a date of its own")
}

fn currency(code: Option<&str>) -> Decoded<Currency> {
    code.and_then(|code| Currency::parse(&code.to_ascii_uppercase()).ok()).ok_or_else(|| {
        refusal::malformed(Place::File, "expected a currency that is known in CURDEF, such as CLP")
    })
}

/// The references that one transaction alone has. The specification calls a FITID unique within
/// its account; a bank that repeats one does not keep to it, and then it identifies nothing.
fn unique_references<'a>(
    transactions: &'a [Transaction],
    warnings: &mut Warnings,
) -> HashMap<&'a str, u32> {
    let mut counts = HashMap::with_capacity(transactions.len());
    for transaction in transactions {
        if let Some(reference) = transaction.reference.as_deref() {
            *counts.entry(reference).or_insert(0) += 1;
        }
    }
    for transaction in transactions {
        let reference = transaction.reference.as_deref();
        if reference.is_some_and(|reference| counts[reference] > 1) {
            let text = "the FITID is not unique in its account; it is left out as a reference";
            warnings.push(Some(Place::Transaction(transaction.number)), "reference_repeated", text);
        }
    }
    counts.retain(|_, count| *count == 1);
    counts
}

fn line(
    transaction: &Transaction,
    currency: Currency,
    references: &HashMap<&str, u32>,
) -> Decoded<Line> {
    let place = Place::Transaction(transaction.number);
    let refuse = |reason: &str| refusal::malformed(place.clone(), reason);
    if transaction.currency.as_deref().is_some_and(|code| code != currency.code()) {
        return Err(refuse("expected an amount in the currency of the statement (CURDEF)"));
    }
    let booked_on = transaction.posted_on.ok_or_else(|| refuse("expected a date in DTPOSTED"))?;
    let amount = transaction.amount.as_deref().ok_or_else(|| refuse("expected a TRNAMT"))?;
    let detail = |text: &Option<String>, name: &str| {
        line::detail(text.as_deref().unwrap_or_default(), name, || place.clone())
    };
    let reference = transaction.reference.clone().filter(|text| references.contains_key(&**text));
    let document = detail(&transaction.check_number, "CHECKNUM")?;
    let details = MovementDetails {
        document: document.or(detail(&transaction.reference_number, "REFNUM")?),
        reference: detail(&reference, "FITID")?,
        ..MovementDetails::default()
    };
    let counterparty = Counterparty {
        name: detail(&transaction.payee, "payee")?,
        rut: None,
        account: detail(&transaction.counter_account, "ACCTID")?,
        // A BANKID names banks by numbers of which no list is at hand.
        bank: None,
    };
    let observation = Observation {
        booked_on,
        value_on: transaction.available_on,
        amount: money(amount, currency, &place)?,
        balance_after: None,
        status: MovementStatus::Booked,
        glosa: line::glosa(&glosa(transaction), || place.clone())?,
        details,
    };
    let counterparty = Some(counterparty).filter(|counterparty| !counterparty.is_empty());
    Ok(Line { place, observation: observation.into(), counterparty })
}

/// Name and memo; some banks repeat the name, cut at 32 characters, at the start of the memo.
fn glosa(transaction: &Transaction) -> String {
    let name = transaction.name.as_deref().or(transaction.payee.as_deref()).unwrap_or_default();
    let memo = transaction.memo.as_deref().unwrap_or_default();
    if memo.starts_with(name) {
        memo.to_owned()
    } else if memo.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {memo}")
    }
}

/// An amount as OFX writes it: a sign, digits, and a point or a comma before the decimals.
fn money(text: &str, currency: Currency, place: &Place) -> Decoded<Money> {
    let decimal = if text.contains(',') { b',' } else { b'.' };
    let separators = Separators::Fixed { decimal, thousands: None };
    let minor = amount::from_text(text, currency, separators)
        .map_err(|problem| refusal::malformed(place.clone(), problem.to_string()))?
        .ok_or_else(|| refusal::malformed(place.clone(), "expected an amount"))?;
    Ok(Money::new(minor, currency))
}

/// A day of the period. One that no statement may speak of is not refused, since programs write
/// 1970 or the far future for "everything": the first is left out, the second is cut at today.
fn declared_day(text: Option<&str>, days: Days, warnings: &mut Warnings) -> Option<Date> {
    let sound = moment::day(text?).ok().and_then(|day| past(day, days));
    if sound.is_none() {
        let text = "the period's start or end is no day of a statement; it is left out";
        warnings.push(None, "period_unusable", text);
    }
    sound
}

/// The day, or today where it lies ahead; `None` for one that no statement may speak of.
fn past(day: Date, days: Days) -> Option<Date> {
    days.check(day.min(days.today())).ok()
}

fn claim(
    form: Form,
    account: &Account,
    currency: Currency,
    warnings: &mut Warnings,
) -> AccountClaim {
    let kind = match (form, account.kind.as_deref()) {
        (Form::Card, _) => Some(AccountKind::CreditCard),
        (Form::Bank, Some("CHECKING")) => Some(AccountKind::Checking),
        (Form::Bank, Some("SAVINGS")) => Some(AccountKind::Savings),
        (Form::Bank, Some("CREDITLINE")) => Some(AccountKind::CreditLine),
        (Form::Bank, _) => None,
    };
    // A masked card number has crosses where this model has asterisks.
    let written = account.number.as_deref().map(|number| number.replace(['X', 'x'], "*"));
    let number = written.as_deref().and_then(|number| AccountNumber::parse(number).ok());
    if number.is_none() {
        let text = "the account number lacks or has letters; it must be named at the import";
        warnings.push(None, "account_number", text);
    }
    let institution = account.bank.as_deref().and_then(institution);
    AccountClaim { institution, kind, currency, number, holder: Holder::default() }
}

/// The bank of a `BANKID`, where it is the CMF's code.
fn institution(bank: &str) -> Option<InstitutionId> {
    let significant = bank.trim().trim_start_matches('0');
    let same = |code: &str| !significant.is_empty() && code.trim_start_matches('0') == significant;
    let row = Catalogue::bundled().iter().find(|row| row.cmf_code.as_deref().is_some_and(same))?;
    Some(row.id.clone())
}

fn balances(
    statement: &Statement,
    currency: Currency,
    as_of: Date,
    days: Days,
) -> Decoded<Vec<BalanceReading>> {
    let available = match statement.form {
        Form::Bank => BalanceKind::Available,
        Form::Card => BalanceKind::CreditAvailable,
    };
    let mut readings = Vec::new();
    for (kind, balance) in
        [(BalanceKind::Ledger, &statement.ledger), (available, &statement.available)]
    {
        let Balance { amount: Some(amount), as_of: day } = balance else { continue };
        let amount = money(amount, currency, &Place::File)?;
        let as_of = day.and_then(|day| past(day, days)).unwrap_or(as_of);
        readings.push(BalanceReading { kind, amount, as_of });
    }
    Ok(readings)
}
