//! `cartola export`: what is stored, written out page by page, so that memory stays small however
//! much there is.

mod accounts;
mod beancount;
mod consents;
mod movements;
mod trail;
pub mod writer;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::accounts::OpenAccount;
use cartola_insights::categories::{Facts, Label, Matcher};
use cartola_model::{Counterparty, Principal};
use cartola_primitives::Date;
use cartola_primitives::id::AccountId;
use cartola_store::movements::MovementRow;
use clap::{Args, ValueEnum};

use crate::commands::audit::files::{make, refuse_existing};
use crate::problem::wrong_use;
use crate::tenant::Whose;
use crate::{moments, output};

#[derive(Args)]
pub struct Arguments {
    /// What to write out
    #[arg(value_enum)]
    what: What,
    /// In which form
    #[arg(long, value_enum)]
    format: Format,
    #[command(flatten)]
    whose: Whose,
    /// Transactions of one account only
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// From this day on (YYYY-MM-DD): booked, granted or recorded, in Chile
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    from: Option<Date>,
    /// Up to this day, included
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    to: Option<Date>,
    /// File to write, which must not exist; stdout without it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write in place of FILE where it exists
    #[arg(long, requires = "output")]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Movements of accounts, oldest first
    Transactions,
    /// The consent ledger, oldest first
    Consents,
    /// The audit trail, in its order
    Audit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// RFC 4180 with a header row
    Csv,
    /// One JSON array, one object a line
    Json,
    /// A Beancount ledger (transactions only)
    Beancount,
}

/// Which days are asked for.
#[derive(Clone, Copy)]
pub struct Days {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl Days {
    pub fn contains(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// What is read, and for whom.
struct Source<'a> {
    engine: &'a Engine,
    who: Principal,
    tenant_name: String,
    account: Option<AccountId>,
    days: Days,
    /// What says what movements were for.
    matcher: &'a Matcher,
}

impl Source<'_> {
    /// What a movement of an account was for.
    fn label(
        &self,
        row: &MovementRow,
        account: &OpenAccount,
        other: Option<&Counterparty>,
    ) -> Label<'_> {
        let other = other.and_then(|other| other.rut);
        self.matcher.label(&Facts::of(&row.movement, other, account.holder_rut))
    }
}

/// Writes it out.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    check(&arguments)?;
    let (gateway, tenant) = arguments.whose.open().await?;
    let source = Source {
        engine: &gateway.engine,
        who: Principal::operator(tenant.id),
        matcher: gateway.rules.of(tenant.id),
        tenant_name: tenant.name,
        account: arguments.account,
        days: Days { from: arguments.from, to: arguments.to },
    };
    if let Some(id) = source.account {
        let shown = source.engine.shows_account(&source.who, id).await;
        if !shown.context("the account cannot be read")? {
            anyhow::bail!("there is no account {id}, or no consent allows it to be shown");
        }
    }
    let mut sink = sink(arguments.output.as_deref(), arguments.force)?;
    let spinner = output::spinner("exporting");
    let written = write(&source, arguments.what, arguments.format, &mut sink).await;
    spinner.finish_and_clear();
    written?;
    sink.flush().context("the export cannot be written")?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &Arguments) -> anyhow::Result<()> {
    let transactions = arguments.what == What::Transactions;
    if arguments.format == Format::Beancount && !transactions {
        return Err(wrong_use("beancount is a form of transactions; take csv or json"));
    }
    if arguments.account.is_some() && !transactions {
        return Err(wrong_use("--account goes with transactions alone"));
    }
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from > to
    {
        return Err(wrong_use("--from is later than --to"));
    }
    match &arguments.output {
        Some(path) => refuse_existing(path, arguments.force),
        None => Ok(()),
    }
}

/// Where an export is written.
pub type Sink = Box<dyn Write + Send>;

fn sink(path: Option<&Path>, force: bool) -> anyhow::Result<Sink> {
    let Some(path) = path else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    Ok(Box::new(BufWriter::new(make(path, force)?)))
}

async fn write(
    source: &Source<'_>,
    what: What,
    format: Format,
    sink: &mut Sink,
) -> anyhow::Result<()> {
    if format == Format::Beancount {
        return beancount::write(source, sink).await;
    }
    let mut rows = writer::Rows::new(format, sink);
    match what {
        What::Transactions => movements::write(source, &mut rows).await?,
        What::Consents => consents::write(source, &mut rows).await?,
        What::Audit => trail::write(source, &mut rows).await?,
    }
    rows.finish()
}
