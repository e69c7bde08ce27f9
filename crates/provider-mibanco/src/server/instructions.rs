//! What the customer's bank does beside transfers: cash at an ATM without a card, bills that are paid,
//! changes of those whom the customer transfers to.
//!
//! As with a transfer, under one id stand at most one authorization and one instruction.

pub mod approved;
pub mod beneficiary;
pub mod bill;
pub mod cancel;
pub mod cash;
pub mod ended;
pub mod give;
pub mod list;
pub mod look;
pub mod told;

use cartola_engine::Engine;
use cartola_engine::authorizations::Authorization;
use cartola_engine::instructions::{Instruction, InstructionKind};
use cartola_model::Principal;
use cartola_primitives::id::LinkId;

use super::named::{InPath, case_of};
use super::refused::Refused;
use super::transfer::is_used;
use crate::wire::ErrorCode;

/// What the ids of a kind begin with.
pub const fn prefix(kind: InstructionKind) -> &'static str {
    match kind {
        InstructionKind::Withdrawal => "wd_",
        InstructionKind::BillPayment => "bp_",
        InstructionKind::Beneficiary => "bn_",
    }
}

/// What stands under an id.
pub struct Standing {
    pub instruction: Option<Instruction>,
    pub authorization: Option<Authorization>,
}

impl Standing {
    /// What stands there, be there anything or not.
    pub async fn find(
        engine: &Engine,
        (who, link): (&Principal, LinkId),
        id: &str,
    ) -> Result<Self, Refused> {
        let case = case_of(link, id);
        let instruction = engine.instruction_of_case(who, &case).await?;
        if instruction.is_some() {
            return Ok(Self { instruction, authorization: None });
        }
        let authorization = engine.authorization_of_case(who, &case).await?;
        let is_used = authorization.as_ref().is_some_and(|asked| is_used(asked.state()));
        // The unit that uses it up gives the instruction, which may have been a moment ago.
        let instruction =
            if is_used { engine.instruction_of_case(who, &case).await? } else { None };
        Ok(Self { instruction, authorization })
    }

    /// The same; a refusal where nothing stands there.
    pub fn known(self) -> Result<Self, Refused> {
        let is_there = self.instruction.is_some() || self.authorization.is_some();
        if is_there { Ok(self) } else { Err(unknown()) }
    }
}

/// One of that kind as a path names it: by the id that it was answered with, or its `end_to_end_id`.
pub fn in_path(kind: InstructionKind, text: &str) -> Result<InPath, Refused> {
    InPath::of(prefix(kind), text).ok_or_else(unknown)
}

fn unknown() -> Refused {
    Refused::new(ErrorCode::OperationNotFound, "No existe esa operación de este cliente.")
}
