//! `cartola payments`: what is in doubt, and ending a doubt by what was learnt at the bank.

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::instructions::{
    Instruction, InstructionEnd, InstructionKind, InstructionStanding, InstructionState,
};
use cartola_engine::payments::{Payment, PaymentEnd, PaymentStanding, PaymentState};
use cartola_engine::{Engine, EngineError};
use cartola_model::{Failure, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{InstructionId, PaymentId};
use cartola_store::MAX_PAGE;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use crate::problem::wrong_use;
use crate::tenant::Whose;
use crate::{moments, output, pages};

/// What to do with payments, withdrawals, bills and changes of beneficiaries.
#[derive(Subcommand)]
pub enum Verb {
    /// List those of which nobody knows what the bank has heard
    Doubts(Doubts),
    /// End one of them as the bank says by telephone or on its screen
    Settle(Settle),
}

impl Verb {
    /// Whether it changes nothing.
    pub const fn only_prints(&self) -> bool {
        matches!(self, Self::Doubts(_))
    }
}

#[derive(Args)]
pub struct Doubts {
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Settle {
    /// Id of the payment (pay_…), withdrawal, bill or beneficiary (ins_…)
    id: String,
    /// What became of it at the bank
    #[arg(long = "as", value_enum, value_name = "END")]
    end: End,
    /// What shows it, such as the number of the bank's answer: keep it, its SHA-256 is written down
    #[arg(long)]
    note: String,
    /// When it came to that end, as the bank says: after it was begun, and not later than now, which
    /// is when where nothing is said. Of what is `failed` nothing has happened, and there is no such moment
    #[arg(long, value_name = "INSTANT", value_parser = moments::instant)]
    at: Option<Timestamp>,
    #[command(flatten)]
    whose: Whose,
    /// Print lines of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum End {
    /// The money has moved, or the beneficiary was changed
    Completed,
    /// Of a withdrawal: the cash was taken
    Claimed,
    /// Of a withdrawal: nobody took the cash, and the money is back
    Expired,
    /// Nothing has moved and nothing will
    Failed,
}

/// One of either.
enum Which {
    Payment(PaymentId),
    Instruction(InstructionId),
}

impl Which {
    fn parse(text: &str) -> anyhow::Result<Self> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Payment(id));
        }
        let id = text.parse().map(Self::Instruction);
        id.map_err(|_| {
            wrong_use("the id is none of a payment (pay_…) or of an instruction (ins_…)")
        })
    }
}

/// One as it is printed: what it says of people is not.
#[derive(Serialize)]
struct Printed {
    id: String,
    kind: &'static str,
    institution: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<i64>,
    end_to_end_id: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_reference: Option<String>,
    created_at: Timestamp,
    changed_at: Timestamp,
}

/// One of either as it is printed: rows of both have the same names for the same things.
macro_rules! printed {
    ($row:ident, $state:ident, $kind:expr, $pesos:expr) => {
        Printed {
            id: $row.id.to_string(),
            kind: $kind,
            institution: $row.institution.to_string(),
            amount: $pesos,
            end_to_end_id: $row.end_to_end.to_string(),
            state: $row.standing.state.standing().name(),
            cause: match &$row.standing.state {
                $state::InDoubt { cause, .. } => Some(*cause),
                _ => None,
            },
            bank_reference: $row.standing.bank_reference,
            created_at: $row.created_at,
            changed_at: $row.standing.changed_at,
        }
    };
}

impl From<Payment> for Printed {
    fn from(Payment { row, .. }: Payment) -> Self {
        printed!(row, PaymentState, "payment", Some(row.amount.minor()))
    }
}

impl From<Instruction> for Printed {
    fn from(Instruction { row, .. }: Instruction) -> Self {
        let pesos = row.amount.map(|amount| amount.minor());
        printed!(row, InstructionState, row.kind.name(), pesos)
    }
}

impl Printed {
    fn cells(&self) -> Vec<String> {
        let amount = self.amount.map(|pesos| pesos.to_string()).unwrap_or_default();
        let cause = self.cause.map(Failure::name).unwrap_or_default().to_owned();
        let (kind, state) = (self.kind.to_owned(), self.state.to_owned());
        let since = self.changed_at.to_string();
        vec![self.id.clone(), kind, self.institution.clone(), amount, state, since, cause]
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Doubts(arguments) => doubts(arguments).await,
        Verb::Settle(arguments) => settle(arguments).await,
    }
}

async fn settle(arguments: Settle) -> anyhow::Result<ExitCode> {
    let Settle { id, end, note, at, whose, json } = arguments;
    let which = Which::parse(&id)?;
    if end == End::Failed && at.is_some() {
        return Err(wrong_use(
            "`--at` is when the money moved or the cash was taken or came back, and of what is `failed` \
             nothing did: leave `--at` out, and say in `--note` what the bank says",
        ));
    }
    let (gateway, who) = whose.open_as_operator().await?;
    let engine = &gateway.engine;
    let at = at.unwrap_or_else(|| engine.now());
    let printed: Printed = match which {
        Which::Payment(id) => {
            let end = match end {
                End::Completed => PaymentEnd::Completed { settled_at: at },
                End::Failed => PaymentEnd::Failed,
                End::Claimed | End::Expired => {
                    return Err(wrong_use("a payment is `completed` or `failed`"));
                }
            };
            engine.settle_payment(&who, id, end, &note).await?.into()
        }
        Which::Instruction(id) => {
            let end = match end {
                End::Completed => InstructionEnd::Completed { at },
                End::Claimed => InstructionEnd::Claimed { at },
                End::Expired => InstructionEnd::Expired { at },
                End::Failed => InstructionEnd::Failed,
            };
            engine.settle_instruction(&who, id, end, &note).await?.into()
        }
    };
    if json {
        output::json(&printed)?;
    } else {
        output::line(format!("{} is `{}` from now on.", printed.id, printed.state))?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn doubts(Doubts { whose, json }: Doubts) -> anyhow::Result<ExitCode> {
    let (gateway, who) = whose.open_as_operator().await?;
    let found = in_doubt(&gateway.engine, &who).await;
    let found = found.context("what is in doubt cannot be read")?;
    if json {
        for each in &found {
            output::json(each)?;
        }
    } else if found.is_empty() {
        output::note("Nothing is in doubt.");
    } else {
        let heading = ["ID", "KIND", "INSTITUTION", "PESOS", "STATE", "SINCE", "CAUSE"];
        let rows: Vec<_> = found.iter().map(Printed::cells).collect();
        output::table(&heading, &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// What the bank may have heard of.
async fn in_doubt(engine: &Engine, who: &Principal) -> Result<Vec<Printed>, EngineError> {
    let mut found = Vec::new();
    for standing in [PaymentStanding::InDoubt, PaymentStanding::Withdrawing] {
        let page = async |after| engine.payments(who, Some(standing), after, MAX_PAGE).await;
        found.extend(pages::all(page).await?.into_iter().map(Printed::from));
    }
    for kind in InstructionKind::ALL {
        for standing in [InstructionStanding::InDoubt, InstructionStanding::Cancelling] {
            let of = (Some(standing), None);
            let page = async |after| engine.instructions(who, kind, of, (after, MAX_PAGE)).await;
            found.extend(pages::all(page).await?.into_iter().map(Printed::from));
        }
    }
    Ok(found)
}
