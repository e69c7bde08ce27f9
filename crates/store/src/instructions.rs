//! Instructions: what customers' banks are told to do beside transfers.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::{
    EndToEndId, InstitutionId, InstructionKind, InstructionStanding, InstructionState,
};
use cartola_primitives::id::{ConsentId, InstructionId, LinkId, PersonId, TenantId};
use cartola_primitives::{Money, Timestamp};

use crate::jobs::Continuation;
use crate::payments::PaymentCase;
use crate::{Page, StoreError};

/// An instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionRow {
    /// Its id.
    pub id: InstructionId,
    /// What kind it is.
    pub kind: InstructionKind,
    /// The customer's bank.
    pub institution: InstitutionId,
    /// Who gives it.
    pub person: Option<PersonId>,
    /// Through which link the bank is asked.
    pub link: LinkId,
    /// What allows it.
    pub mandate: ConsentId,
    /// How much moves; absent where no money does.
    pub amount: Option<Money>,
    /// Keyed digest of whom it is about, such as who may take cash.
    pub about: Digest,
    /// What the bank knows it by. Unique.
    pub end_to_end: EndToEndId,
    /// What the tenant knows it by.
    pub case: PaymentCase,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What changes.
    pub standing: InstructionProgress,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// How far an instruction is, and what is still needed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionProgress {
    /// Where it stands.
    pub state: InstructionState,
    /// Since when.
    pub changed_at: Timestamp,
    /// What is to be done and from which account, sealed at [`InstructionRow::order_place`].
    pub order: Sealed,
    /// What signs the customer in, sealed at [`InstructionRow::credentials_place`]; absent once it has
    /// ended.
    pub credentials: Option<Sealed>,
    /// The code with which cash is taken, sealed at [`InstructionRow::code_place`]; absent before there
    /// is one, and once it is of no use.
    pub code: Option<Sealed>,
    /// What the bank calls it, where it has told.
    pub bank_reference: Option<String>,
    /// What follows once it has ended; absent once it does.
    pub continuation: Option<Continuation>,
}

/// A change of an instruction.
#[derive(Debug, Clone)]
pub struct InstructionChange {
    /// Which.
    pub id: InstructionId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: InstructionProgress,
}

/// Which instructions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionFilter {
    /// Of that kind.
    pub kind: InstructionKind,
    /// Those that stand so, if asked.
    pub standing: Option<InstructionStanding>,
    /// Those that are about somebody, if asked.
    pub about: Option<Digest>,
}

impl InstructionRow {
    /// Where its order is sealed.
    pub fn order_place(tenant: TenantId, id: &InstructionId) -> Place<'_> {
        Place { tenant, table: "instruction", row: id.as_bytes(), column: "order" }
    }

    /// Where its credentials are sealed.
    pub fn credentials_place(tenant: TenantId, id: &InstructionId) -> Place<'_> {
        Place { tenant, table: "instruction", row: id.as_bytes(), column: "credentials" }
    }

    /// Where its code is sealed.
    pub fn code_place(tenant: TenantId, id: &InstructionId) -> Place<'_> {
        Place { tenant, table: "instruction", row: id.as_bytes(), column: "code" }
    }
}

/// Reads of instructions.
#[async_trait]
pub trait Instructions: Send + Sync {
    /// The instruction of that id.
    async fn instruction(
        &self,
        tenant: TenantId,
        id: InstructionId,
    ) -> Result<Option<InstructionRow>, StoreError>;

    /// The instruction of that case.
    async fn instruction_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<InstructionRow>, StoreError>;

    /// Instructions, by id, which is by age.
    async fn instructions(
        &self,
        tenant: TenantId,
        filter: InstructionFilter,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError>;

    /// A person's instructions of every kind, by id.
    async fn instructions_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<InstructionId>,
        limit: usize,
    ) -> Result<Page<InstructionRow, InstructionId>, StoreError>;
}

/// How a state is written down.
pub fn written_state(state: &InstructionState) -> String {
    serde_json::to_string(state).expect("a state of an instruction is JSON")
}

/// A state as it was written down under its name; nothing where the two do not agree.
pub fn read_state(name: &str, written: &str) -> Option<InstructionState> {
    let state: InstructionState = serde_json::from_str(written).ok()?;
    (state.standing().name() == name).then_some(state)
}
