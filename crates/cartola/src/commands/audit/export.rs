//! `cartola audit export`: for a regulator, or for the person whom it is about.

mod authorizations;
mod entries;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_engine::access::is_access;
use cartola_engine::audit::Exported;
use cartola_model::Principal;
use cartola_primitives::id::PersonId;
use cartola_primitives::{Date, Rut, santiago};
use clap::{Args, ValueEnum};

use super::files::{Output, hash};
use crate::commands::export::{Days, Format, writer};
use crate::problem::wrong_use;
use crate::tenant::Whose;
use crate::{moments, output};

#[derive(Args)]
pub struct Arguments {
    /// What to write out
    #[arg(long, value_enum)]
    kind: What,
    /// In which form
    #[arg(long, value_enum)]
    format: Form,
    /// About this person alone
    #[arg(long, value_name = "RUT")]
    person: Option<String>,
    /// From this day on (YYYY-MM-DD), in Chile
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    from: Option<Date>,
    /// Up to this day, included
    #[arg(long, value_name = "DAY", value_parser = moments::day)]
    to: Option<Date>,
    #[command(flatten)]
    to_file: Output,
    #[command(flatten)]
    whose: Whose,
}

/// What is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// What people were asked to approve on their phones, what they were shown, and what they signed
    Authorizations,
    /// Who read what, and when
    Accesses,
    /// Grants, changes and ends of consents
    Consents,
    /// Every entry of the trail
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// RFC 4180 with a header row
    Csv,
    /// One JSON array, one object a line
    Json,
}

impl What {
    const fn name(self) -> &'static str {
        match self {
            Self::Authorizations => "authorizations",
            Self::Accesses => "accesses",
            Self::Consents => "consents",
            Self::All => "all",
        }
    }

    /// Whether an entry of the trail belongs to it.
    fn takes(self, action: &str) -> bool {
        match self {
            Self::Authorizations => false,
            Self::Accesses => is_access(action),
            Self::Consents => action.starts_with("consent.") && !is_access(action),
            Self::All => true,
        }
    }
}

/// What is asked for, and of whom.
struct Asked<'a> {
    engine: &'a Engine,
    who: Principal,
    what: What,
    rut: Option<Rut>,
    person: Option<PersonId>,
    days: Days,
}

/// Writes it out and signs it.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { kind: what, person: rut, from, to, to_file, .. } = &arguments;
    let path = &to_file.output;
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(wrong_use("--from is later than --to"));
    }
    // Not by clap, whose message would quote it.
    let rut = rut.as_deref().map(Rut::parse).transpose();
    let rut = rut.map_err(|error| wrong_use(format!("--person: {error}")))?;
    to_file.check()?;
    let (gateway, tenant) = arguments.whose.open().await?;
    let who = Principal::operator(tenant.id);
    let person = match rut {
        Some(rut) => match gateway.engine.person_with(&who, rut).await? {
            None => bail!("nothing of that person is kept"),
            found => found,
        },
        None => None,
    };
    let days = Days { from: *from, to: *to };
    let asked = Asked { engine: &gateway.engine, who, what: *what, rut, person, days };
    let head = gateway.engine.audit_head(tenant.id).await.context("the trail cannot be read")?;
    let format = match arguments.format {
        Form::Csv => Format::Csv,
        Form::Json => Format::Json,
    };
    let rows = write(&asked, format, to_file).await?;
    let (sha256, bytes) = hash(path)?;
    let says = Exported {
        sha256,
        bytes,
        rows,
        what: what.name().to_owned(),
        format: if format == Format::Csv { "csv" } else { "json" }.to_owned(),
        tenant: tenant.id,
        tenant_name: tenant.name,
        person,
        from: *from,
        to: *to,
        sequence: head.sequence,
        hash: head.hash,
        exported_at: gateway.engine.now(),
    };
    let signed = gateway.engine.sign_export(&asked.who, &says).await?;
    let (mut file, beside) = to_file.create_signature()?;
    writeln!(file, "{signed}").context("the signature cannot be written")?;
    output::line(format_args!(
        "{rows} rows in {}, signed in {}",
        path.display(),
        beside.display()
    ))?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn write(asked: &Asked<'_>, format: Format, to_file: &Output) -> anyhow::Result<u64> {
    let file = to_file.create()?;
    let mut sink: crate::commands::export::Sink = Box::new(std::io::BufWriter::new(file));
    let mut rows = writer::Rows::new(format, &mut sink);
    let spinner = output::spinner("exporting");
    let written = match asked.what {
        What::Authorizations => authorizations::write(asked, &mut rows).await,
        _ => entries::write(asked, &mut rows).await,
    };
    spinner.finish_and_clear();
    let written = written?;
    rows.finish()?;
    sink.flush().context("the export cannot be written")?;
    Ok(written)
}

impl Asked<'_> {
    fn is_of_days(&self, at: cartola_primitives::Timestamp) -> bool {
        self.days.contains(santiago::date_of(at))
    }
}
