//! Where an instruction stands.

use cartola_engine::Engine;
use cartola_engine::authorizations::{Authorization, AuthorizationState, CancelCause};
use cartola_engine::instructions::{Instruction, InstructionKind, InstructionState};
use cartola_model::{EndToEndId, Instructed, Operation, Principal};
use cartola_primitives::{Money, Rut, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::refused::Refused;
use super::super::told::seconds;
use super::super::transfer::told::{auth_url, reason_word, refusal_of};
use super::Standing;

/// 200 of one that has ended, 202 of any other.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Instruction)]
pub struct Told {
    /// Of cash, what it is known by.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal_id: Option<String>,
    /// The same of a bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    bill_payment_id: Option<String>,
    /// The same of a change of beneficiaries.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_id: Option<String>,
    /// What its caller knows it by, where the call named it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    end_to_end_id: Option<EndToEndId>,
    /// `PENDING_AUTHORIZATION`, `PROCESSING`, `AVAILABLE`, `COMPLETED`, `CLAIMED`, `EXPIRED`,
    /// `CANCELLED` or `FAILED`.
    #[schema(example = "AVAILABLE")]
    pub status: String,
    /// How much, minor units; absent where no money moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 50_000)]
    amount: Option<i64>,
    /// Its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "CLP")]
    currency: Option<&'static str>,
    /// Of cash, who may take it, or could.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12.345.678-5")]
    rut: Option<String>,
    /// What the bank calls it, once it has told: as `GET withdrawals` lists cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Where the app approves it, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_url: Option<String>,
    /// What is typed at the ATM, with the RUT of who takes the cash, while it can be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// Until when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Who took the cash, as the bank says it; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12.345.678-5")]
    claimed_by: Option<String>,
    /// When it came to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl Told {
    /// Whether it stays so.
    pub fn is_final(&self) -> bool {
        ["COMPLETED", "CLAIMED", "EXPIRED", "CANCELLED", "FAILED"].contains(&self.status.as_str())
    }

    /// The same with the end-to-end id, where the call named it so.
    pub fn named(self, end_to_end_id: Option<EndToEndId>) -> Self {
        Self { end_to_end_id, ..self }
    }

    fn new(kind: InstructionKind, id: &str) -> Self {
        let id = Some(id.to_owned());
        match kind {
            InstructionKind::Withdrawal => Self { withdrawal_id: id, ..Self::default() },
            InstructionKind::BillPayment => Self { bill_payment_id: id, ..Self::default() },
            InstructionKind::Beneficiary => Self { change_id: id, ..Self::default() },
        }
    }

    /// The same with what is to be done, as far as it is told again.
    pub fn about(self, what: &Instructed) -> Self {
        self.with(match what {
            Instructed::Withdrawal(cash) => (Some(cash.amount), Some(cash.rut)),
            Instructed::BillPayment(bill) => (Some(bill.amount), None),
            Instructed::Beneficiary(_) => (None, None),
        })
    }

    /// The same of what is yet to be approved.
    fn asking(self, operation: &Operation) -> Self {
        self.with(match operation {
            Operation::Withdrawal(cash) => (Some(cash.amount), Some(cash.claimed_by)),
            Operation::BillPayment(bill) => (Some(bill.amount), None),
            _ => (None, None),
        })
    }

    fn with(self, (amount, rut): (Option<Money>, Option<Rut>)) -> Self {
        Self {
            amount: amount.map(|amount| amount.minor()),
            currency: amount.map(|amount| amount.currency().code()),
            rut: rut.map(|rut| rut.dotted()),
            ..self
        }
    }

    /// Where it stands, with the code of cash that can be taken.
    pub async fn of(
        engine: &Engine,
        who: &Principal,
        (kind, id): (InstructionKind, &str),
        standing: &Standing,
    ) -> Result<Self, Refused> {
        let mut told = match (&standing.instruction, &standing.authorization) {
            (Some(instruction), _) => Self::of_instruction(id, instruction),
            (None, Some(asked)) => Self::of_authorization((kind, id), asked),
            (None, None) => Self { status: "PROCESSING".to_owned(), ..Self::new(kind, id) },
        };
        if let (Some(instruction), "AVAILABLE") = (&standing.instruction, told.status.as_str()) {
            let code = engine.withdrawal_code(who, instruction.row.id).await?;
            told.code = code.map(|code| code.expose().clone());
        }
        Ok(told)
    }

    /// The same without a code, as it is posted.
    pub fn of_instruction(id: &str, instruction: &Instruction) -> Self {
        let mut told = Self::new(instruction.row.kind, id).about(&instruction.what);
        told.reference.clone_from(&instruction.row.standing.bank_reference);
        let (status, ended_at) = match instruction.state() {
            InstructionState::Challenged(_) => {
                let known = instruction.row.standing.bank_reference.as_deref();
                told.auth_url = Some(auth_url(known.unwrap_or(id)));
                ("PENDING_AUTHORIZATION", None)
            }
            InstructionState::Available { expires_at } => {
                told.expires_at = Some(seconds(*expires_at));
                ("AVAILABLE", None)
            }
            InstructionState::Completed { at } => ("COMPLETED", Some(*at)),
            InstructionState::Claimed { at } => {
                told.claimed_by = instruction.claimed_by.map(|by| by.dotted());
                ("CLAIMED", Some(*at))
            }
            InstructionState::Expired { at } => ("EXPIRED", Some(*at)),
            InstructionState::Cancelled { at } => ("CANCELLED", Some(*at)),
            InstructionState::Failed { at, reason } => {
                told.failure = Some(reason_word(*reason));
                ("FAILED", Some(*at))
            }
            InstructionState::Requested
            | InstructionState::Submitting
            | InstructionState::Settling
            | InstructionState::InDoubt { .. }
            | InstructionState::Cancelling => ("PROCESSING", None),
        };
        Self { status: status.to_owned(), ended_at: ended_at.map(seconds), ..told }
    }

    /// The same of one that is not given yet.
    fn of_authorization((kind, id): (InstructionKind, &str), asked: &Authorization) -> Self {
        let told = Self::new(kind, id);
        let told = match asked.state() {
            AuthorizationState::Pending { .. } => Self {
                status: "PENDING_AUTHORIZATION".to_owned(),
                auth_url: Some(auth_url(&asked.id().to_string())),
                ..told
            },
            AuthorizationState::Approved { .. } => Self { status: "PROCESSING".to_owned(), ..told },
            ended => Self::unapproved((kind, id), ended),
        };
        told.asking(&asked.operation)
    }

    /// The same of one that is never given, since nobody approved it or it was given up before.
    pub fn unapproved((kind, id): (InstructionKind, &str), state: &AuthorizationState) -> Self {
        match state {
            AuthorizationState::Cancelled { at, cause: CancelCause::Withdrawn } => Self {
                status: "CANCELLED".to_owned(),
                ended_at: Some(seconds(*at)),
                ..Self::new(kind, id)
            },
            ended => Self::failed((kind, id), refusal_of(ended)),
        }
    }

    /// The same of one that was never given.
    pub fn failed((kind, id): (InstructionKind, &str), failure: String) -> Self {
        let status = "FAILED".to_owned();
        Self { status, failure: Some(failure), ..Self::new(kind, id) }
    }
}
