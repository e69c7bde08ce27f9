//! Looking at instructions.

use std::time::Duration;

use cartola_model::{InstructionKind, InstructionStanding, Principal};
use cartola_primitives::id::InstructionId;
use cartola_store::Page;
use cartola_store::instructions::InstructionFilter;

use super::Instruction;
use crate::access::Subject;
use crate::work::Looks;
use crate::{Engine, EngineError};

/// What a look at one is called in the audit trail.
const fn looked(kind: InstructionKind) -> &'static str {
    match kind {
        InstructionKind::Withdrawal => "withdrawal.read",
        InstructionKind::BillPayment => "bill_payment.read",
        InstructionKind::Beneficiary => "beneficiary.read",
    }
}

impl Engine {
    /// An instruction of the tenant, of that kind.
    pub async fn instruction(
        &self,
        who: &Principal,
        kind: InstructionKind,
        id: InstructionId,
    ) -> Result<Option<Instruction>, EngineError> {
        self.note_screen(who, looked(kind), Subject::one(id), Some(kind.screen()));
        self.instruction_unnoted(who, kind, id).await
    }

    async fn instruction_unnoted(
        &self,
        who: &Principal,
        kind: InstructionKind,
        id: InstructionId,
    ) -> Result<Option<Instruction>, EngineError> {
        let row = self.store().instruction(who.tenant, id).await?;
        match row.filter(|row| row.kind == kind) {
            Some(row) => self.shown_instruction(who, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The instruction of that case, as [`super::Wanted::case`] named it, for what follows by itself:
    /// nobody has read anything.
    pub async fn instruction_of_case(
        &self,
        who: &Principal,
        case: &str,
    ) -> Result<Option<Instruction>, EngineError> {
        let key = self.instruction_case_key(who.tenant, case);
        match self.store().instruction_of_case(who.tenant, &key).await? {
            Some(row) => self.shown_instruction(who, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Instructions of a kind, by age; those that stand so, and those that are about somebody
    /// ([`cartola_model::Instructed::about`]), if asked.
    pub async fn instructions(
        &self,
        who: &Principal,
        kind: InstructionKind,
        (standing, about): (Option<InstructionStanding>, Option<&str>),
        (after, limit): (Option<InstructionId>, usize),
    ) -> Result<Page<Instruction, InstructionId>, EngineError> {
        self.note_screen(who, looked(kind), Subject::list("instructions"), Some(kind.screen()));
        let about = about.map(|about| self.instruction_about(who.tenant, about));
        let filter = InstructionFilter { kind, standing, about };
        let page = self.store().instructions(who.tenant, filter, after, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_instruction(who, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// The instruction once it is another than in the version `seen` and the bank is not just being
    /// asked, or so much time has passed.
    pub async fn next_instruction(
        &self,
        who: &Principal,
        (kind, id): (InstructionKind, InstructionId),
        seen: Option<u32>,
        longest: Duration,
    ) -> Result<Option<Instruction>, EngineError> {
        self.note_screen(who, looked(kind), Subject::one(id), Some(kind.screen()));
        let mut looks = Looks::at(self, id, longest);
        loop {
            let Some(now) = self.instruction_unnoted(who, kind, id).await? else {
                return Ok(None);
            };
            let standing = now.state().standing();
            let is_news = seen != Some(now.row.version) && !standing.is_under_way();
            if is_news || standing.is_final() || !looks.again().await {
                return Ok(Some(now));
            }
        }
    }
}
