//! `cartola matters`: what people ask of whoever keeps their data, and breaches of it.

mod data;
mod said;

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::matters::{
    Breach, BreachChange, Decision, Matter, MatterError, MatterStepTaken, NewMatter, Opened,
    WhenTold,
};
use cartola_engine::once::Reply;
use cartola_model::{MatterKind, MatterState};
use cartola_primitives::id::{MatterId, PersonId};
use cartola_primitives::{Timestamp, santiago};
use cartola_store::MAX_PAGE;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use self::said::{FromFile, Said};
use crate::commands::audit::files::Output;
use crate::problem::wrong_use;
use crate::tenant::Whose;
use crate::{moments, output, pages};

/// What to do with matters.
#[derive(Subcommand)]
pub enum Verb {
    /// Open one: what a person asks, or a breach
    Open(Box<Open>),
    /// List them, with their deadlines
    List(List),
    /// Decide on one, and do what follows
    Decide(Box<Decide>),
    /// Write out all that is kept of a person, for them: access and portability
    Data(Data),
}

impl Verb {
    /// Whether it changes nothing.
    pub const fn only_prints(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

#[derive(Args)]
pub struct Open {
    /// What it is about
    #[arg(long, value_enum)]
    kind: Kind,
    /// RUT of who asks, whose identity you have checked; a breach has none
    #[arg(long)]
    rut: Option<String>,
    /// What is asked, or what happened
    #[arg(long)]
    text: Option<String>,
    /// How to reach who asks
    #[arg(long)]
    contact: Option<String>,
    #[command(flatten)]
    from: FromFile,
    #[command(flatten)]
    breach: BreachEntry,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Of a breach, what the register asks for.
#[derive(Args)]
struct BreachEntry {
    /// Of a breach: what it may do to people
    #[arg(long, requires_all = ["data_kinds", "people", "measures"])]
    effects: Option<String>,
    /// Of a breach: which kinds of data
    #[arg(long, value_name = "TEXT", requires = "effects")]
    data_kinds: Option<String>,
    /// Of a breach: about how many people
    #[arg(long, value_name = "N", requires = "effects")]
    people: Option<u64>,
    /// Of a breach: what is done about it
    #[arg(long, requires = "effects")]
    measures: Option<String>,
    /// Of a breach: when the Agency was told
    #[arg(long, value_name = "INSTANT", requires = "effects", value_parser = moments::instant)]
    agency_told_at: Option<Timestamp>,
    /// Of a breach: when the people were told
    #[arg(long, value_name = "INSTANT", requires = "effects", value_parser = moments::instant)]
    people_told_at: Option<Timestamp>,
}

/// Of a breach, what changes of its entry; what is left out stays as it is.
#[derive(Args)]
struct Amendment {
    /// With `amend`: what it may do to people
    #[arg(long)]
    effects: Option<String>,
    /// With `amend`: which kinds of data
    #[arg(long, value_name = "TEXT")]
    data_kinds: Option<String>,
    /// With `amend`: about how many people
    #[arg(long, value_name = "N")]
    people: Option<u64>,
    /// With `amend`: what is done about it
    #[arg(long)]
    measures: Option<String>,
    /// With `amend`: when the Agency was told
    #[arg(long, value_name = "INSTANT", value_parser = moments::instant)]
    agency_told_at: Option<Timestamp>,
    /// With `amend`: the Agency was not told; takes the date away
    #[arg(long, conflicts_with = "agency_told_at")]
    agency_not_told: bool,
    /// With `amend`: when the people were told
    #[arg(long, value_name = "INSTANT", value_parser = moments::instant)]
    people_told_at: Option<Timestamp>,
    /// With `amend`: the people were not told; takes the date away
    #[arg(long, conflicts_with = "people_told_at")]
    people_not_told: bool,
}

#[derive(Args)]
pub struct List {
    /// Those of this kind alone
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Those that wait for an answer alone
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON a matter, with all that was said
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Decide {
    /// Id of the matter
    id: MatterId,
    /// What is decided
    #[arg(long = "as", value_enum, value_name = "DECISION")]
    decision: Verdict,
    /// Why, or what is answered; it is kept
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    from: FromFile,
    #[command(flatten)]
    change: Amendment,
    #[command(flatten)]
    whose: Whose,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Data {
    /// RUT of the person
    #[arg(long)]
    rut: Option<String>,
    #[command(flatten)]
    from: FromFile,
    #[command(flatten)]
    to_file: Output,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The person wants to know what is kept of them: 30 days
    Access,
    /// They say that something is wrong: 30 days
    Rectification,
    /// They want it erased: 30 days
    Erasure,
    /// They oppose what is done with it: 30 days
    Opposition,
    /// They want a copy for somebody else: 30 days
    Portability,
    /// They want nothing done with it for a while: 2 working days, and it holds at once
    Block,
    /// Somebody has had data, or may have, who was not to
    Breach,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Verdict {
    /// Answered 30 days later, once
    Extend,
    /// Done: an erasure erases, an opposition revokes every consent
    Grant,
    /// Not done, for the reasons in --text
    Deny,
    /// The person wants it no more
    Withdraw,
    /// Over: a block is lifted, a breach was dealt with
    Close,
    /// The register says something else of a breach; what is left out stays
    Amend,
}

impl Kind {
    const fn of(self) -> MatterKind {
        match self {
            Self::Access => MatterKind::Access,
            Self::Rectification => MatterKind::Rectification,
            Self::Erasure => MatterKind::Erasure,
            Self::Opposition => MatterKind::Opposition,
            Self::Portability => MatterKind::Portability,
            Self::Block => MatterKind::Block,
            Self::Breach => MatterKind::Breach,
        }
    }
}

impl BreachEntry {
    fn read(self) -> Option<Breach> {
        let Self { effects, data_kinds, people, measures, agency_told_at, people_told_at } = self;
        Some(Breach {
            effects: effects?,
            data: data_kinds?,
            people: people?,
            measures: measures?,
            agency_told_at,
            people_told_at,
        })
    }
}

impl Amendment {
    /// What changes; nothing where none of it was given.
    fn read(self) -> Option<BreachChange> {
        let Self { effects, data_kinds, people, measures, .. } = self;
        let when = |told_at: Option<Timestamp>, is_untold| match told_at {
            Some(at) => WhenTold::At(at),
            None if is_untold => WhenTold::Never,
            None => WhenTold::AsBefore,
        };
        let agency_told = when(self.agency_told_at, self.agency_not_told);
        let people_told = when(self.people_told_at, self.people_not_told);
        let change =
            BreachChange { effects, data: data_kinds, people, measures, agency_told, people_told };
        (change != BreachChange::default()).then_some(change)
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Open(arguments) => open(*arguments).await,
        Verb::List(arguments) => list(arguments).await,
        Verb::Decide(arguments) => decide(*arguments).await,
        Verb::Data(arguments) => data::run(arguments).await,
    }
}

async fn open(arguments: Open) -> anyhow::Result<ExitCode> {
    let Open { kind, rut, text, contact, from, breach, whose, json } = arguments;
    let mut said = from.or(Said { rut, text, contact })?;
    let (rut, text, breach) = (said.rut()?, said.text()?, breach.read());
    check_open(kind, rut.is_some(), breach.is_some())?;
    let new = NewMatter { kind: kind.of(), rut, text, contact: said.contact, breach };
    let (gateway, who) = whose.open_as_operator().await?;
    let opened = gateway.engine.open_matter(&who, &new, Reply::NONE).await?;
    print_opened(&opened, json)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// What goes with which kind, in the words of the command.
fn check_open(kind: Kind, has_rut: bool, has_entry: bool) -> anyhow::Result<()> {
    let is_breach = kind == Kind::Breach;
    Err(wrong_use(match (is_breach, has_rut, has_entry) {
        (true, false, true) | (false, true, false) => return Ok(()),
        (true, true, _) => "a breach is nobody's alone: no --rut with --kind breach",
        (true, false, false) => {
            "--kind breach takes what the register asks for: --effects, --data-kinds, --people and \
             --measures"
        }
        (false, _, true) => {
            "--effects, --data-kinds, --people and --measures go with --kind breach alone"
        }
        (false, false, false) => {
            "say whose request it is in --rut, or in the file of --file: you have checked who they are"
        }
    }))
}

async fn decide(arguments: Decide) -> anyhow::Result<ExitCode> {
    let Decide { id, decision, text, from, change, whose, json } = arguments;
    let text = from.or(Said { text, ..Said::default() })?.text()?;
    let verdict = decision;
    let decision = match (decision, change.read()) {
        (Verdict::Amend, Some(change)) => Decision::Amend(change),
        (Verdict::Amend, None) => {
            return Err(wrong_use(
                "amend takes what changes, of --effects, --data-kinds, --people, --measures, \
                 --agency-told-at and --people-told-at; what is left out stays as it is",
            ));
        }
        (_, Some(_)) => return Err(wrong_use("an entry of a breach goes with --as amend alone")),
        (Verdict::Extend, None) => Decision::Extend,
        (Verdict::Grant, None) => Decision::Grant,
        (Verdict::Deny, None) => Decision::Deny,
        (Verdict::Withdraw, None) => Decision::Withdraw,
        (Verdict::Close, None) => Decision::Close,
    };
    let (gateway, who) = whose.open_as_operator().await?;
    let matter = gateway.engine.decide_matter(&who, id, (&decision, &text), Reply::NONE).await;
    let matter = matter.map_err(|error| undecided(verdict, error))?;
    print(&matter, json)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Why nothing was decided, and what would be.
fn undecided(verdict: Verdict, error: MatterError) -> anyhow::Error {
    let rule = match (&error, verdict) {
        (MatterError::Unknown, _) => "`cartola matters list` prints those of the tenant",
        (MatterError::Transition(_), Verdict::Extend) => {
            "what is open is put off once, and neither a block nor a breach is"
        }
        (MatterError::Transition(_), Verdict::Grant | Verdict::Deny | Verdict::Withdraw) => {
            "that is decided of a request that is open or was put off, and of no breach"
        }
        (MatterError::Transition(_), Verdict::Close) => {
            "`close` ends a breach, or lifts a block that was granted"
        }
        _ => return error.into(),
    };
    anyhow::anyhow!("{error}; {rule}")
}

async fn list(arguments: List) -> anyhow::Result<ExitCode> {
    let List { kind, open, whose, json } = arguments;
    let (gateway, who) = whose.open_as_operator().await?;
    let (engine, asked, mut rows) = (&gateway.engine, (kind.map(Kind::of), None), Vec::new());
    let page = async |after| {
        let page = engine.matters(&who, asked, after, MAX_PAGE).await;
        page.context("the matters cannot be read")
    };
    pages::each(page, |matter| {
        if !open || matter.row.standing.state.is_open() {
            if json {
                output::json(&Printed::of(&matter))?;
            } else {
                rows.push(line(&matter, engine.now()));
            }
        }
        Ok(())
    })
    .await?;
    if !json {
        output::table(&["ID", "KIND", "STATE", "OPENED", "DUE", ""], &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn line(matter: &Matter, now: Timestamp) -> Vec<String> {
    let row = &matter.row;
    let (state, due_at) = (row.standing.state, row.standing.due_at);
    let is_late = state.is_open() && due_at <= now;
    vec![
        row.id.to_string(),
        row.kind.name().to_owned(),
        state.name().to_owned(),
        santiago::date_of(row.opened_at).to_string(),
        moments::deadline(due_at),
        if is_late { "LATE".to_owned() } else { String::new() },
    ]
}

#[derive(Serialize)]
struct Printed<'a> {
    id: MatterId,
    kind: MatterKind,
    state: MatterState,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_id: Option<PersonId>,
    opened_at: Timestamp,
    due_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<&'a str>,
    steps: &'a [MatterStepTaken],
    #[serde(skip_serializing_if = "Option::is_none")]
    breach: Option<&'a Breach>,
}

impl<'a> Printed<'a> {
    fn of(matter: &'a Matter) -> Self {
        let Matter { row, text, contact, steps, breach } = matter;
        Self {
            id: row.id,
            kind: row.kind,
            state: row.standing.state,
            version: row.version,
            person_id: row.person,
            opened_at: row.opened_at,
            due_at: row.standing.due_at,
            text: text.as_deref(),
            contact: contact.as_deref(),
            steps,
            breach: breach.as_ref(),
        }
    }
}

/// A matter, and what else waits for an answer to the same person.
#[derive(Serialize)]
struct PrintedOpened<'a> {
    #[serde(flatten)]
    matter: Printed<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also_open: &'a [MatterId],
}

fn print_opened(Opened { matter, also_open }: &Opened, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&PrintedOpened { matter: Printed::of(matter), also_open });
    }
    print(matter, json)?;
    if also_open.is_empty() {
        return Ok(());
    }
    let others: Vec<_> = also_open.iter().map(MatterId::to_string).collect();
    let (kind, others) = (matter.row.kind.name(), others.join(", "));
    Ok(output::line(format_args!(
        "open already is {kind} of the same person: {others}; each is to be answered in its own time"
    ))?)
}

fn print(matter: &Matter, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&Printed::of(matter));
    }
    let row = &matter.row;
    let (kind, state) = (row.kind.name(), row.standing.state.name());
    let due = format!("{} in Chile", moments::deadline(row.standing.due_at));
    Ok(output::line(match row.standing.state {
        state if state.is_open() => {
            format!("{} {kind} is {}, and is to be answered by {due}", row.id, state.name())
        }
        MatterState::Retained => {
            format!("{} {kind} is done but for what a law says is to be kept, until {due}", row.id)
        }
        _ => format!("{} {kind} is {state}", row.id),
    })?)
}
