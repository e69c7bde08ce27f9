//! A Beancount ledger: every booked movement against an account of things unknown, with an
//! assertion for each day whose closing balance the bank's own lines prove.

mod chain;
mod names;

use std::io::Write;

use anyhow::Context;
use cartola_engine::accounts::OpenAccount;
use cartola_insights::categories::Category;
use cartola_model::MovementStatus;
use cartola_primitives::{Currency, Date, Money};
use cartola_store::MAX_PAGE;
use cartola_store::movements::MovementRow;

use super::movements::{self, UNREADABLE};
use super::{Sink, Source, accounts};
use chain::{Adjustment, Chain, Closing};

const WRITING: &str = "the export cannot be written";

/// The other side of what leaves an account.
const EXPENSES: &str = "Expenses:Unknown";

/// The other side of what comes in.
const INCOME: &str = "Income:Unknown";

/// The other side of what an account had before its first known balance.
const OPENING: &str = "Equity:Opening-Balances";

/// The other side of what the balances show and no movement tells of.
const GAPS: &str = "Equity:Balance-Gaps";

/// An account of the ledger.
struct Book {
    name: String,
    account: OpenAccount,
    first: Date,
}

/// Writes the ledger: accounts by age, and within each the movements by day and id.
pub async fn write(source: &Source<'_>, sink: &mut Sink) -> anyhow::Result<()> {
    let books = books(source).await?;
    write_head(source, &books, sink).context(WRITING)?;
    for book in &books {
        write_book(source, book, sink).await?;
    }
    Ok(())
}

/// The accounts that have movements to write.
async fn books(source: &Source<'_>) -> anyhow::Result<Vec<Book>> {
    let mut names = names::Names::default();
    let mut books = Vec::new();
    for (id, account) in accounts::all(source).await? {
        let name = names.give(&account.row);
        if source.account.is_some_and(|wanted| wanted != id) {
            continue;
        }
        let first = movements::page(source, Some(id), None, 1).await?;
        if let Some(first) = first.rows.iter().next().transpose().context(UNREADABLE)? {
            books.push(Book { name, account, first: first.movement.booked_on });
        }
    }
    Ok(books)
}

fn write_head(source: &Source<'_>, books: &[Book], sink: &mut Sink) -> std::io::Result<()> {
    writeln!(sink, "option \"title\" {}", quoted(&format!("Cartola: {}", source.tenant_name)))?;
    let mut currencies: Vec<Currency> =
        books.iter().map(|book| book.account.row.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        writeln!(sink, "option \"operating_currency\" \"{currency}\"")?;
    }
    for Book { name, account, first } in books {
        writeln!(sink, "\n{first} open {name} {}", account.row.currency)?;
        writeln!(sink, "  id: \"{}\"", account.row.id)?;
    }
    if let Some(first) = books.iter().map(|book| book.first).min() {
        writeln!(sink)?;
        for name in [EXPENSES, INCOME, OPENING, GAPS] {
            writeln!(sink, "{first} open {name}")?;
        }
    }
    Ok(())
}

async fn write_book(source: &Source<'_>, book: &Book, sink: &mut Sink) -> anyhow::Result<()> {
    let mut chain = Chain::default();
    let mut after = None;
    loop {
        let page = movements::page(source, Some(book.account.row.id), after, MAX_PAGE).await?;
        // What is pending is in no balance yet, and may never be.
        let rows = page.rows.to_rows().context(UNREADABLE)?;
        let booked = rows.iter().filter(|row| row.movement.status == MovementStatus::Booked);
        for row in booked {
            let movement = &row.movement;
            let ended =
                chain.take(movement.booked_on, movement.amount.minor(), movement.balance_after);
            write_closing(book, ended, sink)?;
            let other = source.engine.counterparty(&source.who, row).await;
            let other = other.context("a counterparty cannot be opened")?;
            let category = source.label(row, &book.account, other.as_ref()).category;
            let payee = other.and_then(|other| other.name);
            write_movement(book, row, (payee.as_deref(), category), sink).context(WRITING)?;
        }
        after = page.next;
        if after.is_none() {
            return write_closing(book, chain.finish(), sink);
        }
    }
}

fn write_movement(
    book: &Book,
    row: &MovementRow,
    (payee, category): (Option<&str>, Category),
    sink: &mut Sink,
) -> std::io::Result<()> {
    let movement = &row.movement;
    let payee = payee.map(|payee| format!("{} ", quoted(payee))).unwrap_or_default();
    writeln!(sink, "\n{} * {payee}{}", movement.booked_on, quoted(&movement.glosa))?;
    writeln!(sink, "  id: \"{}\"", movement.id)?;
    if let Some(document) = &movement.details.document {
        writeln!(sink, "  document: {}", quoted(document))?;
    }
    writeln!(sink, "  category: \"{category}\"")?;
    let other = if movement.amount.minor() > 0 { INCOME } else { EXPENSES };
    write_postings(book, movement.amount.minor().into(), other, sink)
}

fn write_closing(book: &Book, ended: Option<Closing>, sink: &mut Sink) -> anyhow::Result<()> {
    let Some(Closing { day, adjustment, balance }) = ended else { return Ok(()) };
    if let Some(Adjustment { amount, opening }) = adjustment {
        let (flag, text, other) = if opening {
            ("*", "Balance before the first statement", OPENING)
        } else {
            ("!", "Balance gap: movements are missing before this day's", GAPS)
        };
        writeln!(sink, "\n{day} {flag} \"{text}\"").context(WRITING)?;
        write_postings(book, amount, other, sink).context(WRITING)?;
    }
    // An assertion speaks of the beginning of its day.
    let asserted = day.tomorrow().context("a movement lies at the end of the calendar")?;
    let balance = decimal(balance, book.account.row.currency);
    let (name, currency) = (&book.name, book.account.row.currency);
    writeln!(sink, "\n{asserted} balance {name} {balance} {currency}").context(WRITING)
}

fn write_postings(book: &Book, amount: i128, other: &str, sink: &mut Sink) -> std::io::Result<()> {
    let currency = book.account.row.currency;
    writeln!(sink, "  {}  {} {currency}", book.name, decimal(amount, currency))?;
    writeln!(sink, "  {other}  {} {currency}", decimal(-amount, currency))
}

fn decimal(minor: i128, currency: Currency) -> String {
    let minor = i64::try_from(minor).expect("amounts are limited so that their sums fit 64 bits");
    Money::new(minor, currency).to_decimal_string()
}

/// A Beancount string. Line breaks and the like are of no use in one.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => quoted.push(' '),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
