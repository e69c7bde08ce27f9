//! An instruction as it is shown.

use cartola_engine::instructions::{Instruction, InstructionState};
use cartola_model::authorization::Beneficiary;
use cartola_model::{Failure, Instructed, PaymentFailure};
use cartola_primitives::{Secret, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// What a customer's bank was told to do: cash for somebody, a bill, or a change of beneficiaries. What
/// the others have is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = Instruction)]
pub struct InstructionView {
    #[schema(value_type = wire::InstructionId)]
    id: IdText,
    /// Where it stands.
    #[schema(value_type = wire::InstructionState)]
    state: &'static str,
    /// One more with each change of the state.
    version: u32,
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    /// What the bank knows it by.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    end_to_end_id: String,
    /// What the bank calls it, once it has told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bank_reference: Option<String>,
    /// The account that pays, as its bank writes it; absent until it is known, and where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    from_account: Option<String>,
    /// In minor units, of which pesos have none; absent where no money moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::CurrencyCode>, nullable = false)]
    currency: Option<&'static str>,
    /// Of a withdrawal, who may take the cash; of a change, the beneficiary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rut: Option<String>,
    /// Of a withdrawal that was taken, who took it: whose RUT was typed at the ATM.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    claimed_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    comment: Option<String>,
    /// Of a withdrawal: what whoever takes the cash types at the ATM, beside their RUT. Only while it can
    /// be taken, only by `GET /v1/withdrawals/{id}`, and only to keys that may `manage`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<String>,
    /// Of a withdrawal: until when the cash can be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    expires_at: Option<Timestamp>,
    /// Of a bill: who is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    biller_code: Option<String>,
    /// Of a bill: the customer's number there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_number: Option<String>,
    /// Of a change: what is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "add")]
    change: Option<Beneficiary>,
    /// Of a change: the beneficiary's bank, account, name and alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    beneficiary: Option<BeneficiaryView>,
    /// What the customer is to approve, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    challenge: Option<ApprovalView>,
    /// When it came to its end, as the bank says where it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    ended_at: Option<Timestamp>,
    /// Why it had no effect, where it had none and will have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<FailureView>,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Since when it stands so.
    #[schema(value_type = wire::Instant)]
    changed_at: Timestamp,
}

/// Somebody whom a customer transfers to.
#[derive(Serialize, ToSchema)]
#[schema(as = BeneficiaryOfChange)]
struct BeneficiaryView {
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    account: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
}

/// An approval in the bank's app, which is waited for.
#[derive(Serialize, ToSchema)]
#[schema(as = InstructionChallenge)]
struct ApprovalView {
    /// `app`.
    kind: &'static str,
    /// Until when the customer may approve.
    #[schema(value_type = wire::Instant)]
    expires_at: Timestamp,
    /// Wrong PINs that the bank still bears, where it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    attempts_left: Option<u32>,
}

/// Why it had no effect.
#[derive(Serialize, ToSchema)]
#[schema(as = InstructionFailure)]
struct FailureView {
    /// In a word.
    #[schema(value_type = String, example = "insufficient_funds")]
    code: &'static str,
    /// Its class.
    #[schema(value_type = String, example = "insufficient_funds")]
    class: Failure,
}

impl From<PaymentFailure> for FailureView {
    fn from(reason: PaymentFailure) -> Self {
        Self { code: reason.name(), class: reason.class() }
    }
}

impl InstructionView {
    /// When it came to its end.
    pub const fn ended_at(&self) -> Option<Timestamp> {
        self.ended_at
    }

    /// With the code that takes the cash.
    pub fn with_code(self, code: Option<Secret<String>>) -> Self {
        Self { code: code.map(|code| code.expose().clone()), ..self }
    }

    /// What there is of all kinds.
    fn bare(found: &Instruction) -> Self {
        let (row, standing) = (&found.row, &found.row.standing);
        Self {
            id: row.id.into(),
            state: standing.state.standing().name(),
            version: row.version,
            institution: row.institution.to_string(),
            end_to_end_id: row.end_to_end.to_string(),
            bank_reference: standing.bank_reference.clone(),
            from_account: found.from.clone(),
            amount: row.amount.map(|amount| amount.minor()),
            currency: row.amount.map(|amount| amount.currency().code()),
            created_at: row.created_at,
            changed_at: standing.changed_at,
            rut: None,
            claimed_by: None,
            comment: None,
            code: None,
            expires_at: None,
            biller_code: None,
            customer_number: None,
            change: None,
            beneficiary: None,
            challenge: None,
            ended_at: None,
            failure: None,
        }
    }
}

impl From<Instruction> for InstructionView {
    fn from(found: Instruction) -> Self {
        let mut view = Self::bare(&found);
        match &found.row.standing.state {
            InstructionState::Challenged(challenge) => {
                let (kind, expires_at) = (challenge.kind.name(), challenge.expires_at);
                let attempts_left = challenge.attempts_left;
                view.challenge = Some(ApprovalView { kind, expires_at, attempts_left });
            }
            InstructionState::Available { expires_at } => view.expires_at = Some(*expires_at),
            InstructionState::Completed { at }
            | InstructionState::Claimed { at }
            | InstructionState::Expired { at }
            | InstructionState::Cancelled { at } => view.ended_at = Some(*at),
            InstructionState::Failed { at, reason } => {
                (view.ended_at, view.failure) = (Some(*at), Some((*reason).into()));
            }
            InstructionState::Requested
            | InstructionState::Submitting
            | InstructionState::Settling
            | InstructionState::InDoubt { .. }
            | InstructionState::Cancelling => {}
        }
        match found.what {
            Instructed::Withdrawal(cash) => {
                view.claimed_by = found.claimed_by.map(|by| by.compact());
                (view.rut, view.comment) = (Some(cash.rut.compact()), cash.comment);
            }
            Instructed::BillPayment(bill) => {
                view.biller_code = Some(bill.biller_code);
                view.customer_number = Some(bill.customer_number);
            }
            Instructed::Beneficiary(order) => {
                (view.rut, view.change) = (Some(order.rut.compact()), Some(order.change));
                view.beneficiary = Some(BeneficiaryView {
                    institution: order.institution.to_string(),
                    account: order.account.written().to_owned(),
                    name: order.name,
                    alias: order.alias,
                    email: order.email,
                });
            }
        }
        view
    }
}
